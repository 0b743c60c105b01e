//! A ClientHello that OpenSSL wrote, whole, in pieces and damaged.

use super::*;

/// By Python 3's `ssl` (OpenSSL 3.0.19 27 Jan 2026) for `shop.example.com`.
const HELLO: &str = "\
1603010200010001fc0303b0116f354eb15eedb544b0c3a653e2351a8936893466cfbfe8d7624321e3528320\
bab09d1feb95ded851b3cbabd8c713f96d3f66b14f016c229fc14eb937dcab71000a130213031301c02b00ff\
010001a900000015001300001073686f702e6578616d706c652e636f6d000b000403000102000a0016001400\
1d0017001e0019001801000101010201030104002300000016000000170000000d002a002804030503060308\
0708080809080a080b080408050806040105010601030303010302040205020602002b00050403040303002d\
00020101003300260024001d00208c923d1c685d581ad00e572459cbcad49ec31c6689c5ac5a55efa6f1af4c\
1f14001500f70000000000000000000000000000000000000000000000000000000000000000000000000000\
0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
000000000000000000000000000000000000000000000000000000000000000000";

fn hello() -> Vec<u8> {
    let digits = HELLO.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn complete(name: Option<&str>) -> FirstBytes {
    FirstBytes::Complete {
        server_name: name.map(str::to_owned),
    }
}

/// The same message in records of at most `size` bytes.
fn fragmented(size: usize) -> Vec<u8> {
    let hello = hello();
    let mut records = Vec::new();
    for piece in hello[5..].chunks(size) {
        records.extend_from_slice(&[22, 3, 1, (piece.len() >> 8) as u8, piece.len() as u8]);
        records.extend_from_slice(piece);
    }
    records
}

#[test]
fn a_whole_hello_tells_its_server_name() {
    assert_eq!(peek(&hello()), complete(Some("shop.example.com")));
}

#[test]
fn every_beginning_of_a_hello_wants_more() {
    let hello = hello();
    for end in 0..hello.len() {
        assert_eq!(peek(&hello[..end]), FirstBytes::Partial, "{end}");
    }
}

#[test]
fn a_hello_in_many_records_is_put_together() {
    for size in [1, 2, 7, 100] {
        assert_eq!(
            peek(&fragmented(size)),
            complete(Some("shop.example.com")),
            "{size}"
        );
    }
}

#[test]
fn damage_is_told_and_never_panics() {
    let hello = hello();
    for at in 0..hello.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut damaged = hello.clone();
            damaged[at] = value;
            let _ = peek(&damaged);
        }
    }
    assert_eq!(peek(&[22, 3, 1, 0, 0]), FirstBytes::Malformed);
    assert_eq!(peek(&[22, 3, 1, 0, 4, 2, 0, 0, 0]), FirstBytes::Malformed);
    assert_eq!(peek(&[22, 3, 1, 0, 9, 1, 1, 0, 0]), FirstBytes::TooLong);
}

#[test]
fn other_protocols_are_seen_at_the_first_byte() {
    for bytes in [
        &b"GET / HTTP/1.1\r\n"[..],
        b"PROXY TCP4 ",
        b"\x80\x2e\x01",
        &[22, 9],
    ] {
        assert_eq!(peek(bytes), FirstBytes::NotTls);
    }
}

#[test]
fn names_that_dns_cannot_have_are_none() {
    let hello = hello();
    let at = hello
        .windows(4)
        .position(|window| window == b"shop")
        .unwrap();
    let mut damaged = hello.clone();
    damaged[at] = b' ';
    assert_eq!(peek(&damaged), complete(None));
}
