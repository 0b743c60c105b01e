//! GK0001–GK0049: from path to backend.

use super::{Code, Entry, Phase, Severity, Text};

pub(super) static ENTRIES: &[Entry] = &[Entry {
    code: Code::GK0002,
    name: "ConstantRewriteTarget",
    severity: Severity::Error,
    phase: Phase::Both,
    title: Text {
        en: "`rewrite-target` is a constant: every request reaches the backend as the same path",
        ja: "`rewrite-target` が定数のため、どのリクエストも同じパスでバックエンドに届きます",
    },
    headline: Some(Text {
        en: "rewrite-target is a constant: every request reaches the backend as `{sees}`",
        ja: "rewrite-target が定数のため、どのリクエストも `{sees}` としてバックエンドに届きます",
    }),
    meaning: Text { en: "", ja: "" },
    remedy: Text { en: "", ja: "" },
    detection: Text { en: "", ja: "" },
    example: None,
}];
