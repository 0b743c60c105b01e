//! The one sentence that says why a request was answered as it was, from the facts of its trace.

use super::super::labels;
use crate::maker::Maker;
use crate::phrase::{Message, Text};
use crate::trace::{Backend, Response, Trace};

pub(super) fn of(trace: &Trace) -> Message {
    match trace.response.value() {
        Some(response) => match response.maker {
            Maker::Backend => by_backend(trace, response),
            Maker::Static => by_static_files(trace),
            Maker::Auth => (&labels::AUTH_ANSWERED).into(),
            Maker::ErrorPage => (&labels::ERROR_PAGE_ANSWERED).into(),
            Maker::Proxy if response.status == OK => (&labels::HEALTH_ANSWERED).into(),
            Maker::Proxy => by_proxy(trace).unwrap_or_else(|| match trace.primary {
                Some(code) => labels::PROXY_ANSWERED_BECAUSE.arg("title", &code.entry().title),
                None => (&labels::PROXY_ANSWERED).into(),
            }),
        },
        None => by_proxy(trace).unwrap_or_else(|| would_reach(trace)),
    }
}

/// `namespace/name:port`, or kind and name of a resource.
pub(super) fn backend_name(backend: &Backend) -> String {
    let name = format!("{}/{}", backend.namespace, backend.service);
    match &backend.kind {
        Some(kind) => format!("{kind} {name}"),
        None if backend.port.is_empty() => name,
        None => format!("{name}:{}", backend.port),
    }
}

/// The one answer that the proxy makes itself and that is no error and no redirect.
const OK: u16 = 200;
const METHOD_NOT_ALLOWED: u16 = 405;

fn by_backend(trace: &Trace, response: &Response) -> Message {
    let refused = response.status == METHOD_NOT_ALLOWED;
    let changed = trace
        .rewrite
        .as_ref()
        .filter(|rewrite| rewrite.before != rewrite.after);
    match (changed, refused) {
        (Some(rewrite), _) => {
            let text = if refused {
                labels::REFUSED_AFTER_REWRITE.arg("method", &trace.request.method)
            } else {
                (&labels::ANSWERED_AFTER_REWRITE).into()
            };
            text.arg("before", &rewrite.before)
                .arg("after", &rewrite.after)
                .arg("object", &rewrite.object)
        }
        (None, true) => on_path(trace, &labels::METHOD_REFUSED),
        (None, false) => on_path(trace, &labels::BACKEND_ANSWERED),
    }
}

fn by_static_files(trace: &Trace) -> Message {
    let object = trace.backend.as_ref().map(backend_name).unwrap_or_default();
    on_path(trace, &labels::STATIC_ANSWERED).arg("object", object)
}

/// What the proxy decides on its own, in the order of the stages. None when it asks a backend.
fn by_proxy(trace: &Trace) -> Option<Message> {
    if let Some(code) = trace.request.code {
        return Some(labels::REQUEST_REFUSED.arg("title", &code.entry().title));
    }
    if trace.host.is_none() {
        return Some(labels::HOST_UNKNOWN.arg("host", &trace.request.host));
    }
    let taken = trace.chosen_candidate().is_some_and(|rule| !rule.implied);
    if !taken && trace.redirect.is_none() {
        let written = trace.candidates.iter().filter(|rule| !rule.implied).count();
        let text = match written {
            0 => &labels::PATH_UNKNOWN_NONE,
            1 => &labels::PATH_UNKNOWN_ONE,
            _ => &labels::PATH_UNKNOWN,
        };
        let message = text
            .arg("host", &trace.request.host)
            .arg("count", written)
            .arg("path", &trace.request.path);
        return Some(message);
    }
    let refused = trace
        .access
        .iter()
        .find(|check| check.passed.value() == Some(&false));
    if let Some(check) = refused {
        return Some(labels::ACCESS_REFUSED.arg("check", &check.check));
    }
    if let Some(redirect) = &trace.redirect {
        return Some(labels::REDIRECTED.arg("location", &redirect.location));
    }
    let backend = trace.backend.as_ref()?;
    if backend.kind.is_none() && backend.ready.value() == Some(&0) {
        return Some(labels::NO_ENDPOINT.arg("service", backend_name(backend)));
    }
    let attempts = trace.endpoint.value()?;
    let failed = !attempts.is_empty() && attempts.iter().all(|attempt| attempt.failure.is_some());
    failed.then(|| labels::ATTEMPTS_FAILED.arg("service", backend_name(backend)))
}

fn would_reach(trace: &Trace) -> Message {
    match &trace.backend {
        Some(backend) if backend.kind.is_none() => {
            on_path(trace, &labels::WOULD_REACH).arg("service", backend_name(backend))
        }
        Some(_) => by_static_files(trace),
        None => (&labels::CANNOT_TELL).into(),
    }
}

/// Method and the path that the backend sees.
fn on_path(trace: &Trace, text: &'static Text) -> Message {
    let rewritten = trace.rewrite.as_ref().map(|rewrite| &rewrite.after);
    let path = rewritten.unwrap_or(&trace.request.raw_path);
    text.arg("method", &trace.request.method).arg("path", path)
}
