//! Hand matchers against the engines they stand for, and what is said of patterns.

use super::*;
use crate::route::Mode::{NginxCompatible, Strict};

/// SplitMix64: enough for drawing test cases.
struct Draw(u64);

impl Draw {
    fn seeded() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let fixed = std::env::var("GENKAN_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok());
        let seed = fixed.unwrap_or_else(|| RandomState::new().hash_one(0u8));
        eprintln!("GENKAN_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn text(&mut self, pieces: &[&str], length_max: usize) -> String {
        let length = self.below(length_max + 1);
        (0..length)
            .map(|_| pieces[self.below(pieces.len())])
            .collect()
    }
}

const TAILS: &[&str] = &["", "$", "(.*)", "/(.*)", "/?(.*)", "(/|$)", "(/|$)(.*)"];
const LITERALS: &[&str] = &["/", "a", "B", "ab", "\\.", "\\-", "_", "\u{e9}", "-", "z"];
const SUBJECTS: &[&str] = &[
    "/", "a", "b", "A", "AB", ".", "-", "_", "\n", "\u{e9}", "z", "\u{c9}",
];
const GENERAL: &[&str] = &[
    "/",
    "a",
    "b",
    "B",
    ".",
    ".*",
    "[a-b]",
    "[^/]+",
    "(a|b)",
    "(?:/|$)",
    "a?",
    "b*",
    "a{2}",
    "a{1,}",
    "\\.",
    "\\d",
    "\\w+",
    "(?=a)",
    "|",
    "$",
    "(",
    ")",
    "[/|]",
    "\\",
    "{",
    "^",
    "[[:alpha:]]",
    "\u{e9}",
    "\u{e9}?",
    "(?i)",
    "(?#(|)",
    "\\Q|\\E",
];

fn compare(source: &str, mode: Mode, anchor: Anchor, subject: &[u8]) {
    let Ok(general) = Pattern::compile_general(source, mode, anchor) else {
        return;
    };
    let ours = Pattern::compile(source, mode, anchor).unwrap();
    let (mut expected, mut found) = (Captures::default(), Captures::default());
    let case = || {
        format!(
            "{source:?} {mode:?} {anchor:?} on {}",
            subject.escape_ascii()
        )
    };
    assert_eq!(
        ours.find(subject, &mut found),
        general.find(subject, &mut expected),
        "{}",
        case()
    );
    assert_eq!(found, expected, "{}", case());
    assert_eq!(
        ours.is_match(subject),
        general.is_match(subject),
        "{}",
        case()
    );
    if ours.is_match(subject) == Ok(true) {
        let head = subject.get(..ours.literal().len()).unwrap_or_default();
        let folded = match mode {
            NginxCompatible => head.to_ascii_lowercase(),
            Strict => head.to_vec(),
        };
        assert_eq!(folded, ours.literal(), "{}", case());
    }
}

#[test]
fn idioms_match_as_their_engines() {
    let mut draw = Draw::seeded();
    let mut idioms = 0;
    for _ in 0..20_000 {
        let caret = ["", "^"][draw.below(2)];
        let source = format!(
            "{caret}{}{}",
            draw.text(LITERALS, 3),
            TAILS[draw.below(TAILS.len())]
        );
        let mode = [Strict, NginxCompatible][draw.below(2)];
        let anchor = [Anchor::Start, Anchor::Anywhere][draw.below(2)];
        let subject = draw.text(SUBJECTS, 6);
        idioms += usize::from(Pattern::compile(&source, mode, anchor).unwrap().is_idiom());
        compare(&source, mode, anchor, subject.as_bytes());
    }
    assert!(idioms > 15_000, "only {idioms} were matched by hand");
}

#[test]
fn literals_and_idioms_of_arbitrary_patterns_are_never_wrong() {
    let mut draw = Draw::seeded();
    for _ in 0..20_000 {
        let source = draw.text(GENERAL, 5);
        let mode = [Strict, NginxCompatible][draw.below(2)];
        let anchor = [Anchor::Start, Anchor::Anywhere][draw.below(2)];
        for _ in 0..4 {
            let subject = draw.text(SUBJECTS, 6);
            compare(&source, mode, anchor, subject.as_bytes());
        }
    }
}

#[test]
fn the_usual_shapes_are_matched_by_hand() {
    for source in [
        "/",
        "/api",
        "/api/(.*)",
        "/api(/|$)(.*)",
        "/api/?(.*)",
        "/api(.*)",
        "/a\\.b$",
        "^/api",
    ] {
        assert!(
            Pattern::compile(source, NginxCompatible, Anchor::Start)
                .unwrap()
                .is_idiom(),
            "{source}"
        );
    }
    for source in ["/a.b", "/a|/b", "/[ab]", "/(?i)a"] {
        assert!(
            !Pattern::compile(source, NginxCompatible, Anchor::Start)
                .unwrap()
                .is_idiom(),
            "{source}"
        );
    }
}

#[test]
fn refused_patterns_say_where_and_why() {
    for (mode, source, offset, reason) in [
        (NginxCompatible, "/a(b", 4, "missing closing parenthesis"),
        (
            NginxCompatible,
            "/a[b",
            4,
            "missing terminating ] for character class",
        ),
        (NginxCompatible, "/*", 0, ""),
        (Strict, "/a(b", 2, "unclosed group"),
        (Strict, "/a[b", 2, "unclosed character class"),
    ] {
        let checked = Pattern::check(source, mode);
        if reason.is_empty() {
            assert_eq!(checked, Ok(()), "{source}");
            continue;
        }
        let error = checked.unwrap_err();
        assert_eq!((error.offset, &*error.reason), (offset, reason), "{source}");
        assert_eq!(error.pcre_only_feature, None);
    }
}

#[test]
fn strict_mode_names_what_only_pcre_has() {
    for (source, feature) in [
        ("/(?!admin)", "look-ahead"),
        ("/a(?<=x)", "look-behind"),
        ("/(?>a)", "atomic group"),
        ("/(a)\\1", "back-reference"),
    ] {
        assert_eq!(Pattern::check(source, NginxCompatible), Ok(()), "{source}");
        let error = Pattern::check(source, Strict).unwrap_err();
        assert_eq!(error.pcre_only_feature, Some(feature), "{source}");
    }
    assert_eq!(
        Pattern::check("/(a", Strict).unwrap_err().pcre_only_feature,
        None
    );
}

#[test]
fn equal_patterns_are_one() {
    let shared = |mode| shared("/only/here/(a|b)", mode, Anchor::Start).unwrap();
    let first = shared(NginxCompatible);
    assert!(std::sync::Arc::ptr_eq(&first, &shared(NginxCompatible)));
    assert!(!std::sync::Arc::ptr_eq(&first, &shared(Strict)));
}

#[test]
fn a_match_that_needs_too_many_steps_is_given_up() {
    let pattern = Pattern::compile("/(a+)+$", NginxCompatible, Anchor::Start).unwrap();
    let path = format!("/{}!", "a".repeat(60));
    assert_eq!(pattern.is_match(path.as_bytes()), Err(LimitExceeded));
}
