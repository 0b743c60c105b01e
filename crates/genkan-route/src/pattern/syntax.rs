//! What can be said of a pattern by reading it: its literal beginning, its pieces, its dialect.
//!
//! Everything here errs on the safe side: a shorter literal or one piece too few costs time or
//! precision of an explanation, never a wrong match.

use crate::route::Mode;

/// The beginning of a pattern, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outline<'p> {
    /// It begins with `^`.
    pub anchored: bool,
    /// Text that every match starts with (if there are no alternatives); lower case where case does
    /// not count.
    pub literal: Vec<u8>,
    /// What follows the literal.
    pub rest: &'p str,
    /// A `|` outside of groups, or a text in which we cannot tell.
    pub alternatives: bool,
}

pub(super) fn outline(source: &str, mode: Mode) -> Outline<'_> {
    let body = source.trim_start_matches('^');
    let bytes = body.as_bytes();
    let mut literal = Vec::new();
    let mut at = 0;
    while let Some((byte, next)) = literal_byte(bytes, at, mode) {
        if matches!(bytes.get(next), Some(b'?' | b'*' | b'+' | b'{')) {
            break;
        }
        literal.push(if mode == Mode::NginxCompatible {
            byte.to_ascii_lowercase()
        } else {
            byte
        });
        at = next;
    }
    while !body.is_char_boundary(at) {
        literal.pop();
        at -= 1;
    }
    Outline {
        anchored: body.len() < source.len(),
        literal,
        rest: &body[at..],
        alternatives: has_alternatives(body),
    }
}

/// One byte that stands for itself, and where the next piece begins.
fn literal_byte(bytes: &[u8], at: usize, mode: Mode) -> Option<(u8, usize)> {
    match *bytes.get(at)? {
        b'\\' => {
            let escaped = *bytes.get(at + 1)?;
            // `\<` and `\>` are word boundaries in the regex crate
            let stands_for_itself = escaped.is_ascii_punctuation()
                && (mode == Mode::NginxCompatible || !matches!(escaped, b'<' | b'>'));
            stands_for_itself.then_some((escaped, at + 2))
        }
        b'.' | b'[' | b'(' | b')' | b'|' | b'*' | b'+' | b'?' | b'{' | b'^' | b'$' => None,
        // the regex crate quantifies whole characters, PCRE (as we use it) bytes
        byte if !byte.is_ascii() && mode == Mode::Strict => None,
        byte => Some((byte, at + 1)),
    }
}

fn has_alternatives(pattern: &str) -> bool {
    if !pattern.contains('|') {
        return false;
    }
    match pieces(pattern) {
        Some(pieces) => pieces.contains(&"|"),
        None => true,
    }
}

/// The top-level pieces, each with its quantifier; `|` is a piece of its own. `None` where quoting,
/// comments or options make a simple reading unsafe.
pub(super) fn pieces(pattern: &str) -> Option<Vec<&str>> {
    if pattern.contains("\\Q") || pattern.contains("(?#") || has_option_setting(pattern) {
        return None;
    }
    let bytes = pattern.as_bytes();
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        at = piece_end(bytes, at)?;
        if bytes[start] != b'|' {
            at = quantifier_end(bytes, at);
        }
        while !pattern.is_char_boundary(at) {
            at += 1;
        }
        pieces.push(&pattern[start..at]);
    }
    Some(pieces)
}

/// `(?x)`, `(?i:…)`: a letter or `-` after `(?` that does not name a group.
fn has_option_setting(pattern: &str) -> bool {
    pattern.match_indices("(?").any(|(at, _)| {
        let next = pattern.as_bytes().get(at + 2).copied().unwrap_or(b')');
        (next.is_ascii_alphabetic() && next != b'P') || next == b'-' || next == b'^'
    })
}

fn piece_end(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes[at] {
        b'\\' => (at + 2 <= bytes.len()).then_some(at + 2),
        b'[' => class_end(bytes, at),
        b'(' => group_end(bytes, at),
        b')' => None,
        _ => Some(at + 1),
    }
}

fn class_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    if bytes.get(at) == Some(&b'^') {
        at += 1;
    }
    if bytes.get(at) == Some(&b']') {
        at += 1;
    }
    loop {
        match *bytes.get(at)? {
            b']' => return Some(at + 1),
            b'\\' => at += 2,
            b'[' if matches!(bytes.get(at + 1), Some(b':' | b'.' | b'=')) => {
                let close = bytes[at + 1];
                let end = bytes[at + 2..]
                    .windows(2)
                    .position(|pair| pair == [close, b']']);
                at = end.map_or(at + 1, |end| at + 2 + end + 2);
            }
            _ => at += 1,
        }
    }
}

fn group_end(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = open;
    loop {
        match *bytes.get(at)? {
            b'(' => {
                depth += 1;
                at += 1;
            }
            b')' => {
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            b'\\' => at += 2,
            b'[' => at = class_end(bytes, at)?,
            _ => at += 1,
        }
    }
}

fn quantifier_end(bytes: &[u8], at: usize) -> usize {
    let end = match bytes.get(at) {
        Some(b'?' | b'*' | b'+') => at + 1,
        Some(b'{') => match bytes[at..].iter().position(|byte| *byte == b'}') {
            Some(length) => at + length + 1,
            None => return at,
        },
        _ => return at,
    };
    // lazy or possessive
    if matches!(bytes.get(end), Some(b'?' | b'+')) {
        end + 1
    } else {
        end
    }
}

/// Constructs the linear-time engine cannot have, in the order in which they are looked for.
const PCRE_ONLY: &[(&str, &str)] = &[
    ("(?=", "look-ahead"),
    ("(?!", "look-ahead"),
    ("(?<=", "look-behind"),
    ("(?<!", "look-behind"),
    ("(?>", "atomic group"),
    ("(?|", "branch reset"),
    ("(?R", "recursion"),
    ("(?(", "conditional group"),
    ("++", "possessive quantifier"),
    ("*+", "possessive quantifier"),
    ("?+", "possessive quantifier"),
    ("\\K", "\\K"),
    ("\\G", "\\G"),
    ("\\Q", "\\Q…\\E quoting"),
    ("\\1", "back-reference"),
    ("\\2", "back-reference"),
    ("\\g", "back-reference"),
    ("\\k", "back-reference"),
    ("\\R", "\\R"),
    ("\\h", "\\h"),
];

pub(super) fn pcre_only_feature(source: &str) -> Option<&'static str> {
    PCRE_ONLY
        .iter()
        .find(|(text, _)| source.contains(text))
        .map(|(_, name)| *name)
}

/// Offset and reason out of the `regex` crate's error, which carries both only as drawn text: the
/// pattern indented by four, a line of carets, then `error: …`.
pub(super) fn regex_error(error: &regex::Error) -> (usize, String) {
    let text = error.to_string();
    let offset = text
        .lines()
        .find(|line| line.contains('^') && line.trim_matches(['^', ' ']).is_empty())
        .and_then(|line| line.find('^'))
        .map_or(0, |column| column.saturating_sub(4));
    let reason = text
        .lines()
        .find_map(|line| line.strip_prefix("error: "))
        .map_or_else(
            || text.lines().next().unwrap_or("").to_owned(),
            str::to_owned,
        );
    (offset, reason)
}
