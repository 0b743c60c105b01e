//! Hosts as nginx reads them from `Host` or from an absolute target.
//!
//! nginx is lax here (`ngx_http_validate_host`): `name:abc`, `name:` and `[::1` pass. What it
//! refuses cannot name a host: nothing, `..`, blanks, control characters, `/`.

use crate::reject::RequestReject;

/// A valid host, as sent and taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host<'a> {
    /// As sent, port included.
    pub raw: &'a [u8],
    /// Without port and without one trailing dot; case as sent; never empty. An IPv6 address keeps
    /// its brackets.
    pub name: &'a [u8],
    /// What follows the first colon outside of brackets; need not be a number.
    pub port: Option<&'a [u8]>,
}

/// Room for a host name folded to lower case.
pub type HostBuffer = [u8; HOST_BYTES_MAX];

/// Longest name that can be configured (RFC 1035 2.3.4: 255 bytes).
pub const HOST_BYTES_MAX: usize = 255;

impl<'a> Host<'a> {
    /// Reads a host.
    ///
    /// # Errors
    ///
    /// [`RequestReject::HostInvalid`] where nginx answers 400.
    pub fn parse(raw: &'a [u8]) -> Result<Self, RequestReject> {
        let mut state = State::Name;
        let mut name_end = raw.len();
        let mut last_dot = None;
        for (index, &byte) in raw.iter().enumerate() {
            match byte {
                b'.' => {
                    if index > 0 && last_dot == Some(index - 1) {
                        return Err(RequestReject::HostInvalid);
                    }
                    last_dot = Some(index);
                }
                b':' if state == State::Name => {
                    name_end = index;
                    state = State::Rest;
                }
                b'[' if index == 0 => state = State::Literal,
                b']' if state == State::Literal => {
                    name_end = index + 1;
                    state = State::Rest;
                }
                b'/' | 0..=b' ' | 0x7f => return Err(RequestReject::HostInvalid),
                _ => {}
            }
        }
        if name_end == 0 {
            return Err(RequestReject::HostInvalid);
        }
        // nginx looks at the last dot only, so that of `h.:1.` stays.
        let ends_with_dot = last_dot == Some(name_end - 1);
        let name = &raw[..name_end - usize::from(ends_with_dot)];
        if name.is_empty() {
            return Err(RequestReject::HostInvalid);
        }
        Ok(Self {
            raw,
            name,
            port: raw[name_end..].strip_prefix(b":"),
        })
    }

    /// The name in lower case, in `buffer` if it is not lower case already.
    ///
    /// `None` if it is longer than any name that can be configured.
    #[must_use]
    pub fn lower<'b>(&self, buffer: &'b mut HostBuffer) -> Option<&'b [u8]>
    where
        'a: 'b,
    {
        if self.name.len() > HOST_BYTES_MAX {
            return None;
        }
        if !self
            .name
            .iter()
            .fold(false, |upper, byte| upper | byte.is_ascii_uppercase())
        {
            return Some(self.name);
        }
        let lower = &mut buffer[..self.name.len()];
        lower.copy_from_slice(self.name);
        lower.make_ascii_lowercase();
        Some(lower)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Name,
    Literal,
    Rest,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &str, expected: Option<(&str, Option<&str>)>) {
        let host = Host::parse(raw.as_bytes());
        match expected {
            None => assert_eq!(host, Err(RequestReject::HostInvalid), "{raw:?}"),
            Some((name, port)) => {
                let host = host.expect(raw);
                assert_eq!(host.name, name.as_bytes(), "{raw:?}");
                assert_eq!(host.port, port.map(str::as_bytes), "{raw:?}");
            }
        }
    }

    #[test]
    fn nginx_accepts_odd_hosts() {
        check("todos.test", Some(("todos.test", None)));
        check("todos.test.", Some(("todos.test", None)));
        check("todos.test.:8080", Some(("todos.test", Some("8080"))));
        check("name:abc", Some(("name", Some("abc"))));
        check("name:", Some(("name", Some(""))));
        check("[::1", Some(("[::1", None)));
        check("[::1]", Some(("[::1]", None)));
        check("[::1]:80", Some(("[::1]", Some("80"))));
        check("a:b:c", Some(("a", Some("b:c"))));
        check("_", Some(("_", None)));
        check("a+b~*.test", Some(("a+b~*.test", None)));
    }

    #[test]
    fn nginx_refuses_what_cannot_be_a_host() {
        for raw in [
            "", ".", "..", "a..b", ":80", ".:80", "a b", "a/b", "a\tb", "a\x7f", "a:1/2",
        ] {
            check(raw, None);
        }
    }

    #[test]
    fn lower_case_names_are_not_copied() {
        let mut buffer = [b'!'; HOST_BYTES_MAX];
        let host = Host::parse(b"todos.test").unwrap();
        assert_eq!(host.lower(&mut buffer), Some(&b"todos.test"[..]));
        assert_eq!(buffer[0], b'!');
        let host = Host::parse(b"ToDos.TEST:80").unwrap();
        assert_eq!(host.lower(&mut buffer), Some(&b"todos.test"[..]));
    }

    #[test]
    fn a_name_longer_than_any_configured_one_has_no_lower_form() {
        let name = [b'a'; HOST_BYTES_MAX + 1];
        let mut buffer = [0; HOST_BYTES_MAX];
        assert_eq!(Host::parse(&name).unwrap().lower(&mut buffer), None);
        assert!(
            Host::parse(&name[1..])
                .unwrap()
                .lower(&mut buffer)
                .is_some()
        );
    }
}
