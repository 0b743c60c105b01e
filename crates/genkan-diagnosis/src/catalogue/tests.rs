//! Holds the catalogue together: complete in both languages, sorted, no template out of step.

use std::collections::BTreeSet;

use super::*;
use crate::phrase::{places, words};

/// Codes whose section in the reference shows a broken piece of YAML.
const WITH_EXAMPLE: &[u16] = &[
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 18, 58, 100, 101, 102, 105, 108, 109, 112, 200, 201,
    202, 203, 204, 205, 208, 212, 250, 251, 252, 254, 300, 301, 302, 303, 304, 306, 308, 350, 351,
    352, 355, 356, 357, 362, 364, 400, 406, 500, 502, 504, 505,
];

fn texts(entry: &'static Entry) -> impl Iterator<Item = &'static Text> {
    [
        &entry.title,
        &entry.meaning,
        &entry.remedy,
        &entry.detection,
    ]
    .into_iter()
    .chain(entry.headline.as_ref())
}

fn has_japanese(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}

fn check_places(text: &'static Text) {
    let places_of = |template| places(template).collect::<BTreeSet<_>>();
    assert_eq!(
        places_of(text.en),
        places_of(text.ja),
        "places differ: {:?}",
        text.en
    );
}

fn check_translation(text: &'static Text) {
    assert!(
        !text.en.is_empty() && !has_japanese(text.en),
        "English: {:?}",
        text.en
    );
    let only_places = text.en.starts_with('{') && text.en.ends_with('}');
    assert!(
        only_places || has_japanese(text.ja),
        "Japanese: {:?}",
        text.ja
    );
}

#[test]
fn every_constant_has_an_entry_and_every_entry_a_constant() {
    let codes: Vec<_> = entries().map(|entry| entry.code).collect();
    assert_eq!(codes, Code::ALL);
    assert!(codes.is_sorted());
    for code in codes {
        assert_eq!(find(code).unwrap().code, code);
        assert_eq!(code.to_string().parse(), Ok(code));
    }
}

#[test]
fn names_are_unique_and_in_pascal_case() {
    let names: BTreeSet<_> = entries().map(|entry| entry.name).collect();
    assert_eq!(names.len(), Code::ALL.len());
    for name in names {
        assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
        assert!(
            name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{name}"
        );
    }
}

#[test]
fn every_text_is_in_both_languages() {
    for entry in entries() {
        texts(entry).for_each(check_translation);
        for text in [&entry.meaning, &entry.remedy, &entry.detection] {
            assert!(text.en.ends_with('.'), "{}: {:?}", entry.code, text.en);
            assert!(text.ja.ends_with('。'), "{}: {:?}", entry.code, text.ja);
        }
    }
    words::ALL.iter().copied().for_each(check_translation);
}

#[test]
fn templates_have_the_same_places_in_both_languages() {
    entries()
        .filter_map(|entry| entry.headline.as_ref())
        .for_each(check_places);
    words::ALL.iter().copied().for_each(check_places);
}

#[test]
fn plain_titles_have_no_places() {
    for entry in entries() {
        assert_eq!(places(entry.title.en).count(), 0, "{}", entry.code);
    }
}

#[test]
fn texts_have_no_accidental_spaces() {
    for entry in entries() {
        for text in texts(entry).flat_map(|text| [text.en, text.ja]) {
            assert!(
                !text.contains("  ") && text.trim() == text,
                "{}: {text:?}",
                entry.code
            );
            assert!(!text.contains('\n'), "{}: {text:?}", entry.code);
        }
    }
}

#[test]
fn examples_are_present_and_change_something() {
    for entry in entries() {
        let expected = WITH_EXAMPLE.contains(&entry.code.number());
        assert!(
            entry.example.is_some() || !expected,
            "{} lacks its example",
            entry.code
        );
        let Some(example) = &entry.example else {
            continue;
        };
        for text in [example.broken(), example.fixed()] {
            assert!(
                text.ends_with('\n') && !text.starts_with('\n'),
                "{}",
                entry.code
            );
            assert!(!text.contains('\t'), "{}", entry.code);
        }
        assert_ne!(example.broken(), example.fixed(), "{}", entry.code);
    }
}

#[test]
fn known_entries_say_what_the_reference_says() {
    let entry = find(Code::GK0002).unwrap();
    assert_eq!(entry.name, "ConstantRewriteTarget");
    assert_eq!(entry.severity, Severity::Error);
    assert_eq!(find(Code::GK0017).unwrap().phase, Phase::Runtime);
    assert_eq!(find(Code::GK0201).unwrap().severity, Severity::Warning);
    assert_eq!("GK0049".parse::<Code>().unwrap_err().0, "GK0049");
    assert!("GK2".parse::<Code>().is_err());
}
