//! The state machine that walks a chunked body.

use std::ops::Range;

use memchr::memchr;

use crate::known::KnownHeader;
use crate::limits::ChunkLimits;
use crate::parse::{NameClass, parse_field_line};
use crate::reject::ChunkReject;

/// Walks one chunked body.
#[derive(Clone, Debug)]
pub struct ChunkedDecoder {
    state: State,
    /// Size of the current chunk, then its bytes still to come.
    remaining: u64,
    /// Bytes of the current size line.
    size_line_bytes: usize,
    extension_bytes: usize,
    trailer_bytes: usize,
    trailer_count: usize,
}

/// What one step of [`ChunkedDecoder::decode`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Bytes of the input that are done with.
    pub consumed: usize,
    /// What they were.
    pub part: Part,
}

/// A piece of a chunked body. Ranges are in the input of that step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Body data; never empty.
    Data(Range<usize>),
    /// A trailer field.
    Trailer {
        /// Its name.
        name: Range<usize>,
        /// Its value, without blanks around it.
        value: Range<usize>,
    },
    /// Nothing more can be said without more input. What was not consumed must be given again,
    /// extended: the beginning of a trailer line.
    Partial,
    /// The body is complete; what was not consumed belongs to the next message.
    End,
}

/// What [`ChunkedDecoder::skip`] passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Bytes of the input that belong to the body, to be forwarded unchanged.
    pub consumed: usize,
    /// How many of them were data.
    pub data: u64,
    /// The body is complete.
    pub end: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the first digit of a size.
    SizeStart,
    /// In the digits; so many were read.
    Size(u8),
    /// Blanks behind the size: only `;` or the line end may follow.
    SizeBlank,
    Extension,
    /// Behind the carriage return of the size line.
    SizeFeed,
    Data,
    DataReturn,
    DataFeed,
    Trailer,
    Done,
}

