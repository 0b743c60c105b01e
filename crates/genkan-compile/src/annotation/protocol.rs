//! The protocol spoken with the backend.

use genkan_route::upstream::BackendProtocol;

use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk};
use super::value::{Charset, Malformed, Value, any_case};
use super::words;

const BASE: Entry = Entry {
    family: Family::Protocol,
    ..Entry::BASE
};

const PROTOCOLS: &[&str] = &["HTTP", "HTTPS", "AUTO_HTTP", "GRPC", "GRPCS", "FCGI"];

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "backend-protocol",
        value: Value::AnyCase(PROTOCOLS),
        default: "HTTP",
        effect: Effect::Partly(
            |effects, text| {
                effects.settings.backend_protocol = match any_case(text, PROTOCOLS)? {
                    "HTTP" => BackendProtocol::Http,
                    "HTTPS" => BackendProtocol::Https,
                    "AUTO_HTTP" => BackendProtocol::AutoHttp,
                    "GRPC" => BackendProtocol::Grpc,
                    "GRPCS" => BackendProtocol::Grpcs,
                    // Plain HTTP would reach a backend that expects something else.
                    _ => return Ok(Outcome::Unservable),
                };
                Ok(Outcome::InEffect)
            },
            &words::NO_FCGI,
        ),
        about: "Protocol of the backend.",
        ..BASE
    },
    Entry {
        name: "fastcgi-index",
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::FILE_NAME,
            check: file_name,
        },
        about: "FastCGI: file of a folder.",
        ..BASE
    },
    Entry {
        name: "fastcgi-params-configmap",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: Value::Text(Charset::Basic),
        about: "FastCGI: ConfigMap with parameters.",
        ..BASE
    },
];

fn file_name(text: &str) -> Result<(), Malformed> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    Malformed::character(text, allowed)
}
