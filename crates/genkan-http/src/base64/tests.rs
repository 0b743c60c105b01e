use super::*;

/// RFC 4648 section 10.
#[test]
fn the_vectors_of_the_standard_decode() {
    for (text, expected) in [
        ("", ""),
        ("Zg==", "f"),
        ("Zm8=", "fo"),
        ("Zm9v", "foo"),
        ("Zm9vYg==", "foob"),
        ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ] {
        assert_eq!(
            decode(text.as_bytes()).as_deref(),
            Some(expected.as_bytes())
        );
    }
}

#[test]
fn what_nginx_reads_is_read_and_nothing_else() {
    assert_eq!(decode(b"Zm8").as_deref(), Some(&b"fo"[..]));
    assert_eq!(decode(b"Zm8=?").as_deref(), Some(&b"fo"[..]));
    assert_eq!(decode(b"Zm9vY"), None);
    assert_eq!(decode(b"Zm-v"), None);
    assert_eq!(decode(b"+/+/").as_deref(), Some(&[251, 255, 191][..]));
}
