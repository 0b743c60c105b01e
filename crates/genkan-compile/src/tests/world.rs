//! YAML in; decisions, codes and endpoints out.

use std::net::SocketAddr;

use genkan_diagnosis::Finding;
use genkan_http::{
    head::{RequestHead, RequestView},
    limits::HeadLimits,
    parse::{Progress, parse_request},
};
use genkan_objects::{
    ObjectStore,
    files::{Content, FileSet},
    kind::Timestamp,
};
use genkan_route::{
    basic_auth::Authenticated,
    client::ProxyHeader,
    decide::decide,
    decision::{BodyLength, DecisionInput, RequestId, Scheme, Scratch, Verdict},
    limit::Counted,
    recorder::NoRecorder,
};

use crate::{Compiler, Generation, Input, Options, Resolutions, probe::text};

/// 2027-01-15T08:00:00Z
pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000);

/// A compiled folder of one file.
pub(crate) struct World {
    pub files: FileSet,
    pub compiler: Compiler,
    pub generation: Generation,
    pub resolutions: Resolutions,
}

pub(crate) fn compile(yaml: &str) -> World {
    compile_with(yaml, Options::default(), Resolutions::new())
}

pub(crate) fn compile_with(yaml: &str, options: Options, resolutions: Resolutions) -> World {
    let mut files = FileSet::default();
    files.apply("k8s/all.yaml", &Content::Bytes(yaml.as_bytes().into()));
    let mut compiler = Compiler::new(options);
    let problems = files.problems();
    let input = Input {
        objects: files.store(),
        problems: &problems,
        resolutions: &resolutions,
        now: NOW,
    };
    let generation = compiler.compile(input);
    World {
        files,
        compiler,
        generation,
        resolutions,
    }
}

impl World {
    pub(crate) fn objects(&self) -> &ObjectStore {
        self.files.store()
    }

    /// What becomes of a request: `service target`, `site path`, or `status what`.
    pub(crate) fn get(&self, host: &str, target: &str) -> String {
        self.ask(&format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    }

    pub(crate) fn ask(&self, head: &str) -> String {
        self.ask_bytes(head.as_bytes())
    }

    pub(crate) fn ask_bytes(&self, bytes: &[u8]) -> String {
        let mut head = RequestHead::new();
        match parse_request(bytes, &mut head, &HeadLimits::default()) {
            Ok(Progress::Complete { .. }) => {}
            other => return format!("400 {other:?}"),
        }
        let view = RequestView::new(bytes, &head);
        let mut scratch = Scratch::default();
        let decision = decide(
            &self.generation.snapshot,
            &input(),
            view,
            &mut scratch,
            &mut NoRecorder,
        );
        match decision.verdict {
            Verdict::Forward(forward) => {
                let target = if forward.rewritten {
                    &*scratch.target
                } else {
                    view.target()
                };
                format!("{} {}", forward.endpoints.key.service, text(target))
            }
            Verdict::Redirect { status, .. } => format!("{status} {}", text(&scratch.location)),
            Verdict::Preflight => "204".to_owned(),
            Verdict::Health => "health".to_owned(),
            Verdict::Site(site) => format!("site:{} {}", site.name, text(&scratch.path)),
            Verdict::Count(limits) => format!("count {}", limits.zone),
            Verdict::Authenticate(_) => "compare the password".to_owned(),
            Verdict::Fault(fault) => format!("{} {fault:?}", fault.status(decision.mode)),
        }
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        self.generation
            .findings
            .iter()
            .map(|finding| finding.code().to_string())
            .collect()
    }

    pub(crate) fn finding(&self, code: &str) -> &Finding {
        let found = self
            .generation
            .findings
            .iter()
            .find(|f| f.code().to_string() == code);
        found.unwrap_or_else(|| panic!("no {code} among {:?}", self.codes()))
    }
}

pub(crate) fn input() -> DecisionInput {
    DecisionInput {
        scheme: Scheme::Http,
        port: 80,
        peer: SocketAddr::from(([192, 0, 2, 7], 4711)),
        proxy_header: ProxyHeader::Absent,
        body: BodyLength::None,
        request_id: RequestId(*b"0123456789abcdef0123456789abcdef"),
        handshake: None,
        draining: false,
        counted: Counted::Never,
        authenticated: Authenticated::Never,
    }
}
