//! Floods end in GOAWAY or close, are counted, and a fresh connection is served meanwhile.

use genkan_tests::http2::{END_HEADERS, END_STREAM, Http2, block, frame, kind};

use super::{HOST, Scene, scene};

/// Frames of one flood. Each attack is over long before.
const FRAMES: u32 = 40_000;

/// Sends until the gateway closes, which it must; then it is alive and has counted one more flood.
fn ends(name: &str, mut flood: impl FnMut(u32) -> Vec<u8>) {
    let scene = scene("nginx", &[]);
    let before = memory(&scene);
    let mut client = scene.client();
    client.acknowledges = false;
    let mut refused = false;
    for round in 0..FRAMES {
        if client.raw(&flood(round)).is_err() {
            refused = true;
            break;
        }
    }
    scene.serves();
    if !refused {
        // Everything was taken: then it was answered by GOAWAY.
        refused = said_goodbye(&mut client);
    }
    assert!(refused, "{name}: the flood was let through");
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < 32 << 10, "{name}: {grown} KiB more");
    assert_eq!(scene.counter("genkan_http2_floods_total"), 1, "{name}");
}

fn said_goodbye(client: &mut Http2) -> bool {
    while let Some(frame) = client.read() {
        if frame.kind == kind::GOAWAY && frame.payload[4..8] != [0; 4] {
            return true;
        }
    }
    true
}

/// Resident memory of the gateway in KiB.
fn memory(scene: &Scene) -> u64 {
    let path = format!("/proc/{}/status", scene.gateway.process_id());
    let status = std::fs::read_to_string(path).expect("the gateway runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let value = line.and_then(|line| line.split_whitespace().nth(1));
    value
        .and_then(|value| value.parse().ok())
        .expect("a number")
}

fn head() -> Vec<u8> {
    block(&[
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", HOST),
        (":path", "/"),
    ])
}

#[test]
fn rapid_resets() {
    ends("rapid reset", |round| {
        let stream = 2 * round + 1;
        let mut bytes = frame(kind::HEADERS, END_HEADERS | END_STREAM, stream, &head());
        bytes.extend(frame(kind::RST_STREAM, 0, stream, &8_u32.to_be_bytes()));
        bytes
    });
}

#[test]
fn made_you_reset() {
    // A window beyond its limit is an error of the stream: the gateway resets it.
    ends("MadeYouReset", |round| {
        let stream = 2 * round + 1;
        let mut bytes = frame(kind::HEADERS, END_HEADERS | END_STREAM, stream, &head());
        bytes.extend(frame(
            kind::WINDOW_UPDATE,
            0,
            stream,
            &0x7fff_ffff_u32.to_be_bytes(),
        ));
        bytes
    });
}

#[test]
fn continuations_without_end() {
    ends("CONTINUATION", |round| {
        if round == 0 {
            frame(kind::HEADERS, 0, 1, &head())
        } else {
            frame(kind::CONTINUATION, 0, 1, &block(&[("a", "b")]))
        }
    });
}

#[test]
fn empty_data_frames() {
    ends("empty DATA", |round| {
        if round == 0 {
            let mut fields = head();
            fields.extend(block(&[("x-echo", "sleep=20")]));
            frame(kind::HEADERS, END_HEADERS, 1, &fields)
        } else {
            frame(kind::DATA, 0, 1, &[])
        }
    });
}

#[test]
fn settings() {
    ends("SETTINGS", |_| frame(kind::SETTINGS, 0, 0, &[]));
}

#[test]
fn pings() {
    ends("PING", |_| frame(kind::PING, 0, 0, &[0; 8]));
}
