//! One field line of a head or of a trailer section.

use memchr::memchr2;

use crate::field::{Dropped, Entry, NAME_BYTES_MAX};
use crate::known::KnownHeader;
use crate::limits::HeadLimits;
use crate::reject::{RequestReject, ResponseReject};

/// The parts of a well-formed line.
pub(crate) struct FieldLine {
    pub(crate) entry: Entry,
    pub(crate) class: NameClass,
    pub(crate) has_colon: bool,
}

/// What the bytes of a field name are, at worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameClass {
    /// Letters, digits and `-` only.
    Plain,
    /// `_` too.
    Underscore,
    /// Other characters of a token (RFC 9110 5.6.2).
    Token,
    /// Bytes that no token has.
    NoToken,
}

impl NameClass {
    /// The class of a whole name, or `None` if it is empty, too long or has blanks, controls or
    /// a colon.
    pub(crate) fn of(name: &[u8]) -> Option<Self> {
        let (class, end) = scan_name(name);
        (end == name.len() && (1..=NAME_BYTES_MAX).contains(&end)).then_some(class)
    }

    /// Whether the policy drops such a name; counts it if so.
    #[inline]
    pub(crate) fn is_dropped(self, limits: &HeadLimits, dropped: &mut Dropped) -> bool {
        match self {
            Self::Plain => false,
            // nginx: an underscore makes the name invalid, and only `ignore_invalid_headers`
            // makes invalid names vanish.
            Self::Underscore => {
                let drop = !limits.underscores_in_headers && limits.ignore_invalid_headers;
                dropped.underscore += u16::from(drop);
                drop
            }
            Self::Token => {
                dropped.invalid += u16::from(limits.ignore_invalid_headers);
                limits.ignore_invalid_headers
            }
            // nginx passes these on when invalid names are not ignored. Servers that strip such
            // bytes would see another name than we did.
            Self::NoToken => {
                dropped.invalid += 1;
                true
            }
        }
    }
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineFault {
    Name,
    Folded,
    Nul,
    CarriageReturn,
}

impl From<LineFault> for RequestReject {
    fn from(fault: LineFault) -> Self {
        match fault {
            LineFault::Name => Self::FieldNameMalformed,
            LineFault::Folded => Self::FieldFolded,
            LineFault::Nul => Self::FieldValueNul,
            LineFault::CarriageReturn => Self::BareCarriageReturn,
        }
    }
}

impl From<LineFault> for ResponseReject {
    fn from(fault: LineFault) -> Self {
        match fault {
            LineFault::Name => Self::FieldNameMalformed,
            LineFault::Folded => Self::FieldFolded,
            LineFault::Nul => Self::FieldValueNul,
            LineFault::CarriageReturn => Self::BareCarriageReturn,
        }
    }
}

/// Takes apart a line that is not empty and has no line end; `start` is its place in the buffer.
#[inline]
pub(crate) fn parse_field_line(line: &[u8], start: usize) -> Result<FieldLine, LineFault> {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        return Err(LineFault::Folded);
    }
    let (class, name_length) = scan_name(line);
    let has_colon = match line.get(name_length) {
        None => false,
        Some(b':') => true,
        Some(b'\r') => return Err(LineFault::CarriageReturn),
        // A blank before the colon, or any control character (RFC 9112 5.1).
        Some(_) => return Err(LineFault::Name),
    };
    if name_length == 0 || name_length > NAME_BYTES_MAX {
        return Err(LineFault::Name);
    }
    let rest = line.get(name_length + 1..).unwrap_or_default();
    // Other control characters pass, as in nginx: no recipient takes them for a line end.
    if let Some(position) = memchr2(0, b'\r', rest) {
        return Err(if rest[position] == 0 {
            LineFault::Nul
        } else {
            LineFault::CarriageReturn
        });
    }
    // nginx 1.27 takes no tab for a blank around a value, so a length with one is invalid.
    let value = trim_end(rest);
    let value_end = start + line.len() - (rest.len() - value.len());
    let value_start = value_end - trim_start(value).len();
    let entry = Entry {
        name_start: start as u32,
        name_length: name_length as u16,
        value_start: value_start as u32,
        value_end: value_end as u32,
        id: KnownHeader::of(&line[..name_length]),
    };
    Ok(FieldLine {
        entry,
        class,
        has_colon,
    })
}

/// The class of the name at the beginning of `line` and its length.
#[inline]
fn scan_name(line: &[u8]) -> (NameClass, usize) {
    let mut worst = PLAIN;
    let mut length = 0;
    for &byte in line {
        let class = CLASSES[usize::from(byte)];
        if class == END {
            break;
        }
        worst |= class;
        length += 1;
    }
    let class = if worst & NO_TOKEN != 0 {
        NameClass::NoToken
    } else if worst & TOKEN != 0 {
        NameClass::Token
    } else if worst & UNDERSCORE != 0 {
        NameClass::Underscore
    } else {
        NameClass::Plain
    };
    (class, length)
}

#[inline]
fn trim_start(mut value: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = value {
        value = rest;
    }
    value
}

#[inline]
fn trim_end(mut value: &[u8]) -> &[u8] {
    while let [rest @ .., b' '] = value {
        value = rest;
    }
    value
}

const PLAIN: u8 = 0;
const UNDERSCORE: u8 = 1;
const TOKEN: u8 = 2;
const NO_TOKEN: u8 = 4;

/// A colon, a blank or a control character.
const END: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut classes = [NO_TOKEN; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => PLAIN,
            b'_' => UNDERSCORE,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'.' | b'^' | b'`' | b'|'
            | b'~' => TOKEN,
            0..=0x20 | 0x7f | b':' => END,
            _ => NO_TOKEN,
        };
        byte += 1;
    }
    classes
};
