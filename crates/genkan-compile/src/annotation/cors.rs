//! Cross-origin requests.

use std::sync::Arc;

use genkan_route::cors::{Cors, Origin, Origins};

use super::Effects;
use super::entry::{Effect, Entry, Family, Outcome, Risk};
use super::value::{Charset, Malformed, Value, flag, integer, shown};
use super::words;

/// The annotations while they are being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    enabled: bool,
    cors: Cors,
}

/// Puts together what the single annotations said.
pub(super) fn settle(effects: &mut Effects) {
    let draft = std::mem::take(&mut effects.cors_draft);
    effects.settings.cors = draft.enabled.then(|| Arc::new(draft.cors));
}

const BASE: Entry = Entry {
    family: Family::Cors,
    needs: &["enable-cors"],
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "enable-cors",
        value: Value::Flag,
        default: "false",
        needs: &[],
        effect: Effect::Supported(|effects, text| {
            effects.cors_draft.enabled = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "The proxy answers preflights and adds the `Access-Control-*` headers.",
        ..BASE
    },
    Entry {
        name: "cors-allow-origin",
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::ORIGINS,
            check: origins,
        },
        default: "*",
        about: "Origins that may read.",
        effect: Effect::Supported(|effects, text| {
            allow_origins(&mut effects.cors_draft.cors, text)
        }),
        ..BASE
    },
    Entry {
        name: "cors-allow-methods",
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::METHODS,
            check: methods,
        },
        default: "GET, PUT, POST, DELETE, PATCH, OPTIONS",
        about: "Methods that are allowed.",
        effect: Effect::Supported(|effects, text| {
            effects.cors_draft.cors.methods = text.into();
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
    Entry {
        name: "cors-allow-headers",
        risk: Risk::Medium,
        value: Value::Text(Charset::HeaderList),
        default: "the usual ones",
        about: "Request headers that are allowed.",
        effect: Effect::Supported(|effects, text| {
            effects.cors_draft.cors.headers = text.into();
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
    Entry {
        name: "cors-allow-credentials",
        value: Value::Flag,
        default: "true",
        about: "Cookies and passwords are allowed.",
        effect: Effect::Supported(|effects, text| {
            effects.cors_draft.cors.credentials = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
    Entry {
        name: "cors-expose-headers",
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::EXPOSED,
            check: |text| {
                let allowed = |character: char| {
                    character.is_ascii_alphanumeric() || "-_, *".contains(character)
                };
                Malformed::character(text, allowed)
            },
        },
        about: "Response headers that may be read.",
        effect: Effect::Supported(|effects, text| {
            effects.cors_draft.cors.expose = text.into();
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
    Entry {
        name: "cors-max-age",
        value: Value::Integer,
        default: "1728000",
        about: "Seconds a preflight's answer may be kept.",
        effect: Effect::Supported(|effects, text| {
            effects.cors_draft.cors.max_age = integer(text)?;
            Ok(Outcome::InEffect)
        }),
        ..BASE
    },
];

/// The whole value as ingress-nginx checks it: any sequence of schemes, `*.`, host characters, ports and
/// commas; what fails that is `*` there, and so it is here.
fn origins(text: &str) -> Result<(), Malformed> {
    let bare: String = text.chars().filter(|character| *character != ' ').collect();
    if text.contains(['\r', '\n']) || bare == "*" {
        return Malformed::character(text, |character| !matches!(character, '\r' | '\n'));
    }
    let elements = bare.split(',');
    let wrong = elements
        .filter(|element| !matches!(*element, "" | "*"))
        .find(|element| !is_made_of_origins(element));
    match wrong {
        None => Ok(()),
        Some(element) => Err(Malformed::new(
            words::NOT_AN_ORIGIN.arg("value", shown(element)),
        )),
    }
}

/// `([a-z]+://)?(\*\.)?[A-Za-z0-9-.]*(:[0-9]+)?`, as often as you like.
fn is_made_of_origins(text: &str) -> bool {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let mut rest = text.as_bytes();
    let mut before: &[u8] = b"";
    while let Some((first, behind)) = rest.split_first() {
        let used = if rest.starts_with(b"://") && before.last().is_some_and(u8::is_ascii_lowercase)
        {
            3
        } else if rest.starts_with(b"*.") {
            2
        } else if *first == b':' {
            let digits = behind
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                return false;
            }
            1 + digits
        } else if is_host(*first) {
            1
        } else {
            return false;
        };
        before = &rest[..used];
        rest = &rest[used..];
    }
    true
}

/// Entries that are no origins are dropped, also where none is left; a `*` among them means all.
fn allow_origins(cors: &mut Cors, text: &str) -> Result<Outcome, Malformed> {
    let mut listed = Vec::new();
    let mut wrong = None;
    for element in text
        .split(',')
        .map(str::trim)
        .filter(|element| !element.is_empty())
    {
        if element == "*" {
            cors.origins = Origins::Any;
            return Ok(Outcome::InEffect);
        }
        match Origin::parse(element) {
            Some(origin) => listed.push(origin),
            None => wrong = wrong.or(Some(element)),
        }
    }
    cors.origins = Origins::Listed(listed.into());
    match wrong {
        None => Ok(Outcome::InEffect),
        Some(element) => Err(Malformed::new(
            words::NOT_AN_ORIGIN.arg("value", shown(element)),
        )),
    }
}

fn methods(text: &str) -> Result<(), Malformed> {
    let is_method =
        |word: &str| !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphabetic());
    match text.split(',').map(str::trim).find(|word| !is_method(word)) {
        None => Ok(()),
        Some(word) => Err(Malformed::new(
            words::NOT_A_METHOD.arg("value", shown(word)),
        )),
    }
}
