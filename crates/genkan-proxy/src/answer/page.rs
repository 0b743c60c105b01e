//! Bodies of the proxy's own answers, and reason phrases.

use std::fmt::Write;

use genkan_route::fault::Fault;

/// nginx's error page. Its byte form matters to clients that compare it; only the name differs.
/// `padded` makes it long enough for browsers that replace short error pages (`msie_padding`).
pub(super) fn html(status: u16, fault: Option<Fault>, padded: bool) -> String {
    // the text of ingress-nginx's own `return`
    if fault == Some(Fault::ClientSubjectRefused) {
        return "client certificate unauthorized".to_owned();
    }
    let title = title(status);
    let (head, more) = match fault.and_then(detail).filter(|_| status == 400) {
        Some(text) => (
            format!("400 {text}"),
            format!("<center>{text}</center>\r\n"),
        ),
        None => (title.clone(), String::new()),
    };
    let page = format!(
        "<html>\r\n<head><title>{head}</title></head>\r\n<body>\r\n\
         <center><h1>{title}</h1></center>\r\n{more}\
         <hr><center>genkan</center>\r\n</body>\r\n</html>\r\n"
    );
    if padded {
        page + &PADDING.repeat(PADDING_LINES)
    } else {
        page
    }
}

/// nginx: 494 to 497 are sent as 400 with a text of their own.
fn detail(fault: Fault) -> Option<&'static str> {
    Some(match fault {
        Fault::HeadTooLarge => "Request Header Or Cookie Too Large",
        Fault::ClientCertificateMissing => "No required SSL certificate was sent",
        Fault::ClientCertificateRefused => "The SSL certificate error",
        Fault::PlainOnTls => "The plain HTTP request was sent to HTTPS port",
        _ => return None,
    })
}

/// `ngx_http_msie_padding`.
const PADDING: &str = "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n";
const PADDING_LINES: usize = 6;

/// Whether nginx takes a client for a browser that wants padding (`ngx_http_process_user_agent`).
pub(super) fn wants_padding(user_agent: &[u8]) -> bool {
    let names = |name: &[u8]| user_agent.windows(name.len()).any(|piece| piece == name);
    if names(b"Opera") {
        return false;
    }
    names(b"MSIE ") || !names(b"Gecko/") && names(b"Chrome/")
}

/// RFC 9457.
pub(super) fn problem(status: u16, fault: Option<Fault>, request_id: &str) -> String {
    let mut body = String::from("{\"type\":\"about:blank\",\"title\":\"");
    let _ = write!(body, "{}\",\"status\":{status}", reason(status));
    if let Some(fault) = fault {
        let _ = write!(body, ",\"code\":\"{}\"", fault.facts().code);
    }
    body.push_str(",\"request_id\":\"");
    escape(&mut body, request_id);
    body.push_str("\"}\n");
    body
}

/// One line of text, for terminals.
pub(super) fn line(status: u16, fault: Option<Fault>, request_id: &str) -> String {
    let code = fault.map_or(String::new(), |fault| format!(" {}", fault.facts().code));
    format!(
        "{status} {}:{code} (request id {request_id})\n",
        reason(status)
    )
}

fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
}

fn title(status: u16) -> String {
    format!("{status} {}", reason(status))
}

/// Whether a status has a phrase.
pub(super) fn is_named(status: u16) -> bool {
    reason(status) != UNNAMED
}

const UNNAMED: &str = "Unknown";

/// The phrase that nginx uses, and beyond it that of the registry.
pub(crate) const fn reason(status: u16) -> &'static str {
    match status {
        100 => "Continue",
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        305 => "Use Proxy",
        306 => "Switch Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Authorization Required",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Time-out",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Request Entity Too Large",
        414 => "Request-URI Too Large",
        415 => "Unsupported Media Type",
        416 => "Requested Range Not Satisfiable",
        421 => "Misdirected Request",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        499 => "Client Closed Request",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        _ => UNNAMED,
    }
}
