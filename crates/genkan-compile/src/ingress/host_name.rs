//! Reads `spec.rules[].host`.

use genkan_route::host::HostName;

/// Why a text is no usable host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostFault {
    /// A scheme is in front, or a path behind.
    Url,
    /// A port is behind.
    Port,
    /// A character that no DNS name has.
    Character(char),
    /// `*` anywhere but as the whole first label.
    Wildcard,
    /// An address instead of a name.
    Address,
    /// An empty label.
    EmptyLabel,
}

impl HostFault {
    /// A few words for the reader.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Url => "it holds a scheme or a path".to_owned(),
            Self::Port => "it holds a port".to_owned(),
            Self::Character(c) => format!("it holds {c:?}"),
            Self::Wildcard => "`*` may only be the whole first label".to_owned(),
            Self::Address => "it is an IP address".to_owned(),
            Self::EmptyLabel => "it has an empty label".to_owned(),
        }
    }
}

/// What was made of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadHost {
    /// The name that is served.
    pub name: HostName,
    /// Whether it had to be brought into canonical form (letter case, trailing dot).
    pub tidied: bool,
}

/// Reads a host as written; empty means every host.
///
/// Server names ignore letter case and nginx strips one trailing dot from `Host`, so those two are
/// tidied; anything else that is no DNS name cannot be asked for and is refused.
pub(crate) fn read(written: &str) -> Result<ReadHost, HostFault> {
    if written.is_empty() {
        return Ok(ReadHost {
            name: HostName::CatchAll,
            tidied: false,
        });
    }
    if written.contains('/') {
        return Err(HostFault::Url);
    }
    if written.parse::<std::net::IpAddr>().is_ok() || written.starts_with('[') {
        return Err(HostFault::Address);
    }
    if written.contains(':') {
        return Err(HostFault::Port);
    }
    let lower = written.to_ascii_lowercase();
    let clean = lower.strip_suffix('.').unwrap_or(&lower);
    let (wildcard, name) = match clean.strip_prefix("*.") {
        Some(rest) => (true, rest),
        None => (false, clean),
    };
    if name.contains('*') {
        return Err(HostFault::Wildcard);
    }
    if let Some(c) = name
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '_'))
    {
        return Err(HostFault::Character(c));
    }
    if name.split('.').any(str::is_empty) {
        return Err(HostFault::EmptyLabel);
    }
    let tidied = clean != written || name.contains('_');
    let name = if wildcard {
        HostName::Wildcard(name.into())
    } else {
        HostName::Exact(name.into())
    };
    Ok(ReadHost { name, tidied })
}

/// A host as people write it.
pub(crate) fn show(name: &HostName) -> String {
    match name {
        HostName::Exact(name) => name.to_string(),
        HostName::Wildcard(suffix) => format!("*.{suffix}"),
        HostName::CatchAll => "*".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_wildcards_or_nothing() {
        let check = |written: &str, name: HostName, tidied: bool| {
            assert_eq!(read(written), Ok(ReadHost { name, tidied }), "{written}");
        };
        check("", HostName::CatchAll, false);
        check("a.example", HostName::Exact("a.example".into()), false);
        check("A.Example.", HostName::Exact("a.example".into()), true);
        check("*.a.example", HostName::Wildcard("a.example".into()), false);
        check(
            "under_score.example",
            HostName::Exact("under_score.example".into()),
            true,
        );
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        let check = |written: &str, fault| assert_eq!(read(written), Err(fault), "{written}");
        check("https://a.example", HostFault::Url);
        check("a.example/x", HostFault::Url);
        check("a.example:443", HostFault::Port);
        check("10.0.0.1", HostFault::Address);
        check("a b", HostFault::Character(' '));
        check("*.*.example", HostFault::Wildcard);
        check("a.*.example", HostFault::Wildcard);
        check("*", HostFault::Wildcard);
        check("a..example", HostFault::EmptyLabel);
    }
}
