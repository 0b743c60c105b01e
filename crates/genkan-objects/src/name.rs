//! The API server's rules for names, as `k8s.io/apimachinery` has them. Each rule answers with its
//! sentence when it is broken.

/// A rule: the sentence that says what is wrong, or nothing.
pub(crate) type Broken = Option<&'static str>;

const SUBDOMAIN: &str = "must be a DNS name: lower case letters, digits, `-` and `.`, beginning and ending with a letter or digit (RFC 1123 subdomain)";
const SUBDOMAIN_LENGTH: &str = "must be no more than 253 characters";
const LABEL: &str = "must be lower case letters, digits and `-`, beginning and ending with a letter or digit (RFC 1123 label)";
const LABEL_1035: &str = "must be lower case letters, digits and `-`, beginning with a letter and ending with a letter or digit (RFC 1035 label)";
const LABEL_LENGTH: &str = "must be no more than 63 characters";
const WILDCARD: &str =
    "a wildcard must be `*.` followed by a DNS name, as in `*.example.com` (RFC 1123)";
const PORT_NAME: &str =
    "must be lower case letters, digits and single `-` inside, with at least one letter";
const PORT_NAME_LENGTH: &str = "must be no more than 15 characters";
const PORT_NUMBER: &str = "must be between 1 and 65535";
const QUALIFIED: &str = "must be letters, digits, `-`, `_` or `.`, beginning and ending with a letter or digit, with an optional DNS name and `/` in front";
const SEGMENT: &str = "must not be `.` or `..` and must not contain `/` or `%`";

/// `IsDNS1123Subdomain`: names of most objects, hosts.
pub(crate) fn subdomain(name: &str) -> Broken {
    if name.len() > 253 {
        return Some(SUBDOMAIN_LENGTH);
    }
    let well_formed = name.split('.').all(|label| is_label(label.as_bytes()));
    (!well_formed).then_some(SUBDOMAIN)
}

/// `IsDNS1123Label`: namespaces.
pub(crate) fn label(name: &str) -> Broken {
    if name.len() > 63 {
        return Some(LABEL_LENGTH);
    }
    (!is_label(name.as_bytes())).then_some(LABEL)
}

/// `IsDNS1035Label`: Services.
pub(crate) fn service(name: &str) -> Broken {
    if name.len() > 63 {
        return Some(LABEL_LENGTH);
    }
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    (!starts_well || !is_label(name.as_bytes())).then_some(LABEL_1035)
}

/// `IsWildcardDNS1123Subdomain`.
pub(crate) fn wildcard(host: &str) -> Broken {
    if host.len() > 253 {
        return Some(SUBDOMAIN_LENGTH);
    }
    let rest = host.strip_prefix("*.");
    rest.is_none_or(|rest| subdomain(rest).is_some())
        .then_some(WILDCARD)
}

/// `IsValidPortName`.
pub(crate) fn port_name(name: &str) -> Broken {
    if name.len() > 15 {
        return Some(PORT_NAME_LENGTH);
    }
    let letter = name.bytes().any(|byte| byte.is_ascii_lowercase());
    (!letter || !is_label(name.as_bytes()) || name.contains("--")).then_some(PORT_NAME)
}

/// `IsValidPortNum`.
pub(crate) fn port_number(number: i32) -> Broken {
    (!(1..=65535).contains(&number)).then_some(PORT_NUMBER)
}

/// `IsQualifiedName`: keys of labels and annotations (annotation keys are lowered before, as in
/// `ValidateAnnotations`).
pub(crate) fn qualified(key: &str) -> Broken {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if prefix.is_some_and(|prefix| subdomain(prefix).is_some()) {
        return Some(QUALIFIED);
    }
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let bytes = name.as_bytes();
    let edges = edge(bytes.first().copied()) && edge(bytes.last().copied());
    (name.len() > 63 || !edges || !name.bytes().all(inside)).then_some(QUALIFIED)
}

/// `IsPathSegmentName`: kinds and names in references.
pub(crate) fn segment(name: &str) -> Broken {
    (name == "." || name == ".." || name.contains(['/', '%'])).then_some(SEGMENT)
}

fn is_label(label: &[u8]) -> bool {
    let edge = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let inside = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    edge(label.first()) && edge(label.last()) && label.iter().all(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: impl Fn(&str) -> Broken, good: &[&str], bad: &[&str]) {
        for name in good {
            assert_eq!(rule(name), None, "{name:?}");
        }
        for name in bad {
            assert!(rule(name).is_some(), "{name:?}");
        }
    }

    // Rows taken from k8s.io/apimachinery's validation_test.go.
    #[test]
    fn subdomains_follow_rfc_1123() {
        let long = format!("{}.a", "a".repeat(252));
        check(
            subdomain,
            &[
                "a",
                "ab",
                "a1",
                "a-1",
                "a--1--2--b",
                "0",
                "01",
                "012",
                "1-2-3",
                "a.a",
                "0.a.b",
                "1.2.3.4",
            ],
            &[
                "", "A", "aBc", "-", "a-", "-a", "1-", "_", "a_", "a.", ".a", "a..b", "a@b", " ",
                &long,
            ],
        );
    }

    #[test]
    fn labels_have_no_dots() {
        let long = "a".repeat(64);
        check(
            label,
            &["a", "0", "a--1", "0123456789"],
            &["", "a.a", "A", "-a", "a-", &long],
        );
        check(
            service,
            &["a", "a1", "a-1"],
            &["", "0", "1a", "a.a", "A", "a-", &long],
        );
    }

    #[test]
    fn wildcards_have_one_star_in_front() {
        check(
            wildcard,
            &["*.a", "*.example.com", "*.exam-ple.com"],
            &[
                "*",
                "*.",
                "example.com",
                "*.*.com",
                "f.*.com",
                "*b.com",
                "*.foo-",
                "*ab*",
            ],
        );
    }

    #[test]
    fn port_names_have_a_letter() {
        check(
            port_name,
            &["telnet", "re-mail-ck", "pop3", "a", "a-1", "1-a", "0a"],
            &[
                "longerthan15characters",
                "",
                "12345",
                "-abc",
                "abc-",
                "a--b",
                "1-2",
                "A",
                "a.b",
            ],
        );
        assert_eq!(port_number(65535), None);
        assert!(port_number(0).is_some() && port_number(65536).is_some());
    }

    #[test]
    fn keys_are_qualified_names() {
        check(
            qualified,
            &[
                "simple",
                "now-with-dashes",
                "1-starts-with-num",
                "1234",
                "simple/simple",
                "now_with_x",
                "a.b/c.d",
                "dns.de/Upper.ok",
            ],
            &[
                "",
                "/simple",
                "nospecialchars%^=@",
                "cantendwithadash-",
                "-cantstart",
                "only/one/slash",
                "Example.com/abc",
                "example_com/abc",
                "example.com/",
                "/abc",
                "zero\u{200b}width",
            ],
        );
    }
}