impl ChunkedDecoder {
    /// A decoder at the beginning of a body.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            state: State::SizeStart,
            remaining: 0,
            size_line_bytes: 0,
            extension_bytes: 0,
            trailer_bytes: 0,
            trailer_count: 0,
        }
    }

    /// Takes the next piece of the body.
    ///
    /// Call it again with the input behind `consumed` until it answers [`Part::Partial`] or
    /// [`Part::End`].
    ///
    /// # Errors
    ///
    /// The coding is broken or a limit is exceeded. Nothing after it can be trusted.
    pub fn decode(&mut self, input: &[u8], limits: &ChunkLimits) -> Result<Decoded, ChunkReject> {
        let mut position = 0;
        loop {
            match self.state {
                State::Done => {
                    return Ok(Decoded {
                        consumed: position,
                        part: Part::End,
                    });
                }
                State::Trailer => return self.trailer(input, position, limits),
                State::Data => return Ok(self.data(input, position)),
                _ => {}
            }
            let Some(&byte) = input.get(position) else {
                return Ok(Decoded {
                    consumed: position,
                    part: Part::Partial,
                });
            };
            position += 1;
            self.state = self.step(byte, limits)?;
        }
    }

    /// Passes over as much of `input` as belongs to the body.
    ///
    /// # Errors
    ///
    /// As [`ChunkedDecoder::decode`]. Do not forward the input of a failed call.
    pub fn skip(&mut self, input: &[u8], limits: &ChunkLimits) -> Result<Skipped, ChunkReject> {
        let mut skipped = Skipped {
            consumed: 0,
            data: 0,
            end: false,
        };
        loop {
            let decoded = self.decode(&input[skipped.consumed..], limits)?;
            skipped.consumed += decoded.consumed;
            match decoded.part {
                Part::Data(range) => skipped.data += range.len() as u64,
                Part::Trailer { .. } => {}
                Part::Partial => return Ok(skipped),
                Part::End => {
                    skipped.end = true;
                    return Ok(skipped);
                }
            }
        }
    }

    /// Whether the body is complete.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// At most how many bytes of the input to come are data without anything between them: what a
    /// relay may read in one piece.
    #[must_use]
    pub fn data_remaining(&self) -> u64 {
        if self.state == State::Data {
            self.remaining
        } else {
            0
        }
    }

    fn data(&mut self, input: &[u8], start: usize) -> Decoded {
        let available = (input.len() - start) as u64;
        let length = self.remaining.min(available);
        self.remaining -= length;
        if self.remaining == 0 {
            self.state = State::DataReturn;
        }
        let end = start + length as usize;
        let part = if length == 0 {
            Part::Partial
        } else {
            Part::Data(start..end)
        };
        Decoded {
            consumed: end,
            part,
        }
    }

    /// One byte outside of data and trailers.
    fn step(&mut self, byte: u8, limits: &ChunkLimits) -> Result<State, ChunkReject> {
        match (self.state, byte) {
            (State::DataReturn, b'\r') => return Ok(State::DataFeed),
            (State::DataFeed, b'\n') => return Ok(State::SizeStart),
            (State::SizeFeed, b'\n') => return Ok(self.after_size_line()),
            (State::DataReturn | State::DataFeed | State::SizeFeed, _) => {
                return Err(ChunkReject::LineEndInvalid);
            }
            (State::SizeStart, _) => {
                self.remaining = 0;
                self.size_line_bytes = 0;
                return self.size_digit(byte, 0);
            }
            (State::Size(_) | State::SizeBlank | State::Extension, b'\r') => {
                return Ok(State::SizeFeed);
            }
            _ => {}
        }
        self.size_line_bytes += 1;
        if self.size_line_bytes >= limits.size_line_bytes_max {
            return Err(ChunkReject::SizeLineTooLong);
        }
        match (self.state, byte) {
            (State::Size(_) | State::SizeBlank, b';') => Ok(State::Extension),
            // RFC 9112 7.1.1 allows blanks before an extension; some servers pad the size.
            (State::Size(_) | State::SizeBlank, b' ' | b'\t') => Ok(State::SizeBlank),
            (State::Size(digits), _) => self.size_digit(byte, digits),
            (State::Extension, b'\t' | b' '..=b'~' | 0x80..) => {
                self.extension_bytes += 1;
                if self.extension_bytes > limits.extension_bytes_max {
                    return Err(ChunkReject::ExtensionsTooLong);
                }
                Ok(State::Extension)
            }
            (State::Extension, _) => Err(ChunkReject::ExtensionInvalid),
            _ => Err(ChunkReject::SizeInvalid),
        }
    }

    fn size_digit(&mut self, byte: u8, digits: u8) -> Result<State, ChunkReject> {
        let value = char::from(byte)
            .to_digit(16)
            .ok_or(ChunkReject::SizeInvalid)?;
        self.remaining = self.remaining << 4 | u64::from(value);
        // A file offset must hold the size, as in nginx.
        if digits >= SIZE_DIGITS_MAX || self.remaining > i64::MAX as u64 {
            return Err(ChunkReject::SizeInvalid);
        }
        Ok(State::Size(digits + 1))
    }

    const fn after_size_line(&self) -> State {
        if self.remaining == 0 {
            State::Trailer
        } else {
            State::Data
        }
    }

    /// A whole trailer line, or the empty line that ends the body.
    fn trailer(
        &mut self,
        input: &[u8],
        start: usize,
        limits: &ChunkLimits,
    ) -> Result<Decoded, ChunkReject> {
        let pending = &input[start..];
        let feed = memchr(b'\n', pending);
        let line_bytes = feed.map_or(pending.len() + 1, |feed| feed + 1);
        if self.trailer_bytes + line_bytes > limits.trailer_bytes_max {
            return Err(ChunkReject::TrailersTooLarge);
        }
        let Some(feed) = feed else {
            return Ok(Decoded {
                consumed: start,
                part: Part::Partial,
            });
        };
        let line = pending[..feed]
            .strip_suffix(b"\r")
            .ok_or(ChunkReject::LineEndInvalid)?;
        let consumed = start + feed + 1;
        if line.is_empty() {
            self.state = State::Done;
            return Ok(Decoded {
                consumed,
                part: Part::End,
            });
        }
        self.trailer_bytes += line_bytes;
        self.trailer_count += 1;
        if self.trailer_count > limits.trailer_count_max {
            return Err(ChunkReject::TrailersTooLarge);
        }
        Ok(Decoded {
            consumed,
            part: trailer_field(line, start)?,
        })
    }
}

impl Default for ChunkedDecoder {
    fn default() -> Self {
        Self::new()
    }
}

/// A size fits 63 bits; more digits could only be leading zeros.
const SIZE_DIGITS_MAX: u8 = 16;

fn trailer_field(line: &[u8], start: usize) -> Result<Part, ChunkReject> {
    let parsed = parse_field_line(line, start).map_err(|_| ChunkReject::TrailerMalformed)?;
    // In a head nginx drops odd names. A trailer is forwarded as it is, so it must not be odd.
    if !parsed.has_colon || parsed.class > NameClass::Token {
        return Err(ChunkReject::TrailerMalformed);
    }
    let entry = parsed.entry;
    // RFC 9110 6.5.1: what frames or routes a message, or says how to read its body, must not come
    // after the body.
    let id = entry.id;
    if id.is_framing()
        || matches!(
            id,
            KnownHeader::Authorization | KnownHeader::ContentEncoding
        )
    {
        return Err(ChunkReject::TrailerForbidden(id));
    }
    let name_start = entry.name_start as usize;
    Ok(Part::Trailer {
        name: name_start..name_start + usize::from(entry.name_length),
        value: entry.value_start as usize..entry.value_end as usize,
    })
}
