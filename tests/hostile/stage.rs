//! One gateway, one strict backend, and the judgement about a table of rows.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use genkan_tests::{
    ClientError, Connection, EchoBackend, Folder, Gateway, Received, TlsHello,
    manifests::{annotated, documents, ingress, service},
};
use serde_json::{Value, json};

/// Lies behind every row, and is the last that the client says.
pub(crate) const HIDDEN: &str =
    "GET /hidden HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n";
/// The hidden request as a backend sees it.
pub(crate) const HIDDEN_SEEN: &str = "GET app.test/hidden";
/// `proxy-request-buffering` as an annotation.
pub(crate) const STREAMED: (&str, &str) =
    ("nginx.ingress.kubernetes.io/proxy-request-buffering", "off");
/// How long a client may take for what it began, in seconds.
const PATIENCE: &str = "3";

/// What a client sends, and what must come of it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) sent: Vec<u8>,
    /// Statuses, interim ones too.
    pub(crate) answers: Vec<u16>,
    /// `METHOD host/target body`, as the backend took it apart.
    pub(crate) seen: Vec<String>,
}

/// Answered once, seen by nobody; what lies behind is not read any more.
pub(crate) fn refused(name: &str, sent: impl Into<Vec<u8>>, status: u16) -> Row {
    row(name, sent, &[status], &[])
}

/// Seen as this, and the request behind it is one of its own.
pub(crate) fn legal(name: &str, sent: impl Into<Vec<u8>>, seen: &str) -> Row {
    row(name, sent, &[200, 200], &[seen, HIDDEN_SEEN])
}

pub(crate) fn row(name: &str, sent: impl Into<Vec<u8>>, answers: &[u16], seen: &[&str]) -> Row {
    Row {
        name: name.to_owned(),
        sent: sent.into(),
        answers: answers.to_vec(),
        seen: seen.iter().map(|&seen| seen.to_owned()).collect(),
    }
}

/// Plays all rows in clear and over TLS.
pub(crate) fn play(rows: &[Row]) {
    play_on(&[], rows);
}

/// The same, with annotations.
pub(crate) fn play_on(annotations: &[(&str, &str)], rows: &[Row]) {
    let backend = EchoBackend::start("app");
    let stage = Stage::start(backend.address(), annotations);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for transport in [Transport::Clear, Transport::Tls] {
        for row in rows {
            let mut client = stage.connect(transport);
            let answers = answers(&mut client, &[&row.sent, HIDDEN.as_bytes()].concat());
            let received = backend.take_received();
            seen += received.len();
            let shown: Vec<String> = received.iter().map(show).collect();
            if answers.as_ref() != Ok(&row.answers) || shown != row.seen {
                wrong.push(format!(
                    "{} ({transport:?}): answered {answers:?}, expected {:?}; seen {shown:?}, expected {:?}",
                    row.name, row.answers, row.seen
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A body that breaks off on its way is all that a backend may see of a refused request.
    let faults = backend.faults();
    let broken = faults
        .iter()
        .find(|fault| !fault.contains("the stream ended"));
    assert_eq!(broken, None, "what came is not HTTP");
    assert_eq!(stage.answers_of_backend(), seen);
    assert_eq!(backend.received(), [], "nothing came late");
}

/// What carries HTTP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Transport {
    Clear,
    Tls,
}

/// A gateway with one host.
pub(crate) struct Stage {
    gateway: Gateway,
    _folder: Folder,
}

impl Stage {
    pub(crate) fn start(backend: SocketAddr, annotations: &[(&str, &str)]) -> Self {
        Self::with_patience(PATIENCE, backend, annotations)
    }

    /// Clients have so many seconds for a head, and between two pieces of a body.
    pub(crate) fn with_patience(
        seconds: &str,
        backend: SocketAddr,
        annotations: &[(&str, &str)],
    ) -> Self {
        let mut ingress = ingress("app", "nginx", "app.test", &[("/", "Prefix", "app")]);
        for (name, value) in annotations {
            ingress = annotated(ingress, name, value);
        }
        let settings = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "ingress-nginx-controller", "namespace": "ingress-nginx"},
            "data": {"client-header-timeout": seconds, "client-body-timeout": seconds},
        });
        let objects = [service("app", &[backend]), ingress, settings];
        let folder = Folder::with(&documents(&objects));
        // One worker: what poisons its pool would be seen by the next client.
        let gateway = Gateway::launch(folder.path())
            .args(["--workers", "1", "--log-format", "json"])
            .start();
        Self {
            gateway,
            _folder: folder,
        }
    }

    pub(crate) fn connect(&self, transport: Transport) -> Connection {
        let hello = TlsHello {
            server_name: Some("app.test".to_owned()),
            identity: None,
        };
        match transport {
            Transport::Clear => self.gateway.connect(),
            Transport::Tls => {
                let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
                Connection::open_tls(client, self.gateway.https(), &hello).expect("a handshake")
            }
        }
    }

    pub(crate) fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Stops the gateway; how many answers its log says the backend made.
    pub(crate) fn answers_of_backend(self) -> usize {
        let log = self.gateway.stop();
        assert!(!log.stderr.contains("panicked"), "{}", log.stderr);
        let records = log.stdout.lines().map(|line| {
            serde_json::from_str::<Value>(line).unwrap_or_else(|fault| panic!("{fault}: {line}"))
        });
        records
            .filter(|record| record["maker"] == "backend")
            .count()
    }
}

/// Sends bytes and reads what is answered, until the gateway closes.
pub(crate) fn answers(client: &mut Connection, bytes: &[u8]) -> Result<Vec<u16>, String> {
    // It may refuse, and close, before everything is sent.
    let _ = client.send(bytes);
    let mut statuses = Vec::new();
    loop {
        match client.read_response("GET") {
            Ok(response) => {
                statuses.extend(response.interim);
                statuses.push(response.status);
            }
            Err(ClientError::Closed) => return Ok(statuses),
            Err(ClientError::Broken(fault)) => return Err(format!("{statuses:?}, then {fault}")),
        }
    }
}

fn show(received: &Received) -> String {
    let hosts = received.header_values("host").join("+");
    let mut text = format!("{} {hosts}{}", received.method, received.target);
    if !received.body.is_empty() {
        text += &format!(" {}", received.body.escape_ascii());
    }
    for (name, value) in &received.trailers {
        text += &format!(" {name}={value}");
    }
    text
}
