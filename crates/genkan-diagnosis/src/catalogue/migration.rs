//! GK0750–GK0799: coming from another controller.

use super::{Code, Entry, Text};
use crate::code::Phase::Both;
use crate::code::Severity::Warning;

pub(super) static ENTRIES: &[Entry] = &[Entry {
    code: Code::GK0750,
    name: "DiffersFromIngressNginx",
    severity: Warning,
    phase: Both,
    title: Text {
        en: "ingress-nginx would have behaved differently here",
        ja: "ingress-nginx であれば、ここでの動作が異なります",
    },
    headline: Some(Text {
        en: "`{path}`: ingress-nginx would {original}, here it is {ours}",
        ja: "`{path}`: ingress-nginx では {original}、ここでは {ours} です",
    }),
    meaning: Text {
        en: "Strict mode follows the Ingress specification to the letter; ingress-nginx does \
                 not: patterns spread over the whole host, letter case is ignored there, a \
                 missing slash is redirected, URLs are normalised.",
        ja: "strict モードは Ingress の仕様に厳密に従いますが、ingress-nginx は異なります。正\
                 規表現がホスト全体に広がり、その場合は大文字小文字が無視され、足りないスラッシュ\
                 はリダイレクトされ、URL は正規化されます。",
    },
    remedy: Text {
        en: "Keep the behaviour by serving this host in nginx-compatible mode, or correct the \
                 client.",
        ja: "動作を変えたくなければ、このホストを nginx 互換モードで動かしてください。そうでな\
                 ければクライアントを直してください。",
    },
    detection: Text {
        en: "Probe URLs of each host are decided under both sets of rules and compared.",
        ja: "各ホストの確認用 URL を両方の規則で判定し、結果を比べます。",
    },
    example: None,
}];
