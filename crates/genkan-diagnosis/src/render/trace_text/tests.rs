//! The trace of the story, compared with the literal text of the design.

use crate::render::{Style, json, text};
use crate::trace::{
    Attempt, Backend, Candidate, CertificateTried, Client, Host, HostMatch, Kind, Known, Listener,
    ProxyHeader, Reason, Redirect, Request, Response, Rewrite, Tls, Trace, Verdict, WouldWork,
};
use crate::{Code, Language, Maker, ObjectRef};

const EXPECTED: &str = "\
listener   :80 http, peer 10.0.1.4
tls        none
host       todo.example.com      exact        Ingress todo/todo rules[0]
path       candidates
             1 chosen    /todos  Prefix       Ingress todo/todo paths[0]
             2 rejected  /       Prefix       Ingress todo/front paths[0]   less-specific-than(1)
             3 rejected  /todos/(.*) Prefix   Ingress todo/old paths[0]     literal-not-pattern (GK0001)
access     none configured
rewrite    /todos/1  ->  /       rewrite-target is a constant (GK0002)      ingress.yaml:7:49
backend    Service todo/todo:80 -> 2 ready endpoints
endpoint   10.1.3.86:5000 (Pod todo-6d9f), connect 0.3 ms
response   405 in 2.1 ms, Allow: GET, HEAD, OPTIONS                         made by the BACKEND
--------
405: your application refused DELETE on `/`, because the annotation on Ingress todo/todo
turned /todos/1 into `/`.  primary GK0002, then GK0003
  would work: remove rewrite-target  (dry run: DELETE /todos/1 -> 204)
";

fn candidate(name: &str, path: &str, reason: Option<Reason>, code: Option<Code>) -> Candidate {
    Candidate {
        object: ObjectRef::ingress("todo", name),
        pointer: "/spec/rules/0/http/paths/0".into(),
        path: path.into(),
        path_type: "Prefix".into(),
        verdict: if reason.is_none() {
            Verdict::Chosen
        } else {
            Verdict::Rejected
        },
        implied: false,
        reason,
        code,
    }
}

fn story() -> Trace {
    Trace {
        request: Request {
            method: "DELETE".into(),
            url: "http://todo.example.com/todos/1".into(),
            host: "todo.example.com".into(),
            raw_path: "/todos/1".into(),
            path: "/todos/1".into(),
            code: None,
            dropped_headers: Vec::new(),
        },
        listener: Known::Value(Listener {
            address: ":80".into(),
            protocol: "http".into(),
            peer: Some("10.0.1.4".into()),
            client: None,
            proxy_header: None,
        }),
        tls: Known::Value(None),
        host: Some(Host {
            name: "todo.example.com".into(),
            matched: HostMatch::Exact,
            object: Some(ObjectRef::ingress("todo", "todo")),
            pointer: Some("/spec/rules/0".into()),
        }),
        candidates: vec![
            candidate("todo", "/todos", None, None),
            candidate("front", "/", Some(Reason::LessSpecificThan(1)), None),
            candidate(
                "old",
                "/todos/(.*)",
                Some(Reason::LiteralNotPattern),
                Some(Code::GK0001),
            ),
        ],
        chosen: Some(1),
        rewrite: Some(Rewrite {
            before: "/todos/1".into(),
            after: "/".into(),
            by: "rewrite-target".into(),
            object: ObjectRef::ingress("todo", "todo"),
            location: Some("ingress.yaml:7:49".into()),
            code: Some(Code::GK0002),
        }),
        backend: Some(Backend {
            namespace: "todo".into(),
            service: "todo".into(),
            port: "80".into(),
            kind: None,
            target: Some("/".into()),
            ready: Known::Value(2),
            protocol: None,
            tls: None,
            instead_of: None,
            rewrites: Vec::new(),
            code: None,
        }),
        endpoint: Known::Value(vec![Attempt {
            address: "10.1.3.86:5000".into(),
            pod: Some("todo-6d9f".into()),
            reused: false,
            connect_ms: Some(0.3),
            failure: None,
            code: None,
        }]),
        response: Known::Value(Response {
            status: 405,
            maker: Maker::Backend,
            first_byte_ms: Some(2.1),
            allow: ["GET", "HEAD", "OPTIONS"].map(String::from).to_vec(),
            location: None,
        }),
        primary: Some(Code::GK0002),
        contributing: vec![Code::GK0003],
        would_work: Some(WouldWork {
            change: "remove rewrite-target".into(),
            request: "DELETE /todos/1".into(),
            answer: "204".into(),
        }),
        ..Trace::default()
    }
}

fn check_last(trace: &Trace, expected: &str) {
    let shown = text::trace(trace, &Style::default());
    let last = shown.split_once("--------\n").unwrap().1;
    assert_eq!(last, expected);
}

