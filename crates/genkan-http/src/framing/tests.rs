//! Every family of smuggled requests and responses has its test here.

use super::*;
use crate::head::{RequestHead, ResponseHead, ResponseView};
use crate::limits::{HeadLimits, ResponseLimits};
use crate::method::Method;
use crate::parse::{parse_request, parse_response};
use crate::reject::ResponseReject;

fn framing_of(line: &str, fields: &str) -> Result<RequestFraming, RequestReject> {
    let text = format!("{line}\r\nHost: h\r\n{fields}\r\n");
    let mut head = RequestHead::new();
    parse_request(text.as_bytes(), &mut head, &HeadLimits::default())?;
    request_framing(RequestView::new(text.as_bytes(), &head))
}

fn framing(fields: &str) -> Result<RequestFraming, RequestReject> {
    framing_of("POST / HTTP/1.1", fields)
}

#[track_caller]
fn body(fields: &str, expected: Body) {
    assert_eq!(
        framing(fields).map(|framing| framing.body),
        Ok(expected),
        "{fields:?}"
    );
}

#[track_caller]
fn refused(fields: &str, reject: RequestReject) {
    assert_eq!(framing(fields), Err(reject), "{fields:?}");
}

#[test]
fn bodies_have_a_length_or_are_chunked() {
    body("", Body::None);
    body("Content-Length: 0\r\n", Body::Length(0));
    body("content-length: 005\r\n", Body::Length(5));
    body(
        "Content-Length: 9223372036854775807\r\n",
        Body::Length(i64::MAX as u64),
    );
    body("Transfer-Encoding: chunked\r\n", Body::Chunked);
    body("Transfer-Encoding: CHUNKED\r\n", Body::Chunked);
}

#[test]
fn content_length_with_transfer_encoding_is_refused() {
    let reject = RequestReject::ContentLengthAndTransferEncoding;
    refused(
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        reject,
    );
    refused(
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        reject,
    );
    assert_eq!(reject.status(), 400);
}

#[test]
fn repeated_content_length_is_refused() {
    refused(
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        RequestReject::ContentLengthRepeated,
    );
    refused(
        "Content-Length: 5\r\ncontent-length: 6\r\n",
        RequestReject::ContentLengthRepeated,
    );
}

#[test]
fn content_length_that_is_no_number_is_refused() {
    for value in [
        "5, 5", "5,5", "-5", "+5", "", "0x5", "5 5", "5.0", "five", "5\t", "\u{b2}",
    ] {
        let fields = format!("Content-Length: {value}\r\n");
        refused(&fields, RequestReject::ContentLengthInvalid);
    }
}

#[test]
fn content_length_that_overflows_is_refused() {
    for value in [
        "9223372036854775808",
        "18446744073709551621",
        "99999999999999999999999",
    ] {
        refused(
            &format!("Content-Length: {value}\r\n"),
            RequestReject::ContentLengthInvalid,
        );
    }
}

#[test]
fn transfer_encoding_other_than_chunked_is_refused() {
    let codings = [
        "gzip, chunked",
        "chunked, gzip",
        "chunked, chunked",
        "identity",
        "xchunked",
        "chunked;q=1",
        "chunked\t",
        "\tchunked",
        "\"chunked\"",
        "",
        ",chunked",
        "chunked,",
        "\x0bchunked",
    ];
    for coding in codings {
        let fields = format!("Transfer-Encoding: {coding}\r\n");
        refused(&fields, RequestReject::TransferEncodingUnknown);
    }
    assert_eq!(RequestReject::TransferEncodingUnknown.status(), 501);
}

#[test]
fn repeated_transfer_encoding_is_refused() {
    let fields = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n";
    refused(fields, RequestReject::TransferEncodingRepeated);
    let fields = "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n";
    refused(fields, RequestReject::TransferEncodingRepeated);
}

#[test]
fn transfer_encoding_on_http_10_is_refused() {
    let framing = framing_of("POST / HTTP/1.0", "Transfer-Encoding: chunked\r\n");
    assert_eq!(framing, Err(RequestReject::TransferEncodingOnHttp10));
    assert_eq!(RequestReject::TransferEncodingOnHttp10.status(), 400);
}

