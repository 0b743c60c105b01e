//! The recordings as data: scenarios, requests, answers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

/// One set of manifests and the requests that were sent to it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) family: String,
    #[serde(default)]
    pub(crate) configmap: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) flags: Vec<String>,
    #[serde(default)]
    pub(crate) alone: bool,
    pub(crate) pods: BTreeMap<String, String>,
    pub(crate) manifests: String,
    pub(crate) cases: Vec<Case>,
}

/// One request and what came of it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) request: Request,
    pub(crate) recorded: Vec<Recorded>,
    #[serde(default)]
    pub(crate) volatile: Vec<String>,
}

/// A request as the recording client sent it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) method: Option<String>,
    pub(crate) target: String,
    pub(crate) host: Option<String>,
    pub(crate) headers: Headers,
    pub(crate) body: Option<String>,
    pub(crate) body_size: Option<usize>,
    pub(crate) chunked: bool,
    pub(crate) version: Option<String>,
    pub(crate) tls: bool,
    /// The server name; empty for none, absent for that of `host`.
    pub(crate) sni: Option<String>,
    /// A file of `certs/`, without its ending.
    pub(crate) client_cert: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) repeat: Option<usize>,
    pub(crate) parallel: bool,
    pub(crate) pause: Option<f64>,
    pub(crate) keep_cookies: bool,
    pub(crate) port: Option<u16>,
    pub(crate) raw: Option<String>,
}

/// Headers are written as a map or, where a name comes twice, as a list of pairs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub(crate) struct Headers(pub(crate) Vec<(String, String)>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Map(serde_json::Map<String, serde_json::Value>),
    List(Vec<(String, String)>),
}

impl From<Written> for Headers {
    fn from(written: Written) -> Self {
        match written {
            Written::List(list) => Self(list),
            Written::Map(map) => Self(
                map.into_iter()
                    .map(|(name, value)| {
                        let text = value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned);
                        (name, text)
                    })
                    .collect(),
            ),
        }
    }
}

/// What came of one repetition.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) response: Response,
    pub(crate) upstream: Vec<Upstream>,
}

/// What the client got.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Response {
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, String)>,
    /// What the proxy itself wrote.
    pub(crate) body: Option<String>,
    pub(crate) body_from: Option<String>,
    pub(crate) body_sha1: Option<String>,
    pub(crate) body_len: Option<usize>,
    #[serde(rename = "continue")]
    pub(crate) continued: bool,
    pub(crate) closed: bool,
    /// Subject of the certificate that was presented.
    pub(crate) certificate: Option<String>,
    /// Why there was no connection: `SSLError` where the handshake failed.
    pub(crate) error: Option<String>,
}

/// What a backend got.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Upstream {
    pub(crate) pod: String,
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) version: String,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body_len: usize,
    pub(crate) body_sha1: Option<String>,
    pub(crate) tls: Option<UpstreamTls>,
}

/// The handshake of a request that reached a backend over TLS.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct UpstreamTls {
    pub(crate) sni: Option<String>,
    pub(crate) version: String,
}

impl Case {
    /// Whether a value differed from one recording to the next.
    pub(crate) fn is_volatile(&self, path: &str) -> bool {
        self.volatile.iter().any(|known| known == path)
    }
}

impl Scenario {
    /// How a case is named in tables and excuses.
    pub(crate) fn full_id(&self, case: &Case) -> String {
        format!("{}/{}/{}", self.family, self.name, case.id)
    }
}

/// All scenarios, in the order of family and name.
pub(crate) fn load(folder: &Path) -> Vec<Scenario> {
    let entries = fs::read_dir(folder).expect("the folder of cases can be read");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut scenarios = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a file of cases can be read");
        for line in text.lines() {
            let scenario = serde_json::from_str(line);
            scenarios.push(scenario.unwrap_or_else(|fault| panic!("{}: {fault}", file.display())));
        }
    }
    scenarios
}
