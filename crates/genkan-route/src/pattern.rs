//! Regular expressions of paths, in the dialect of either mode.
//!
//! Compatible mode is PCRE2 as nginx has it: byte-wise, ASCII case folding, within limits of work and
//! memory. Strict mode is the `regex` crate: case-sensitive, linear time. The few shapes nearly every
//! Ingress uses are matched by hand with the same captures (see [`idiom`]). Equal patterns are shared
//! by all routes of the process.

mod failure;
mod idiom;
mod shared;
mod syntax;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};

pub use failure::Failure;
pub use shared::shared;
use thiserror::Error;

use crate::route::Mode;

/// Steps of backtracking one match may take; nginx leaves PCRE's 10 million, which is a tenth of a
/// second of one worker.
const MATCH_STEPS_MAX: u32 = 500_000;
/// Nested backtracking points.
const DEPTH_MAX: u32 = 50_000;
/// Memory for backtracking, in KiB.
const HEAP_KIB_MAX: u32 = 8_192;
/// A compiled pattern of strict mode may take this many bytes.
const COMPILED_BYTES_MAX: usize = 1 << 20;
/// Room for captures that one pattern keeps for its next uses: one for each worker.
const KEPT_LOCATIONS_MAX: usize = 16;
/// `$1` to `$9`, and `$0`.
pub const GROUP_COUNT: usize = 10;

/// Where the groups of a match lie in the subject; entry 0 is the whole match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Captures {
    spans: [Option<(u32, u32)>; GROUP_COUNT],
}

impl Captures {
    /// The text of a group; `None` when it took no part.
    pub fn get<'s>(&self, group: usize, subject: &'s [u8]) -> Option<&'s [u8]> {
        let (start, end) = (*self.spans.get(group)?)?;
        subject.get(start as usize..end as usize)
    }

    /// Start and end of a group.
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        let (start, end) = (*self.spans.get(group)?)?;
        Some((start as usize, end as usize))
    }

    pub(crate) fn clear(&mut self) {
        self.spans = [None; GROUP_COUNT];
    }

    fn set(&mut self, group: usize, span: Option<(usize, usize)>) {
        if let Some(slot) = self.spans.get_mut(group) {
            *slot = span.and_then(|(start, end)| {
                Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
            });
        }
    }
}

/// A pattern that the engine refuses.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{reason} at byte {offset}")]
pub struct PatternError {
    /// Byte of the pattern as written.
    pub offset: usize,
    /// What the engine says, without its own decoration.
    pub reason: String,
    /// Strict mode: the feature that only PCRE has, when that is the cause.
    pub pcre_only_feature: Option<&'static str>,
}

/// The engine gave up: the pattern needs more steps, depth or memory than one request may cost.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the pattern exceeds the limits of one match")]
pub struct LimitExceeded;

/// Where a match has to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anchor {
    /// At the start of the path: a location. `^` is put in front of the text as written, so that in
    /// compatible mode only the first branch of a top-level alternative is bound by it, as in nginx.
    Start,
    /// Anywhere: a rewrite.
    Anywhere,
}

/// A compiled pattern.
pub struct Pattern {
    source: Box<str>,
    mode: Mode,
    anchor: Anchor,
    literal: Box<[u8]>,
    names: Box<[(Box<str>, u8)]>,
    engine: Engine,
}

enum Engine {
    Idiom(idiom::Idiom),
    Pcre {
        regex: pcre2::bytes::Regex,
        kept: Mutex<Vec<pcre2::bytes::CaptureLocations>>,
    },
    Linear {
        regex: regex::bytes::Regex,
        kept: Mutex<Vec<regex::bytes::CaptureLocations>>,
    },
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Pattern({:?}, {:?}, {:?})",
            self.source, self.mode, self.anchor
        )
    }
}

impl Pattern {
    /// Compiles a pattern. [`shared`] is what routes use.
    pub fn compile(source: &str, mode: Mode, anchor: Anchor) -> Result<Self, PatternError> {
        let outline = syntax::outline(source, mode);
        // a leading `^` in the text anchors as well as we do
        let at_start = anchor == Anchor::Start || outline.anchored;
        let engine = match idiom::Idiom::of(&outline, mode, at_start) {
            Some(idiom) => Engine::Idiom(idiom),
            None => Self::engine(source, mode, anchor)?,
        };
        let literal = if at_start && !outline.alternatives {
            outline.literal
        } else {
            Vec::new()
        };
        Ok(Self {
            source: source.into(),
            mode,
            anchor,
            literal: literal.into(),
            names: engine.names(),
            engine,
        })
    }

    /// Compiles with the general engine, never by hand; tests compare both.
    pub fn compile_general(source: &str, mode: Mode, anchor: Anchor) -> Result<Self, PatternError> {
        let engine = Self::engine(source, mode, anchor)?;
        Ok(Self {
            source: source.into(),
            mode,
            anchor,
            literal: Box::default(),
            names: engine.names(),
            engine,
        })
    }

    fn engine(source: &str, mode: Mode, anchor: Anchor) -> Result<Engine, PatternError> {
        match mode {
            Mode::NginxCompatible => {
                let regex = pcre(source, anchor)?;
                Ok(Engine::Pcre {
                    regex,
                    kept: Mutex::default(),
                })
            }
            Mode::Strict => {
                let regex = linear(source, anchor)?;
                Ok(Engine::Linear {
                    regex,
                    kept: Mutex::default(),
                })
            }
        }
    }

