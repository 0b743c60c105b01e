//! Cross-origin requests.

use super::entry::{Effect, Entry, Family, Idle, Risk};
use super::value::{Charset, Malformed, Value, shown};
use super::words;

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
        effect: Effect::NotYet(Idle::Flag(false)),
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
        ..BASE
    },
    Entry {
        name: "cors-allow-headers",
        risk: Risk::Medium,
        value: Value::Text(Charset::HeaderList),
        default: "the usual ones",
        about: "Request headers that are allowed.",
        ..BASE
    },
    Entry {
        name: "cors-allow-credentials",
        value: Value::Flag,
        default: "true",
        about: "Cookies and passwords are allowed.",
        ..BASE
    },
    Entry {
        name: "cors-expose-headers",
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::EXPOSED,
            check: |text| {
                if text.trim() == "*" {
                    Ok(())
                } else {
                    Charset::HeaderList.check(text)
                }
            },
        },
        about: "Response headers that may be read.",
        ..BASE
    },
    Entry {
        name: "cors-max-age",
        value: Value::Integer,
        default: "1728000",
        about: "Seconds a preflight's answer may be kept.",
        ..BASE
    },
];

fn origins(text: &str) -> Result<(), Malformed> {
    let allowed =
        |character: char| character.is_ascii_alphanumeric() || "-._~/:*[] ,".contains(character);
    Malformed::character(text, allowed)
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