#[test]
fn folded_framing_fields_are_refused() {
    refused(
        "Transfer-Encoding:\r\n chunked\r\n",
        RequestReject::FieldFolded,
    );
    refused("Content-Length: 5\r\n 0\r\n", RequestReject::FieldFolded);
}

#[test]
fn blanks_before_the_colon_are_refused() {
    let reject = RequestReject::FieldNameMalformed;
    refused(
        "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n",
        reject,
    );
    refused("Content-Length\t: 5\r\n", reject);
    refused("Content-Length\x0b: 5\r\n", reject);
}

#[test]
fn bare_carriage_returns_are_refused() {
    let reject = RequestReject::BareCarriageReturn;
    refused("A: b\rTransfer-Encoding: chunked\r\n", reject);
    refused("Transfer-Encoding: chunked\r\r\n", reject);
    refused("Transfer-Encoding\r: chunked\r\n", reject);
}

#[test]
fn bare_line_feeds_are_refused() {
    refused(
        "A: b\nTransfer-Encoding: chunked\r\n",
        RequestReject::BareLineFeed,
    );
    refused("Transfer-Encoding: chunked\n", RequestReject::BareLineFeed);
    assert_eq!(
        framing_of("GET / HTTP/1.1\nA: b", ""),
        Err(RequestReject::BareLineFeed)
    );
}

#[test]
fn nul_bytes_are_refused() {
    refused("Content-Length: 5\0\r\n", RequestReject::FieldValueNul);
    refused("Content-Length\0: 5\r\n", RequestReject::FieldNameMalformed);
}

#[test]
fn names_that_others_may_strip_do_not_get_through() {
    for name in [
        "Content_Length",
        "Content-Length\u{a0}",
        "Transfer.Encoding",
        "\u{b}Transfer-Encoding",
    ] {
        match framing(&format!("{name}: chunked\r\n")) {
            Ok(framing) => assert_eq!(framing.body, Body::None),
            Err(reject) => assert_eq!(reject, RequestReject::FieldNameMalformed),
        }
    }
}

#[test]
fn fields_that_may_come_once_are_refused_twice() {
    for id in SINGLE {
        let fields = format!("{0}: a\r\n{0}: a\r\n", id.name());
        refused(&fields, RequestReject::FieldRepeated(id));
    }
    refused("Host: h\r\n", RequestReject::HostRepeated);
}

