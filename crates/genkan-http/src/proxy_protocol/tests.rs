//! Headers of both versions by the specification, whole, in pieces and damaged.

use super::*;

fn complete(length: usize, addresses: Option<(&str, &str)>) -> Result<Progress, HeaderReject> {
    let proxied = addresses.map(|(source, destination)| Proxied {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
    });
    Ok(Progress::Complete { length, proxied })
}

/// The fixed beginning of version 2 and what follows it.
fn binary(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let mut header = b"\r\n\r\n\0\r\nQUIT\n".to_vec();
    header.extend([command, family]);
    header.extend((rest.len() as u16).to_be_bytes());
    header.extend(rest);
    header
}

const TCP4: [u8; 12] = [203, 0, 113, 7, 127, 0, 0, 1, 0x12, 0x67, 0x01, 0xbb];

fn tcp6() -> Vec<u8> {
    let mut rest = vec![0x20, 0x01, 0x0d, 0xb8];
    rest.extend([0; 11]);
    rest.push(7);
    rest.extend([0; 15]);
    rest.extend([1, 0x12, 0x67, 0x00, 0x50]);
    rest
}

#[test]
fn lines_tell_both_ends() {
    let check = |line: &str, length, addresses| {
        assert_eq!(
            parse(line.as_bytes()),
            complete(length, addresses),
            "{line}"
        );
    };
    check(
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\r\nGET /",
        43,
        Some(("203.0.113.7:4711", "127.0.0.1:443")),
    );
    check(
        "PROXY TCP6 2001:db8::7 ::1 4711 80\r\n",
        36,
        Some(("[2001:db8::7]:4711", "[::1]:80")),
    );
    check("PROXY UNKNOWN\r\nGET /", 15, None);
    // the longest line of the specification
    let longest = "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n";
    check(longest, longest.len(), None);
    check(
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 0\r\n",
        52,
        Some(("255.255.255.255:65535", "255.255.255.255:0")),
    );
}

#[test]
fn lines_that_break_the_format_are_refused() {
    for line in [
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711\r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711 443 1\r\n",
        "PROXY TCP4  203.0.113.7 127.0.0.1 4711 443\r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711 65536\r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 +4711 443\r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 04711 443\r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711 \r\n",
        "PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\n",
        "PROXY TCP4 203.0.113 127.0.0.1 4711 443\r\n",
        "PROXY TCP4 2001:db8::7 ::1 4711 443\r\n",
        "PROXY TCP6 203.0.113.7 127.0.0.1 4711 443\r\n",
        "PROXY TCP5 203.0.113.7 127.0.0.1 4711 443\r\n",
        "PROXY UDP4 203.0.113.7 127.0.0.1 4711 443\r\n",
        "PROXY unknown\r\n",
        "PROXY \r\n",
        "PROXY TCP4 \u{e9} 127.0.0.1 4711 443\r\n",
    ] {
        assert_eq!(
            parse(line.as_bytes()),
            Err(HeaderReject::Malformed),
            "{line}"
        );
    }
}

#[test]
fn a_line_ends_within_107_bytes() {
    let line = |length: usize| format!("PROXY UNKNOWN {:x>1$}\r\n", "", length - 16);
    assert_eq!(parse(line(107).as_bytes()), complete(107, None));
    assert_eq!(parse(line(108).as_bytes()), Err(HeaderReject::TooLong));
    assert_eq!(parse(&line(300).as_bytes()[..106]), Ok(Progress::Partial));
    assert_eq!(
        parse(&line(300).as_bytes()[..107]),
        Err(HeaderReject::TooLong)
    );
}

#[test]
fn binary_headers_tell_both_ends() {
    let four = ("203.0.113.7:4711", "127.0.0.1:443");
    let mut bytes = binary(0x21, 0x11, &TCP4);
    bytes.extend(b"GET /");
    assert_eq!(parse(&bytes), complete(28, Some(four)));
    let six = ("[2001:db8::7]:4711", "[::1]:80");
    assert_eq!(parse(&binary(0x21, 0x21, &tcp6())), complete(52, Some(six)));
    // extensions: ALPN and the authority
    let mut rest = TCP4.to_vec();
    rest.extend(b"\x01\0\x02h2\x02\0\x06a.test");
    assert_eq!(parse(&binary(0x21, 0x11, &rest)), complete(42, Some(four)));
}

