//! Who is let in: lists of addresses on routes, and lists that hold for everybody.

use std::{net::IpAddr, sync::Arc};

use genkan_http::{head::RequestView, known::KnownHeader};

use crate::{
    check::{Check, CheckName},
    network::Networks,
    pattern::{Anchor, Pattern, PatternError},
    route::Mode,
};

/// The lists of one route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// `denylist-source-range`: these are kept out, whatever the other list says.
    pub deny: Option<Arc<Networks>>,
    /// `allowlist-source-range`: only these are let in.
    pub allow: Option<Arc<Networks>>,
}

impl Access {
    /// Whether there is a list at all.
    pub fn is_set(&self) -> bool {
        self.deny.is_some() || self.allow.is_some()
    }

    /// nginx writes the denials before the allowances, and the first that matches counts.
    pub fn admits(&self, client: IpAddr) -> bool {
        let listed = |list: &Option<Arc<Networks>>| list.as_ref().map(|list| list.contains(client));
        listed(&self.deny) != Some(true) && listed(&self.allow) != Some(false)
    }

    /// Whether the allow list vouches for a client, which is more than that nothing is against it.
    pub fn vouches(&self, client: IpAddr) -> bool {
        self.allow.is_some() && self.admits(client)
    }

    /// The checks as people read them; ends with the one that refuses.
    pub fn checks(&self, client: IpAddr) -> Vec<Check> {
        let lists = [
            (CheckName::DenyList, &self.deny, false),
            (CheckName::AllowList, &self.allow, true),
        ];
        let mut checks = Vec::new();
        for (name, list, wanted) in lists {
            let Some(list) = list else { continue };
            let check = of_list(name, list, client, wanted);
            let refused = check.passed == Some(false);
            checks.push(check);
            if refused {
                break;
            }
        }
        checks
    }
}

/// The most networks of a list that a check names.
const SHOWN_MAX: usize = 8;

fn of_list(name: CheckName, list: &Networks, client: IpAddr, wanted: bool) -> Check {
    let found = list.find(client);
    let by = match found {
        Some(network) => network.to_string(),
        None => {
            let mut shown: Vec<_> = list
                .iter()
                .take(SHOWN_MAX)
                .map(ToString::to_string)
                .collect();
            if list.iter().count() > SHOWN_MAX {
                shown.push("…".to_owned());
            }
            shown.join(", ")
        }
    };
    Check {
        name,
        passed: Some(found.is_some() == wanted),
        subject: client.to_canonical().to_string(),
        by,
        listed: found.is_some(),
        count: None,
    }
}

/// What is refused everywhere, before a host is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    /// `block-cidrs`.
    pub networks: Networks,
    /// `block-user-agents`.
    pub user_agents: Vec<Blocked>,
    /// `block-referers`.
    pub referers: Vec<Blocked>,
}

/// An entry of nginx's `map`: text in any case, `~` and a pattern, or `~*` and one in any case.
#[derive(Clone, Debug)]
pub struct Blocked {
    written: Box<str>,
    pattern: Option<Arc<Pattern>>,
}

impl PartialEq for Blocked {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Blocked {}

impl Blocked {
    /// Reads an entry; quotes around it do not count.
    ///
    /// # Errors
    /// When the pattern is none.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let quoted = ['"', '\''].iter().find_map(|quote| {
            let inner = text.strip_prefix(*quote)?;
            inner.strip_suffix(*quote)
        });
        let text = quoted.unwrap_or(text);
        let compile = |source: &str| {
            let mode = Mode::NginxCompatible;
            Pattern::compile(source, mode, Anchor::Anywhere).map(|pattern| Some(Arc::new(pattern)))
        };
        let pattern = match (text.strip_prefix("~*"), text.strip_prefix('~')) {
            (Some(source), _) => compile(source)?,
            // patterns of this mode do not care for case unless told to
            (None, Some(source)) => compile(&format!("(?-i){source}"))?,
            (None, None) => None,
        };
        Ok(Self {
            written: text.into(),
            pattern,
        })
    }

    fn matches(&self, value: &[u8]) -> bool {
        match &self.pattern {
            // a pattern that runs into the engine's limits keeps nobody in
            Some(pattern) => pattern.is_match(value).unwrap_or(true),
            None => self.written.as_bytes().eq_ignore_ascii_case(value),
        }
    }
}

