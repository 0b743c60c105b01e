//! Canaries. Not built yet: a canary Ingress takes no traffic, all of it goes to the main one.

use super::entry::{Effect, Entry, Family, Outcome, Risk, Scope};
use super::value::{Charset, Value, flag};
use super::words;

const BASE: Entry = Entry {
    family: Family::Canary,
    scope: Scope::Canary,
    needs: &["canary"],
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "canary",
        value: Value::Flag,
        default: "false",
        needs: &[],
        effect: Effect::Partly(
            |effects, text| {
                effects.canary = flag(text)?;
                Ok(if effects.canary {
                    Outcome::NoEffectYet
                } else {
                    Outcome::InEffect
                })
            },
            &words::NO_CANARY,
        ),
        about: "The Ingress is an alternative that gets a share of another one's traffic.",
        ..BASE
    },
    Entry {
        name: "canary-weight",
        value: Value::Integer,
        default: "0",
        about: "Share of the traffic.",
        ..BASE
    },
    Entry {
        name: "canary-weight-total",
        value: Value::Integer,
        default: "100",
        about: "What `canary-weight` is a share of.",
        ..BASE
    },
    Entry {
        name: "canary-by-header",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        about: "Request header that decides with `always` or `never`.",
        ..BASE
    },
    Entry {
        name: "canary-by-header-value",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        needs: &["canary-by-header"],
        about: "Value of the header that chooses the canary.",
        ..BASE
    },
    Entry {
        name: "canary-by-header-pattern",
        risk: Risk::Medium,
        value: Value::Text(Charset::Regex),
        needs: &["canary-by-header"],
        about: "Pattern of header values that choose the canary.",
        ..BASE
    },
    Entry {
        name: "canary-by-cookie",
        risk: Risk::Medium,
        value: Value::Text(Charset::Basic),
        about: "Cookie that decides with `always` or `never`.",
        ..BASE
    },
];
