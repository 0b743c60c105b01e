//! The console port: explanations of requests that happened, and dry runs against what is served.

use std::net::SocketAddr;

use genkan_diagnosis::{Language, Style};
use serde_json::json;

use super::server::{Reply, Request};
use crate::{
    client,
    control::Gateway,
    explanation::{self, Explained, Question},
};

/// Answers a request of the console port.
pub(super) fn answer(gateway: &Gateway, request: &Request) -> Reply {
    if !is_local(&request.host)
        || request
            .origin
            .as_ref()
            .is_some_and(|origin| !is_own(origin))
    {
        return Reply::text(403, "the console answers requests of this machine only\n");
    }
    match request.path.as_str() {
        "/explain" => explain(gateway, request),
        _ => Reply::text(
            404,
            "not found; try /explain?id=ID or /explain?method=GET&url=URL\n",
        ),
    }
}

/// A name that DNS rebinding cannot give another meaning.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

fn is_own(origin: &str) -> bool {
    origin.strip_prefix("http://").is_some_and(is_local)
}

fn explain(gateway: &Gateway, request: &Request) -> Reply {
    let explained = match (request.parameter("id"), request.parameter("url")) {
        (Some(id), _) => gateway
            .captures(Some(&id))
            .iter()
            .map(|exchange| {
                let generation = gateway.generation(exchange.explanation.generation);
                explanation::recorded(&generation, exchange)
            })
            .collect(),
        (None, Some(url)) => {
            let method = request
                .parameter("method")
                .unwrap_or_else(|| "GET".to_owned());
            let simulated = Question::of_query(&method, &url, request.parameters())
                .and_then(|question| explanation::simulate(&gateway.newest(), &question));
            match simulated {
                Ok(explained) => vec![explained],
                Err(reason) => {
                    return Reply::new(400, "text/plain; charset=utf-8", format!("{reason}\n"));
                }
            }
        }
        (None, None) => return Reply::text(400, "id or url is missing\n"),
    };
    if explained.is_empty() {
        return Reply::text(
            404,
            "no request with this id is kept: only errors, 405s and slow requests are, the latest of them\n",
        );
    }
    show(&explained, request)
}

fn show(explained: &[Explained], request: &Request) -> Reply {
    let is_set = |name: &str| request.parameter(name).is_some_and(|value| value == "1");
    let width = request
        .parameter("width")
        .and_then(|width| width.parse().ok());
    let style = Style {
        language: request
            .parameter("lang")
            .and_then(|tag| Language::parse(&tag))
            .unwrap_or_default(),
        color: is_set("color"),
        plain: is_set("plain"),
        width: width.unwrap_or(Style::default().width),
    };
    if is_set("json") {
        let documents: Vec<_> = explained.iter().map(|one| one.json(&style)).collect();
        // A client's own id may stand for several requests.
        let document = match <[_; 1]>::try_from(documents) {
            Ok([document]) => document,
            Err(documents) => json!({ "schema": "genkan.traces/1", "traces": documents }),
        };
        return Reply::new(200, "application/json", format!("{document:#}\n"));
    }
    let texts: Vec<String> = explained.iter().map(|one| one.text(&style)).collect();
    Reply::new(200, "text/plain; charset=utf-8", texts.join("\n"))
}

/// Asks a console for the explanation of one request.
///
/// # Errors
/// With the console's words, and whether anybody answered at all.
pub(crate) fn ask(console: SocketAddr, id: &str, style: &Style) -> Result<String, AskError> {
    ask_for(console, &format!("id={}", escape(id)), style, false)
}

/// Why a console gave no explanation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    /// Nobody listens there.
    #[error(
        "no running gateway answers on {0}: {1}; start one with `genkan run`, or name its console with --console"
    )]
    Unreachable(SocketAddr, std::io::Error),
    /// It answered, and does not know.
    #[error("{0}")]
    Unknown(String),
}

/// Asks with the given parameters.
///
/// # Errors
/// As [`ask`].
pub(crate) fn ask_for(
    console: SocketAddr,
    what: &str,
    style: &Style,
    json: bool,
) -> Result<String, AskError> {
    let flag = |set: bool| u8::from(set);
    let lang = match style.language {
        Language::English => "en",
        Language::Japanese => "ja",
    };
    let target = format!(
        "/explain?{what}&lang={lang}&color={}&plain={}&json={}&width={}",
        flag(style.color),
        flag(style.plain),
        flag(json),
        style.width
    );
    let answer = client::request(console, &console.to_string(), "GET", &target)
        .map_err(|error| AskError::Unreachable(console, error))?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        Err(AskError::Unknown(answer.body.trim_end().to_owned()))
    }
}

/// Percent-encodes all but letters, digits and `-._~` (RFC 3986 section 2.3).
pub(crate) fn escape(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_answered() {
        for local in ["127.0.0.1:10253", "localhost", "[::1]:1", "[::1]"] {
            assert!(is_local(local), "{local}");
        }
        for foreign in [
            "evil.example",
            "127.0.0.1.evil.example:80",
            "",
            "localhost.evil:1",
        ] {
            assert!(!is_local(foreign), "{foreign}");
        }
        assert!(is_own("http://localhost:10253"));
        assert!(!is_own("https://evil.example") && !is_own("null"));
    }
}
