//! Fuzz entries for `genkan-http`: bytes from the network must never make it panic, contradict
//! itself, or pass on what another server could read in another way.

use genkan_http::chunked::{
    CHUNK_END, CHUNK_HEADER_BYTES_MAX, ChunkedDecoder, LAST_CHUNK, Part, chunk_header,
};
use genkan_http::framing::{Body, request_framing, response_framing};
use genkan_http::head::{RequestHead, RequestView, ResponseHead, ResponseView};
use genkan_http::host::HOST_BYTES_MAX;
use genkan_http::limits::{ChunkLimits, HeadLimits, ResponseLimits};
use genkan_http::method::Method;
use genkan_http::normalise::{escape_path, normalise};
use genkan_http::parse::{Progress, parse_request, parse_response};
use genkan_http::proxy_protocol::{self, HEADER_BYTES_MAX};
use genkan_http::reject::{ChunkReject, RequestReject, ResponseReject};
use genkan_http::target::{Target, effective_host};
use genkan_http::write;

/// A request head: whole and in pieces alike, and what is forwarded of it reads the same again.
pub(crate) fn request_head(data: &[u8]) {
    let limits = HeadLimits::default();
    let mut head = RequestHead::new();
    let whole = parse_request(data, &mut head, &limits);
    let mut pieced = RequestHead::new();
    assert_eq!(request_in_pieces(data, &mut pieced, &limits), whole);
    let Ok(Progress::Complete { head_len }) = whole else {
        return;
    };
    assert!(data[..head_len].ends_with(b"\n"));
    let view = RequestView::new(data, &head);
    assert!(view.fields().eq(RequestView::new(data, &pieced).fields()));
    for field in view.fields() {
        assert!(!field.name.is_empty());
        assert!(
            !field
                .value
                .iter()
                .any(|byte| matches!(byte, b'\r' | b'\n' | 0))
        );
    }
    let Ok(framing) = request_framing(view) else {
        return;
    };
    let Ok(target) = Target::of(view) else {
        return;
    };
    if let Ok(Some(host)) = effective_host(view, &target) {
        let mut buffer = [0; HOST_BYTES_MAX];
        let lower = host.lower(&mut buffer);
        assert!(lower.is_none_or(|lower| lower.eq_ignore_ascii_case(host.name)));
    }
    let mut forwarded = Vec::new();
    write::request_line(
        &mut forwarded,
        view.method(),
        &[view.target()],
        view.version(),
    );
    view.copy_fields(&mut forwarded, |_| true);
    write::end(&mut forwarded);
    let mut again = RequestHead::new();
    // Blanks around values are gone, so it cannot have grown beyond the limits.
    let progress = parse_request(&forwarded, &mut again, &limits);
    assert_eq!(
        progress,
        Ok(Progress::Complete {
            head_len: forwarded.len()
        })
    );
    let again = RequestView::new(&forwarded, &again);
    assert!(again.fields().eq(view.fields()));
    assert_eq!(
        request_framing(again).map(|framing| framing.body),
        Ok(framing.body)
    );
}

fn request_in_pieces(
    data: &[u8],
    head: &mut RequestHead,
    limits: &HeadLimits,
) -> Result<Progress, RequestReject> {
    for arrived in pieces(data) {
        let progress = parse_request(&data[..arrived], head, limits)?;
        if progress != Progress::Partial {
            return Ok(progress);
        }
    }
    Ok(Progress::Partial)
}

/// A response head: as [`request_head`].
pub(crate) fn response_head(data: &[u8]) {
    let limits = ResponseLimits::default();
    let mut head = ResponseHead::new();
    let whole = parse_response(data, &mut head, &limits);
    let mut pieced = ResponseHead::new();
    assert_eq!(response_in_pieces(data, &mut pieced, &limits), whole);
    let Ok(Progress::Complete { head_len }) = whole else {
        return;
    };
    assert!(data[..head_len].ends_with(b"\n"));
    let view = ResponseView::new(data, &head);
    assert!(view.fields().eq(ResponseView::new(data, &pieced).fields()));
    assert!((100..=999).contains(&view.status()));
    for (method, asked) in [
        (Method::Get, false),
        (Method::Head, false),
        (Method::Get, true),
    ] {
        let Ok(framing) = response_framing(view, method, asked) else {
            continue;
        };
        assert!(!(framing.interim && framing.switched));
        assert!(!framing.switched || asked);
    }
}

