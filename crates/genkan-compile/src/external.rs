//! ExternalName: which names want resolving, and what came of it.
//!
//! Resolving is I/O and happens elsewhere; the compiler names the names and takes the answers.

use std::{collections::BTreeMap, net::IpAddr};

/// What is known about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Its addresses, A and AAAA; the last good ones stay while DNS fails.
    Addresses(Vec<IpAddr>),
    /// It does not resolve; the resolver's words.
    Failed(String),
}

/// Answers by name, as the Service writes it. A name that is absent has not been asked for yet.
pub type Resolutions = BTreeMap<String, Resolution>;

/// Why an ExternalName is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// `--disable-svc-external-name`.
    SwitchedOff,
    /// `localhost`, whatever it resolves to.
    Localhost,
    /// An address; Kubernetes reads it as a name of digits (ingress-nginx answers 503).
    Address,
    /// No DNS name.
    NotAName,
    /// It resolves to this machine or to a link-local (metadata) address and comes from the API.
    Local,
}

impl Refusal {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::SwitchedOff => "ExternalName Services are switched off",
            Self::Localhost => "`localhost` would be the proxy itself",
            Self::Address => "the value is an IP address, not a name",
            Self::NotAName => "the value is no DNS name",
            Self::Local => "it resolves to a loopback or link-local address",
        }
    }
}

/// Whether a name may be resolved at all.
pub(crate) fn judge_name(name: &str) -> Result<(), Refusal> {
    let bare = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    if bare == "localhost" || bare.ends_with(".localhost") {
        return Err(Refusal::Localhost);
    }
    if bare.parse::<IpAddr>().is_ok() {
        return Err(Refusal::Address);
    }
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if bare.split('.').all(label) {
        Ok(())
    } else {
        Err(Refusal::NotAName)
    }
}

/// Loopback, link-local and unspecified addresses: what a name from the API may not lead to.
pub(crate) fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => {
            v6.to_ipv4_mapped().is_some_and(|v4| is_local(v4.into()))
                || v6.is_loopback()
                || v6.is_unicast_link_local()
                || v6.is_unspecified()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_followed_but_not_addresses_and_localhost() {
        let check = |name: &str, expected| assert_eq!(judge_name(name), expected, "{name}");
        check("db.example.com", Ok(()));
        check("db.example.com.", Ok(()));
        check("_db._tcp.example.com", Ok(()));
        // ingress-nginx-observed: IP literals give 503, `localhost` is refused
        check("198.51.100.7", Err(Refusal::Address));
        check("::1", Err(Refusal::Address));
        check("localhost", Err(Refusal::Localhost));
        check("localhost.", Err(Refusal::Localhost));
        check("bad_name!", Err(Refusal::NotAName));
        check("", Err(Refusal::NotAName));
    }

    #[test]
    fn local_addresses_are_known_in_both_families() {
        for local in [
            "127.0.0.1",
            "169.254.169.254",
            "::1",
            "fe80::1",
            "0.0.0.0",
            "::ffff:127.0.0.1",
        ] {
            assert!(is_local(local.parse().unwrap()), "{local}");
        }
        for remote in ["10.0.0.1", "2001:db8::1", "192.168.1.1"] {
            assert!(!is_local(remote.parse().unwrap()), "{remote}");
        }
    }
}
