//! Every response that the proxy makes itself: errors, redirects, the health path.
//!
//! Statuses come from [`Fault`]; the body's form from the mode and from `Accept`. A public answer tells
//! code and request id, and never names objects, pods or addresses.

mod grpc;
mod page;
mod preference;

use genkan_http::write::HeadWriter;
use genkan_route::{
    fault::Fault,
    forward::{AddedFields, SERVER},
    route::Mode,
    settings::ServerField,
};

use self::preference::{Form, preferred};
pub(crate) use self::{grpc::is_grpc, page::reason};
use crate::session::downstream::Draft;

/// The name of this hop in `Proxy-Status` (RFC 9209 section 2).
const HOP: &str = "genkan";

/// One answer of the proxy's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<'a> {
    /// Status.
    pub(crate) status: u16,
    /// Mode errors are shown in.
    pub(crate) mode: Mode,
    /// What the client asked for.
    pub(crate) accept: Option<&'a [u8]>,
    /// `User-Agent`.
    pub(crate) user_agent: Option<&'a [u8]>,
    /// The request's content type, where errors are told as gRPC has them.
    pub(crate) grpc: Option<&'a [u8]>,
    /// Effective request id.
    pub(crate) request_id: &'a [u8],
    /// Value of `Date`.
    pub(crate) date: &'a str,
    /// HEAD: the head of the answer only.
    pub(crate) head_only: bool,
    /// What `Connection` says.
    pub(crate) connection: Persistence,
    /// The body.
    pub(crate) content: Content<'a>,
    /// Fields that replace ours.
    pub(crate) added: AddedFields<'a>,
    /// Whether clients learn who answers.
    pub(crate) server: ServerField,
}

/// What an answer carries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'a> {
    /// The page of an error of ours.
    Fault(Fault),
    /// The page for a status that somebody else decided, with header lines (a site's 404 or 405).
    Page {
        /// Complete lines, each with its end.
        headers: &'a [u8],
    },
    /// A redirect with nginx's page.
    Redirect {
        /// `Location`.
        location: &'a [u8],
    },
    /// Plain bytes (nginx's `return 300 text`), as HTML like there.
    Text(&'a [u8]),
}

/// Whether the connection goes on, and whether the client has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// HTTP/1.1 without saying so.
    Implied,
    /// HTTP/1.0 client that asked for it.
    KeepAlive,
    /// This was the last response.
    Close,
    /// The response is one stream of several, and none of them speaks for the connection.
    Unsaid,
}

impl Persistence {
    /// Appends the field that says so, if one is needed.
    pub(crate) fn write(self, out: &mut impl HeadWriter) {
        match self {
            Self::Implied | Self::Unsaid => {}
            Self::KeepAlive => out.field(b"Connection", b"keep-alive"),
            Self::Close => out.field(b"Connection", b"close"),
        }
    }
}

impl Answer<'_> {
    /// Appends the whole response; returns how many of its bytes are body.
    pub(crate) fn write(&self, out: &mut impl Draft) -> usize {
        if let (Some(content_type), Content::Fault(fault)) = (self.grpc, self.content) {
            self.write_grpc(out, content_type, fault);
            return 0;
        }
        let form = match self.content {
            Content::Fault(_) | Content::Page { .. } => preferred(self.accept, self.mode),
            Content::Redirect { .. } | Content::Text(_) => Form::Html,
        };
        let body = self.body(form);
        out.status(self.status, reason(self.status).as_bytes());
        out.field(b"Date", self.date.as_bytes());
        if self.server == ServerField::Own && !self.added.replaces(b"Server") {
            out.field(b"Server", SERVER);
        }
        if let Content::Redirect { location } = self.content
            && !self.added.replaces(b"Location")
        {
            out.field(b"Location", location);
        }
        // RFC 9110 8.6: a 304 may tell the length of what it does not send, as nginx's `return 304 URL`
        // does.
        if self.status != 204 {
            if !self.added.replaces(b"Content-Type") && !self.is_blank(form) {
                out.field(b"Content-Type", form.content_type().as_bytes());
            }
            out.number_field(b"Content-Length", body.len() as u64);
        }
        if let Content::Page { headers } = self.content {
            write_lines(out, headers, self.added);
        }
        self.added.write(out);
        self.write_diagnosis(out);
        self.connection.write(out);
        out.end();
        if matches!(self.status, 204 | 304) || self.head_only {
            return 0;
        }
        out.data(&body);
        body.len()
    }

    fn write_grpc(&self, out: &mut impl Draft, content_type: &[u8], fault: Fault) {
        out.status(200, reason(200).as_bytes());
        out.field(b"Date", self.date.as_bytes());
        grpc::write(out, content_type, fault, self.status);
        if self.connection != Persistence::Unsaid {
            out.number_field(b"Content-Length", 0);
        }
        self.write_diagnosis(out);
        self.connection.write(out);
        out.end();
    }

    fn write_diagnosis(&self, out: &mut impl HeadWriter) {
        if self.status >= 400 && !self.added.replaces(b"X-Request-ID") {
            out.field(b"X-Request-ID", self.request_id);
        }
        if let Content::Fault(fault) = self.content {
            let facts = fault.facts();
            let text = format!(
                "{HOP}; error={}; details=\"{}\"",
                facts.proxy_status, facts.code
            );
            out.field(b"Proxy-Status", text.as_bytes());
        }
    }

    /// nginx has pages for the statuses that it names (`ngx_http_error_pages`), and sends nothing for
    /// others.
    fn is_blank(&self, form: Form) -> bool {
        form == Form::Html
            && matches!(self.content, Content::Fault(_))
            && !page::is_named(self.status)
    }

    fn body(&self, form: Form) -> Vec<u8> {
        if let Content::Text(text) = self.content {
            return text.to_vec();
        }
        let fault = match self.content {
            Content::Fault(fault) => Some(fault),
            _ => None,
        };
        // Visible ASCII: others are replaced by our own when the head is read.
        let id = std::str::from_utf8(self.request_id).unwrap_or("-");
        match form {
            Form::Html if self.is_blank(form) => Vec::new(),
            Form::Html => {
                let padded = self.mode == Mode::NginxCompatible
                    && self.status >= 400
                    && self.user_agent.is_some_and(page::wants_padding);
                page::html(self.status, fault, padded).into_bytes()
            }
            Form::Problem => page::problem(self.status, fault, id).into_bytes(),
            Form::Line => page::line(self.status, fault, id).into_bytes(),
        }
    }
}

/// Appends whole lines but those whose name is replaced.
pub(crate) fn write_lines(out: &mut impl HeadWriter, lines: &[u8], added: AddedFields<'_>) {
    if added.is_empty() {
        return out.lines(lines);
    }
    for (name, value) in AddedFields::of(lines).iter() {
        if !added.replaces(name) {
            out.field(name, value);
        }
    }
}

#[cfg(test)]
mod tests;