#[test]
fn binary_headers_without_a_tcp_connection_name_nobody() {
    let check = |command, family, rest: &[u8]| {
        let header = binary(command, family, rest);
        assert_eq!(parse(&header), complete(header.len(), None));
    };
    check(0x20, 0x00, b"");
    // LOCAL: addresses and junk are skipped
    check(0x20, 0x11, &TCP4);
    check(0x20, 0x00, b"junk");
    check(0x21, 0x00, b"junk");
    check(0x21, 0x12, &TCP4);
    check(0x21, 0x22, &tcp6());
    check(0x21, 0x31, &[b'x'; 216]);
    check(0x21, 0x32, &[b'x'; 216]);
}

#[test]
fn binary_headers_that_break_the_format_are_refused() {
    let check = |command, family, rest: &[u8]| {
        let header = binary(command, family, rest);
        assert_eq!(
            parse(&header),
            Err(HeaderReject::Malformed),
            "{command:x} {family:x} {rest:x?}"
        );
    };
    check(0x11, 0x11, &TCP4); // version 1
    check(0x31, 0x11, &TCP4);
    check(0x22, 0x11, &TCP4); // command 2
    check(0x21, 0x13, &TCP4);
    check(0x21, 0x41, &TCP4);
    check(0x21, 0x01, &TCP4);
    check(0x21, 0x11, &TCP4[..11]);
    check(0x21, 0x21, &TCP4);
    check(0x21, 0x31, &[0; 215]);
    for extension in [&b"\x01"[..], b"\x01\0", b"\x01\0\x03h2", b"\x03\0\x03abc"] {
        check(0x21, 0x11, &[&TCP4[..], extension].concat());
    }
}

/// By HAProxy 2.6.12, `send-proxy-v2 proxy-v2-options crc32c,unique-id`.
const SIGNED: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x1c\x7f\0\0\x01\x7f\0\0\x01\xac\x48\xa2\x9f\
    \x03\0\x04\x5f\xdc\x87\xe7\x05\0\x06shop-1";

#[test]
fn a_wrong_checksum_is_refused() {
    assert_eq!(
        parse(SIGNED),
        complete(44, Some(("127.0.0.1:44104", "127.0.0.1:41631")))
    );
    for at in (16..28).chain(31..35).chain(38..44) {
        let mut damaged = SIGNED.to_vec();
        damaged[at] ^= 1;
        assert_eq!(parse(&damaged), Err(HeaderReject::Malformed), "{at}");
    }
}

#[test]
fn a_header_is_at_most_4096_bytes_long() {
    let mut rest = TCP4.to_vec();
    rest.extend(b"\xea\x0f\xe1");
    rest.resize(4080, 0);
    assert!(matches!(
        parse(&binary(0x21, 0x11, &rest)),
        Ok(Progress::Complete { length: 4096, .. })
    ));
    let header = binary(0x20, 0x00, &[0; 4081]);
    assert_eq!(parse(&header[..16]), Err(HeaderReject::TooLong));
}

#[test]
fn every_beginning_wants_more_and_is_told_apart() {
    for header in [
        b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\r\n".to_vec(),
        b"PROXY UNKNOWN\r\n".to_vec(),
        binary(0x21, 0x21, &tcp6()),
        SIGNED.to_vec(),
    ] {
        for end in 0..header.len() {
            assert_eq!(parse(&header[..end]), Ok(Progress::Partial), "{end}");
        }
        assert!(is_begun(&header));
    }
}

#[test]
fn other_protocols_are_no_header() {
    for bytes in [
        &b"GET / HTTP/1.1\r\n"[..],
        b"\x16\x03\x01\x02\0",
        b"PRI * HTTP/2.0\r\n",
        b"PUT",
        b"\r\n\r\nGET / HTTP/1.1\r\n",
        b"PROXY\r\n",
    ] {
        assert_eq!(parse(bytes), Err(HeaderReject::Absent));
        assert!(!is_begun(bytes));
    }
    assert!(!is_begun(b"PROXY / HTTP/1.1\r\n"));
}