fn response_in_pieces(
    data: &[u8],
    head: &mut ResponseHead,
    limits: &ResponseLimits,
) -> Result<Progress, ResponseReject> {
    for arrived in pieces(data) {
        let progress = parse_response(&data[..arrived], head, limits)?;
        if progress != Progress::Partial {
            return Ok(progress);
        }
    }
    Ok(Progress::Partial)
}

/// Header lines behind a sound request line: where a length is believed, a naive reader that splits
/// lines at every line feed, ignores case and knows no limits must find it unambiguous.
pub(crate) fn framing(data: &[u8]) {
    let request = [b"POST / HTTP/1.1\r\nHost: h\r\n", data].concat();
    let mut head = RequestHead::new();
    let progress = parse_request(&request, &mut head, &HeadLimits::default());
    let Ok(Progress::Complete { head_len }) = progress else {
        return;
    };
    let Ok(framing) = request_framing(RequestView::new(&request, &head)) else {
        return;
    };
    let lines: Vec<&[u8]> = request[..head_len].split(|&byte| byte == b'\n').collect();
    let lengths = naive_values(&lines, b"content-length");
    let codings = naive_values(&lines, b"transfer-encoding");
    match framing.body {
        Body::None => assert!(lengths.is_empty() && codings.is_empty()),
        Body::Length(length) => {
            assert!(codings.is_empty());
            let digits = std::str::from_utf8(lengths[0]).expect("digits");
            assert_eq!((lengths.len(), digits.trim().parse()), (1, Ok(length)));
        }
        Body::Chunked => {
            assert!(lengths.is_empty() && codings.len() == 1);
            assert!(codings[0].trim_ascii().eq_ignore_ascii_case(b"chunked"));
        }
    }
    // Every line feed but the last ends a line of its own with a carriage return.
    assert!(
        lines[..lines.len() - 1]
            .iter()
            .all(|line| line.ends_with(b"\r"))
    );
}

fn naive_values<'a>(lines: &[&'a [u8]], name: &[u8]) -> Vec<&'a [u8]> {
    let mut values = Vec::new();
    for line in lines {
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            continue;
        };
        if line[..colon].eq_ignore_ascii_case(name) {
            values.push(&line[colon + 1..]);
        }
    }
    values
}

