//! `rewrite-target`: from the normalised path to the target that goes upstream, or to a redirect.

use std::sync::Arc;

use thiserror::Error;

use crate::{
    pattern::{Anchor, Captures, LimitExceeded, Pattern, PatternError, shared},
    route::{Mode, RewriteSpec},
    template::{Filling, Template, TemplateError},
};

/// A rewrite, ready to run.
#[derive(Debug)]
pub(crate) struct Rewrite {
    pattern: Arc<Pattern>,
    template: Template,
    redirects: bool,
}

/// Why a rewrite cannot be prepared.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RewriteError {
    /// The pattern does not compile.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// The target does not read.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// What a rewrite makes of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewritten {
    /// The pattern is not in the path: it stays. (A location and its rewrite can disagree only where
    /// the location is more than its pattern, such as `^/foo` beside `^/foo/`.)
    Unchanged,
    /// The decoded path that goes upstream was written, not yet encoded.
    Path,
    /// A `Location` was written: the target begins with a scheme.
    Redirect,
    /// The result is empty: nginx answers 500.
    Empty,
}

impl Rewrite {
    pub(crate) fn prepare(spec: &RewriteSpec, mode: Mode) -> Result<Self, RewriteError> {
        let pattern = shared(&spec.pattern, mode, Anchor::Anywhere)?;
        let template = Template::parse_beside(&spec.target, mode, pattern.names())?;
        // nginx looks at the text of the directive, so letter case counts
        let redirects = template.begins_with(b"http://")
            || template.begins_with(b"https://")
            || template.begins_with_scheme();
        Ok(Self {
            pattern,
            template,
            redirects,
        })
    }

    /// The named groups of the pattern.
    pub(crate) fn names(&self) -> &[(Box<str>, u8)] {
        self.pattern.names()
    }

    /// Finds the groups; `false` where the pattern is not in the path.
    pub(crate) fn find(&self, path: &[u8], captures: &mut Captures) -> Result<bool, LimitExceeded> {
        self.pattern.find(path, captures)
    }

    /// Writes the result for a path in which the pattern was found.
    pub(crate) fn apply(&self, filling: &Filling<'_>, out: &mut Vec<u8>) -> Rewritten {
        out.clear();
        if self.redirects {
            self.template.fill(filling, out, escape_for_location);
            escape_controls(out);
            append_args(filling.ask.args(), out);
            return Rewritten::Redirect;
        }
        self.template
            .fill(filling, out, |text, out| out.extend_from_slice(text));
        if out.is_empty() {
            Rewritten::Empty
        } else {
            Rewritten::Path
        }
    }
}

fn append_args(args: &[u8], location: &mut Vec<u8>) {
    if !args.is_empty() {
        location.push(if location.contains(&b'?') { b'&' } else { b'?' });
        location.extend_from_slice(args);
    }
}

/// `ngx_escape_uri(NGX_ESCAPE_ARGS)` and then `ngx_unescape_uri(NGX_UNESCAPE_REDIRECT)`, as nginx does
/// to captures in redirects: what stays escaped are controls, space, `#`, `%`, and bytes from DEL on.
fn escape_for_location(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            0..=b' ' | b'#' | b'%' | 0x7f.. => percent(byte, out),
            _ => out.push(byte),
        }
    }
}

/// Variables are put into a redirect as they are; a decoded line break must not end the field.
fn escape_controls(location: &mut Vec<u8>) {
    if location.iter().any(|byte| byte.is_ascii_control()) {
        let text = std::mem::take(location);
        for byte in text {
            match byte {
                byte if byte.is_ascii_control() => percent(byte, location),
                _ => location.push(byte),
            }
        }
    }
}

fn percent(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend_from_slice(&[
        b'%',
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}
