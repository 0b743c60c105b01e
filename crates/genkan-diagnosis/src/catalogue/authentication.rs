//! GK0559: who is asked for a password.

use super::{Code, Entry, Text};
use crate::code::Phase::Runtime;
use crate::code::Severity::Note;

pub(super) static ENTRIES: &[Entry] = &[Entry {
    code: Code::GK0559,
    name: "PasswordRefused",
    severity: Note,
    phase: Runtime,
    title: Text {
        en: "No password, or a wrong one (401)",
        ja: "パスワードがないか、間違っています（401）",
    },
    headline: Some(Text {
        en: "the request has no right password for realm `{realm}`",
        ja: "リクエストにはレルム `{realm}` の正しいパスワードがありません",
    }),
    meaning: Text {
        en: "The route asks for a user name and a password (`auth-type: basic`). The request has no \
             `Authorization`, the user is not in the Secret, or the password does not belong to its \
             hash. A browser asks the user and tries again.",
        ja: "このルートはユーザー名とパスワードを要求します（`auth-type: basic`）。リクエストに \
             `Authorization` がないか、Secret にそのユーザーがいないか、パスワードがハッシュと一致し\
             ません。ブラウザーは利用者に尋ねて再試行します。",
    },
    remedy: Text {
        en: "Compare the user and the password with the Secret. Hashes may be `{PLAIN}`, `{SHA}`, \
             `{SSHA}`, `$apr1$`, `$1$`, `$5$`, `$6$` and bcrypt; others let nobody in.",
        ja: "ユーザーとパスワードを Secret と照合してください。ハッシュは `{PLAIN}`、`{SHA}`、`{SSHA}`、\
             `$apr1$`、`$1$`、`$5$`、`$6$`、bcrypt が使えます。それ以外では誰も通れません。",
    },
    detection: Text {
        en: "401 by the proxy at the authentication stage.",
        ja: "認証の段階で、プロキシが 401 を返しました。",
    },
    example: None,
}];