    /// Whether the pattern can be used in a mode; what the compiler's findings are made of.
    pub fn check(source: &str, mode: Mode) -> Result<(), PatternError> {
        Self::engine(source, mode, Anchor::Start).map(drop)
    }

    /// The text as written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What every match begins with, folded to lower case in compatible mode; possibly empty.
    pub fn literal(&self) -> &[u8] {
        &self.literal
    }

    /// Its named groups with their numbers, as far as a capture can hold them.
    pub(crate) fn names(&self) -> &[(Box<str>, u8)] {
        &self.names
    }

    /// Whether it is matched by hand.
    pub fn is_idiom(&self) -> bool {
        matches!(self.engine, Engine::Idiom(_))
    }

    /// Whether it matches.
    pub fn is_match(&self, subject: &[u8]) -> Result<bool, LimitExceeded> {
        match &self.engine {
            Engine::Idiom(idiom) => Ok(idiom.find(subject, &mut Captures::default())),
            Engine::Pcre { regex, .. } => regex.is_match(subject).map_err(|_| LimitExceeded),
            Engine::Linear { regex, .. } => Ok(regex.is_match(subject)),
        }
    }

    /// Finds the first match and its groups.
    pub fn find(&self, subject: &[u8], captures: &mut Captures) -> Result<bool, LimitExceeded> {
        captures.clear();
        match &self.engine {
            Engine::Idiom(idiom) => Ok(idiom.find(subject, captures)),
            Engine::Pcre { regex, kept } => {
                let mut locations = take(kept).unwrap_or_else(|| regex.capture_locations());
                let found = regex.captures_read(&mut locations, subject);
                let found = found
                    .map(|found| found.is_some())
                    .map_err(|_| LimitExceeded);
                if found == Ok(true) {
                    for group in 0..GROUP_COUNT.min(locations.len()) {
                        captures.set(group, locations.get(group));
                    }
                }
                give_back(kept, locations);
                found
            }
            Engine::Linear { regex, kept } => {
                let mut locations = take(kept).unwrap_or_else(|| regex.capture_locations());
                let found = regex.captures_read(&mut locations, subject).is_some();
                if found {
                    for group in 0..GROUP_COUNT.min(locations.len()) {
                        captures.set(group, locations.get(group));
                    }
                }
                give_back(kept, locations);
                Ok(found)
            }
        }
    }

    /// How far the pattern got on a path it does not match. Compiles pieces of the pattern: for
    /// explanations only.
    pub fn failure(&self, path: &[u8]) -> Failure {
        failure::failure(self, path)
    }
}

impl Engine {
    fn names(&self) -> Box<[(Box<str>, u8)]> {
        let Self::Pcre { regex, .. } = self else {
            return Box::default();
        };
        let numbered = (0..GROUP_COUNT as u8).zip(regex.capture_names());
        let named = numbered.filter_map(|(number, name)| Some((name.as_deref()?.into(), number)));
        named.collect()
    }
}

fn take<T>(kept: &Mutex<Vec<T>>) -> Option<T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner).pop()
}

fn give_back<T>(kept: &Mutex<Vec<T>>, locations: T) {
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() < KEPT_LOCATIONS_MAX {
        kept.push(locations);
    }
}

fn pcre(source: &str, anchor: Anchor) -> Result<pcre2::bytes::Regex, PatternError> {
    let caret = if anchor == Anchor::Start { "^" } else { "" };
    let limits = format!(
        "(*LIMIT_MATCH={MATCH_STEPS_MAX})(*LIMIT_DEPTH={DEPTH_MAX})(*LIMIT_HEAP={HEAP_KIB_MAX})"
    );
    // Settings at the start of a pattern are ours to make: nginx would read the user's after its `^`
    // as an error, and so it is here.
    if source.starts_with("(*") {
        return Err(PatternError {
            offset: 0,
            reason: "settings of the engine are not allowed in a path".to_owned(),
            pcre_only_feature: None,
        });
    }
    let ours = limits.len() + caret.len();
    pcre2::bytes::RegexBuilder::new()
        .caseless(true)
        .jit_if_available(true)
        .build(&format!("{limits}{caret}{source}"))
        .map_err(|error| {
            let text = error.to_string();
            let reason = text
                .rsplit_once(": ")
                .map_or(text.as_str(), |(_, reason)| reason);
            PatternError {
                offset: error
                    .offset()
                    .unwrap_or(ours)
                    .saturating_sub(ours)
                    .min(source.len()),
                reason: reason.to_owned(),
                pcre_only_feature: None,
            }
        })
}

fn linear(source: &str, anchor: Anchor) -> Result<regex::bytes::Regex, PatternError> {
    let build = |text: &str| {
        regex::bytes::RegexBuilder::new(text)
            .unicode(false)
            .size_limit(COMPILED_BYTES_MAX)
            .build()
    };
    // By itself first: `a)|(b` must not pass because of the group around it, and places in errors are
    // those of the text as written.
    let bare = build(source).map_err(|error| {
        let (offset, reason) = syntax::regex_error(&error);
        let pcre_only_feature =
            syntax::pcre_only_feature(source).filter(|_| pcre(source, anchor).is_ok());
        PatternError {
            offset: offset.min(source.len()),
            reason,
            pcre_only_feature,
        }
    })?;
    match anchor {
        Anchor::Anywhere => Ok(bare),
        // every branch is bound to the start: strict mode has no surprise here
        Anchor::Start => build(&format!("^(?:{source})")).map_err(|error| {
            let (_, reason) = syntax::regex_error(&error);
            PatternError {
                offset: 0,
                reason,
                pcre_only_feature: None,
            }
        }),
    }
}
