//! What is compared, as data: how each fact was seen on the wire, and how an explanation words it.

use serde_json::{Value, json};

use crate::dimensions::Drawn;
use crate::world::World;

/// One exchange as it was seen from outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    /// Name of the backend that answered.
    pub(crate) pod: Option<String>,
    /// Request target that the backend received.
    pub(crate) upstream: Option<String>,
    /// Common name of the certificate that was presented.
    pub(crate) certificate: Option<String>,
    /// Genkan's own id.
    pub(crate) id: String,
    /// The line of the access log; null for the health path, which is never logged.
    pub(crate) log: Value,
}

impl Seen {
    /// As manifests alone tell it: they do not say at which port TLS is accepted.
    pub(crate) fn without_port(&self, https: u16) -> Self {
        let location = self.location.as_ref();
        Self {
            location: location.map(|text| text.replacen(&format!(":{https}"), "", 1)),
            ..self.clone()
        }
    }

    /// As a trace keeps it: without queries.
    pub(crate) fn without_queries(&self) -> Self {
        let path = |text: &Option<String>| {
            let text = text.as_deref()?;
            Some(text.split('?').next().unwrap_or(text).to_owned())
        };
        Self {
            location: path(&self.location),
            upstream: path(&self.upstream),
            ..self.clone()
        }
    }
}

/// An explanation, and what is needed to read it.
pub(crate) struct Explained<'a> {
    pub(crate) trace: &'a Value,
    pub(crate) world: &'a World,
    pub(crate) drawn: &'a Drawn,
}

/// One thing that must be equal.
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) happened: fn(&Seen) -> Value,
    pub(crate) explained: fn(&Explained<'_>) -> Value,
}

pub(crate) const FACTS: &[Fact] = &[
    Fact {
        name: "status",
        happened: |seen| match from_elsewhere(seen) {
            true => Value::Null,
            false => json!(seen.status),
        },
        explained: |explained| explained.answer("status"),
    },
    Fact {
        name: "maker",
        happened: |seen| match from_elsewhere(seen) {
            true => Value::Null,
            false => json!(maker(seen)),
        },
        explained: |explained| explained.answer("maker"),
    },
    // Where the answer is left to somebody else, the explanation says to whom.
    Fact {
        name: "answered by",
        happened: |seen| match maker(seen).as_str() {
            "backend" => json!("Service"),
            "static" => json!("StaticSite"),
            _ => Value::Null,
        },
        explained: |explained| match &explained.trace["backend"] {
            backend if backend["target"].is_null() => Value::Null,
            backend if backend["kind"].is_null() => json!("Service"),
            backend => backend["kind"].clone(),
        },
    },
    Fact {
        name: "object",
        happened: |seen| match (&seen.log["ingress"], &seen.log["rule"]) {
            (Value::Null, _) => Value::Null,
            (name, rule) => json!([seen.log["namespace"], name, rule]),
        },
        explained: |explained| {
            let Some(candidate) = explained.chosen() else {
                return Value::Null;
            };
            let object = &candidate["object"];
            json!([
                object["namespace"],
                object["name"],
                rule_of(&candidate["pointer"])
            ])
        },
    },
    Fact {
        name: "upstream target",
        happened: |seen| json!(seen.upstream),
        explained: |explained| match &explained.trace["backend"] {
            backend if backend["kind"].is_null() => backend["target"].clone(),
            _ => Value::Null,
        },
    },
    Fact {
        name: "backend",
        happened: |seen| {
            let reached = !seen.log["attempts"].is_null() || is_absent(&seen.log["code"]);
            match (&seen.log["site"], reached && seen.log["site"].is_null()) {
                (_, true) => json!([
                    seen.log["namespace"],
                    seen.log["service"],
                    seen.log["service_port"]
                ]),
                (site, _) if maker(seen) == "static" => json!([seen.log["namespace"], site, null]),
                _ => Value::Null,
            }
        },
        explained: |explained| match &explained.trace["backend"] {
            Value::Null => Value::Null,
            backend if backend["port"] == "" => {
                json!([backend["namespace"], backend["service"], null])
            }
            backend => json!([backend["namespace"], backend["service"], backend["port"]]),
        },
    },
    // Independent of the log: each Service port leads to a backend that says who it is.
    Fact {
        name: "pod",
        happened: |seen| json!(seen.pod),
        explained: |explained| {
            let backend = &explained.trace["backend"];
            if backend["target"].is_null() || !backend["kind"].is_null() {
                return Value::Null;
            }
            let key = ["namespace", "service", "port"]
                .map(|name| backend[name].as_str().unwrap_or_default().to_owned());
            json!(explained.world.pods.get(&key))
        },
    },
    Fact {
        name: "redirect",
        happened: |seen| match (maker(seen) == "proxy", &seen.location) {
            (true, Some(location)) => json!([seen.status, location]),
            _ => Value::Null,
        },
        explained: |explained| match &explained.trace["response"]["location"] {
            Value::Null => Value::Null,
            location => {
                let redirect = &explained.trace["redirect"];
                assert_eq!(location, &redirect["location"], "two places, one redirect");
                json!([redirect["status"], location])
            }
        },
    },
    Fact {
        name: "certificate",
        happened: |seen| json!(seen.certificate),
        explained: |explained| match &explained.trace["tls"] {
            Value::Null => Value::Null,
            tls => match &tls["certificate"]["name"] {
                Value::Null => json!(GENERATED),
                name => name.clone(),
            },
        },
    },
    // An error of ours is never left without a code.
    Fact {
        name: "error has a code",
        happened: |seen| json!(maker(seen) == "proxy" && seen.status >= 400),
        explained: |explained| {
            let error = explained.answer("status").as_u64() >= Some(400);
            json!(error && explained.trace["primary"].is_string())
        },
    },
    Fact {
        name: "method and host",
        happened: |seen| match &seen.log["method"] {
            // the health path
            Value::Null => Value::Null,
            method => method.clone(),
        },
        explained: |explained| match explained.is_health() {
            true => Value::Null,
            false => {
                assert_eq!(explained.trace["request"]["method"], explained.drawn.method);
                explained.trace["request"]["method"].clone()
            }
        },
    },
];

