//! Takes request targets apart and finds the host that is meant.
//!
//! The raw bytes are kept: the upstream gets the target as the client sent it unless a rewrite
//! changes it, fragment included. Only [`crate::normalise`] looks inside the path.

use memchr::{memchr, memchr2};

use crate::head::{RequestView, Version};
use crate::host::Host;
use crate::known::KnownHeader;
use crate::method::Method;
use crate::reject::RequestReject;

/// The forms of a request target (RFC 9112 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `/path?query`
    Origin,
    /// `http://host/path?query`
    Absolute,
    /// `*`, with OPTIONS only. nginx answers 400.
    Asterisk,
    /// `host:port`, with CONNECT only.
    Authority,
}

/// A request target taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Its form.
    pub form: Form,
    /// The scheme of an absolute target, as sent; nginx takes any.
    pub scheme: Option<&'a [u8]>,
    /// The host of an absolute target or of CONNECT.
    pub authority: Option<Host<'a>>,
    /// The raw path, beginning with `/`; `*` for [`Form::Asterisk`], empty for
    /// [`Form::Authority`].
    pub path: &'a [u8],
    /// What follows the first `?` before any `#`.
    pub query: Option<&'a [u8]>,
    /// What follows the first `#`.
    pub fragment: Option<&'a [u8]>,
    /// The raw target behind the authority; empty in `http://host`.
    rest: &'a [u8],
}

impl<'a> Target<'a> {
    /// The target `/`.
    pub const ROOT: Target<'static> = Target {
        form: Form::Origin,
        scheme: None,
        authority: None,
        path: b"/",
        query: None,
        fragment: None,
        rest: b"/",
    };

    /// Takes apart the target of a request.
    ///
    /// # Errors
    ///
    /// [`RequestReject::TargetMalformed`] for a form that the method does not allow, and
    /// [`RequestReject::HostInvalid`] for an authority that cannot be a host.
    pub fn of(view: RequestView<'a>) -> Result<Self, RequestReject> {
        Self::parse(view.target(), view.method_id())
    }

    /// Takes apart a target without blanks and control characters.
    ///
    /// # Errors
    ///
    /// As [`Target::of`].
    pub fn parse(raw: &'a [u8], method: Method) -> Result<Self, RequestReject> {
        match raw {
            [b'/', ..] if method != Method::Connect => Ok(Self::with_path(Form::Origin, raw)),
            b"*" if method == Method::Options => Ok(Self::with_path(Form::Asterisk, raw)),
            _ if method == Method::Connect => Self::parse_authority(raw),
            _ => Self::parse_absolute(raw),
        }
    }

    /// Appends the query with its `?`, unless it is empty.
    pub fn write_query(&self, out: &mut Vec<u8>) {
        if let Some(query) = self.query.filter(|query| !query.is_empty()) {
            out.push(b'?');
            out.extend_from_slice(query);
        }
    }

    /// What an upstream gets as target: two pieces, of which the first is empty or `/`.
    ///
    /// A path that is not there becomes `/` (RFC 9112 3.2.1).
    #[must_use]
    pub fn forward(&self) -> [&'a [u8]; 2] {
        let slash: &[u8] = match self.form {
            Form::Absolute if self.rest.first() != Some(&b'/') => b"/",
            _ => b"",
        };
        [slash, self.rest]
    }

    fn with_path(form: Form, rest: &'a [u8]) -> Self {
        let mut target = Self {
            form,
            scheme: None,
            authority: None,
            path: rest,
            query: None,
            fragment: None,
            rest,
        };
        let Some(end) = memchr2(b'?', b'#', rest) else {
            return target;
        };
        target.path = &rest[..end];
        let tail = &rest[end + 1..];
        if rest[end] == b'#' {
            target.fragment = Some(tail);
        } else if let Some(end) = memchr(b'#', tail) {
            target.query = Some(&tail[..end]);
            target.fragment = Some(&tail[end + 1..]);
        } else {
            target.query = Some(tail);
        }
        target
    }

    fn parse_absolute(raw: &'a [u8]) -> Result<Self, RequestReject> {
        let colon = raw.iter().position(|&byte| !is_scheme_byte(byte));
        let colon = colon.filter(|_| raw[0].is_ascii_alphabetic());
        let colon = colon.ok_or(RequestReject::TargetMalformed)?;
        let behind = raw[colon..]
            .strip_prefix(b"://")
            .ok_or(RequestReject::TargetMalformed)?;
        // nginx: a host ends at `/` or `?`; `#`, `@` and anything else is refused.
        let end = memchr2(b'/', b'?', behind).unwrap_or(behind.len());
        let authority = authority(&behind[..end])?;
        let mut target = Self::with_path(Form::Absolute, &behind[end..]);
        if target.path.is_empty() {
            target.path = b"/";
        }
        target.scheme = Some(&raw[..colon]);
        target.authority = Some(authority);
        Ok(target)
    }

    fn parse_authority(raw: &'a [u8]) -> Result<Self, RequestReject> {
        let authority = authority(raw)?;
        if authority.port.is_none_or(<[u8]>::is_empty) {
            return Err(RequestReject::TargetMalformed);
        }
        let mut target = Self::with_path(Form::Authority, b"");
        target.authority = Some(authority);
        Ok(target)
    }
}

/// The host a request asks: the authority of an absolute target, else `Host` (RFC 9112 3.2.2).
///
/// `None` for an HTTP/1.0 request without `Host`. Note that nginx sends the `Host` field of an
/// absolute request upstream all the same.
///
/// # Errors
///
/// No `Host` in HTTP/1.1, more than one, or one that cannot be a host. It is checked even where the
/// target wins.
pub fn effective_host<'a>(
    view: RequestView<'a>,
    target: &Target<'a>,
) -> Result<Option<Host<'a>>, RequestReject> {
    if view.count(KnownHeader::Host) > 1 {
        return Err(RequestReject::HostRepeated);
    }
    let field = view.first(KnownHeader::Host).map(Host::parse).transpose()?;
    if field.is_none() && view.version() > Version::HTTP_10 {
        return Err(RequestReject::HostMissing);
    }
    Ok(target.authority.or(field))
}

/// nginx takes letters, digits, `.` and `-` with an optional decimal port, or an IP literal; so
/// there is no user name and no percent-encoding in an authority.
fn authority(raw: &[u8]) -> Result<Host<'_>, RequestReject> {
    let (name, port) = match raw {
        [b'[', rest @ ..] => {
            let end = memchr(b']', rest).ok_or(RequestReject::TargetMalformed)?;
            if !rest[..end].iter().all(|&byte| is_literal_byte(byte)) {
                return Err(RequestReject::TargetMalformed);
            }
            raw.split_at(end + 2)
        }
        _ => raw.split_at(memchr(b':', raw).unwrap_or(raw.len())),
    };
    let is_name = raw.starts_with(b"[") || name.iter().all(|&byte| is_name_byte(byte));
    let is_port = match port {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !is_name || !is_port {
        return Err(RequestReject::TargetMalformed);
    }
    Host::parse(raw)
}

const fn is_scheme_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

/// RFC 3986: unreserved, sub-delimiters and the colon.
const fn is_literal_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b':' | b'-'
                | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}

#[cfg(test)]
mod tests;
