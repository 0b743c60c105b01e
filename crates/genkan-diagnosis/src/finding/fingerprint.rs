//! Identity of a finding across runs.
//!
//! A baseline must survive reformatting, moved lines and renamed files, so the fingerprint covers the
//! code, the object, the field path and the value as text, and nothing else. The hash is FNV-1a with 64
//! bits: stable between versions, machines and languages, and simple enough to be computed elsewhere.
//! It is an identity, not a protection; whoever writes manifests can make two findings collide.

use super::Finding;

/// Offset basis and prime of FNV-1a, 64 bits (draft-eastlake-fnv).
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Separates the parts; cannot occur in any of them.
const SEPARATOR: u8 = 0;

pub(super) fn of(finding: &Finding) -> String {
    let object = finding.object.as_ref();
    let pointer = finding.pointer.as_deref();
    let at_primary = finding.primary.as_ref().map(|label| label.span.text());
    let value = finding.value.as_deref().or(at_primary).unwrap_or("");
    let parts = [
        finding.code.to_string(),
        object.map_or_else(String::new, |object| object.qualified("")),
        pointer.unwrap_or("").to_owned(),
        normalise(value),
    ];
    let mut hash = BASIS;
    for part in &parts {
        for byte in part.bytes().chain([SEPARATOR]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }
    format!("{hash:016x}")
}

/// Quotes around a scalar and the amount of white space do not change what it says.
fn normalise(value: &str) -> String {
    let value = value.trim();
    let unquoted = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
        .unwrap_or(value);
    unquoted.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, ObjectRef, Source, words};

    fn fingerprint(file: &str, text: &str, at: (usize, usize)) -> String {
        Finding::new(Code::GK0002)
            .on(ObjectRef::ingress("todo", "todo"))
            .field("/metadata/annotations/x")
            .at(
                Source::file(file, text).span(at.0, at.1),
                &words::THIS_VALUE,
            )
            .fingerprint()
    }

    #[test]
    fn the_hash_is_fnv_1a() {
        // Test vector of the FNV draft, by the same steps.
        let hash = |text: &str| {
            text.bytes().fold(BASIS, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(PRIME)
            })
        };
        assert_eq!(hash("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn moving_and_quoting_change_nothing() {
        let first = fingerprint("a.yaml", "x: /\n", (3, 4));
        assert_eq!(
            first,
            fingerprint("b.yaml", "# moved\n\nx:  \"/\"\n", (13, 16))
        );
        assert_ne!(first, fingerprint("a.yaml", "x: /a\n", (3, 5)));
        assert_eq!(first.len(), 16);
    }
}
