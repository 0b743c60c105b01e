//! JSON with the place of every node.
//!
//! YAML 1.2 contains JSON, but YAML readers limit the length of keys, treat tabs their own way and
//! explain mistakes in YAML's terms. kubectl, too, reads what begins with `{` as JSON first.

use crate::extent::Extent;
use crate::load::{Fault, LoadFault};
use crate::node::{Entry, Node, Style, Value};
use crate::yaml::{DEPTH_MAX, NODES_MAX};

/// Reads the JSON value at the beginning of `text[from..]` and tells where it ends.
pub(crate) fn parse(text: &str, from: usize) -> Result<(Node, usize), LoadFault> {
    let mut reader = Reader {
        text,
        at: from,
        depth: 0,
        nodes: 0,
    };
    reader.space();
    let node = reader.value()?;
    Ok((node, reader.at))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Result<Node, LoadFault> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return Err(self.fault(Fault::TooManyNodes));
        }
        match self.peek() {
            Some(b'{') => self.nested(Self::mapping),
            Some(b'[') => self.nested(Self::sequence),
            Some(b'"') => {
                let (text, span) = self.string()?;
                Ok(node(Value::String(text), span, Style::DoubleQuoted))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.expected("a value")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, LoadFault>,
    ) -> Result<Node, LoadFault> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.fault(Fault::TooDeep));
        }
        let start = self.at;
        self.at += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(node(value, Extent::new(start, self.at), Style::Flow))
    }

    fn mapping(&mut self) -> Result<Value, LoadFault> {
        let mut entries: Vec<Entry> = Vec::new();
        self.space();
        if self.eat(b'}') {
            return Ok(Value::Mapping(entries));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.expected("a key in double quotes"));
            }
            let (key, key_span) = self.string()?;
            self.space();
            if !self.eat(b':') {
                return Err(self.expected("`:` after the key"));
            }
            self.space();
            let value = self.value()?;
            entries.push(Entry {
                key,
                key_span,
                key_is_text: true,
                merged: false,
                value,
            });
            self.space();
            if self.eat(b'}') {
                crate::yaml::refuse_duplicates(&entries)?;
                return Ok(Value::Mapping(entries));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn sequence(&mut self) -> Result<Value, LoadFault> {
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Ok(Value::Sequence(items));
        }
        loop {
            self.space();
            items.push(self.value()?);
            self.space();
            if self.eat(b']') {
                return Ok(Value::Sequence(items));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn string(&mut self) -> Result<(Box<str>, Extent), LoadFault> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut plain = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    text.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    return Ok((text.into(), Extent::new(start, self.at)));
                }
                Some(b'\\') => {
                    text.push_str(&self.text[plain..self.at]);
                    self.at += 1;
                    text.push(self.escape()?);
                    plain = self.at;
                }
                Some(0..=0x1f) => return Err(self.expected("no line break inside a string")),
                Some(_) => self.at += 1,
                None => {
                    self.at = start;
                    return Err(self.fault(Fault::UnclosedQuote));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, LoadFault> {
        let escaped = self.peek();
        self.at += 1;
        Ok(match escaped {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => {
                self.at -= 1;
                return Err(self.expected("an escape that JSON knows"));
            }
        })
    }

    /// `\uXXXX`, with surrogate pairs; half a pair becomes U+FFFD, as in Go's reader.
    fn unicode(&mut self) -> Result<char, LoadFault> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Result<u32, LoadFault> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return Err(self.expected("four hexadecimal digits"));
        };
        self.at += 4;
        Ok(code)
    }

    fn number(&mut self) -> Result<Node, LoadFault> {
        let start = self.at;
        let rest = &self.text[start..];
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let length = rest.bytes().take_while(|byte| is_part(byte)).count();
        let written = &rest[..length];
        let span = Extent::new(start, start + length);
        if !well_formed(written) {
            return Err(self.expected("a number"));
        }
        self.at += length;
        if let Ok(number) = written.parse() {
            return Ok(node(Value::Integer(number), span, Style::Plain));
        }
        match written.parse() {
            Ok(number) if f64::is_finite(number) => {
                Ok(node(Value::Float(number), span, Style::Plain))
            }
            _ => Err(LoadFault {
                fault: Fault::NotANumber,
                span,
                related: None,
            }),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Node, LoadFault> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.expected("a value"));
        }
        let span = Extent::new(self.at, self.at + word.len());
        self.at += word.len();
        Ok(node(value, span, Style::Plain))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn expected(&self, expected: &'static str) -> LoadFault {
        self.fault(Fault::Json { expected })
    }

    fn fault(&self, fault: Fault) -> LoadFault {
        let rest = self.text.get(self.at..).unwrap_or("");
        let width = rest.chars().next().map_or(0, char::len_utf8);
        LoadFault {
            fault,
            span: Extent::new(self.at, self.at + width),
            related: None,
        }
    }
}

fn node(value: Value, span: Extent, style: Style) -> Node {
    Node {
        value,
        span,
        style,
        definition: None,
    }
}

/// RFC 8259 section 6; Rust's own parser takes more (`+1`, `.5`, `1.`, `01`).
fn well_formed(number: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = number.strip_prefix('-').unwrap_or(number);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.starts_with('0')) {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if fraction == 0 {
            return false;
        }
        rest = &after[fraction..];
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let exponent = after.strip_prefix(['+', '-']).unwrap_or(after);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}
