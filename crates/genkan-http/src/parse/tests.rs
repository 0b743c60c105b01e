//! What the parsers leave in a head. Which requests nginx refuses is in `tests/nginx`.

use super::*;
use crate::head::{Dropped, RequestView, ResponseHead, ResponseView, Version};
use crate::known::KnownHeader;
use crate::limits::{LargeBuffers, ResponseLimits};
use crate::method::Method;
use crate::reject::ResponseReject;

fn request(text: &str, limits: &HeadLimits, check: impl FnOnce(RequestView<'_>)) -> RequestReject {
    let mut head = RequestHead::new();
    match parse_request(text.as_bytes(), &mut head, limits) {
        Ok(Progress::Complete { head_len }) => {
            assert_eq!(head_len, text.len());
            check(RequestView::new(text.as_bytes(), &head));
            RequestReject::HostMissing
        }
        Ok(Progress::Partial) => panic!("partial: {text:?}"),
        Err(reject) => reject,
    }
}

#[track_caller]
fn refused(text: &str, reject: RequestReject) {
    assert_eq!(
        request(text, &HeadLimits::default(), |_| panic!("{text:?}")),
        reject,
        "{text:?}"
    );
}

fn response(text: &str) -> Result<(u16, String, Version, usize), ResponseReject> {
    let mut head = ResponseHead::new();
    let progress = parse_response(text.as_bytes(), &mut head, &ResponseLimits::default())?;
    assert_eq!(
        progress,
        Progress::Complete {
            head_len: text.len()
        }
    );
    let view = ResponseView::new(text.as_bytes(), &head);
    let reason = String::from_utf8(view.reason().to_vec()).unwrap();
    Ok((view.status(), reason, view.version(), view.field_count()))
}

#[test]
fn parts_of_a_request_keep_case_and_order() {
    let text = "\r\nGET  /a?b  HTTP/1.9 \r\nHost: h\r\nX-a:  1 \r\nCOOKIE: c\r\nx-A: 2\r\n\r\n";
    request(text, &HeadLimits::default(), |view| {
        assert_eq!(view.request_line(), b"GET  /a?b  HTTP/1.9 ");
        assert_eq!((view.method(), view.target()), (&b"GET"[..], &b"/a?b"[..]));
        assert_eq!(view.method_id(), Method::Get);
        assert_eq!(view.version(), Version { major: 1, minor: 9 });
        let names: Vec<_> = view.fields().map(|field| field.name).collect();
        assert_eq!(names, [&b"Host"[..], b"X-a", b"COOKIE", b"x-A"]);
        assert_eq!(view.first(KnownHeader::Cookie), Some(&b"c"[..]));
        assert_eq!(view.first(KnownHeader::Te), None);
        assert_eq!(view.field_named(b"x-a"), Some(&b"1"[..]));
        assert!(view.all_named(b"X-A").eq([b"1", b"2"]));
        assert!(!view.head.has_bare_line_feed());
    });
}

#[test]
fn more_fields_than_fit_inside_spill_in_order() {
    let lines: String = (0..100)
        .map(|index| format!("X-{index}: {index}\r\n"))
        .collect();
    let text = format!("GET / HTTP/1.1\r\n{lines}Via: a\r\nVia: b\r\n\r\n");
    request(&text, &HeadLimits::default(), |view| {
        assert_eq!(view.field_count(), 102);
        assert_eq!(view.field_named(b"x-99"), Some(&b"99"[..]));
        assert_eq!(view.count(KnownHeader::Via), 2);
        assert!(view.all(KnownHeader::Via).eq([b"a", b"b"]));
        let mut copy = Vec::new();
        view.copy_fields(&mut copy, |_| true);
        assert_eq!(copy, format!("{lines}Via: a\r\nVia: b\r\n").as_bytes());
    });
}

#[test]
fn copied_fields_leave_out_what_is_not_wanted() {
    let text = "GET / HTTP/1.1\r\nHost: h\r\nA:1\r\nB_C: 2\r\nTe: x\r\nD: 3 \r\nE: 4\r\n\r\n";
    request(text, &HeadLimits::default(), |view| {
        let mut copy = b"first\r\n".to_vec();
        view.copy_fields(&mut copy, |field| field.id != KnownHeader::Te);
        assert_eq!(copy, b"first\r\nHost: h\r\nA:1\r\nD: 3\r\nE: 4\r\n");
    });
}

fn dropped(lines: &str, limits: HeadLimits) -> (Dropped, usize) {
    let mut result = (Dropped::default(), 0);
    request(&format!("GET / HTTP/1.1\r\n{lines}\r\n"), &limits, |view| {
        result = (view.dropped(), view.field_count());
    });
    result
}

#[test]
fn odd_names_are_dropped_and_counted_by_policy() {
    let lines = "A: 1\r\nA_B: 1\r\nA.B: 1\r\nA[]: 1\r\n\u{e9}: 1\r\nnothing\r\n";
    let strict = HeadLimits::default();
    let counts = |underscore, invalid| Dropped {
        underscore,
        invalid,
        colonless: 1,
    };
    assert_eq!(dropped(lines, strict), (counts(1, 3), 1));
    let underscores = HeadLimits {
        underscores_in_headers: true,
        ..strict
    };
    assert_eq!(dropped(lines, underscores), (counts(0, 3), 2));
    let lax = HeadLimits {
        ignore_invalid_headers: false,
        ..strict
    };
    assert_eq!(dropped(lines, lax), (counts(0, 2), 3));
}

#[test]
fn a_line_that_only_names_a_framing_field_is_refused() {
    refused(
        "GET / HTTP/1.1\r\nContent-Length\r\n\r\n",
        RequestReject::FieldNameMalformed,
    );
    refused(
        "GET / HTTP/1.1\r\ntransfer-encoding\r\n\r\n",
        RequestReject::FieldNameMalformed,
    );
}

#[test]
fn faults_are_told_apart() {
    for (lines, reject) in [
        ("A: b\r\n c\r\n", RequestReject::FieldFolded),
        ("\tA: b\r\n", RequestReject::FieldFolded),
        ("A : b\r\n", RequestReject::FieldNameMalformed),
        ("A b: c\r\n", RequestReject::FieldNameMalformed),
        (": c\r\n", RequestReject::FieldNameMalformed),
        ("A: b\rc\r\n", RequestReject::BareCarriageReturn),
        ("A: b\r\r\n", RequestReject::BareCarriageReturn),
        ("\r\r\n", RequestReject::BareCarriageReturn),
        ("A: \0\r\n", RequestReject::FieldValueNul),
    ] {
        refused(&format!("GET / HTTP/1.1\r\n{lines}\r\n"), reject);
    }
    refused(
        "GET /a\x01 HTTP/1.1\r\n\r\n",
        RequestReject::TargetControlByte,
    );
    refused("GET /\r\n\r\n", RequestReject::VersionMissing);
    refused("GET / HTTP/2.0\r\n\r\n", RequestReject::VersionUnsupported);
    refused("get / HTTP/1.1\r\n\r\n", RequestReject::MethodInvalid);
    assert_eq!(RequestReject::VersionUnsupported.status(), 505);
}

#[test]
fn bare_line_feeds_are_marked() {
    for text in [
        "GET / HTTP/1.1\nA: b\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\n\r\n",
        "GET / HTTP/1.1\r\n\n",
    ] {
        request(text, &HeadLimits::default(), |view| {
            assert!(view.head.has_bare_line_feed())
        });
    }
}

#[test]
fn noise_is_refused_before_a_line_end_arrives() {
    let mut head = RequestHead::new();
    let result = parse_request(b"\x16\x03\x01", &mut head, &HeadLimits::default());
    assert_eq!(result, Err(RequestReject::MethodInvalid));
    let mut head = ResponseHead::new();
    let result = parse_response(b"SSH-2", &mut head, &ResponseLimits::default());
    assert_eq!(result, Err(ResponseReject::StatusLineMalformed));
}

#[test]
fn endless_lines_are_refused_before_they_end() {
    let limits = HeadLimits::default();
    let mut head = RequestHead::new();
    let line = [b"GET /".to_vec(), vec![b'a'; 8187]].concat();
    assert_eq!(
        parse_request(&line[..8191], &mut head, &limits),
        Ok(Progress::Partial)
    );
    let result = parse_request(&line, &mut head, &limits);
    assert_eq!(result, Err(RequestReject::RequestLineTooLong));
    assert_eq!(RequestReject::RequestLineTooLong.status(), 414);
    head.clear();
    let field = [b"GET / HTTP/1.1\r\nA: ".to_vec(), vec![b'a'; 8192]].concat();
    let result = parse_request(&field, &mut head, &limits);
    assert_eq!(result, Err(RequestReject::FieldTooLong));
    head.clear();
    let result = parse_request(&b"\r\n".repeat(600), &mut head, &limits);
    assert_eq!(result, Err(RequestReject::LeadingBlankLines));
}

#[test]
fn larger_buffers_take_larger_heads() {
    // `large-client-header-buffers: 8 32k`, recorded from ingress-nginx.
    let large_client_header_buffers = LargeBuffers {
        count: 8,
        size: 32 * 1024,
    };
    let limits = HeadLimits {
        client_header_buffer_size: 2048,
        large_client_header_buffers,
        ..HeadLimits::default()
    };
    let try_head = |target: usize, field: usize, count: usize| {
        let field = format!("X-L: {}\r\n", "a".repeat(field)).repeat(count);
        let text = format!("GET /{} HTTP/1.1\r\n{field}\r\n", "a".repeat(target));
        request(&text, &limits, |_| {})
    };
    let accepted = RequestReject::HostMissing;
    assert_eq!(try_head(20_000, 1, 1), accepted);
    assert_eq!(try_head(33_000, 1, 1), RequestReject::RequestLineTooLong);
    assert_eq!(try_head(1, 30_000, 1), accepted);
    assert_eq!(try_head(1, 33_000, 1), RequestReject::FieldTooLong);
    assert_eq!(try_head(1, 20_000, 6), accepted);
}

#[test]
fn fields_are_counted() {
    let limits = HeadLimits {
        field_count_max: 3,
        ..HeadLimits::default()
    };
    let text = |count| format!("GET / HTTP/1.1\r\n{}\r\n", "A_: b\r\n".repeat(count));
    assert_eq!(
        request(&text(3), &limits, |_| {}),
        RequestReject::HostMissing
    );
    assert_eq!(
        request(&text(4), &limits, |_| {}),
        RequestReject::FieldsTooMany
    );
}

#[test]
fn status_lines_are_read_as_nginx_reads_them() {
    let v11 = Version::HTTP_11;
    assert_eq!(
        response("HTTP/1.1 200 OK\r\nA: b\r\n\r\n"),
        Ok((200, "OK".into(), v11, 1))
    );
    assert_eq!(
        response("HTTP/1.1 200\r\n\r\n"),
        Ok((200, String::new(), v11, 0))
    );
    assert_eq!(
        response("HTTP/1.1   404 a b \r\n\r\n"),
        Ok((404, "a b ".into(), v11, 0))
    );
    assert_eq!(
        response("HTTP/1.0 403.1 no\r\n\r\n").map(|parts| parts.0),
        Ok(403)
    );
    assert_eq!(
        response("HTTP/1.1 200 OK\r\nA_B.c: b\r\n\r\n").map(|parts| parts.3),
        Ok(1)
    );
}

#[test]
fn other_status_lines_are_refused() {
    for line in [
        "200 OK",
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000",
        "HTTP/1 200",
        "http/1.1 200",
        "",
    ] {
        let text = format!("{line}\r\n\r\n");
        assert_eq!(
            response(&text),
            Err(ResponseReject::StatusLineMalformed),
            "{line}"
        );
    }
    assert_eq!(
        response("HTTP/2.0 200 OK\r\n\r\n"),
        Err(ResponseReject::VersionUnsupported)
    );
    assert_eq!(
        response("HTTP/1.1 099 x\r\n\r\n"),
        Err(ResponseReject::StatusInvalid)
    );
    assert_eq!(
        response("HTTP/1.1 200 a\0\r\n\r\n"),
        Err(ResponseReject::FieldValueNul)
    );
    assert_eq!(
        response("HTTP/1.1 200 a\rb\r\n\r\n"),
        Err(ResponseReject::BareCarriageReturn)
    );
}

#[test]
fn a_response_head_fits_into_the_proxy_buffer() {
    let text = |size| format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(size));
    assert_eq!(text(4072).len(), 4096);
    assert!(response(&text(4072)).is_ok());
    assert_eq!(response(&text(4073)), Err(ResponseReject::HeadTooLarge));
}
