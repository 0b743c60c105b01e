//! Pages that are made from tables in the code: annotations, and one for each
//! code. `UPDATE_DOCS=1 cargo test -p genkan-tests --test docs` writes them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use genkan_diagnosis::{Language, catalogue, render};
use genkan_tests::checkout;

#[test]
fn generated_pages_are_what_the_tables_say() {
    let pages = generated();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        for (path, text) in &pages {
            let path = checkout().join(path);
            fs::create_dir_all(path.parent().expect("a page has a folder")).expect("a folder");
            fs::write(path, text).expect("the page can be written");
        }
    }
    let stale: Vec<&PathBuf> = pages
        .iter()
        .filter(|(path, text)| {
            fs::read_to_string(checkout().join(path)).ok().as_ref() != Some(text)
        })
        .map(|(path, _)| path)
        .collect();
    assert!(
        stale.is_empty(),
        "run this with UPDATE_DOCS=1 for {stale:#?}"
    );
}

#[test]
fn every_page_of_a_code_belongs_to_one() {
    let pages = generated();
    let mut left_over = Vec::new();
    for folder in ["docs/codes", "docs/codes/ja"] {
        for entry in fs::read_dir(checkout().join(folder)).expect("the folder is there") {
            let path = Path::new(folder).join(entry.expect("an entry").file_name());
            if path.extension().is_some() && !pages.contains_key(&path) {
                left_over.push(path);
            }
        }
    }
    assert!(left_over.is_empty(), "these codes are gone: {left_over:#?}");
}

fn generated() -> BTreeMap<PathBuf, String> {
    let mut pages = BTreeMap::new();
    pages.insert(
        "docs/annotations.md".into(),
        genkan_compile::annotation::docs::page(),
    );
    for (folder, language) in [
        ("docs/codes", Language::English),
        ("docs/codes/ja", Language::Japanese),
    ] {
        let folder = Path::new(folder);
        for entry in catalogue::entries() {
            let page = render::page::markdown(entry, language);
            pages.insert(folder.join(format!("{}.md", entry.code)), page);
        }
        pages.insert(folder.join("README.md"), index(language));
    }
    pages
}

fn index(language: Language) -> String {
    let mut index = String::from(match language {
        Language::English => {
            "# Codes\n\nGenerated from `crates/genkan-diagnosis/src/catalogue/`; do not edit. \
             `genkan explain GK0002` prints the same page. [日本語](ja/README.md)\n\n\
             | Code | | What |\n| --- | --- | --- |\n"
        }
        Language::Japanese => {
            "# コード一覧\n\n`crates/genkan-diagnosis/src/catalogue/` から生成しています（編集しないでください）。\
             `genkan explain GK0002 --lang ja` でも同じ内容を表示できます。[English](../README.md)\n\n\
             | コード | | 内容 |\n| --- | --- | --- |\n"
        }
    });
    for entry in catalogue::entries() {
        let title = entry.title.get(language).replace('|', r"\|");
        let _ = writeln!(
            index,
            "| [{0}]({0}.md) | {1} | {title} |",
            entry.code, entry.severity
        );
    }
    index
}
