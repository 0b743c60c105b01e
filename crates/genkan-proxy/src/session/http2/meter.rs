//! What a client sends, frame by frame: floods of frames that mean work and carry nothing.
//!
//! The codec bounds what it holds (resets before a stream was looked at, resets that errors provoke,
//! continuations, small DATA). Frames that it answers at once, or drops, cost it only time; how many of
//! them a client may send is decided here.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Frames without use that a client may send at once.
const BURST: u32 = 1000;
/// How many more it may send in each second. A stream that ends as it should is good for one, too.
const PER_SECOND: u32 = 100;
/// Streams whose header blocks are remembered until they are looked at.
const BLOCKS_MAX: usize = 256;
/// `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`
const PREFACE_BYTES: usize = 24;
const HEAD_BYTES: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;

/// Walks over the frames of a connection.
#[derive(Debug)]
pub(super) struct Meter {
    /// Bytes up to the next frame.
    skip: usize,
    head: [u8; HEAD_BYTES],
    /// How many bytes of the head have come.
    filled: usize,
    tokens: u32,
    filled_up: Instant,
    flooded: bool,
    /// Streams and the lengths of their header blocks, in the order they came.
    blocks: VecDeque<(u32, u32)>,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self {
            skip: PREFACE_BYTES,
            head: [0; HEAD_BYTES],
            filled: 0,
            tokens: BURST,
            filled_up: Instant::now(),
            flooded: false,
            blocks: VecDeque::new(),
        }
    }

    /// Whether the client sent more than it may.
    pub(super) fn is_flooded(&self) -> bool {
        self.flooded
    }

    /// So many streams ended with their response.
    pub(super) fn refund(&mut self, streams: u32) {
        self.tokens = BURST.min(self.tokens.saturating_add(streams));
    }

    /// The length of the header block of a stream, as it came; asked in the order of streams.
    pub(super) fn block(&mut self, stream: u32) -> Option<u32> {
        while let Some((first, length)) = self.blocks.front().copied() {
            if first > stream {
                return None;
            }
            self.blocks.pop_front();
            if first == stream {
                return Some(length);
            }
        }
        None
    }

    /// Looks at bytes that were read.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.flooded {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            let count = (HEAD_BYTES - self.filled).min(bytes.len());
            self.head[self.filled..self.filled + count].copy_from_slice(&bytes[..count]);
            self.filled += count;
            bytes = &bytes[count..];
            if self.filled == HEAD_BYTES {
                self.filled = 0;
                self.frame();
            }
        }
    }

    fn frame(&mut self) {
        let [a, b, c, kind, flags, s0, s1, s2, s3] = self.head;
        let length = u32::from_be_bytes([0, a, b, c]);
        let stream = u32::from_be_bytes([s0 & 0x7f, s1, s2, s3]);
        self.skip = length as usize;
        match kind {
            HEADERS => {
                if self.blocks.len() == BLOCKS_MAX {
                    self.blocks.pop_front();
                }
                self.blocks.push_back((stream, length));
            }
            CONTINUATION if length > 0 => {
                if let Some((_, block)) = self.blocks.back_mut() {
                    *block = block.saturating_add(length);
                }
            }
            DATA if length > 0 || flags & END_STREAM > 0 => {}
            // Bounded by what we send; each costs little more than its bytes.
            WINDOW_UPDATE => {}
            _ => self.spend(),
        }
    }

    fn spend(&mut self) {
        if self.tokens == 0 {
            let passed = self.filled_up.elapsed();
            let more = passed.as_millis() * u128::from(PER_SECOND) / 1000;
            if more == 0 {
                self.flooded = true;
                return;
            }
            self.filled_up += Duration::from_millis((more * 1000 / u128::from(PER_SECOND)) as u64);
            self.tokens = u32::try_from(more).unwrap_or(BURST).min(BURST);
        }
        self.tokens -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, stream: u32, length: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, length, kind, flags];
        bytes.extend(stream.to_be_bytes());
        bytes.extend(vec![0; usize::from(length)]);
        bytes
    }

    fn meter() -> Meter {
        let mut meter = Meter::new();
        meter.read(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        meter
    }

    #[test]
    fn frames_are_found_wherever_reads_end() {
        let mut bytes = Vec::new();
        bytes.extend(frame(4, 0, 0, 6));
        bytes.extend(frame(HEADERS, 0, 1, 20));
        bytes.extend(frame(CONTINUATION, 4, 1, 10));
        bytes.extend(frame(DATA, 0, 1, 200));
        bytes.extend(frame(HEADERS, 5, 3, 7));
        for size in 1..40 {
            let mut meter = meter();
            bytes.chunks(size).for_each(|piece| meter.read(piece));
            assert_eq!(meter.tokens, BURST - 1, "the SETTINGS");
            assert_eq!((meter.block(1), meter.block(3)), (Some(30), Some(7)));
            assert_eq!(meter.block(5), None);
        }
    }

    #[test]
    fn frames_without_use_are_limited() {
        for (kind, flags, length) in [
            (DATA, 0, 0),
            (2, 0, 5),
            (3, 0, 4),
            (4, 0, 0),
            (4, 1, 0),
            (6, 0, 8),
            (6, 1, 8),
            (CONTINUATION, 0, 0),
            (99, 0, 1),
        ] {
            let mut meter = meter();
            let frame = frame(kind, flags, 1, length);
            for _ in 0..BURST {
                meter.read(&frame);
            }
            assert!(!meter.is_flooded(), "type {kind}");
            // The clock gives some back meanwhile, a hundred in a second.
            let mut more = 0;
            while !meter.is_flooded() && more < BURST {
                meter.read(&frame);
                more += 1;
            }
            assert!(meter.is_flooded(), "type {kind}");
        }
    }

    #[test]
    fn useful_frames_are_free() {
        let mut meter = meter();
        for stream in 0..10 * BURST {
            meter.read(&frame(HEADERS, 5, stream, 1));
            meter.read(&frame(DATA, 0, stream, 1));
            meter.read(&frame(DATA, END_STREAM, stream, 0));
            meter.read(&frame(WINDOW_UPDATE, 0, stream, 4));
        }
        assert_eq!(meter.tokens, BURST);
        assert_eq!(meter.blocks.len(), BLOCKS_MAX);
    }
}
