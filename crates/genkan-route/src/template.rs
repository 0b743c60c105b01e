//! Texts with `$1` and variables in them: rewrite targets, `x-forwarded-prefix`, `app-root`.

mod variable;

#[cfg(test)]
mod tests;

use thiserror::Error;

pub use variable::Variable;

use crate::{ask::Ask, pattern::Captures, route::Mode, route::RouteSpec};

/// A text that is filled in per request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    parts: Box<[Part]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(Box<[u8]>),
    /// `$1` to `$9`, or a group by its name.
    Group(u8),
    Variable(Variable),
}

/// Why a text cannot be used as a template.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TemplateError {
    /// nginx would refuse its whole configuration.
    #[error("unknown variable `${name}`")]
    UnknownVariable {
        /// Without `$`.
        name: String,
        /// Byte of the text where its `$` is.
        offset: usize,
    },
    /// nginx knows it, but its value is not known where Genkan fills in the text.
    #[error("variable `${name}` is not supported here")]
    UnsupportedVariable {
        /// Without `$`.
        name: &'static str,
        /// Byte of the text where its `$` is.
        offset: usize,
    },
    /// A `$` that begins no name.
    #[error("`$` without a name at byte {offset}")]
    NoName {
        /// Byte of the text.
        offset: usize,
    },
}

/// Everything a template's parts may ask for.
pub(crate) struct Filling<'a> {
    pub ask: &'a Ask<'a>,
    pub route: Option<&'a RouteSpec>,
    /// The host's own name, for `$server_name`.
    pub server_name: &'a str,
    /// The normalised path: what the groups were found in.
    pub path: &'a [u8],
    /// nginx's `$uri`: the normalised path, or what a rewrite has made of it.
    pub uri: &'a [u8],
    pub captures: &'a Captures,
}

impl Template {
    /// Reads a text. In strict mode only `$1` to `$9` mean something, any other `$` is itself.
    pub fn parse(text: &str, mode: Mode) -> Result<Self, TemplateError> {
        Self::parse_beside(text, mode, &[])
    }

    /// Reads a text beside a pattern, whose named groups (name and number) are variables in nginx.
    pub(crate) fn parse_beside(
        text: &str,
        mode: Mode,
        names: &[(Box<str>, u8)],
    ) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] != b'$' {
                literal.push(bytes[at]);
                at += 1;
                continue;
            }
            let (part, next) = match (bytes.get(at + 1), mode) {
                // one digit only: `$10` is `$1` and a zero
                (Some(digit @ b'1'..=b'9'), _) => (Part::Group(digit - b'0'), at + 2),
                (_, Mode::Strict) => {
                    literal.push(b'$');
                    at += 1;
                    continue;
                }
                (_, Mode::NginxCompatible) => {
                    let (name, next) = name(text, at)?;
                    let part = match names.iter().find(|(known, _)| **known == *name) {
                        Some((_, group)) => Part::Group(*group),
                        None => Part::Variable(Variable::named(name, at)?),
                    };
                    (part, next)
                }
            };
            flush(&mut literal, &mut parts);
            parts.push(part);
            at = next;
        }
        flush(&mut literal, &mut parts);
        Ok(Self {
            parts: parts.into(),
        })
    }

    /// The text, when nothing is to be filled in.
    pub fn constant(&self) -> Option<&[u8]> {
        match &*self.parts {
            [] => Some(b""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether a group of the pattern is used.
    pub fn uses_groups(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Group(_)))
    }

    /// Highest group used, 0 for none; the compiler compares it with the pattern's groups.
    pub fn highest_group(&self) -> u8 {
        let groups = self.parts.iter().map(|part| match part {
            Part::Group(group) => *group,
            _ => 0,
        });
        groups.max().unwrap_or(0)
    }

    /// The text that the result begins with in any case.
    pub(crate) fn begins_with(&self, text: &[u8]) -> bool {
        matches!(self.parts.first(), Some(Part::Literal(literal)) if literal.starts_with(text))
    }

    pub(crate) fn begins_with_scheme(&self) -> bool {
        matches!(self.parts.first(), Some(Part::Variable(Variable::Scheme)))
    }

    /// Appends the filled text; `group` writes the text of a group as the place needs it encoded.
    pub(crate) fn fill(
        &self,
        filling: &Filling<'_>,
        out: &mut Vec<u8>,
        group: impl Fn(&[u8], &mut Vec<u8>),
    ) {
        for part in &*self.parts {
            match part {
                Part::Literal(text) => out.extend_from_slice(text),
                Part::Group(number) => {
                    if let Some(text) = filling.captures.get(usize::from(*number), filling.path) {
                        group(text, out);
                    }
                }
                Part::Variable(variable) => variable.write(filling, out),
            }
        }
    }
}

fn flush(literal: &mut Vec<u8>, parts: &mut Vec<Part>) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal).into()));
    }
}

/// The name of `$name` or `${name}` at a `$`, and where the text goes on.
fn name(text: &str, at: usize) -> Result<(&str, usize), TemplateError> {
    let bytes = text.as_bytes();
    let braced = bytes.get(at + 1) == Some(&b'{');
    let start = at + 1 + usize::from(braced);
    let length = bytes[start.min(bytes.len())..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let end = start + length;
    if length == 0 || (braced && bytes.get(end) != Some(&b'}')) {
        return Err(TemplateError::NoName { offset: at });
    }
    Ok((&text[start..end], end + usize::from(braced)))
}
