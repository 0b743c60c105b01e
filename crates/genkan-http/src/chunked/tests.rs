//! Bodies, whole and in pieces, and everything that must not pass.

use super::*;
use crate::known::KnownHeader;
use crate::limits::ChunkLimits;
use crate::reject::ChunkReject;

/// Data and trailers of a body that arrives in pieces of `size` bytes.
fn decode(
    body: &[u8],
    size: usize,
    limits: &ChunkLimits,
) -> Result<(Vec<u8>, Vec<String>), ChunkReject> {
    let mut decoder = ChunkedDecoder::new();
    let (mut data, mut trailers) = (Vec::new(), Vec::new());
    let (mut start, mut arrived) = (0, 0);
    loop {
        let input = &body[start..arrived];
        let decoded = decoder.decode(input, limits)?;
        match decoded.part {
            Part::Data(range) => data.extend_from_slice(&input[range]),
            Part::Trailer { name, value } => {
                let text = [&input[name], b"=", &input[value]].concat();
                trailers.push(String::from_utf8(text).unwrap());
            }
            Part::End => {
                assert!(decoder.is_done());
                return Ok((data, trailers));
            }
            Part::Partial => {
                assert!(arrived < body.len(), "body without an end");
                arrived = (arrived + size).min(body.len());
            }
        }
        start += decoded.consumed;
    }
}

#[track_caller]
fn accept(body: &str, data: &str, trailers: &[&str]) {
    let body = [body.as_bytes(), b"GET / HTTP/1.1\r\n"].concat();
    for size in [1, 2, 3, 7, body.len()] {
        let (decoded, fields) = decode(&body, size, &ChunkLimits::default()).expect(data);
        assert_eq!(decoded, data.as_bytes());
        assert_eq!(fields, trailers);
    }
    let skipped = ChunkedDecoder::new()
        .skip(&body, &ChunkLimits::default())
        .unwrap();
    assert!(skipped.end);
    assert_eq!(skipped.data, data.len() as u64);
    assert_eq!(&body[skipped.consumed..], b"GET / HTTP/1.1\r\n");
}

#[track_caller]
fn refuse(body: &str, reject: ChunkReject) {
    for size in [1, 3, body.len()] {
        let result = decode(body.as_bytes(), size, &ChunkLimits::default());
        assert_eq!(result.map(drop), Err(reject), "{body:?} by {size}");
    }
}

#[test]
fn chunks_are_joined() {
    accept("5\r\nhello\r\n0\r\n\r\n", "hello", &[]);
    accept("A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", "0123456789x", &[]);
    accept("0\r\n\r\n", "", &[]);
    accept("0005\r\nhello\r\n000\r\n\r\n", "hello", &[]);
}

#[test]
fn extensions_and_padding_are_passed_over() {
    accept("5;ext=1\r\nhello\r\n0;last\r\n\r\n", "hello", &[]);
    accept("5 ;a=\"b\"\r\nhello\r\n0\r\n\r\n", "hello", &[]);
    accept("5  \r\nhello\r\n0\r\n\r\n", "hello", &[]);
}

#[test]
fn trailers_are_read() {
    accept(
        "5\r\nhello\r\n0\r\nX-T: 1\r\ngrpc-status:0\r\n\r\n",
        "hello",
        &["X-T=1", "grpc-status=0"],
    );
}

#[test]
fn sizes_are_hexadecimal_and_fit() {
    for size in [
        "zz",
        "",
        "-1",
        "+5",
        "0x5",
        " 5",
        "5g",
        "5_0",
        "8000000000000000",
        "00000000000000005",
    ] {
        refuse(
            &format!("{size}\r\nhello\r\n0\r\n\r\n"),
            ChunkReject::SizeInvalid,
        );
    }
    refuse("5 5\r\nhello\r\n0\r\n\r\n", ChunkReject::SizeInvalid);
    refuse("\n5\r\nhello\r\n0\r\n\r\n", ChunkReject::SizeInvalid);
}

