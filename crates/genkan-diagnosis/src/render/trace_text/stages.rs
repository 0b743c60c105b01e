//! The rows of a trace: what each stage says, one function per stage.

use super::conclusion::backend_name;
use super::{DETAIL, OBJECT, PATH, Row};
use crate::code::Code;
use crate::maker::Maker;
use crate::phrase::{Language, Message};
use crate::render::labels;
use crate::trace::{
    AccessCheck, Attempt, Candidate, CertificateTried, HostMatch, Kind, Known, Reason, Tls, Trace,
    Verdict,
};

/// Makes the rows of a trace.
pub(super) struct Rows<'a> {
    pub(super) trace: &'a Trace,
    pub(super) language: Language,
}

impl Rows<'_> {
    pub(super) fn all(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = self.request().into_iter().collect();
        rows.push(self.listener());
        rows.extend(self.client());
        rows.extend(self.tls());
        // nobody looked for a host
        if self.trace.request.code.is_none() {
            rows.push(self.host());
            rows.extend(self.paths());
        }
        rows.extend(self.access());
        rows.extend(self.redirect());
        rows.extend(self.rewrite());
        rows.extend(self.backend());
        rows.extend(self.endpoint());
        rows.push(self.response());
        rows
    }

    fn say(&self, message: impl Into<Message>) -> String {
        message.into().show(self.language)
    }

    /// Only where there is more to say than the command line already does.
    fn request(&self) -> Option<Row> {
        let request = &self.trace.request;
        let asked = format!("{} {}", request.method, request.url);
        if let Some(code) = request.code {
            let refused = with_code(&self.say(&labels::REFUSED), Some(code));
            return Some(Row::new("request", asked).cell(OBJECT, refused));
        }
        let changed = request.path != request.raw_path;
        let row = match (self.trace.kind, changed) {
            (Kind::Simulated, false) => return None,
            (_, false) => Row::new("request", asked),
            (_, true) => {
                let path = labels::NORMALISED.arg("path", &request.path);
                Row::new("request", format!("{asked}   {}", self.say(path)))
            }
        };
        Some(row.remark(self.trace.id.clone().unwrap_or_default()))
    }
}

