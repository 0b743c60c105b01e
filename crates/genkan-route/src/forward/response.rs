//! The head that a client gets of a backend's response.

use genkan_http::{head::ResponseView, known::KnownHeader, write::HeadWriter};

use super::{added::AddedFields, rewriting::Rewriting};
use crate::settings::{GlobalSettings, ServerField};

/// How the body is announced to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownstreamBody {
    /// `Content-Length`, also where no body follows (HEAD).
    Length(u64),
    /// `Transfer-Encoding: chunked`; not for HTTP/1.0 clients.
    Chunked,
    /// Nothing: there is no body, or it ends with the connection.
    Unannounced,
}

/// What the client is told about the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownstreamConnection {
    /// It stays open.
    KeepAlive,
    /// It is closed after this response.
    Close,
    /// 101: it becomes a tunnel.
    Upgrade,
    /// Nothing: the response is one stream of several (RFC 9113 section 8.2.2).
    Unsaid,
}

/// Everything the head for a client is made of.
#[derive(Clone, Copy, Debug)]
pub struct DownstreamHead<'a> {
    /// The backend's head.
    pub response: ResponseView<'a>,
    /// How the body is announced.
    pub body: DownstreamBody,
    /// What becomes of the connection.
    pub connection: DownstreamConnection,
    /// What holds for all responses.
    pub settings: &'a GlobalSettings,
    /// Fields that replace the backend's.
    pub added: AddedFields<'a>,
    /// The moment, as `Date` has it; the backend's own `Date` is replaced, as in nginx.
    pub date: &'a [u8],
    /// The request's id: whoever sees an error that names none gets it to ask about.
    pub request_id: &'a [u8],
    /// What of the backend's fields the route rewrites.
    pub rewriting: Option<Rewriting<'a>>,
}

/// Appends the whole head, empty line included.
///
/// The reason phrase is the backend's. Fields keep their order and spelling; hop-by-hop fields,
/// `Server`, `X-Pad` and nginx's control fields (`X-Accel-…`) are removed. Of fields that can have one
/// value only, the first counts.
pub fn write_downstream_head(out: &mut impl HeadWriter, head: &DownstreamHead<'_>) {
    let response = head.response;
    let status = response.status();
    out.status(status, response.reason());
    out.field(b"Date", head.date);
    let mut seen = Seen::default();
    let settings = head.settings;
    if settings.server_field == ServerField::Own && !head.added.replaces(b"Server") {
        out.field(b"Server", SERVER);
    }
    let hidden = &*settings.hidden_fields;
    out.copy_fields(response, |field| match field.id {
        _ if head.added.replaces(field.name) => false,
        _ if is_named(hidden, field.name) => false,
        KnownHeader::Server => settings.server_field == ServerField::Backend,
        KnownHeader::Other => !field.name.eq_ignore_ascii_case(b"X-Pad"),
        id if head
            .rewriting
            .is_some_and(|rewriting| rewriting.concerns(id)) =>
        {
            false
        }
        KnownHeader::ContentType if status == 304 => false,
        // nginx: a 204 has neither
        KnownHeader::ContentType | KnownHeader::LastModified if status == 204 => false,
        id if is_single(id) => seen.first(id),
        KnownHeader::Upgrade => head.connection == DownstreamConnection::Upgrade,
        id => !is_removed(id),
    });
    if let Some(rewriting) = head.rewriting {
        rewriting.write(response, out, |name| {
            head.added.replaces(name) || is_named(hidden, name)
        });
    }
    head.added.write(out);
    match head.body {
        DownstreamBody::Length(length) if status != 204 && status >= 200 => {
            out.number_field(b"Content-Length", length);
        }
        DownstreamBody::Chunked if status != 204 && status >= 200 => {
            out.field(b"Transfer-Encoding", b"chunked");
        }
        _ => {}
    }
    match head.connection {
        DownstreamConnection::KeepAlive => out.field(b"Connection", b"keep-alive"),
        DownstreamConnection::Close => out.field(b"Connection", b"close"),
        DownstreamConnection::Upgrade => out.field(b"Connection", b"upgrade"),
        DownstreamConnection::Unsaid => {}
    }
    let told = response.has(KnownHeader::XRequestId) || head.added.replaces(b"X-Request-ID");
    if status >= 400 && !told {
        out.field(b"X-Request-ID", head.request_id);
    }
    out.end();
}

/// What `server-tokens` tells.
pub const SERVER: &[u8] = b"Genkan";

fn is_named(names: &[Box<str>], name: &[u8]) -> bool {
    names
        .iter()
        .any(|hidden| hidden.as_bytes().eq_ignore_ascii_case(name))
}

fn is_removed(id: KnownHeader) -> bool {
    matches!(
        id,
        KnownHeader::Connection
            | KnownHeader::KeepAlive
            | KnownHeader::TransferEncoding
            | KnownHeader::ContentLength
            | KnownHeader::Date
            | KnownHeader::XAccelBuffering
            | KnownHeader::XAccelCharset
            | KnownHeader::XAccelExpires
            | KnownHeader::XAccelLimitRate
            | KnownHeader::XAccelRedirect
    )
}

const SINGLE: [KnownHeader; 5] = [
    KnownHeader::ContentType,
    KnownHeader::ETag,
    KnownHeader::Expires,
    KnownHeader::LastModified,
    KnownHeader::Location,
];

fn is_single(id: KnownHeader) -> bool {
    SINGLE.contains(&id)
}

/// Which single-valued fields have come.
#[derive(Default)]
struct Seen([bool; SINGLE.len()]);

impl Seen {
    fn first(&mut self, id: KnownHeader) -> bool {
        let Some(position) = SINGLE.iter().position(|single| *single == id) else {
            return true;
        };
        !std::mem::replace(&mut self.0[position], true)
    }
}
