//! The real program with real backends: shows it a folder, sends requests, gathers what was seen.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use genkan_tests::{
    Connection, EchoBackend, Folder, Gateway, Request, Response, fetch, genkan, subject,
};
use serde_json::Value;

use crate::dimensions::Drawn;
use crate::facts::Seen;
use crate::world::{MARKER, World, marker_location};

const PODS: usize = 5;
const FILE: &str = "world.yaml";

/// What came back, and the common name of the certificate that was presented.
type Answer = (Response, Option<String>);

/// One request and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) drawn: Drawn,
    pub(crate) seen: Seen,
}

pub(crate) struct Stage {
    pods: Vec<EchoBackend>,
    folder: Folder,
    gateway: Gateway,
    connection: RefCell<Option<Connection>>,
    /// Number of the next request; its header tells log lines and backends' requests apart.
    next: Cell<usize>,
    /// How many folders were shown.
    shown: usize,
}

impl Stage {
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        for (name, text) in [
            ("site/index.html", "<p>page</p>"),
            ("site/todos/index.html", "<p>todos</p>"),
        ] {
            folder.write(name, text);
        }
        folder.write(FILE, "");
        let gateway = Gateway::launch(folder.path())
            .args(["--log-format", "json", "--log-overflow", "block"])
            .start();
        Self {
            pods: (0..PODS)
                .map(|number| EchoBackend::start(&format!("pod-{number}")))
                .collect(),
            folder,
            gateway,
            connection: RefCell::default(),
            next: Cell::new(0),
            shown: 0,
        }
    }

    /// Names and addresses of the backends.
    pub(crate) fn pods(&self) -> Vec<(String, SocketAddr)> {
        self.pods
            .iter()
            .map(|pod| (pod.name().to_owned(), pod.address()))
            .collect()
    }

    /// What the backends got and could not read.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.pods.iter().flat_map(EchoBackend::faults).collect()
    }

    /// Serves these manifests, and no others.
    pub(crate) fn show(&mut self, world: &World) {
        self.shown += 1;
        let text = world.text(self.shown);
        let Self {
            folder, gateway, ..
        } = self;
        gateway.apply(|| folder.write(FILE, &text));
        // A name that was resolved meanwhile makes a generation too: what went live may be the last
        // folder once more.
        let wanted = marker_location(self.shown);
        let marker = Request::get("/").host(MARKER);
        while gateway.fetch(&marker).header("location") != Some(&*wanted) {
            gateway.wait_for_generation(gateway.generation() + 1);
        }
    }

    /// Sends the requests one after the other.
    pub(crate) fn play(&self, drawn: &[Drawn]) -> Vec<Exchange> {
        let from = self.gateway.stdout().count();
        let mut answers = BTreeMap::new();
        let mut order = Vec::new();
        for one in drawn {
            let number = self.next.replace(self.next.get() + 1);
            let id = format!("case-{number}");
            answers.insert(id.clone(), self.exchange(one, &id));
            order.push((id, one));
        }
        let upstream = self.upstream_targets();
        let mut lines = self.log_lines(from, &answers);
        order
            .into_iter()
            .map(|(id, drawn)| {
                let (answer, certificate) = &answers[&id];
                let log = lines.remove(&id).unwrap_or_default();
                let seen = Seen {
                    status: answer.status,
                    location: answer.header("location").map(str::to_owned),
                    pod: answer.header("x-pod").map(str::to_owned),
                    upstream: upstream.get(&id).cloned(),
                    certificate: certificate.clone(),
                    id: log["id"].as_str().unwrap_or_default().to_owned(),
                    log,
                };
                let drawn = drawn.clone();
                Exchange { drawn, seen }
            })
            .collect()
    }

    /// The answer, and the common name of the certificate that was presented.
    fn exchange(&self, drawn: &Drawn, id: &str) -> Answer {
        let mut request = Request::new(&drawn.method, &drawn.sent_target())
            .host(&drawn.host)
            .header("X-Request-ID", id)
            .body(vec![b'x'; drawn.body.unwrap_or_default()]);
        request.headers.extend(drawn.headers.iter().cloned());
        if let Some(hello) = &drawn.hello {
            let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
            let connection = Connection::open_tls(client, self.gateway.https(), hello);
            let mut connection = connection.expect("the gateway shakes hands");
            let answer = connection
                .exchange(&request)
                .unwrap_or_else(|fault| panic!("no answer to {drawn:?}: {fault:?}"));
            let subject = connection.presented().map(subject).unwrap_or_default();
            let names = subject.split(',').find_map(|part| part.strip_prefix("CN="));
            return (answer, names.map(str::to_owned));
        }
        let mut kept = self.connection.borrow_mut();
        let connection = kept.get_or_insert_with(|| self.gateway.connect());
        let answer = connection
            .exchange(&request)
            .unwrap_or_else(|fault| panic!("no answer to {drawn:?}: {fault:?}"));
        if answer
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
        {
            *kept = None;
        }
        (answer, None)
    }

    fn upstream_targets(&self) -> BTreeMap<String, String> {
        let received = self.pods.iter().flat_map(EchoBackend::take_received);
        received
            .filter_map(|received| {
                Some((
                    received.header("x-request-id")?.to_owned(),
                    received.target.clone(),
                ))
            })
            .collect()
    }

    /// The line of each request. The health path has none: it answers 200 without a body and without a
    /// backend.
    fn log_lines(
        &self,
        from: usize,
        answers: &BTreeMap<String, Answer>,
    ) -> BTreeMap<String, Value> {
        let is_health = |(answer, _): &Answer| {
            answer.status == 200
                && answer.header("x-pod").is_none()
                && answer.header("etag").is_none()
        };
        let wanted = answers.values().filter(|answer| !is_health(answer)).count();
        let mut lines = BTreeMap::new();
        if wanted == 0 {
            return lines;
        }
        let all = self.gateway.stdout().wait_from(from, |line| {
            let line: Value = serde_json::from_str(line).ok()?;
            let id = line["request_id"].as_str()?.to_owned();
            if answers.contains_key(&id) {
                lines.insert(id, line);
            }
            (lines.len() >= wanted).then_some(())
        });
        let unlogged = answers.iter().find(|(id, _)| !lines.contains_key(*id));
        assert!(all.is_some(), "no line in the access log: {unlogged:?}");
        lines
    }

    /// `genkan explain METHOD URL -o json`, as the running gateway answers it.
    pub(crate) fn explain(&self, drawn: &Drawn) -> Value {
        let mut query = format!(
            "/explain?json=1&method={}&url={}",
            drawn.method,
            escape(&self.url(drawn))
        );
        for (name, value) in parameters(drawn) {
            query += &format!("&{name}={}", escape(&value));
        }
        let answer = fetch(self.gateway.listener("console"), &Request::get(&query));
        assert_eq!(answer.status, 200, "{drawn:?}: {}", answer.text());
        answer.json()
    }

    /// The same by the command, on the files.
    pub(crate) fn explain_by_command(&self, drawn: &Drawn) -> Value {
        let mut arguments = vec!["explain".to_owned(), "-o".to_owned(), "json".to_owned()];
        for (name, value) in parameters(drawn) {
            let flag = match name {
                "header" => "--header",
                "target" => "--request-target",
                _ => "--body-size",
            };
            arguments.extend([flag.to_owned(), value]);
        }
        arguments.extend([
            "--manifests".to_owned(),
            self.folder.path().display().to_string(),
        ]);
        arguments.extend([drawn.method.clone(), self.url(drawn)]);
        genkan(arguments).expect_code(0).json()
    }

    /// The trace that was kept of a request, if it was.
    pub(crate) fn recorded(&self, id: &str) -> Option<Value> {
        if id.is_empty() {
            return None;
        }
        let query = format!("/explain?json=1&id={id}");
        let answer = fetch(self.gateway.listener("console"), &Request::get(&query));
        (answer.status == 200).then(|| answer.json())
    }

    /// Where TLS is accepted.
    pub(crate) fn https_port(&self) -> u16 {
        self.gateway.https().port()
    }

    /// Where the client connects to. A server name comes from there, as in any client.
    fn url(&self, drawn: &Drawn) -> String {
        let https = self.gateway.https();
        match drawn.hello.as_ref().map(|hello| &hello.server_name) {
            None => format!("http://{}/", self.gateway.http()),
            Some(None) => format!("https://{https}/"),
            Some(Some(name)) => format!("https://{name}:{}/", https.port()),
        }
    }
}

fn parameters(drawn: &Drawn) -> Vec<(&'static str, String)> {
    let mut parameters = vec![
        ("header", format!("Host: {}", drawn.host)),
        ("target", drawn.sent_target()),
    ];
    let headers = drawn.headers.iter();
    parameters.extend(headers.map(|(name, value)| ("header", format!("{name}: {value}"))));
    parameters.extend(drawn.body.map(|length| ("body", length.to_string())));
    parameters
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
