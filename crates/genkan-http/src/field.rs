//! The fields of a head: where each name and value lies, and which names occur.
//!
//! A table holds ranges only; the bytes stay in the caller's buffer. The first 32 entries lie
//! inside the table, further ones in a vector that is kept for the next head unless it grew large.
//! Two sets of ids answer "is it there" and "is it there twice" without a walk.

use std::iter::Chain;
use std::slice;

use crate::known::KnownHeader;

/// One field, borrowed from the buffer of its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name as sent.
    pub name: &'a [u8],
    /// The value as sent, without blanks around it.
    pub value: &'a [u8],
    /// The id of the name.
    pub id: KnownHeader,
}

/// Fields of a head in the order they were sent.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    entries: Entries<'a>,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    #[inline]
    fn next(&mut self) -> Option<Field<'a>> {
        let entry = self.entries.next()?;
        Some(Field {
            name: entry.name(self.bytes),
            value: entry.value(self.bytes),
            id: entry.id,
        })
    }
}

/// How many header lines were dropped, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Names with `_` (`enable-underscores-in-headers` is off).
    pub underscore: u16,
    /// Names with other bytes that ingress-nginx ignores (`ignore-invalid-headers`).
    pub invalid: u16,
    /// Lines without a colon.
    pub colonless: u16,
}

impl Dropped {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> usize {
        self.underscore as usize + self.invalid as usize + self.colonless as usize
    }
}

/// A range of the buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    // Heads are bounded far below 4 GiB by the limits: the callers check.
    #[inline]
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// The bytes of the range; empty if the buffer is not the one of this head.
    #[inline]
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        debug_assert!(
            self.end as usize <= bytes.len(),
            "a head is read with another buffer"
        );
        bytes
            .get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

/// Where a field lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) name_start: u32,
    pub(crate) value_start: u32,
    pub(crate) value_end: u32,
    pub(crate) name_length: u16,
    pub(crate) id: KnownHeader,
}

impl Entry {
    const EMPTY: Self = Self {
        name_start: 0,
        value_start: 0,
        value_end: 0,
        name_length: 0,
        id: KnownHeader::Other,
    };

    #[inline]
    pub(crate) fn name(self, bytes: &[u8]) -> &[u8] {
        Span {
            start: self.name_start,
            end: self.name_start + u32::from(self.name_length),
        }
        .of(bytes)
    }

    #[inline]
    pub(crate) fn value(self, bytes: &[u8]) -> &[u8] {
        Span {
            start: self.value_start,
            end: self.value_end,
        }
        .of(bytes)
    }
}

/// Longest field name: its length is kept in 16 bits.
pub(crate) const NAME_BYTES_MAX: usize = u16::MAX as usize;

/// The table of fields of one head.
#[derive(Clone, Debug)]
pub(crate) struct FieldTable {
    inline: [Entry; INLINE_COUNT],
    inline_used: u8,
    spilled: Vec<Entry>,
    present: u128,
    repeated: u128,
    pub(crate) dropped: Dropped,
}

pub(crate) type Entries<'a> = Chain<slice::Iter<'a, Entry>, slice::Iter<'a, Entry>>;

impl FieldTable {
    pub(crate) const fn new() -> Self {
        Self {
            inline: [Entry::EMPTY; INLINE_COUNT],
            inline_used: 0,
            spilled: Vec::new(),
            present: 0,
            repeated: 0,
            dropped: Dropped {
                underscore: 0,
                invalid: 0,
                colonless: 0,
            },
        }
    }

    pub(crate) fn clear(&mut self) {
        self.inline_used = 0;
        if self.spilled.capacity() > SPILL_KEPT_MAX {
            // One odd head must not keep its table for the life of the connection.
            self.spilled = Vec::new();
        } else {
            self.spilled.clear();
        }
        self.present = 0;
        self.repeated = 0;
        self.dropped = Dropped::default();
    }

    #[inline]
    pub(crate) fn push(&mut self, entry: Entry) {
        let bit = entry.id.bit();
        self.repeated |= self.present & bit;
        self.present |= bit;
        if let Some(free) = self.inline.get_mut(usize::from(self.inline_used)) {
            *free = entry;
            self.inline_used += 1;
        } else {
            self.spilled.push(entry);
        }
    }

    /// Kept fields.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.inline_used) + self.spilled.len()
    }

    #[inline]
    pub(crate) fn entries(&self) -> Entries<'_> {
        self.inline[..usize::from(self.inline_used)]
            .iter()
            .chain(self.spilled.iter())
    }

    #[inline]
    pub(crate) fn fields<'a>(&'a self, bytes: &'a [u8]) -> Fields<'a> {
        Fields {
            bytes,
            entries: self.entries(),
        }
    }

    /// The values of all fields with this id, in order; no walk if there is none.
    #[inline]
    pub(crate) fn values<'a>(
        &'a self,
        bytes: &'a [u8],
        id: KnownHeader,
    ) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let entries = if self.has(id) {
            self.entries()
        } else {
            [].iter().chain([].iter())
        };
        entries
            .filter(move |entry| entry.id == id)
            .map(move |entry| entry.value(bytes))
    }

    /// Whether a field with one of these ids occurs more than once.
    #[inline]
    pub(crate) const fn repeats_any(&self, ids: u128) -> u128 {
        self.repeated & ids
    }

    #[inline]
    pub(crate) const fn has(&self, id: KnownHeader) -> bool {
        self.present & id.bit() != 0
    }

    #[inline]
    pub(crate) fn first<'a>(&'a self, bytes: &'a [u8], id: KnownHeader) -> Option<&'a [u8]> {
        if !self.has(id) {
            return None;
        }
        self.entries()
            .find(|entry| entry.id == id)
            .map(|entry| entry.value(bytes))
    }

    pub(crate) fn count(&self, id: KnownHeader) -> usize {
        match (self.has(id), self.repeated & id.bit() != 0) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => self.entries().filter(|entry| entry.id == id).count(),
        }
    }

    /// Appends to `out` the lines of all fields that `keep` wants, in order.
    ///
    /// A line that was sent in the usual form is copied as it is, and neighbours in one piece.
    pub(crate) fn copy_lines(
        &self,
        bytes: &[u8],
        out: &mut Vec<u8>,
        mut keep: impl FnMut(Field<'_>) -> bool,
    ) {
        let mut run = Span::default();
        for entry in self.entries() {
            let field = Field {
                name: entry.name(bytes),
                value: entry.value(bytes),
                id: entry.id,
            };
            if !keep(field) {
                continue;
            }
            let line_end = entry.value_end + 2;
            if bytes.get(entry.value_end as usize..line_end as usize) != Some(b"\r\n") {
                out.extend_from_slice(run.of(bytes));
                run = Span::default();
                crate::write::field(out, field.name, field.value);
            } else if run.end == entry.name_start && run.end != 0 {
                run.end = line_end;
            } else {
                out.extend_from_slice(run.of(bytes));
                run = Span {
                    start: entry.name_start,
                    end: line_end,
                };
            }
        }
        out.extend_from_slice(run.of(bytes));
    }
}

/// Fields of the usual head; browsers send 10 to 25.
const INLINE_COUNT: usize = 32;

/// The vector of further entries is kept up to this capacity (2 KiB).
const SPILL_KEPT_MAX: usize = 128;