#[test]
fn every_line_ends_with_both_characters() {
    refuse("5\nhello\r\n0\r\n\r\n", ChunkReject::SizeInvalid);
    refuse("5\rhello\r\n0\r\n\r\n", ChunkReject::LineEndInvalid);
    refuse("5\r\r\nhello\r\n0\r\n\r\n", ChunkReject::LineEndInvalid);
    refuse("5\r\nhello\n0\r\n\r\n", ChunkReject::LineEndInvalid);
    refuse("5\r\nhello\r0\r\n\r\n", ChunkReject::LineEndInvalid);
    refuse("5\r\nhello\r\n0\r\n\n", ChunkReject::LineEndInvalid);
    refuse("5\r\nhello\r\n0\r\nA: b\n\r\n", ChunkReject::LineEndInvalid);
    refuse("5;a\nhello\r\n0\r\n\r\n", ChunkReject::ExtensionInvalid);
}

#[test]
fn a_chunk_is_as_long_as_it_says() {
    refuse("3\r\nhello\r\n0\r\n\r\n", ChunkReject::LineEndInvalid);
    refuse("6\r\nhello\r\n0\r\n\r\n", ChunkReject::LineEndInvalid);
}

#[test]
fn controls_in_extensions_are_refused() {
    refuse("5;a\0\r\nhello\r\n0\r\n\r\n", ChunkReject::ExtensionInvalid);
    refuse(
        "5;a\x7f\r\nhello\r\n0\r\n\r\n",
        ChunkReject::ExtensionInvalid,
    );
    refuse("5;a\rb\r\nhello\r\n0\r\n\r\n", ChunkReject::LineEndInvalid);
}

#[test]
fn overlong_size_lines_are_refused() {
    refuse(
        &format!("5;{}\r\nhello\r\n0\r\n\r\n", "a".repeat(1023)),
        ChunkReject::SizeLineTooLong,
    );
    refuse(
        &format!("5{}\r\nhello\r\n0\r\n\r\n", " ".repeat(1024)),
        ChunkReject::SizeLineTooLong,
    );
    let many = format!("1;{}\r\nx\r\n", "a".repeat(1000)).repeat(17);
    refuse(&format!("{many}0\r\n\r\n"), ChunkReject::ExtensionsTooLong);
}

#[test]
fn trailers_must_not_frame_the_message() {
    for (line, id) in [
        ("Content-Length: 5", KnownHeader::ContentLength),
        ("transfer-encoding: chunked", KnownHeader::TransferEncoding),
        ("Host: x", KnownHeader::Host),
        ("Connection: close", KnownHeader::Connection),
        ("Trailer: x", KnownHeader::Trailer),
        ("Authorization: x", KnownHeader::Authorization),
    ] {
        refuse(
            &format!("0\r\n{line}\r\n\r\n"),
            ChunkReject::TrailerForbidden(id),
        );
    }
}

#[test]
fn malformed_trailers_are_refused() {
    for line in [
        "A b: c",
        "A : b",
        " A: b",
        "A",
        ": b",
        "A: b\rc",
        "A: \0",
        "A\u{e9}: b",
        "A[]: b",
    ] {
        refuse(
            &format!("0\r\n{line}\r\n\r\n"),
            ChunkReject::TrailerMalformed,
        );
    }
}

#[test]
fn trailers_are_bounded() {
    let long = format!("0\r\nA: {}\r\n\r\n", "b".repeat(5000));
    refuse(&long, ChunkReject::TrailersTooLarge);
    let many = format!("0\r\n{}\r\n", "A: b\r\n".repeat(65));
    refuse(&many, ChunkReject::TrailersTooLarge);
}

#[test]
fn headers_of_chunks_are_hexadecimal() {
    let mut buffer = [0; CHUNK_HEADER_BYTES_MAX];
    for (size, header) in [
        (0, &b""[..]),
        (1, b"1\r\n"),
        (15, b"f\r\n"),
        (16, b"10\r\n"),
        (65536, b"10000\r\n"),
        (usize::MAX, b"ffffffffffffffff\r\n"),
    ] {
        assert_eq!(chunk_header(size, &mut buffer), header);
    }
}
