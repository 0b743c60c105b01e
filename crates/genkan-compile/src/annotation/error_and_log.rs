//! Mirrors, error pages, logs, tracing, the web application firewall.

use std::sync::Arc;

use genkan_route::error_page::ErrorPages;

use super::entry::{BadValue, Effect, Entry, Family, Idle, Outcome, Risk};
use super::value::{Charset, Malformed, ON_OFF, Value, flag};
use super::words;

const BASE: Entry = Entry {
    family: Family::ErrorAndLog,
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "mirror-target",
        risk: Risk::High,
        value: Value::Text(Charset::Regex),
        about: "A copy of every request goes there.",
        ..BASE
    },
    Entry {
        name: "mirror-host",
        risk: Risk::High,
        value: Value::Text(Charset::Regex),
        default: "host of the target",
        needs: &["mirror-target"],
        about: "`Host` header of the copy.",
        ..BASE
    },
    Entry {
        name: "mirror-request-body",
        value: ON_OFF,
        default: "on",
        needs: &["mirror-target"],
        about: "The copy has the body too.",
        ..BASE
    },
    Entry {
        name: "custom-http-errors",
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::STATUSES,
            check: statuses,
        },
        default: "`custom-http-errors` of the ConfigMap",
        effect: Effect::Supported(|effects, text| {
            effects.settings.error_pages = Some(Arc::new(ErrorPages {
                statuses: listed(text, 400).0,
                intercepts: true,
                own: true,
            }));
            Ok(Outcome::InEffect)
        }),
        about: "Statuses that are replaced by a page of the default backend.",
        ..BASE
    },
    Entry {
        name: "disable-proxy-intercept-errors",
        value: Value::Flag,
        default: "false",
        needs: &["custom-http-errors"],
        effect: Effect::Supported(|effects, text| {
            let disabled = flag(text)?;
            if let Some(pages) = &mut effects.settings.error_pages
                && pages.own
            {
                Arc::make_mut(pages).intercepts = !disabled;
            }
            Ok(Outcome::InEffect)
        }),
        about: "The backend's own errors are not replaced.",
        ..BASE
    },
    Entry {
        name: "satisfy",
        effect: Effect::Supported(|effects, text| {
            effects.policy.satisfy_any = text == "any";
            Ok(Outcome::InEffect)
        }),
        value: Value::Word(&["all", "any"]),
        default: "all",
        about: "Whether all of address list, password and authentication service must agree, or one.",
        ..BASE
    },
    Entry {
        name: "enable-access-log",
        value: Value::Flag,
        default: "true",
        effect: Effect::Supported(|effects, text| {
            effects.settings.access_log = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "Requests are written to the access log.",
        ..BASE
    },
    Entry {
        name: "enable-rewrite-log",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "Rewrites are written to the error log.",
        ..BASE
    },
    Entry {
        name: "enable-opentelemetry",
        value: Value::Flag,
        default: "`enable-opentelemetry` of the ConfigMap (false)",
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "Requests are traced.",
        ..BASE
    },
    Entry {
        name: "opentelemetry-trust-incoming-span",
        value: Value::Flag,
        default: "true",
        about: "Traces continue those of the client.",
        ..BASE
    },
    Entry {
        name: "opentelemetry-operation-name",
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Text(Charset::Name),
        about: "Name of the spans.",
        ..BASE
    },
    Entry {
        name: "enable-modsecurity",
        value: Value::Flag,
        default: "`enable-modsecurity` of the ConfigMap (false)",
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "Requests pass the ModSecurity firewall.",
        ..BASE
    },
    Entry {
        name: "enable-owasp-core-rules",
        value: Value::Flag,
        default: "false",
        effect: Effect::NotYet(Idle::Flag(false)),
        about: "The firewall has the OWASP rules.",
        ..BASE
    },
    Entry {
        name: "modsecurity-transaction-id",
        risk: Risk::High,
        value: Value::Text(Charset::NginxVariable),
        about: "Id of a request in the firewall's log.",
        ..BASE
    },
];

fn statuses(text: &str) -> Result<(), Malformed> {
    match listed(text, 400).1 {
        None => Ok(()),
        Some(wrong) => Err(wrong),
    }
}

/// The statuses of a list, sorted, and what is wrong with the first element that is none.
pub(crate) fn listed(text: &str, least: u16) -> (Box<[u16]>, Option<Malformed>) {
    let mut statuses = Vec::new();
    let mut wrong = None;
    for word in text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        let digits = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
        let status = word.parse().ok().filter(|_| digits);
        match status.filter(|status| (least..=599).contains(status)) {
            Some(status) => statuses.push(status),
            None => wrong = wrong.or_else(|| Some(Malformed::of(&words::NOT_A_STATUS, word))),
        }
    }
    statuses.sort_unstable();
    statuses.dedup();
    (statuses.into(), wrong)
}
