//! The annotation `genkan.io/endpoints`: addresses of a Service where there is no cluster.

use std::net::SocketAddr;

use super::FoundPort;

/// The annotation, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Written {
    entries: Vec<(Option<String>, SocketAddr)>,
}

/// Why an entry cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrittenFault {
    /// The entry.
    pub entry: String,
}

/// Reads `127.0.0.1:5000,[::1]:5000` or, per port, `http=127.0.0.1:5000`. Spaces around commas do not
/// matter.
pub(crate) fn read(text: &str) -> Result<Written, WrittenFault> {
    let mut entries = Vec::new();
    for entry in text
        .split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
    {
        let (port, address) = match entry.split_once('=') {
            Some((port, address)) => (Some(port.trim().to_owned()), address.trim()),
            None => (None, entry),
        };
        let address: Option<SocketAddr> = address.parse().ok();
        match address.filter(|address| address.port() > 0) {
            Some(address) => entries.push((port, address)),
            None => {
                return Err(WrittenFault {
                    entry: entry.to_owned(),
                });
            }
        }
    }
    if entries.is_empty() {
        return Err(WrittenFault {
            entry: text.to_owned(),
        });
    }
    Ok(Written { entries })
}

impl Written {
    /// Addresses of one port: those that name it (by name or number) and those that name none.
    pub(crate) fn of(&self, port: &FoundPort<'_>) -> Vec<SocketAddr> {
        let number = port.port.port.value.to_string();
        let name = port.port.name.as_ref().map(|name| &*name.value);
        let fits = |wanted: &Option<String>| match wanted {
            None => true,
            Some(wanted) => *wanted == number || Some(&**wanted) == name,
        };
        self.entries
            .iter()
            .filter(|(wanted, _)| fits(wanted))
            .map(|(_, address)| *address)
            .collect()
    }

    /// Ports that are named.
    pub(crate) fn ports(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|(port, _)| port.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_with_or_without_a_port_name() {
        let written = read("127.0.0.1:5000, http=[::1]:8080 ,").unwrap();
        let expected = [
            (None, "127.0.0.1:5000".parse().unwrap()),
            (Some("http".to_owned()), "[::1]:8080".parse().unwrap()),
        ];
        assert_eq!(written.entries, expected);
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for (text, entry) in [
            ("localhost:5000", "localhost:5000"),
            ("127.0.0.1", "127.0.0.1"),
            ("127.0.0.1:0", "127.0.0.1:0"),
            ("127.0.0.1:1,http=x", "http=x"),
            ("", ""),
        ] {
            assert_eq!(
                read(text),
                Err(WrittenFault {
                    entry: entry.to_owned()
                }),
                "{text}"
            );
        }
    }
}
