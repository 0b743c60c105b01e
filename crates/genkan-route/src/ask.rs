//! A request as the router asks about it: the head with its target and host taken apart.

use std::borrow::Cow;

use genkan_http::{
    head::RequestView,
    host::Host,
    known::KnownHeader,
    reject::RequestReject,
    target::{Form, Target, effective_host},
};

use crate::{
    client::{Client, Port, Trust},
    decision::{DecisionInput, Scheme},
    fault::Fault,
};

/// What a head says, together with what the exchange knows beside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub request: RequestView<'a>,
    pub input: &'a DecisionInput,
    pub trust: &'a Trust,
    pub client: Client,
    pub target: Target<'a>,
    /// The host that is asked for; none in HTTP/1.0 without `Host`.
    pub asked: Option<Host<'a>>,
    /// Its name without port, case as sent; empty when there is none.
    pub host: &'a [u8],
}

impl<'a> Ask<'a> {
    /// Takes a head apart. What nginx refuses here it refuses before it looks for a host.
    pub(crate) fn of(
        request: RequestView<'a>,
        input: &'a DecisionInput,
        trust: &'a Trust,
        client: Client,
    ) -> Result<Self, Fault> {
        let target = Target::of(request).map_err(fault)?;
        if target.form == Form::Asterisk {
            // nginx answers 400; strict mode has nothing to say about the server as a whole either
            return Err(Fault::BadRequest);
        }
        let asked = effective_host(request, &target).map_err(fault)?;
        let host = asked.map_or(b"".as_slice(), |host| host.name);
        Ok(Self {
            request,
            input,
            trust,
            client,
            target,
            asked,
            host,
        })
    }

    /// A request that asks for nothing that could be found, for what is filled in all the same.
    pub(crate) fn nobody(
        request: RequestView<'a>,
        input: &'a DecisionInput,
        trust: &'a Trust,
        client: Client,
    ) -> Self {
        Self {
            request,
            input,
            trust,
            client,
            target: Target::ROOT,
            asked: None,
            host: b"",
        }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.input.scheme == Scheme::Https
    }

    /// The `Host` field as sent.
    pub(crate) fn http_host(&self) -> &'a [u8] {
        self.request.first(KnownHeader::Host).unwrap_or_default()
    }

    /// The host as it goes upstream: of a trusted header, else the `Host` field as sent.
    pub(crate) fn best_host(&self) -> Cow<'a, [u8]> {
        let trusted = self.trust.host(self.request);
        trusted.unwrap_or(Cow::Borrowed(self.http_host()))
    }

    /// The scheme that a trusted header names, else that of the connection.
    pub(crate) fn pass_scheme(&self) -> Cow<'a, [u8]> {
        self.trust.scheme(self.input, self.request)
    }

    /// Appends the port that a trusted header names, else that of the listener.
    pub(crate) fn write_pass_port(&self, out: &mut Vec<u8>) {
        match self.trust.port(self.input, self.request) {
            Port::Text(port) => out.extend_from_slice(&port),
            Port::Number(port) => out.extend_from_slice(port.to_string().as_bytes()),
            Port::Unknown => {}
        }
    }

    /// The query, without `?`.
    pub(crate) fn args(&self) -> &'a [u8] {
        self.target.query.unwrap_or_default()
    }

    /// Appends the values of a field, joined as nginx joins them.
    pub(crate) fn joined_field(&self, name: &[u8], out: &mut Vec<u8>) {
        let separator: &[u8] = if name == b"cookie" { b"; " } else { b", " };
        for (count, value) in self.request.all_named(name).enumerate() {
            if count > 0 {
                out.extend_from_slice(separator);
            }
            out.extend_from_slice(value);
        }
    }

    /// The value of the first cookie of this name, empty when there is none.
    pub(crate) fn cookie(&self, name: &[u8]) -> &'a [u8] {
        let pairs = self.request.all(KnownHeader::Cookie).flat_map(|line| {
            line.split(|byte| matches!(byte, b';' | b','))
                .map(<[u8]>::trim_ascii)
        });
        let mut values = pairs.filter_map(|pair| {
            // nginx compares names of cookies without regard to case here
            let equal = pair.get(..name.len())?.eq_ignore_ascii_case(name);
            pair[name.len()..].strip_prefix(b"=").filter(|_| equal)
        });
        values.next().unwrap_or_default()
    }
}

/// A head that cannot be routed, in the terms of faults.
pub(crate) fn fault(reject: RequestReject) -> Fault {
    match reject {
        RequestReject::PathEscapeMalformed
        | RequestReject::PathNul
        | RequestReject::PathAboveRoot => Fault::BadPath,
        _ => Fault::BadRequest,
    }
}
