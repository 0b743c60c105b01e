//! Fields that a response gets whoever makes it: CORS, custom headers and the like.
//!
//! The stages of a decision collect them as whole lines in
//! [`Scratch::fields`](crate::decision::Scratch); every writer of a response head puts them out. A line
//! replaces all fields of its name, and a line without value only removes them, as nginx's
//! `more_set_headers` does.

use genkan_http::write::HeadWriter;

/// The lines collected by one decision.
#[derive(Clone, Copy, Debug, Default)]
pub struct AddedFields<'a>(&'a [u8]);

impl<'a> AddedFields<'a> {
    /// The lines in `scratch.fields`.
    pub fn of(lines: &'a [u8]) -> Self {
        Self(lines)
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Name and value of each line.
    pub fn iter(self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let lines = self.0.split(|byte| *byte == b'\n');
        lines.filter_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = memchr::memchr(b':', line)?;
            Some((&line[..colon], line[colon + 1..].trim_ascii_start()))
        })
    }

    /// Whether a field of this name is replaced or removed.
    #[inline]
    pub fn replaces(self, name: &[u8]) -> bool {
        !self.is_empty()
            && self
                .iter()
                .any(|(added, _)| added.eq_ignore_ascii_case(name))
    }

    /// Appends the lines that have a value.
    pub fn write(self, out: &mut impl HeadWriter) {
        for (name, value) in self.iter() {
            if !value.is_empty() {
                out.field(name, value);
            }
        }
    }
}

/// Appends a line to `fields` in the place of an earlier one of its name. A value never ends its line:
/// controls are left out.
pub(crate) fn push(fields: &mut Vec<u8>, name: &[u8], value: impl FnOnce(&mut Vec<u8>)) {
    remove(fields, name);
    fields.extend_from_slice(name);
    fields.extend_from_slice(b": ");
    let start = fields.len();
    value(fields);
    let mut kept = start;
    for at in start..fields.len() {
        if !fields[at].is_ascii_control() {
            fields[kept] = fields[at];
            kept += 1;
        }
    }
    fields.truncate(kept);
    fields.extend_from_slice(b"\r\n");
}

/// Removes the line of this name.
fn remove(fields: &mut Vec<u8>, name: &[u8]) {
    let mut start = 0;
    while let Some(length) = memchr::memchr(b'\n', &fields[start..]) {
        let line = &fields[start..=start + length];
        let is_it =
            line.get(name.len()) == Some(&b':') && line[..name.len()].eq_ignore_ascii_case(name);
        if is_it {
            fields.drain(start..=start + length);
            return;
        }
        start += length + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_replace_by_name_and_stay_lines() {
        let mut fields = Vec::new();
        push(&mut fields, b"X-A", |out| {
            out.extend_from_slice(b"one\r\nX-Evil: two")
        });
        push(&mut fields, b"Server", |out| out.extend_from_slice(b"mine"));
        push(&mut fields, b"server", |_| {});
        let added = AddedFields::of(&fields);
        let mut out = Vec::new();
        added.write(&mut out);
        assert_eq!(out, b"X-A: oneX-Evil: two\r\n");
        assert!(added.replaces(b"x-a") && added.replaces(b"server") && !added.replaces(b"X-Evil"));
    }
}
