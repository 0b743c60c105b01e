//! Colours, or none.

use crate::code::Severity;

/// Paints with ANSI escape sequences, or not at all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub(super) color: bool,
}

impl Paint {
    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Note => "1;32",
        };
        self.with(code, text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    /// Gutters, arrows, secondary marks.
    pub(super) fn frame(self, text: &str) -> String {
        self.with("1;34", text)
    }

    pub(super) fn help(self, text: &str) -> String {
        self.with("1;36", text)
    }

    pub(super) fn removed(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(super) fn added(self, text: &str) -> String {
        self.with("32", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
