//! Where the head of a response goes.

use crate::{
    field::Field,
    head::ResponseView,
    write::{end, field, number_field, status_line},
};

/// Takes the head of a response, part by part: a `Vec<u8>` as HTTP/1 text, other protocols as fields.
pub trait HeadWriter {
    /// Begins with the status; the reason phrase is for protocols that have one.
    fn status(&mut self, status: u16, reason: &[u8]);

    /// Appends a field.
    fn field(&mut self, name: &[u8], value: &[u8]);

    /// Appends a field whose value is a number.
    fn number_field(&mut self, name: &[u8], value: u64);

    /// Appends fields that are complete lines already, each with its end.
    fn lines(&mut self, lines: &[u8]);

    /// Appends all fields of a response that `keep` wants, in their order.
    fn copy_fields(&mut self, response: ResponseView<'_>, keep: impl FnMut(Field<'_>) -> bool);

    /// Ends the head.
    fn end(&mut self);
}

impl HeadWriter for Vec<u8> {
    fn status(&mut self, status: u16, reason: &[u8]) {
        status_line(self, status, reason);
    }

    fn field(&mut self, name: &[u8], value: &[u8]) {
        field(self, name, value);
    }

    fn number_field(&mut self, name: &[u8], value: u64) {
        number_field(self, name, value);
    }

    fn lines(&mut self, lines: &[u8]) {
        self.extend_from_slice(lines);
    }

    fn copy_fields(&mut self, response: ResponseView<'_>, keep: impl FnMut(Field<'_>) -> bool) {
        response.copy_fields(self, keep);
    }

    fn end(&mut self) {
        end(self);
    }
}