/// The stages, one function each.
impl Rows<'_> {
    fn listener(&self) -> Row {
        let Some(listener) = self.trace.listener.value() else {
            return self.unknown("listener");
        };
        let peer = listener
            .peer
            .as_ref()
            .map(|peer| self.say(labels::PEER.arg("peer", peer)));
        let client = listener.client.as_ref();
        let client = client.map(|client| self.say(labels::CLIENT.arg("client", client)));
        let header = listener.proxy_header.as_ref().map(|header| {
            self.say(match (&header.source, &header.destination) {
                (Some(source), Some(destination)) => labels::PROXY_HEADER
                    .arg("source", source)
                    .arg("destination", destination),
                _ => Message::from(&labels::PROXY_HEADER_ANONYMOUS),
            })
        });
        let first = format!("{} {}", listener.address, listener.protocol);
        let parts = [Some(first), peer, header, client];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        Row::new("listener", parts.join(", "))
    }

    fn client(&self) -> Option<Row> {
        let client = self.trace.client.as_ref()?;
        let text = match client.because.as_str() {
            "header" => &labels::CLIENT_FROM_HEADER,
            "proxy-protocol" => &labels::CLIENT_FROM_PROXY,
            "headers-not-trusted" => &labels::CLIENT_HEADERS_NOT_TRUSTED,
            "peer-not-trusted" => &labels::CLIENT_PEER_NOT_TRUSTED,
            "header-unreadable" => &labels::CLIENT_UNREADABLE,
            other => return Some(Row::new("client", format!("{} ({other})", client.address))),
        };
        let because = text.arg("header", &client.header).arg("peer", &client.peer);
        let because = self.say(because);
        Some(Row::new("client", format!("{}  {because}", client.address)))
    }

    fn tls(&self) -> Vec<Row> {
        let tls = match &self.trace.tls {
            Known::Unknown => return vec![self.unknown("tls")],
            Known::Value(None) => return vec![Row::new("tls", self.say(&labels::NONE))],
            Known::Value(Some(tls)) => tls,
        };
        let nameless = || Some(self.say(&labels::NO_SERVER_NAME));
        let facts = [
            tls.version.clone(),
            tls.server_name.clone().or_else(nameless),
            tls.alpn.clone(),
            tls.refused.then(|| self.say(&labels::REFUSED)),
        ];
        let facts: Vec<_> = facts.into_iter().flatten().collect();
        let mut rows = vec![Row::new("tls", facts.join(", "))];
        let last = tls.tried.len().saturating_sub(1);
        let presented = (!tls.refused).then_some(last);
        let tried = tls.tried.iter().enumerate();
        rows.extend(tried.map(|(at, tried)| self.certificate(tried, presented == Some(at), tls)));
        rows
    }

    /// One place where a certificate was looked for.
    fn certificate(&self, tried: &CertificateTried, presented: bool, tls: &Tls) -> Row {
        let verdict = match (presented, tried.found) {
            (true, _) => &labels::PRESENTED,
            (false, true) => &labels::REFUSED,
            (false, false) => &labels::NO_ENTRY,
        };
        let default = || self.say(&labels::DEFAULT_CERTIFICATE);
        let name = tried.name.clone().unwrap_or_else(default);
        let certificates: Vec<_> = tried.certificates.iter().map(ToString::to_string).collect();
        let certificates = match (certificates.is_empty(), presented) {
            (false, _) => certificates.join(", "),
            (true, false) => String::new(),
            // the entry has none of its own, so the default stands in
            (true, true) => {
                let generated = || self.say(&labels::GENERATED_CERTIFICATE);
                let shown = tls.certificate.as_ref();
                let shown = shown.map_or_else(generated, ToString::to_string);
                match tried.name {
                    Some(_) => format!("{}: {shown}", default()),
                    None => shown,
                }
            }
        };
        let mut row = Row::new("", format!("    {}", self.say(verdict)))
            .cell(PATH, name)
            .cell(OBJECT, certificates);
        row.chosen = presented;
        row
    }

    fn host(&self) -> Row {
        let asked = self.trace.request.host.clone();
        let Some(host) = &self.trace.host else {
            return Row::new("host", asked).cell(OBJECT, self.say(&labels::NO_HOST));
        };
        let matched = match host.matched {
            HostMatch::Exact => "exact".to_owned(),
            HostMatch::Alias => format!("alias of {}", host.name),
            HostMatch::Wildcard => format!("wildcard {}", host.name),
            HostMatch::CatchAll => "catch-all".to_owned(),
        };
        let object = host.object.as_ref().map(|object| {
            format!(
                "{object} {}",
                short_field(host.pointer.as_deref().unwrap_or(""))
            )
        });
        let object = object.unwrap_or_default();
        Row::new("host", asked)
            .cell(DETAIL, matched)
            .cell(OBJECT, object.trim_end())
    }

    fn paths(&self) -> Vec<Row> {
        if self.trace.candidates.is_empty() {
            return vec![Row::new("path", self.say(&labels::NO_CANDIDATES))];
        }
        let candidates = self.trace.candidates.iter().enumerate();
        let rows = candidates.map(|(index, candidate)| self.candidate(index + 1, candidate));
        std::iter::once(Row::new("path", self.say(&labels::CANDIDATES)))
            .chain(rows)
            .collect()
    }

    fn candidate(&self, number: usize, candidate: &Candidate) -> Row {
        let chosen = candidate.verdict == Verdict::Chosen;
        let verdict = if chosen {
            &labels::CHOSEN
        } else {
            &labels::REJECTED
        };
        let object = match candidate.implied {
            true => self.say(&labels::NOBODYS_RULE),
            false => format!("{} {}", candidate.object, short_field(&candidate.pointer)),
        };
        let mut row = Row::new("", format!("{number:>3} {}", self.say(verdict)))
            .cell(PATH, &candidate.path)
            .cell(DETAIL, &candidate.path_type)
            .cell(OBJECT, object)
            .remark(with_code(&self.reason(candidate), candidate.code));
        row.chosen = chosen;
        row
    }

    /// The wire text of the reason; for a pattern also what it matched and where it stopped.
    fn reason(&self, candidate: &Candidate) -> String {
        let Some(reason) = &candidate.reason else {
            return String::new();
        };
        let stopped = match reason {
            Reason::PatternFailsAt(at) => self.trace.request.path.split_at_checked(*at),
            _ => None,
        };
        match stopped {
            Some((matched, found)) if !matched.is_empty() && !found.is_empty() => {
                let text = labels::PATTERN_STOPPED
                    .arg("matched", matched)
                    .arg("found", found);
                format!("{reason}: {}", self.say(text))
            }
            _ => reason.to_string(),
        }
    }

    fn access(&self) -> Vec<Row> {
        if self.trace.access.is_empty() {
            return vec![Row::new("access", self.say(&labels::NOTHING_CONFIGURED))];
        }
        let row = |(index, check): (usize, &AccessCheck)| {
            let verdict = match check.passed.value() {
                Some(true) => "ok".to_owned(),
                Some(false) => self.say(&labels::REFUSED),
                None => self.say(&labels::UNKNOWN),
            };
            Row::new(if index == 0 { "access" } else { "" }, &check.check)
                .cell(DETAIL, with_code(&verdict, check.code))
                .remark(self.compared(check))
        };
        self.trace.access.iter().enumerate().map(row).collect()
    }

    /// What a check looked at, and what it found.
    fn compared(&self, check: &AccessCheck) -> String {
        let (Some(subject), Some(by)) = (&check.subject, &check.by) else {
            return String::new();
        };
        let text = match (check.count, check.listed) {
            (Some(_), _) => &labels::CHECK_COUNTED,
            (None, Some(true)) => &labels::CHECK_LISTED,
            (None, _) => &labels::CHECK_NOT_LISTED,
        };
        let count = check.count.unwrap_or_default();
        self.say(
            text.arg("subject", subject)
                .arg("by", by)
                .arg("count", count),
        )
    }

    fn redirect(&self) -> Option<Row> {
        let redirect = self.trace.redirect.as_ref()?;
        let value = format!("{} -> {}", redirect.status, redirect.location);
        Some(Row::new("redirect", with_code(&value, redirect.code)))
    }

    fn rewrite(&self) -> Option<Row> {
        let rewrite = self.trace.rewrite.as_ref()?;
        let by = match rewrite.code {
            Some(Code::GK0002) => self.say(labels::CONSTANT_REWRITE.arg("annotation", &rewrite.by)),
            _ => rewrite.by.clone(),
        };
        let row = Row::new(
            "rewrite",
            format!("{}  ->  {}", rewrite.before, rewrite.after),
        );
        let row = row.cell(DETAIL, with_code(&by, rewrite.code));
        Some(row.remark(rewrite.location.clone().unwrap_or_default()))
    }

    fn backend(&self) -> Option<Row> {
        let backend = self.trace.backend.as_ref()?;
        let mut value = backend_name(backend);
        if backend.kind.is_none() {
            let ready = match backend.ready.value() {
                Some(1) => self.say(&labels::READY_ONE),
                Some(count) => self.say(labels::READY.arg("count", *count)),
                None => self.say(&labels::UNKNOWN),
            };
            value = format!("Service {value} -> {ready}");
        }
        if let Some(protocol) = &backend.protocol {
            value += &format!(", {protocol}");
        }
        if let Some(tls) = &backend.tls {
            let judged = match &tls.verified_name {
                Some(name) => self.say(labels::VERIFIED_AS.arg("name", name)),
                None => self.say(&labels::NOT_VERIFIED),
            };
            value += &format!(" ({judged})");
        }
        if let Some(status) = backend.instead_of {
            let instead = self.say(labels::INSTEAD_OF.arg("status", usize::from(status)));
            value += &format!(", {instead}");
        }
        if !backend.rewrites.is_empty() {
            let rewrites = backend.rewrites.join(", ");
            value += &format!(", {}", self.say(labels::REWRITES.arg("rewrites", rewrites)));
        }
        Some(Row::new("backend", with_code(&value, backend.code)))
    }

    fn endpoint(&self) -> Vec<Row> {
        if self
            .trace
            .backend
            .as_ref()
            .is_none_or(|backend| backend.kind.is_some())
        {
            return Vec::new();
        }
        let Some(attempts) = self.trace.endpoint.value() else {
            return vec![self.unknown("endpoint")];
        };
        let row = |(index, attempt): (usize, &Attempt)| {
            let pod = attempt
                .pod
                .as_ref()
                .map(|pod| format!(" (Pod {pod})"))
                .unwrap_or_default();
            let connect = match (attempt.reused, attempt.connect_ms) {
                (true, _) => Some(self.say(&labels::REUSED)),
                (false, Some(ms)) => Some(self.say(labels::CONNECT.arg("ms", format!("{ms:.1}")))),
                (false, None) => None,
            };
            let failure = attempt.failure.as_ref();
            let failure = failure.map(|why| self.say(labels::FAILED_ATTEMPT.arg("reason", why)));
            let first = format!("{}{pod}", attempt.address);
            let parts: Vec<_> = std::iter::once(first)
                .chain(connect)
                .chain(failure)
                .collect();
            let name = if index == 0 { "endpoint" } else { "" };
            Row::new(name, with_code(&parts.join(", "), attempt.code))
        };
        attempts.iter().enumerate().map(row).collect()
    }

    fn response(&self) -> Row {
        let Some(response) = self.trace.response.value() else {
            let text = match self.trace.kind {
                Kind::Simulated => &labels::SIMULATED,
                Kind::Recorded => &labels::UNKNOWN,
            };
            return Row::new("response", self.say(text));
        };
        let status = match response.first_byte_ms {
            Some(ms) => {
                let ms = format!("{ms:.1}");
                self.say(labels::IN_MS.arg("status", response.status).arg("ms", ms))
            }
            None => response.status.to_string(),
        };
        let allow = response.allow.join(", ");
        let allow = (!allow.is_empty()).then(|| format!("Allow: {allow}"));
        let location = response
            .location
            .as_ref()
            .map(|at| format!("Location: {at}"));
        let parts: Vec<_> = std::iter::once(status)
            .chain(allow)
            .chain(location)
            .collect();
        let maker = response.maker.as_str();
        // The one fact people ask for first is the only one in capitals.
        let maker = if response.maker == Maker::Backend {
            "BACKEND"
        } else {
            maker
        };
        let made_by = self.say(labels::MADE_BY.arg("maker", maker));
        Row::new("response", parts.join(", ")).remark(made_by)
    }

    fn unknown(&self, name: &str) -> Row {
        Row::new(name, self.say(&labels::UNKNOWN))
    }
}

fn with_code(text: &str, code: Option<Code>) -> String {
    match code {
        Some(code) if text.is_empty() => format!("({code})"),
        Some(code) => format!("{text} ({code})"),
        None => text.to_owned(),
    }
}

/// `/spec/rules/0/http/paths/2` as `paths[2]`; another rule than the first is named too.
fn short_field(pointer: &str) -> String {
    let steps: Vec<_> = pointer.split('/').collect();
    let index = |name: &str| {
        let at = steps.iter().position(|step| *step == name)?;
        steps.get(at + 1).copied()
    };
    match (index("rules"), index("paths")) {
        (Some("0") | None, Some(path)) => format!("paths[{path}]"),
        (Some(rule), Some(path)) => format!("rules[{rule}].paths[{path}]"),
        (Some(rule), None) => format!("rules[{rule}]"),
        (None, None) => crate::object::field_path(pointer)
            .trim_start_matches("spec.")
            .to_owned(),
    }
}