/// A chunked body: both ways to walk it agree, whole and in pieces, and re-encoding keeps it.
pub(crate) fn chunked(data: &[u8]) {
    let limits = ChunkLimits::default();
    let whole = decode(data, std::iter::once(data.len()), &limits);
    assert_eq!(decode(data, pieces(data), &limits), whole);
    let skipped = ChunkedDecoder::new().skip(data, &limits);
    match (&whole, skipped) {
        (Ok(body), Ok(skipped)) => {
            assert_eq!(skipped.data, body.data.len() as u64);
            assert_eq!(skipped.end.then_some(skipped.consumed), body.end);
        }
        (whole, skipped) => assert_eq!(whole.as_ref().err(), skipped.err().as_ref()),
    }
    if let Ok(Decoded { data, end: Some(_) }) = whole {
        let mut buffer = [0; CHUNK_HEADER_BYTES_MAX];
        let mut encoded = Vec::new();
        for piece in data.chunks(1000) {
            encoded.extend_from_slice(chunk_header(piece.len(), &mut buffer));
            encoded.extend_from_slice(piece);
            encoded.extend_from_slice(CHUNK_END);
        }
        encoded.extend_from_slice(LAST_CHUNK);
        let again = decode(&encoded, std::iter::once(encoded.len()), &limits);
        assert_eq!(
            again,
            Ok(Decoded {
                data,
                end: Some(encoded.len())
            })
        );
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Decoded {
    data: Vec<u8>,
    /// Where the body ends, if it does.
    end: Option<usize>,
}

fn decode(
    body: &[u8],
    arrivals: impl Iterator<Item = usize>,
    limits: &ChunkLimits,
) -> Result<Decoded, ChunkReject> {
    let mut decoder = ChunkedDecoder::new();
    let mut data = Vec::new();
    let mut start = 0;
    for arrived in arrivals {
        loop {
            let input = &body[start..arrived];
            let decoded = decoder.decode(input, limits)?;
            start += decoded.consumed;
            match decoded.part {
                Part::Data(range) => data.extend_from_slice(&input[range]),
                Part::Trailer { name, .. } => assert!(!input[name].is_empty()),
                Part::Partial => break,
                Part::End => {
                    return Ok(Decoded {
                        data,
                        end: Some(start),
                    });
                }
            }
        }
    }
    Ok(Decoded { data, end: None })
}

/// A target: a normal path is its own normal form once encoded, and nothing climbs out of it.
pub(crate) fn target(data: &[u8]) {
    // The parser lets none of these into a target.
    if data.iter().any(|&byte| byte <= b' ' || byte == 0x7f) {
        return;
    }
    for method in [Method::Get, Method::Options, Method::Connect] {
        let Ok(target) = Target::parse(data, method) else {
            continue;
        };
        let mut out = Vec::new();
        let Ok(normal) = normalise(target.path, &mut out) else {
            continue;
        };
        assert!(normal.starts_with(b"/") && normal.len() <= target.path.len());
        let mut segments = normal[1..].split(|&byte| byte == b'/');
        let last = segments.next_back();
        assert!(segments.all(|segment| !matches!(segment, b"" | b"." | b"..")));
        assert!(!matches!(last, Some(b"." | b"..")));
        let mut encoded = Vec::new();
        escape_path(normal, &mut encoded);
        let mut out = Vec::new();
        assert_eq!(normalise(&encoded, &mut out), Ok(normal));
        let forwarded = target.forward().concat();
        let again = Target::parse(&forwarded, Method::Get).expect("what is forwarded is a target");
        assert_eq!((again.path, again.query), (target.path, target.query));
    }
}

/// A PROXY header: whole and in pieces alike, and what it says can be said in one line again.
pub(crate) fn proxy_header(data: &[u8]) {
    use proxy_protocol::Progress::{Complete, Partial};
    let whole = proxy_protocol::parse(data);
    let first = pieces(data).map(|arrived| proxy_protocol::parse(&data[..arrived]));
    let first = first.into_iter().find(|progress| *progress != Ok(Partial));
    assert_eq!(first.unwrap_or(Ok(Partial)), whole);
    match whole {
        Ok(Complete { length, proxied }) => {
            assert!((15..=HEADER_BYTES_MAX.min(data.len())).contains(&length));
            assert!(proxy_protocol::is_begun(data));
            let Some(proxied) = proxied else { return };
            let (source, destination) = (proxied.source, proxied.destination);
            let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
            let line = format!(
                "PROXY {family} {} {} {} {}\r\n",
                source.ip(),
                destination.ip(),
                source.port(),
                destination.port()
            );
            let length = line.len();
            let again = Ok(Complete {
                length,
                proxied: Some(proxied),
            });
            assert_eq!(proxy_protocol::parse(line.as_bytes()), again);
        }
        Ok(Partial) => assert!(data.len() < HEADER_BYTES_MAX),
        Err(_) => assert!(!data.is_empty()),
    }
}

/// Growing prefixes of `data`, the last one whole: every byte of a short input, else steps that
/// depend on it.
fn pieces(data: &[u8]) -> impl Iterator<Item = usize> {
    let step = if data.len() < 300 {
        1
    } else {
        1 + data.len() / 97 + usize::from(data[0] & 7)
    };
    (0..data.len())
        .step_by(step)
        .chain(std::iter::once(data.len()))
}
