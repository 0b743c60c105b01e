//! Request heads read as a real nginx reads them.
//!
//! `nginx/heads.tsv` holds what nginx answered, see `nginx/record.py`. Where we differ on purpose,
//! the reject is named here and nowhere else.

use genkan_http::framing::request_framing;
use genkan_http::head::{RequestHead, RequestView};
use genkan_http::host::HOST_BYTES_MAX;
use genkan_http::limits::HeadLimits;
use genkan_http::normalise::normalise;
use genkan_http::parse::{Progress, parse_request};
use genkan_http::reject::RequestReject;
use genkan_http::target::{Form, Target, effective_host};

/// What nginx answered with 200 took for host, path and query.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    host: Vec<u8>,
    path: Vec<u8>,
    query: Vec<u8>,
}

#[test]
fn heads_are_read_as_nginx_reads_them() {
    let lines = include_str!("nginx/heads.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut stricter = 0;
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in lines {
        let columns: Vec<Vec<u8>> = line.split('\t').map(unescape).collect();
        let [status, host, path, query, request] = columns.try_into().expect("five columns");
        let status: u16 = String::from_utf8(status).unwrap().parse().unwrap();
        count += 1;
        match (status, read(&request)) {
            (200, Ok(reading)) if reading == (Reading { host, path, query }) => {}
            (200 | HTTP_09, Err(reject)) if is_stricter(reject) => stricter += 1,
            (status, Err(reject)) if reject.status() == status => {}
            (_, here) => wrong.push(format!("{here:?}, nginx: {line}")),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count > 500, "{count} cases");
    assert!(
        (10..count / 10).contains(&stricter),
        "{stricter} stricter of {count}"
    );
}

/// Rejects for heads that nginx accepts.
fn is_stricter(reject: RequestReject) -> bool {
    matches!(
        reject,
        RequestReject::BareLineFeed
            | RequestReject::BareCarriageReturn
            | RequestReject::VersionMissing
    )
}

fn read(request: &[u8]) -> Result<Reading, RequestReject> {
    let mut head = RequestHead::new();
    let progress = parse_request(request, &mut head, &HeadLimits::default())?;
    let Progress::Complete { head_len } = progress else {
        // nginx waits for more, then gives up without an answer.
        return Err(RequestReject::VersionMissing);
    };
    assert_eq!(head_len, request.len());
    let view = RequestView::new(request, &head);
    request_framing(view)?;
    let target = Target::of(view)?;
    if target.form == Form::Asterisk {
        return Err(RequestReject::TargetMalformed);
    }
    let mut buffer = [0; HOST_BYTES_MAX];
    let host = effective_host(view, &target)?;
    let mut path = Vec::new();
    Ok(Reading {
        host: match &host {
            Some(host) => host.lower(&mut buffer).expect("short hosts").to_vec(),
            None => b"_".to_vec(),
        },
        path: normalise(target.path, &mut path)?.to_vec(),
        query: target.query.unwrap_or_default().to_vec(),
    })
}

/// What `record.py` prints when there is no HTTP/1 answer.
const HTTP_09: u16 = 9;

/// `\x41` is a byte, `{a*20}` are twenty.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == '\\' {
            bytes.push(u8::from_str_radix(&rest[2..4], 16).expect("two digits"));
            rest = &rest[4..];
        } else if first == '{' {
            let end = rest.find('}').expect("a closing brace");
            let count = rest[3..end].parse().expect("a count");
            bytes.extend(std::iter::repeat_n(rest.as_bytes()[1], count));
            rest = &rest[end + 1..];
        } else {
            bytes.push(first as u8);
            rest = &rest[1..];
        }
    }
    bytes
}