#[test]
fn the_story_reads_as_designed() {
    assert_eq!(text::trace(&story(), &Style::default()), EXPECTED);
}

#[test]
fn the_story_reads_in_japanese() {
    let shown = text::trace(&story(), &Style::in_language(Language::Japanese));
    assert!(shown.contains("             1 採用"), "{shown}");
    let said = shown.split_once("--------\n").unwrap().1;
    let expected = "\
405: アプリケーションが `/` への DELETE を拒否しました。Ingress todo/todo のアノテーション
が /todos/1 を `/` に変えたためです。  主因 GK0002、次に GK0003
  成功する変更: remove rewrite-target  (試算: DELETE /todos/1 -> 204)
";
    assert_eq!(said, expected);
}

#[test]
fn a_dry_run_says_what_is_not_known() {
    let trace = Trace {
        endpoint: Known::Unknown,
        response: Known::Unknown,
        rewrite: None,
        primary: None,
        contributing: Vec::new(),
        would_work: None,
        ..story()
    };
    let shown = text::trace(&trace, &Style::default());
    assert!(shown.contains("\nendpoint   unknown\nresponse   unknown: nothing was sent\n"));
    check_last(
        &trace,
        "the request would reach Service todo/todo:80 as DELETE `/todos/1`; what it answers is not\n\
         known.\n",
    );
}

#[test]
fn the_proxy_says_why_it_answered_itself() {
    let response = |status| {
        Known::Value(Response {
            status,
            maker: Maker::Proxy,
            first_byte_ms: None,
            allow: Vec::new(),
            location: None,
        })
    };
    let bare = Trace {
        primary: None,
        contributing: Vec::new(),
        would_work: None,
        ..story()
    };
    let no_path = Trace {
        response: response(404),
        chosen: None,
        ..bare.clone()
    };
    check_last(
        &no_path,
        "404: host `todo.example.com` is served, but none of its 3 paths matches /todos/1.\n",
    );
    let redirect = Redirect {
        status: 301,
        location: "/todos/1/".into(),
        code: None,
    };
    let redirected = Trace {
        response: response(301),
        redirect: Some(redirect),
        backend: None,
        ..bare.clone()
    };
    check_last(
        &redirected,
        "301: the proxy redirects to /todos/1/; no backend is asked.\n",
    );
    let mut empty = Trace {
        response: response(503),
        endpoint: Known::Value(vec![]),
        ..bare
    };
    if let Some(backend) = &mut empty.backend {
        (backend.ready, backend.code) = (Known::Value(0), Some(Code::GK0305));
    }
    check_last(&empty, "503: Service todo/todo:80 has no ready endpoint.\n");
}

#[test]
fn a_pattern_that_fails_says_where() {
    let mut trace = story();
    trace.request.path = "/todos/1/done".into();
    trace.candidates[2].reason = Some(Reason::PatternFailsAt(8));
    trace.candidates[2].code = None;
    let shown = text::trace(&trace, &Style::default());
    let expected = "   pattern-fails-at(8): matched /todos/1, then found /done\n";
    assert!(shown.contains(expected), "{shown}");
}

#[test]
fn a_recorded_trace_shows_request_and_id() {
    let trace = Trace {
        kind: Kind::Recorded,
        id: Some("4f1c".into()),
        ..story()
    };
    let shown = text::trace(&trace, &Style::default());
    let first = shown.lines().next().unwrap();
    assert!(
        first.starts_with("request    DELETE http://todo.example.com/todos/1"),
        "{first}"
    );
    assert!(first.ends_with("4f1c"), "{first}");
}

#[test]
fn a_client_that_is_not_the_peer_is_shown_with_the_reason() {
    let check = |because: &str, expected: &str| {
        let client = Client {
            address: "203.0.113.7".into(),
            peer: "10.0.1.4".into(),
            because: because.into(),
            header: "X-Forwarded-For".into(),
        };
        let trace = Trace {
            client: Some(client),
            ..story()
        };
        let shown = text::trace(&trace, &Style::default());
        let row = shown.lines().find(|line| line.starts_with("client"));
        assert_eq!(
            row,
            Some(format!("client     203.0.113.7  {expected}").as_str())
        );
    };
    check(
        "header",
        "named by X-Forwarded-For of the trusted proxy 10.0.1.4",
    );
    check(
        "proxy-protocol",
        "named by the PROXY header of the trusted proxy 10.0.1.4",
    );
    check(
        "headers-not-trusted",
        "the peer: X-Forwarded-For is not trusted (`use-forwarded-headers` is off)",
    );
    check(
        "peer-not-trusted",
        "the peer: it is not in `proxy-real-ip-cidr`, so its X-Forwarded-For does not count",
    );
    check(
        "header-unreadable",
        "the peer: the last entry of X-Forwarded-For is not an address",
    );
}

