//! Rates, connections and address lists. Not built yet: every one of these closes the route, unless it
//! says "no limit".

use std::net::IpAddr;

use super::entry::{BadValue, Effect, Entry, Family, Idle, Risk};
use super::value::{Malformed, Value, shown};
use super::words;

const BASE: Entry = Entry {
    family: Family::Limit,
    security: true,
    ..Entry::BASE
};
const RATE: Entry = Entry {
    bad: BadValue::ObjectRefused,
    value: Value::Integer,
    default: "0, no limit",
    effect: Effect::NotYet(Idle::NotPositive),
    ..BASE
};
const ADDRESSES: Value = Value::Checked {
    expected: &words::ADDRESSES,
    check: addresses,
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "limit-rps",
        about: "Requests a second of one client.",
        ..RATE
    },
    Entry {
        name: "limit-rpm",
        about: "Requests a minute of one client.",
        ..RATE
    },
    Entry {
        name: "limit-burst-multiplier",
        bad: BadValue::Ignored,
        default: "5",
        needs: &["limit-rps", "limit-rpm"],
        effect: Effect::NotYet(Idle::Never),
        about: "How many times the rate may come at once.",
        ..RATE
    },
    Entry {
        name: "limit-connections",
        about: "Connections of one client at a time.",
        ..RATE
    },
    Entry {
        name: "limit-rate",
        bad: BadValue::Ignored,
        default: "`limit-rate` of the ConfigMap (0, no limit)",
        about: "KiB a second of one response.",
        ..RATE
    },
    Entry {
        name: "limit-rate-after",
        bad: BadValue::Ignored,
        default: "`limit-rate-after` of the ConfigMap (0)",
        about: "KiB of a response before `limit-rate` begins.",
        ..RATE
    },
    Entry {
        name: "limit-allowlist",
        aliases: &["limit-whitelist"],
        bad: BadValue::ObjectRefused,
        value: ADDRESSES,
        needs: &["limit-rps", "limit-rpm", "limit-connections"],
        about: "Clients without limits.",
        ..BASE
    },
    Entry {
        name: "allowlist-source-range",
        aliases: &["whitelist-source-range"],
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: ADDRESSES,
        default: "`whitelist-source-range` of the ConfigMap",
        about: "Only these clients are let in.",
        ..BASE
    },
    Entry {
        name: "denylist-source-range",
        risk: Risk::Medium,
        bad: BadValue::Denied,
        value: ADDRESSES,
        default: "`denylist-source-range` of the ConfigMap",
        about: "These clients are kept out.",
        ..BASE
    },
];

/// Addresses and networks; an empty element is an error, as in ingress-nginx.
pub(crate) fn addresses(text: &str) -> Result<(), Malformed> {
    let is_network = |element: &str| {
        let (address, bits) = element.split_once('/').unwrap_or((element, "0"));
        let Ok(address) = address.parse::<IpAddr>() else {
            return false;
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        bits.bytes().all(|byte| byte.is_ascii_digit())
            && bits.parse::<u8>().is_ok_and(|bits| bits <= most)
    };
    match text
        .split(',')
        .map(str::trim)
        .find(|element| !is_network(element))
    {
        None => Ok(()),
        Some(element) => Err(Malformed::new(
            words::NOT_AN_ADDRESS.arg("value", shown(element)),
        )),
    }
}