#[test]
fn connections_live_on_as_the_version_says() {
    let keeps = |line, fields| framing_of(line, fields).unwrap().keep_alive;
    assert!(keeps("GET / HTTP/1.1", ""));
    assert!(keeps("GET / HTTP/1.9", ""));
    assert!(!keeps("GET / HTTP/1.1", "Connection: Close\r\n"));
    assert!(!keeps("GET / HTTP/1.1", "Connection: x, close\r\n"));
    assert!(!keeps(
        "GET / HTTP/1.1",
        "Connection: keep-alive\r\nConnection: close\r\n"
    ));
    assert!(!keeps("GET / HTTP/1.0", ""));
    assert!(keeps("GET / HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

#[test]
fn continue_is_expected_with_and_without_a_body() {
    let expects = |line, fields| framing_of(line, fields).unwrap().expect_continue;
    let fields = "Content-Length: 5\r\nExpect: 100-Continue\r\n";
    assert!(expects("POST / HTTP/1.1", fields));
    assert!(!expects("POST / HTTP/1.0", fields));
    assert!(expects("GET / HTTP/1.1", "Expect: 100-continue\r\n"));
    assert!(!expects(
        "POST / HTTP/1.1",
        "Content-Length: 5\r\nExpect: 200-ok\r\n"
    ));
}

#[test]
fn upgrades_are_wishes() {
    let wish = |line, fields| framing_of(line, fields).unwrap().upgrade;
    let websocket = "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n";
    assert_eq!(
        wish("GET / HTTP/1.1", websocket),
        Some(UpgradeWish {
            websocket: true,
            proper: true
        })
    );
    let improper = Some(UpgradeWish {
        websocket: true,
        proper: false,
    });
    assert_eq!(wish("GET / HTTP/1.1", "Upgrade: websocket\r\n"), improper);
    assert_eq!(wish("GET / HTTP/1.0", websocket), improper);
    let other = Some(UpgradeWish {
        websocket: false,
        proper: false,
    });
    assert_eq!(wish("GET / HTTP/1.1", "Upgrade: h2\r\n"), other);
    assert_eq!(
        wish("GET / HTTP/1.1", "Upgrade: websocket\r\nUpgrade: irc\r\n"),
        other
    );
    // RFC 9113 3.1
    for withdrawn in [
        "Upgrade: h2c\r\n",
        "Upgrade: websocket, H2C\r\n",
        "Upgrade: websocket\r\nUpgrade: h2c\r\n",
    ] {
        assert_eq!(wish("GET / HTTP/1.1", withdrawn), None);
    }
    assert_eq!(
        wish("GET / HTTP/1.1", "Upgrade: \r\nConnection: upgrade\r\n"),
        None
    );
}

fn answer(
    line: &str,
    fields: &str,
    method: Method,
    upgrade_asked: bool,
) -> Result<ResponseFraming, ResponseReject> {
    let text = format!("{line}\r\n{fields}\r\n");
    let mut head = ResponseHead::new();
    parse_response(text.as_bytes(), &mut head, &ResponseLimits::default())?;
    response_framing(
        ResponseView::new(text.as_bytes(), &head),
        method,
        upgrade_asked,
    )
}

#[track_caller]
fn answer_body(line: &str, fields: &str, method: Method, body: ResponseBody, keep_alive: bool) {
    let framing = answer(line, fields, method, false).unwrap();
    assert_eq!(
        (framing.body, framing.keep_alive),
        (body, keep_alive),
        "{line} {fields:?}"
    );
}

#[test]
fn response_bodies_end_as_rfc_9112_says() {
    let (ok, length) = ("HTTP/1.1 200 OK", "Content-Length: 5\r\n");
    answer_body(ok, length, Method::Get, ResponseBody::Length(5), true);
    answer_body(
        ok,
        "Transfer-Encoding: Chunked\r\n",
        Method::Get,
        ResponseBody::Chunked,
        true,
    );
    answer_body(ok, "", Method::Get, ResponseBody::UntilClose, false);
    answer_body(ok, length, Method::Head, ResponseBody::None, true);
    answer_body(ok, "", Method::Head, ResponseBody::None, true);
    answer_body(
        "HTTP/1.1 204 x",
        length,
        Method::Get,
        ResponseBody::None,
        true,
    );
    answer_body(
        "HTTP/1.1 304 x",
        length,
        Method::Get,
        ResponseBody::None,
        true,
    );
    answer_body(
        "HTTP/1.0 200 OK",
        length,
        Method::Get,
        ResponseBody::Length(5),
        false,
    );
    let kept = "Content-Length: 5\r\nConnection: keep-alive\r\n";
    answer_body(
        "HTTP/1.0 200 OK",
        kept,
        Method::Get,
        ResponseBody::Length(5),
        true,
    );
    let closed = "Content-Length: 5\r\nConnection: close\r\n";
    answer_body(ok, closed, Method::Get, ResponseBody::Length(5), false);
}

#[test]
fn interim_responses_are_followed_by_another() {
    for status in [100, 102, 103, 199] {
        let line = format!("HTTP/1.1 {status} x");
        let framing = answer(&line, "", Method::Get, false).unwrap();
        assert!(framing.interim && !framing.switched, "{status}");
        assert_eq!(framing.body, ResponseBody::None);
    }
}

#[test]
fn protocols_are_switched_only_when_asked() {
    let line = "HTTP/1.1 101 x";
    assert_eq!(
        answer(line, "", Method::Get, false),
        Err(ResponseReject::SwitchUnasked)
    );
    let framing = answer(line, "Upgrade: websocket\r\n", Method::Get, true).unwrap();
    assert!(framing.switched && !framing.interim && !framing.keep_alive);
    assert!(
        !answer("HTTP/1.1 200 OK", "", Method::Get, true)
            .unwrap()
            .switched
    );
}

#[test]
fn the_length_of_an_answer_to_head_is_known() {
    let framing = answer(
        "HTTP/1.1 200 OK",
        "Content-Length: 7\r\n",
        Method::Head,
        false,
    );
    assert_eq!(framing.unwrap().content_length, Some(7));
}

#[test]
fn ambiguous_responses_are_refused() {
    for (fields, reject) in [
        (
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            ResponseReject::ContentLengthRepeated,
        ),
        (
            "Content-Length: 5, 5\r\n",
            ResponseReject::ContentLengthInvalid,
        ),
        (
            "Content-Length: +5\r\n",
            ResponseReject::ContentLengthInvalid,
        ),
        (
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            ResponseReject::ContentLengthAndTransferEncoding,
        ),
        (
            "Transfer-Encoding: gzip\r\n",
            ResponseReject::TransferEncodingUnknown,
        ),
        (
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            ResponseReject::TransferEncodingRepeated,
        ),
        ("Content-Length: 5\n", ResponseReject::BareLineFeed),
        ("Content-Length:\r\n 5\r\n", ResponseReject::FieldFolded),
        ("Content-Length : 5\r\n", ResponseReject::FieldNameMalformed),
        ("Content-Length\r\n", ResponseReject::FieldNameMalformed),
    ] {
        for method in [Method::Get, Method::Head] {
            assert_eq!(
                answer("HTTP/1.1 200 OK", fields, method, false),
                Err(reject),
                "{fields:?}"
            );
        }
    }
    let framing = answer(
        "HTTP/1.0 200 OK",
        "Transfer-Encoding: chunked\r\n",
        Method::Get,
        false,
    );
    assert_eq!(framing, Err(ResponseReject::TransferEncodingOnHttp10));
}

#[test]
fn a_stream_ends_its_body_by_itself() {
    use crate::head::{Pseudo, RequestHead, StreamHead};
    use crate::limits::HeadLimits;
    let framing = |length: Option<&str>, ends: bool, protocol: Option<&'static [u8]>| {
        let (mut bytes, mut head, limits) = (Vec::new(), RequestHead::new(), HeadLimits::default());
        let pseudo = Pseudo {
            method: if protocol.is_some() {
                b"CONNECT"
            } else {
                b"POST"
            },
            has_scheme: true,
            authority: Some(b"h.test"),
            path: Some(b"/"),
            protocol,
        };
        let mut stream = StreamHead::start(&mut bytes, &mut head, &limits, pseudo).unwrap();
        if let Some(length) = length {
            stream.field(b"content-length", length.as_bytes()).unwrap();
        }
        stream.finish(|| [b'A'; 24]).unwrap();
        let framing = stream_framing(RequestView::new(&bytes, &head), ends)?;
        Ok((framing.body, framing.upgrade.is_some()))
    };
    let websocket = Some(&b"websocket"[..]);
    for (length, ends, protocol, expected) in [
        (None, true, None, Ok((Body::None, false))),
        (None, false, None, Ok((Body::Chunked, false))),
        (Some("0"), true, None, Ok((Body::Length(0), false))),
        (Some("7"), false, None, Ok((Body::Length(7), false))),
        (
            Some("7"),
            true,
            None,
            Err(RequestReject::ContentLengthMismatch),
        ),
        (
            Some("+7"),
            false,
            None,
            Err(RequestReject::ContentLengthInvalid),
        ),
        (None, false, websocket, Ok((Body::None, true))),
        (
            Some("7"),
            false,
            websocket,
            Err(RequestReject::ContentLengthMismatch),
        ),
    ] {
        assert_eq!(
            framing(length, ends, protocol),
            expected,
            "{length:?} {ends}"
        );
    }
}
