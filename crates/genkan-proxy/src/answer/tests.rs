use super::*;

const ID: &[u8] = b"0123456789abcdef0123456789abcdef";

fn written(answer: Answer<'_>) -> String {
    let mut out = Vec::new();
    answer.write(&mut out);
    String::from_utf8(out).unwrap()
}

fn fault(fault: Fault, mode: Mode, accept: Option<&str>) -> Answer<'_> {
    Answer {
        added: AddedFields::default(),
        server: ServerField::Hidden,
        status: fault.status(mode),
        mode,
        accept: accept.map(str::as_bytes),
        user_agent: None,
        grpc: None,
        request_id: ID,
        date: "Sun, 06 Nov 1994 08:49:37 GMT",
        head_only: false,
        connection: Persistence::Implied,
        content: Content::Fault(fault),
    }
}

/// The page as nginx sends it, recorded from ingress-nginx, with the name replaced.
#[test]
fn compatible_mode_answers_with_nginx_pages() {
    let text = written(fault(Fault::NoHost, Mode::NginxCompatible, None));
    assert_eq!(
        text,
        "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
         Content-Type: text/html\r\nContent-Length: 147\r\n\
         X-Request-ID: 0123456789abcdef0123456789abcdef\r\n\
         Proxy-Status: genkan; error=proxy_internal_response; details=\"GK0104\"\r\n\r\n\
         <html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n\
         <center><h1>404 Not Found</h1></center>\r\n<hr><center>genkan</center>\r\n\
         </body>\r\n</html>\r\n"
    );
}

#[test]
fn the_form_follows_accept_then_mode() {
    for (accept, mode, expected) in [
        (None, Mode::NginxCompatible, "text/html"),
        (None, Mode::Strict, "text/plain; charset=utf-8"),
        (Some("*/*"), Mode::Strict, "text/plain; charset=utf-8"),
        (Some("*/*"), Mode::NginxCompatible, "text/html"),
        (
            Some("application/json"),
            Mode::NginxCompatible,
            "application/problem+json",
        ),
        (
            Some("application/json"),
            Mode::Strict,
            "application/problem+json",
        ),
        (
            Some("application/problem+json, */*;q=0.1"),
            Mode::Strict,
            "application/problem+json",
        ),
        (
            Some("text/html,application/xhtml+xml,*/*;q=0.8"),
            Mode::Strict,
            "text/html",
        ),
        (
            Some("text/html;q=0.3, application/json"),
            Mode::Strict,
            "application/problem+json",
        ),
        (
            Some("application/json;q=0.3, text/html"),
            Mode::Strict,
            "text/html",
        ),
        (
            Some("application/json;q=0"),
            Mode::Strict,
            "text/plain; charset=utf-8",
        ),
    ] {
        let text = written(fault(Fault::NoPath, mode, accept));
        assert!(
            text.contains(&format!("\r\nContent-Type: {expected}\r\n")),
            "{accept:?} {mode:?}: {text}"
        );
    }
}

#[test]
fn other_forms_carry_code_and_request_id() {
    let text = written(fault(Fault::ConnectRefused, Mode::Strict, None));
    assert!(text.ends_with(
        "\r\n\r\n502 Bad Gateway: GK0350 (request id 0123456789abcdef0123456789abcdef)\n"
    ));
    let text = written(fault(
        Fault::ConnectRefused,
        Mode::Strict,
        Some("application/json"),
    ));
    assert!(text.ends_with(
        "\r\n\r\n{\"type\":\"about:blank\",\"title\":\"Bad Gateway\",\"status\":502,\
         \"code\":\"GK0350\",\"request_id\":\"0123456789abcdef0123456789abcdef\"}\n"
    ));
}

#[test]
fn head_gets_the_length_and_no_body() {
    let text = written(Answer {
        head_only: true,
        ..fault(Fault::NoHost, Mode::NginxCompatible, None)
    });
    assert!(
        text.contains("Content-Length: 147\r\n") && text.ends_with("\r\n\r\n"),
        "{text}"
    );
}

#[test]
fn redirects_have_location_and_page() {
    let text = written(Answer {
        status: 308,
        content: Content::Redirect {
            location: b"https://new.test/x",
        },
        connection: Persistence::Close,
        ..fault(Fault::NoHost, Mode::NginxCompatible, None)
    });
    assert!(
        text.contains("\r\nLocation: https://new.test/x\r\n"),
        "{text}"
    );
    assert!(text.contains("\r\nConnection: close\r\n"), "{text}");
    assert!(
        text.contains("<title>308 Permanent Redirect</title>"),
        "{text}"
    );
    assert!(!text.contains("Proxy-Status"), "{text}");
}

/// `ngx_http_process_user_agent` and `msie_padding`; the page as recorded in `errors-plain-statuses`.
#[test]
fn browsers_that_hide_short_error_pages_get_padding() {
    for (user_agent, padded) in [
        ("Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)", true),
        (
            "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36",
            true,
        ),
        (
            "Mozilla/5.0 (X11; rv:120.0) Gecko/20100101 Firefox/120.0",
            false,
        ),
        ("Opera/9.80 (MSIE 7.0)", false),
        ("Mozilla/5.0 Chrome/12 Opera", false),
        ("curl/8", false),
    ] {
        for (mode, accept) in [
            (Mode::NginxCompatible, None),
            (Mode::NginxCompatible, Some("application/json")),
            (Mode::Strict, Some("text/html")),
        ] {
            let text = written(Answer {
                user_agent: Some(user_agent.as_bytes()),
                ..fault(Fault::NoHost, mode, accept)
            });
            let line = "<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n";
            let expected = if padded && mode == Mode::NginxCompatible && accept.is_none() {
                6
            } else {
                0
            };
            assert_eq!(
                text.matches(line).count(),
                expected,
                "{user_agent} {mode:?} {accept:?}"
            );
        }
    }
}

/// As recorded in `redirects-permanent`.
#[test]
fn a_redirect_with_304_has_the_fields_of_its_body_and_no_body() {
    let text = written(Answer {
        status: 304,
        content: Content::Text(b"https://new.test"),
        ..fault(Fault::NoHost, Mode::NginxCompatible, None)
    });
    assert_eq!(
        text,
        "HTTP/1.1 304 Not Modified\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
         Content-Type: text/html\r\nContent-Length: 16\r\n\r\n"
    );
}
