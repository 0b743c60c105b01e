//! Connections that did not begin as their listener asks, as findings: who set up the other side is told
//! what to change.

use genkan_diagnosis::{Code, Finding, Message, words};
use genkan_proxy::{FirstBytes, Refusal, RefusalReason};

/// What a refused connection says about the set-up.
pub(super) fn finding(refusal: &Refusal) -> Finding {
    let sender = refusal.peer.ip().to_canonical().to_string();
    let port = refusal.port;
    let finding = |code, note: Message| {
        Finding::new(code)
            .arg("sender", sender.as_str())
            .value(sender.as_str())
            .note(note)
    };
    let differs = |spoken: &str, expected: &str| {
        finding(Code::GK0455, words::CAME_IN.arg("port", port))
            .arg("spoken", spoken)
            .arg("expected", expected)
    };
    match refusal.reason {
        RefusalReason::ProxyHeaderMissing(first) => {
            let what = match first {
                FirstBytes::Tls => &words::TLS_HANDSHAKE,
                FirstBytes::Text => &words::PLAIN_TEXT,
                FirstBytes::ProxyHeader | FirstBytes::Other => &words::SOMETHING_ELSE,
            };
            let note = words::HEADER_AWAITED.arg("port", port).arg("what", what);
            finding(Code::GK0451, note)
        }
        RefusalReason::ProxyHeaderBroken => {
            finding(Code::GK0451, words::HEADER_BROKEN.arg("port", port))
        }
        RefusalReason::ProxyHeaderUnexpected => {
            finding(Code::GK0451, words::HEADER_UNASKED.arg("port", port))
        }
        RefusalReason::TlsOnPlain => differs("TLS", "HTTP"),
        RefusalReason::PlainOnTls => differs("HTTP", "TLS"),
    }
}

#[cfg(test)]
mod tests {
    use genkan_diagnosis::{Style, render};
    use genkan_route::decision::Scheme;

    use super::*;

    #[test]
    fn a_refused_connection_names_sender_port_and_what_came() {
        let check = |reason, title: &str, note: &str| {
            let refusal = Refusal {
                peer: ([10, 2, 0, 26], 4711).into(),
                port: 80,
                scheme: Scheme::Http,
                reason,
            };
            let text = render::text::finding(&finding(&refusal), &Style::default());
            assert!(text.contains(title) && text.contains(note), "{text}");
        };
        let disagree = "error[GK0451]: 10.2.0.26 and this proxy disagree about the PROXY protocol";
        check(
            RefusalReason::ProxyHeaderMissing(FirstBytes::Text),
            disagree,
            "port 80 waits for a PROXY header; plain HTTP, or another protocol of text came instead",
        );
        check(
            RefusalReason::ProxyHeaderUnexpected,
            disagree,
            "a PROXY header came to port 80, which asks for none",
        );
        check(
            RefusalReason::TlsOnPlain,
            "error[GK0455]: 10.2.0.26 speaks TLS to a port that speaks HTTP",
            "it came in on port 80",
        );
    }
}
