//! Whether a name in a certificate covers a host, as Go's `x509.VerifyHostname` compares them.

/// Compares label by label, without regard to case. A first label `*` covers one label, never none.
pub(super) fn covers(pattern: &str, host: &str) -> bool {
    if pattern.eq_ignore_ascii_case(host) {
        return true;
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let pattern = pattern.strip_suffix('.').unwrap_or(pattern);
    let Some(parent) = pattern.strip_prefix("*.") else {
        return !host.is_empty() && pattern.eq_ignore_ascii_case(host);
    };
    let Some((label, rest)) = host.split_once('.') else {
        return false;
    };
    !label.is_empty() && label != "*" && rest.eq_ignore_ascii_case(parent)
}

#[cfg(test)]
mod tests {
    use super::covers;

    /// From Go's `crypto/x509/verify_test.go`, `matchHostnamesTests`.
    #[test]
    fn names_are_compared_as_in_go() {
        let rows = [
            ("a.b.c", "a.b.c", true),
            ("a.b.c", "b.b.c", false),
            ("*.b.c", "a.b.c", true),
            ("*.b.c", "b.c", false),
            ("*.b.c", "a.b.c.", true),
            ("a.b.c", "A.b.C", true),
            ("*.b.c", "x.a.b.c", false),
            ("*.b.c", "*.b.c", true),
            ("", "a.b", false),
            ("*.", "a.b", false),
        ];
        for (pattern, host, expected) in rows {
            assert_eq!(covers(pattern, host), expected, "{pattern} {host}");
        }
    }
}
