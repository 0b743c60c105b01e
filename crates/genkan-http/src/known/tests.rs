//! Every known name is found in any case, and nothing else is.

use super::*;

#[test]
fn every_name_is_found_in_any_case() {
    for &id in KnownHeader::ALL {
        let name = id.name();
        assert_eq!(KnownHeader::of(name.as_bytes()), id, "{name}");
        assert_eq!(
            KnownHeader::of(name.to_ascii_uppercase().as_bytes()),
            id,
            "{name}"
        );
        assert_eq!(name, name.to_ascii_lowercase());
    }
}

#[test]
fn names_that_differ_in_one_byte_are_others() {
    for &id in KnownHeader::ALL {
        for position in 0..id.name().len() {
            for other in 0..=255u8 {
                let mut name = id.name().as_bytes().to_vec();
                let same = other.to_ascii_lowercase() == name[position];
                name[position] = other;
                assert_eq!(
                    KnownHeader::of(&name) == id,
                    same,
                    "{}",
                    name.escape_ascii()
                );
            }
        }
    }
}

#[test]
fn neighbours_of_known_names_are_other() {
    for name in [
        "",
        "t",
        "x-hos",
        "hosts",
        "content_length",
        "transfer-encoding ",
        "x-forwarded",
    ] {
        assert_eq!(
            KnownHeader::of(name.as_bytes()),
            KnownHeader::Other,
            "{name}"
        );
    }
    assert_eq!(KnownHeader::of(&[b'x'; 500]), KnownHeader::Other);
}