/// The common name of what is presented where there is no certificate.
const GENERATED: &str = "Kubernetes Ingress Controller Fake Certificate";

impl Explained<'_> {
    pub(crate) fn chosen(&self) -> Option<&Value> {
        let number = usize::try_from(self.trace["chosen"].as_u64()?).ok()?;
        self.trace["candidates"].get(number - 1)
    }

    /// A field of the answer; null where it is left to somebody else.
    fn answer(&self, field: &str) -> Value {
        let response = &self.trace["response"];
        if response["maker"] == "backend" || response["maker"] == "static" {
            return Value::Null;
        }
        response[field].clone()
    }

    fn is_health(&self) -> bool {
        self.trace["response"]["status"] == 200 && self.trace["response"]["maker"] == "proxy"
    }
}

/// The access log's word. The health path has no line; the proxy itself answers it.
pub(crate) fn maker(seen: &Seen) -> String {
    seen.log["maker"].as_str().unwrap_or("proxy").to_owned()
}

fn from_elsewhere(seen: &Seen) -> bool {
    maker(seen) != "proxy"
}

/// Codes of a backend that was chosen and cannot serve.
fn is_absent(code: &Value) -> bool {
    ["GK0300", "GK0302", "GK0305", "GK0308"]
        .iter()
        .any(|absent| code == absent)
}

/// `/spec/rules/1/http/paths/2` as the access log writes it.
fn rule_of(pointer: &Value) -> Value {
    let steps: Vec<&str> = pointer.as_str().unwrap_or_default().split('/').collect();
    match steps[..] {
        ["", "spec", "rules", rule, "http", "paths", path] => {
            json!(format!("rules[{rule}].paths[{path}]"))
        }
        _ => Value::Null,
    }
}
