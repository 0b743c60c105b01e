//! Which requests go where, and under which path they reach the backend.

use genkan_route::host::Alias;

use super::Effects;
use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk, Scope};
use super::value::{Charset, Malformed, Value, flag, shown};
use super::words;

const BASE: Entry = Entry {
    family: Family::Routing,
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "rewrite-target",
        scope: Scope::Host,
        risk: Risk::Medium,
        value: Value::Text(Charset::CapturePath),
        effect: Effect::Supported(|effects, text| {
            effects.rewrite_target = Some(text.to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "Path sent to the backend, with `$1` to `$9` from the groups of the Ingress path.",
        ..BASE
    },
    Entry {
        name: "use-regex",
        scope: Scope::Host,
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|effects, text| {
            effects.use_regex = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "Paths are regular expressions; in nginx-compatible mode all paths of the host become so.",
        ..BASE
    },
    Entry {
        name: "app-root",
        scope: Scope::Host,
        risk: Risk::Medium,
        value: Value::Checked {
            expected: &words::ABSOLUTE_PATH,
            check: absolute_path,
        },
        effect: Effect::Supported(|effects, text| {
            effects.app_root = Some(text.to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "A request for `/` of the host is redirected (302) to this path.",
        ..BASE
    },
    Entry {
        name: "server-alias",
        scope: Scope::Host,
        risk: Risk::High,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::HOST_NAMES,
            check: |text| {
                text.split(',')
                    .try_for_each(|name| Charset::Regex.check(name))
            },
        },
        effect: Effect::Supported(aliases),
        about: "Further names of the host.",
        ..BASE
    },
    Entry {
        name: "upstream-vhost",
        bad: BadValue::ObjectRefused,
        value: Value::Text(Charset::Regex),
        effect: Effect::Supported(|effects, text| {
            effects.policy.upstream_host = Some(text.into());
            Ok(Outcome::InEffect)
        }),
        about: "`Host` header that the backend gets.",
        ..BASE
    },
    Entry {
        name: "x-forwarded-prefix",
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Text(Charset::CapturePath),
        needs: &["rewrite-target"],
        effect: Effect::Supported(|effects, text| {
            effects.forwarded_prefix = Some(text.to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "`X-Forwarded-Prefix` header for the backend, beside an active rewrite.",
        ..BASE
    },
    Entry {
        name: "service-upstream",
        scope: Scope::Upstream,
        value: Value::Flag,
        default: "`service-upstream` of the ConfigMap (false)",
        effect: Effect::Supported(|effects, text| {
            effects.service_upstream = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "Requests go to the address of the Service instead of its Pods.",
        ..BASE
    },
    Entry {
        name: "default-backend",
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::SERVICE_NAME,
            check: service_name,
        },
        effect: Effect::Supported(|effects, text| {
            effects.references.default_backend = Some(text.to_owned());
            Ok(Outcome::InEffect)
        }),
        about: "Service that answers when the path's own has no endpoints, and for `custom-http-errors`.",
        ..BASE
    },
];

/// Names that cannot be read have no effect, the others have: nginx would refuse its whole configuration.
fn aliases(effects: &mut Effects, text: &str) -> Result<Outcome, Malformed> {
    let mut wrong = None;
    let names = text.split(',').map(str::trim);
    for name in names.filter(|name| !name.is_empty()) {
        match Alias::read(name) {
            Ok(read) => effects.aliases.extend(read),
            Err(error) => {
                let why = words::NOT_A_NAME.arg("value", shown(name));
                wrong = wrong.or(Some(why.arg("reason", error.to_string())));
            }
        }
    }
    effects.aliases.sort();
    effects.aliases.dedup();
    match wrong {
        None => Ok(Outcome::InEffect),
        Some(why) => Err(Malformed::new(why)),
    }
}

/// Go's `url.ParseRequestURI` without a scheme, within the character set.
fn absolute_path(text: &str) -> Result<(), Malformed> {
    Charset::CapturePath.check(text)?;
    if text.trim().starts_with('/') {
        return Ok(());
    }
    Err(Malformed {
        why: (&words::NO_SLASH).into(),
        at: Some(0),
    })
}

/// Longest DNS label (RFC 1035 section 2.3.4).
const LABEL_MAX: usize = 63;

/// A DNS label of RFC 1035: a letter first, then letters, digits and hyphens, all lower case.
fn service_name(text: &str) -> Result<(), Malformed> {
    let inner = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
    };
    let wrong = text.chars().position(|character| !inner(character));
    let at = match wrong {
        Some(at) => at,
        None if !text.starts_with(|first: char| first.is_ascii_lowercase()) => 0,
        None if text.ends_with('-') || text.len() > LABEL_MAX => text.len() - 1,
        None => return Ok(()),
    };
    Err(Malformed {
        why: (&words::NOT_A_SERVICE).into(),
        at: Some(at),
    })
}
