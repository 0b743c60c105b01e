//! Networks in CIDR notation, and sets of them that are asked for every request.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// One network; a bare address is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Its first address.
    base: IpAddr,
    /// Bits that count.
    prefix: u8,
}

/// A text that is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork;

impl Network {
    /// Reads `10.0.0.0/8`, `10.1.2.3/8` (the bits behind the prefix do not count), `10.0.0.1`, `2001:db8::/32`.
    ///
    /// # Errors
    /// For anything else.
    pub fn parse(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = IpAddr::from_str(address).map_err(|_| NotANetwork)?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = match prefix {
            None => widest,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| NotANetwork)?
            }
            Some(_) => return Err(NotANetwork),
        };
        if prefix > widest {
            return Err(NotANetwork);
        }
        // IPv4 in IPv6 clothes, as nginx reads it
        let (address, prefix) = match (address.to_canonical(), prefix.checked_sub(96)) {
            (IpAddr::V4(mapped), Some(prefix)) if address.is_ipv6() => (IpAddr::V4(mapped), prefix),
            _ => (address, prefix),
        };
        let base = match address {
            IpAddr::V4(address) => {
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask_v4(prefix)))
            }
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask_v6(prefix)))
            }
        };
        Ok(Self { base, prefix })
    }

    /// Whether an address lies in it. An IPv4 address in IPv6 clothes is an IPv4 address, as in nginx.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                address.to_bits() & mask_v4(self.prefix) == base.to_bits()
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                address.to_bits() & mask_v6(self.prefix) == base.to_bits()
            }
            _ => false,
        }
    }

    /// Whether it holds every address of its family.
    pub fn is_everything(&self) -> bool {
        self.prefix == 0
    }

    /// First and last address, as one number line for each family.
    fn range(&self) -> (IpAddr, u128, u128) {
        match self.base {
            IpAddr::V4(base) => {
                let first = base.to_bits();
                let last = first | !mask_v4(self.prefix);
                (self.base, u128::from(first), u128::from(last))
            }
            IpAddr::V6(base) => {
                let first = base.to_bits();
                (self.base, first, first | !mask_v6(self.prefix))
            }
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

fn mask_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

fn mask_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

/// A set of networks: asked by binary search, however many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Networks {
    written: Box<[Network]>,
    /// Disjoint, ascending.
    v4: Box<[(u128, u128)]>,
    v6: Box<[(u128, u128)]>,
}

impl Networks {
    /// Whether some network of the set holds the address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => holds(&self.v4, u128::from(address.to_bits())),
            IpAddr::V6(address) => holds(&self.v6, address.to_bits()),
        }
    }

    /// The first written network that holds the address, for explanations.
    pub fn find(&self, address: IpAddr) -> Option<&Network> {
        self.written
            .iter()
            .find(|network| network.contains(address))
    }

    /// The networks as they were written.
    pub fn iter(&self) -> std::slice::Iter<'_, Network> {
        self.written.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        let written: Box<[Network]> = networks.into_iter().collect();
        let ranges = |v4: bool| {
            let of_family = written
                .iter()
                .map(Network::range)
                .filter(move |(base, ..)| base.is_ipv4() == v4);
            merged(of_family.map(|(_, first, last)| (first, last)).collect())
        };
        Self {
            v4: ranges(true),
            v6: ranges(false),
            written,
        }
    }
}

fn merged(mut ranges: Vec<(u128, u128)>) -> Box<[(u128, u128)]> {
    ranges.sort_unstable();
    let mut out: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match out.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => out.push((first, last)),
        }
    }
    out.into()
}

fn holds(ranges: &[(u128, u128)], address: u128) -> bool {
    let behind = ranges.partition_point(|(first, _)| *first <= address);
    behind
        .checked_sub(1)
        .is_some_and(|at| address <= ranges[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(list: &[&str]) -> Networks {
        list.iter()
            .map(|text| Network::parse(text).unwrap())
            .collect()
    }

    #[test]
    fn a_set_holds_what_one_of_its_networks_holds() {
        let check = |list: &[&str], address: &str, expected: bool| {
            let (set, address) = (networks(list), address.parse().unwrap());
            assert_eq!(set.contains(address), expected, "{list:?} {address}");
            assert_eq!(set.find(address).is_some(), expected, "{list:?} {address}");
        };
        check(&["10.0.0.0/8"], "10.255.0.1", true);
        check(&["10.0.0.0/8"], "11.0.0.0", false);
        check(&["10.0.0.0/8"], "9.255.255.255", false);
        check(&["10.1.2.3/8"], "10.0.0.0", true);
        check(&["192.0.2.7"], "192.0.2.7", true);
        check(&["192.0.2.7"], "192.0.2.8", false);
        check(&["0.0.0.0/0"], "203.0.113.1", true);
        check(&["0.0.0.0/0"], "2001:db8::1", false);
        check(&["::/0"], "2001:db8::1", true);
        check(&["::/0"], "203.0.113.1", false);
        check(&["2001:db8::/32"], "2001:db8:ffff::1", true);
        check(&["2001:db8::/32"], "2001:db9::", false);
        check(&["10.0.0.0/8"], "::ffff:10.1.1.1", true);
        check(
            &["10.0.0.0/8", "10.1.0.0/16", "127.0.0.1"],
            "127.0.0.1",
            true,
        );
        check(
            &["10.0.0.0/8", "10.1.0.0/16", "127.0.0.1"],
            "10.200.0.0",
            true,
        );
        check(&["::ffff:127.0.0.9"], "127.0.0.9", true);
        check(&["::ffff:127.0.0.0/104"], "127.9.0.9", true);
        check(&["::ffff:127.0.0.9"], "127.0.0.1", false);
        check(&[], "127.0.0.1", false);
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0/8",
            "a",
            "10.0.0.1 ",
            "010.0.0.1",
            "10.0.0.0/8/8",
            "1.2.3.4:80",
            "10.0.0.0/256",
        ] {
            assert_eq!(Network::parse(bad), Err(NotANetwork), "{bad}");
        }
    }

    #[test]
    fn a_network_is_shown_by_its_first_address() {
        assert_eq!(
            Network::parse("10.1.2.3/8").unwrap().to_string(),
            "10.0.0.0/8"
        );
        assert_eq!(Network::parse("::1").unwrap().to_string(), "::1/128");
    }
}