impl Blocks {
    /// Whether nothing is blocked.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty() && self.user_agents.is_empty() && self.referers.is_empty()
    }

    /// Why a request is refused, if it is.
    pub fn refusal(&self, client: IpAddr, request: RequestView<'_>) -> Option<Check> {
        let check = |subject: String, by: String| Check {
            name: CheckName::Block,
            passed: Some(false),
            subject,
            by,
            listed: true,
            count: None,
        };
        if let Some(network) = self.networks.find(client) {
            let subject = client.to_canonical().to_string();
            return Some(check(subject, network.to_string()));
        }
        let fields = [
            (KnownHeader::UserAgent, "User-Agent", &self.user_agents),
            (KnownHeader::Referer, "Referer", &self.referers),
        ];
        for (id, name, list) in fields {
            let value = request.first(id).unwrap_or_default();
            if let Some(entry) = list.iter().find(|entry| entry.matches(value)) {
                return Some(check(name.to_owned(), entry.written.to_string()));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decide::tests::world::parse, network::Network};

    fn list(text: &str) -> Option<Arc<Networks>> {
        let networks = text.split(',').map(|text| Network::parse(text).unwrap());
        (!text.is_empty()).then(|| Arc::new(networks.collect()))
    }

    #[test]
    fn a_denial_counts_before_an_allowance() {
        let check = |deny: &str, allow: &str, client: &str, expected: bool| {
            let networks = |text: &str| if text.is_empty() { None } else { list(text) };
            let access = Access {
                deny: networks(deny),
                allow: networks(allow),
            };
            let client = client.parse().unwrap();
            assert_eq!(access.admits(client), expected, "{deny} {allow} {client}");
            let passed = access
                .checks(client)
                .iter()
                .all(|check| check.passed == Some(true));
            assert_eq!(passed, expected);
        };
        // the recordings `access-allow` and `access-deny`
        check("", "127.0.0.9,127.0.1.0/24", "127.0.1.1", true);
        check("", "127.0.0.9,127.0.1.0/24", "127.0.0.1", false);
        check("", "::1,fd00::/8", "127.0.0.1", false);
        check("", "10.0.0.0/8", "::ffff:10.0.0.1", true);
        check("127.0.0.9,127.0.1.0/24", "", "127.0.0.1", true);
        check("127.0.0.9,127.0.1.0/24", "", "127.0.1.1", false);
        check("127.0.0.0/24", "127.0.0.9", "127.0.0.9", false);
        check("127.0.0.9", "127.0.0.0/16", "127.0.1.1", true);
        check("127.0.0.9", "127.0.0.0/16", "127.9.0.9", false);
        check("::/0", "", "127.0.0.1", true);
        check("", "", "127.0.0.1", true);
    }

    #[test]
    fn blocked_headers_are_text_in_any_case_or_patterns() {
        let check = |entry: &str, value: &str, expected: bool| {
            let blocks = Blocks {
                referers: vec![Blocked::parse(entry).unwrap()],
                ..Blocks::default()
            };
            let head = format!("GET / HTTP/1.1\r\nHost: a\r\nReferer: {value}\r\n\r\n");
            let parsed = parse(head.as_bytes());
            let request = RequestView::new(head.as_bytes(), &parsed);
            let refused = blocks
                .refusal("192.0.2.1".parse().unwrap(), request)
                .is_some();
            assert_eq!(refused, expected, "{entry} {value}");
        };
        // the recordings `access-block-referers`
        check("http://bad.test/", "http://bad.test/", true);
        check("http://bad.test/", "HTTP://BAD.test/", true);
        check("http://bad.test/", "http://bad.test/page", false);
        check("~*spam\\.example", "https://WWW.SPAM.example", true);
        check("~spam\\.example", "https://www.spam.example/x", true);
        check("~spam\\.example", "https://WWW.SPAM.example", false);
        check("\"~*a b\"", "x A B y", true);
        check("~*spam", "", false);
        assert!(Blocked::parse("~*(").is_err());
    }
}