#[test]
fn where_a_certificate_was_looked_for_is_shown() {
    let tried = |name: Option<&str>, secret: Option<&str>| CertificateTried {
        name: name.map(str::to_owned),
        found: name.is_none() || secret.is_some(),
        certificates: secret
            .map(|name| ObjectRef::new("v1", "Secret", "todo", name))
            .into_iter()
            .collect(),
    };
    let check = |tls: Tls, expected: &str| {
        let mut trace = story();
        trace.tls = Known::Value(Some(tls));
        let shown = text::trace(&trace, &Style::default());
        assert!(shown.contains(expected), "{shown}");
    };
    let wild = Some(ObjectRef::new("v1", "Secret", "todo", "wild"));
    check(
        Tls {
            server_name: Some("a.example.com".to_owned()),
            alpn: Some("h2".to_owned()),
            version: Some("TLSv1.3".to_owned()),
            certificate: wild,
            because: "wildcard".to_owned(),
            refused: false,
            tried: vec![
                tried(Some("a.example.com"), None),
                tried(Some("*.example.com"), Some("wild")),
            ],
        },
        "\
tls        TLSv1.3, a.example.com, h2
               no entry  a.example.com
               presented *.example.com        Secret todo/wild
",
    );
    check(
        Tls {
            because: "no-name".to_owned(),
            tried: vec![tried(None, None)],
            ..Tls::default()
        },
        "\
tls        no server name
               presented default certificate  generated
",
    );
}

#[test]
fn a_proxy_header_is_part_of_the_listener() {
    let check = |source: Option<&str>, expected: &str| {
        let listener = Listener {
            address: "10.0.0.1:80".into(),
            protocol: "http".into(),
            peer: Some("10.0.1.4".into()),
            client: None,
            proxy_header: Some(ProxyHeader {
                source: source.map(str::to_owned),
                destination: source.map(|_| "198.51.100.1:81".to_owned()),
            }),
        };
        let trace = Trace {
            listener: Known::Value(listener),
            ..Trace::default()
        };
        let text = super::trace(&trace, &Style::default());
        let row = text.lines().find(|line| line.starts_with("listener"));
        assert_eq!(row, Some(expected), "{text}");
    };
    check(
        Some("203.0.113.7:4711"),
        "listener   10.0.0.1:80 http, peer 10.0.1.4, PROXY header: 203.0.113.7:4711 to 198.51.100.1:81",
    );
    check(
        None,
        "listener   10.0.0.1:80 http, peer 10.0.1.4, PROXY header that names nobody",
    );
}

#[test]
fn json_has_the_fields_of_the_command_line_contract() {
    let value = json::trace(&story(), &[], &Style::default());
    for field in [
        "request",
        "listener",
        "host",
        "candidates",
        "chosen",
        "redirect",
        "rewrite",
        "backend",
        "endpoint",
        "response",
        "findings",
    ] {
        assert!(value.get(field).is_some(), "{field} is missing");
    }
    assert_eq!(
        value["candidates"][1].to_string(),
        concat!(
            r#"{"object":{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","namespace":"todo","#,
            r#""name":"front"},"pointer":"/spec/rules/0/http/paths/0","path":"/","#,
            r#""pathType":"Prefix","verdict":"rejected","reason":"less-specific-than(1)"}"#
        )
    );
    assert_eq!(value["rewrite"]["after"], "/");
    assert_eq!(value["backend"]["service"], "todo");
    assert_eq!(value["response"]["maker"], "backend");
    let trace: Trace = serde_json::from_value(value).unwrap();
    assert_eq!(trace, story());
    assert_eq!(trace.codes(), [Code::GK0002, Code::GK0003, Code::GK0001]);
}

#[test]
fn a_request_refused_for_what_it_is_has_no_host_and_no_candidates() {
    let trace = Trace {
        request: Request {
            method: "GET".into(),
            url: "http://todo.example.com/../..".into(),
            raw_path: "/../..".into(),
            code: Some(Code::GK0506),
            ..Request::default()
        },
        response: Known::Value(Response {
            status: 400,
            maker: Maker::Proxy,
            first_byte_ms: None,
            allow: Vec::new(),
            location: None,
        }),
        ..Trace::default()
    };
    let text = super::trace(&trace, &Style::default());
    assert!(text.contains("refused (GK0506)"), "{text}");
    assert!(
        text.contains("400: the proxy refused the request before it looked for a host"),
        "{text}"
    );
    assert!(!text.contains("no Ingress has"), "{text}");
}
