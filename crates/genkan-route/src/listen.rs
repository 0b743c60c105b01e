//! Which addresses connections are accepted on: data of a generation, like everything else that a
//! ConfigMap says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What settings say about addresses. Ports are the command line's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listen {
    /// `bind-address`: these only; empty is all.
    pub addresses: Box<[IpAddr]>,
    /// `disable-ipv6`.
    pub ipv4_only: bool,
}

impl Listen {
    /// The addresses, each once. Those `given` on the command line go before the ConfigMap's; without
    /// either it is all, IPv4 and IPv6 by one socket.
    pub fn addresses(&self, given: &[IpAddr]) -> Vec<IpAddr> {
        let all = [IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
        let wanted = [given, &self.addresses, &all]
            .into_iter()
            .find(|addresses| !addresses.is_empty())
            .unwrap_or_default();
        let mut addresses = Vec::with_capacity(wanted.len());
        for address in wanted.iter().filter_map(|address| self.kept(*address)) {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        if addresses.is_empty() {
            // ingress-nginx: where nothing of a family is named, all of it is meant
            addresses.push(Ipv4Addr::UNSPECIFIED.into());
        }
        addresses
    }

    fn kept(&self, address: IpAddr) -> Option<IpAddr> {
        match address {
            IpAddr::V6(address) if self.ipv4_only => {
                let mapped = address.to_ipv4_mapped().map(IpAddr::V4);
                let all = || {
                    address
                        .is_unspecified()
                        .then_some(Ipv4Addr::UNSPECIFIED.into())
                };
                mapped.or_else(all)
            }
            address => Some(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn the_command_line_goes_before_the_settings_and_all_is_the_default() {
        let check = |bound: &[&str], ipv4_only, given: &[&str], expected: &[&str]| {
            let listen = Listen {
                addresses: parsed(bound).into(),
                ipv4_only,
            };
            assert_eq!(listen.addresses(&parsed(given)), parsed(expected));
        };
        check(&[], false, &[], &["::"]);
        check(&[], true, &[], &["0.0.0.0"]);
        check(
            &["10.0.0.1", "fd00::1"],
            false,
            &[],
            &["10.0.0.1", "fd00::1"],
        );
        check(&["10.0.0.1", "fd00::1"], true, &[], &["10.0.0.1"]);
        check(&["fd00::1"], true, &[], &["0.0.0.0"]);
        check(
            &["10.0.0.1"],
            false,
            &["127.0.0.1", "127.0.0.1"],
            &["127.0.0.1"],
        );
        check(
            &[],
            true,
            &["::", "::ffff:10.0.0.1"],
            &["0.0.0.0", "10.0.0.1"],
        );
    }
}
