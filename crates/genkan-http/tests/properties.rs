//! What must hold for any input: arrival in pieces changes nothing, and what we write we read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use genkan_http::chunked::{
    CHUNK_END, CHUNK_HEADER_BYTES_MAX, ChunkedDecoder, LAST_CHUNK, Part, chunk_header,
};
use genkan_http::head::{RequestHead, RequestView, ResponseHead, ResponseView, Version};
use genkan_http::limits::{ChunkLimits, HeadLimits, LargeBuffers, ResponseLimits};
use genkan_http::normalise::{escape_path, normalise};
use genkan_http::parse::{Progress, parse_request, parse_response};
use genkan_http::proxy_protocol::{self, Proxied};
use genkan_http::write;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

type Lines = Vec<(Vec<u8>, Vec<u8>)>;

/// Lines that are nearly right, and sometimes very long.
fn head_bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = select(vec![
        "GET",
        "POST",
        "/",
        "/a?b",
        " ",
        "  ",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/3",
        "\r\n",
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\r",
        "A: b",
        "A_: b",
        ":",
        "x",
        "Host: h\r\n",
        "\t",
        "\0",
        "é",
        "200 OK",
    ]);
    let long = (0..300usize).prop_map(|length| "a".repeat(length));
    let piece = prop_oneof![8 => word.prop_map(str::to_owned), 1 => long];
    let start = select(vec![
        "",
        "GET / HTTP/1.1\r\n",
        "HTTP/1.1 200 OK\r\n",
        "\r\n",
    ]);
    (start, vec(piece, 0..30)).prop_map(|(start, rest)| (start.to_owned() + &rest.concat()).into())
}

/// Small buffers, so that generated heads reach their ends.
fn head_limits() -> impl Strategy<Value = HeadLimits> {
    (64..600usize, 0..4usize, 64..600usize, 1..20usize).prop_map(|(small, count, size, fields)| {
        HeadLimits {
            client_header_buffer_size: small,
            large_client_header_buffers: LargeBuffers { count, size },
            field_count_max: fields,
            ..HeadLimits::default()
        }
    })
}

fn cuts(length: usize, cuts: &[Index]) -> Vec<usize> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(length + 1)).collect();
    ends.sort_unstable();
    ends.push(length);
    ends
}

fn lines<'a>(fields: impl Iterator<Item = genkan_http::head::Field<'a>>) -> Lines {
    fields
        .map(|field| (field.name.to_vec(), field.value.to_vec()))
        .collect()
}

proptest! {
    #[test]
    fn requests_in_pieces_are_read_as_whole_ones(
        bytes in head_bytes(),
        limits in head_limits(),
        points in vec(any::<Index>(), 0..40),
    ) {
        let mut whole = RequestHead::new();
        let expected = parse_request(&bytes, &mut whole, &limits);
        let mut head = RequestHead::new();
        let mut result = Ok(Progress::Partial);
        for end in cuts(bytes.len(), &points) {
            result = parse_request(&bytes[..end], &mut head, &limits);
            if result != Ok(Progress::Partial) {
                break;
            }
        }
        prop_assert_eq!(result, expected);
        let (whole, head) = (RequestView::new(&bytes, &whole), RequestView::new(&bytes, &head));
        if matches!(result, Ok(Progress::Complete { .. })) {
            prop_assert_eq!(head.target(), whole.target());
            prop_assert_eq!(lines(head.fields()), lines(whole.fields()));
            prop_assert_eq!(head.dropped(), whole.dropped());
        }
    }

    #[test]
    fn responses_in_pieces_are_read_as_whole_ones(
        bytes in head_bytes(),
        proxy_buffer_size in 20..600usize,
        points in vec(any::<Index>(), 0..40),
    ) {
        let limits = ResponseLimits { proxy_buffer_size, ..ResponseLimits::default() };
        let mut whole = ResponseHead::new();
        let expected = parse_response(&bytes, &mut whole, &limits);
        let mut head = ResponseHead::new();
        let mut result = Ok(Progress::Partial);
        for end in cuts(bytes.len(), &points) {
            result = parse_response(&bytes[..end], &mut head, &limits);
            if result != Ok(Progress::Partial) {
                break;
            }
        }
        prop_assert_eq!(result, expected);
        let (whole, head) = (ResponseView::new(&bytes, &whole), ResponseView::new(&bytes, &head));
        if matches!(result, Ok(Progress::Complete { .. })) {
            prop_assert_eq!(head.status(), whole.status());
            prop_assert_eq!(lines(head.fields()), lines(whole.fields()));
        }
    }

    #[test]
    fn written_heads_are_read_again(
        fields in vec(("[A-Za-z0-9-]{1,20}", "[!-~]([ -~]{0,20}[!-~])?"), 0..60),
        target in "/[!-~]{0,40}",
    ) {
        let mut bytes = Vec::new();
        write::request_line(&mut bytes, b"GET", &[target.as_bytes()], Version::HTTP_11);
        for (name, value) in &fields {
            write::field(&mut bytes, name.as_bytes(), value.as_bytes());
        }
        write::end(&mut bytes);
        let mut head = RequestHead::new();
        let progress = parse_request(&bytes, &mut head, &HeadLimits::default());
        prop_assert_eq!(progress, Ok(Progress::Complete { head_len: bytes.len() }));
        let view = RequestView::new(&bytes, &head);
        prop_assert_eq!(view.target(), target.as_bytes());
        let expected: Lines = fields.into_iter().map(|(n, v)| (n.into(), v.into())).collect();
        prop_assert_eq!(lines(view.fields()), expected);
        let mut copied = Vec::new();
        view.copy_fields(&mut copied, |_| true);
        prop_assert!(bytes.ends_with(&[&copied[..], b"\r\n"].concat()));
    }

    #[test]
    fn chunks_that_are_encoded_are_decoded_again(
        pieces in vec(vec(any::<u8>(), 1..200), 0..10),
        points in vec(any::<Index>(), 0..40),
    ) {
        let mut buffer = [0; CHUNK_HEADER_BYTES_MAX];
        let mut body = Vec::new();
        for piece in &pieces {
            body.extend_from_slice(chunk_header(piece.len(), &mut buffer));
            body.extend_from_slice(piece);
            body.extend_from_slice(CHUNK_END);
        }
        body.extend_from_slice(LAST_CHUNK);
        let mut decoder = ChunkedDecoder::new();
        let mut data = Vec::new();
        let mut start = 0;
        for end in cuts(body.len(), &points) {
            while !decoder.is_done() {
                let input = &body[start..end];
                let decoded = decoder.decode(input, &ChunkLimits::default()).expect("sound");
                start += decoded.consumed;
                match decoded.part {
                    Part::Data(range) => data.extend_from_slice(&input[range]),
                    Part::Partial => break,
                    _ => {}
                }
            }
        }
        prop_assert!(decoder.is_done());
        prop_assert_eq!((start, data), (body.len(), pieces.concat()));
    }

    #[test]
    fn a_normal_path_stays_normal(
        pieces in vec(select(vec!["/", "/", ".", "..", "a", "%2e", "%2F", "%25", "%3f", "%", "é", "%00"]), 0..20),
    ) {
        let path = format!("/{}", pieces.concat());
        let mut out = Vec::new();
        if let Ok(normal) = normalise(path.as_bytes(), &mut out) {
            let mut encoded = Vec::new();
            escape_path(normal, &mut encoded);
            let mut again = Vec::new();
            prop_assert_eq!(normalise(&encoded, &mut again), Ok(normal));
        }
    }

    #[test]
    fn any_bytes_can_be_normalised(path in vec(any::<u8>(), 0..60)) {
        let _ = normalise(&path, &mut Vec::new());
    }

    #[test]
    fn a_proxy_header_in_pieces_tells_what_was_put_in(
        ends in any::<(bool, u128, u128, u16, u16)>(),
        extensions in proptest::option::of(vec((4u8..255, vec(any::<u8>(), 0..60)), 0..5)),
        behind in vec(any::<u8>(), 0..40),
        points in vec(any::<Index>(), 0..40),
    ) {
        let proxied = ends_of(ends);
        let header = match &extensions {
            None => proxy_line(&proxied),
            Some(extensions) => proxy_binary(&proxied, extensions),
        };
        let bytes = [&header[..], &behind].concat();
        let mut ends = cuts(bytes.len(), &points).into_iter();
        let first = ends.find_map(|end| match proxy_protocol::parse(&bytes[..end]) {
            Ok(proxy_protocol::Progress::Partial) => None,
            told => Some(told),
        });
        let proxied = Some(proxied);
        let length = header.len();
        prop_assert_eq!(first, Some(Ok(proxy_protocol::Progress::Complete { length, proxied })));
    }

    #[test]
    fn any_bytes_can_be_taken_for_a_proxy_header(bytes in vec(any::<u8>(), 0..200)) {
        let _ = proxy_protocol::parse(&bytes);
        let _ = proxy_protocol::parse(&[b"\r\n\r\n\0\r\nQUIT\n".as_slice(), &bytes].concat());
    }
}

fn ends_of(
    (is_v6, source, destination, port, other_port): (bool, u128, u128, u16, u16),
) -> Proxied {
    let address = |bits: u128| match is_v6 {
        true => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        false => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
    };
    Proxied {
        source: SocketAddr::new(address(source), port),
        destination: SocketAddr::new(address(destination), other_port),
    }
}

/// Version 1, as the specification has it.
fn proxy_line(proxied: &Proxied) -> Vec<u8> {
    let Proxied {
        source,
        destination,
    } = proxied;
    let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
    let (from, to) = (source.ip(), destination.ip());
    let ports = format!("{} {}", source.port(), destination.port());
    format!("PROXY {family} {from} {to} {ports}\r\n").into_bytes()
}

/// Version 2, as the specification has it.
fn proxy_binary(proxied: &Proxied, extensions: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut rest = Vec::new();
    for end in [proxied.source, proxied.destination] {
        match end.ip() {
            IpAddr::V4(address) => rest.extend(address.octets()),
            IpAddr::V6(address) => rest.extend(address.octets()),
        }
    }
    rest.extend(proxied.source.port().to_be_bytes());
    rest.extend(proxied.destination.port().to_be_bytes());
    for (kind, value) in extensions {
        rest.push(*kind);
        rest.extend((value.len() as u16).to_be_bytes());
        rest.extend(value);
    }
    let family = if proxied.source.is_ipv4() { 0x11 } else { 0x21 };
    let mut header = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
    header.push(family);
    header.extend((rest.len() as u16).to_be_bytes());
    header.extend(rest);
    header
}
