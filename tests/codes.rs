//! Every code of the catalogue that files can show: a broken manifest gives it at the right line, its
//! clean twin is silent, and what is suggested as checked removes it when it is applied to the file.
//!
//! A case is `codes/cases/CODE.yaml`: `#! broken` and `#! clean` begin the two manifests, `#!` and a
//! command before them replaces `lint`, and `#<` ends the line that the finding must name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use genkan_diagnosis::Code;
use genkan_tests::{Finished, Folder, checkout, genkan};
use serde_json::Value;

const FILE: &str = "case.yaml";

/// Codes that no manifest alone can show: the file and the test that provokes each and looks for its code.
const AT_RUNTIME: &[(u16, &str, &str)] = &[
    (3, "tests/story.rs", "the_story_as_it_happened"),
    (
        12,
        REQUESTS,
        "a_404_of_the_backend_may_come_from_the_prefix",
    ),
    (
        20,
        REQUESTS,
        "a_refusal_without_rewrite_is_the_application_s_own",
    ),
    (
        22,
        BAD_FILES,
        "a_pattern_that_explodes_is_stopped_and_explained",
    ),
    (
        256,
        BAD_FILES,
        "a_file_that_turns_bad_harms_nothing_else_and_can_be_mended",
    ),
    (350, RETRIES, "a_single_dead_endpoint_is_tried_three_times"),
    (
        351,
        UPSTREAM_TLS,
        "the_handshake_counts_against_the_connect_timeout",
    ),
    (353, UPSTREAM_TLS, "an_answer_in_clear_is_no_handshake"),
    (355, RESPONSES, "a_head_over_the_limit_becomes_502"),
    (356, RESPONSES, "what_is_no_response_becomes_502"),
    (357, RETRIES, "silence_is_a_timeout"),
    (358, RESPONSES, "what_is_no_response_becomes_502"),
    (
        360,
        LIFECYCLE,
        "a_client_that_leaves_while_it_waits_is_logged_499",
    ),
    (
        503,
        "tests/limits.rs",
        "a_rate_is_one_number_for_all_workers",
    ),
    (
        502,
        BAD_REQUESTS,
        "requests_that_are_refused_name_their_code",
    ),
    (
        506,
        "tests/codes.rs",
        "a_request_that_is_none_is_no_matter_of_hosts",
    ),
    (
        507,
        BAD_REQUESTS,
        "requests_that_are_refused_name_their_code",
    ),
    (
        559,
        "tests/basic_auth.rs",
        "a_refusal_is_explained_without_the_password",
    ),
    (
        900,
        REQUESTS,
        "a_refusal_without_rewrite_is_the_application_s_own",
    ),
];

const REQUESTS: &str = "crates/genkan-compile/src/tests/request.rs";
const BAD_FILES: &str = "tests/bad_input/files.rs";
const BAD_REQUESTS: &str = "tests/bad_input/requests.rs";
const RETRIES: &str = "crates/genkan-proxy/tests/engine/retries.rs";
const UPSTREAM_TLS: &str = "crates/genkan-proxy/tests/engine/upstream_tls.rs";
const RESPONSES: &str = "crates/genkan-proxy/tests/engine/responses.rs";
const LIFECYCLE: &str = "crates/genkan-proxy/tests/engine/lifecycle.rs";

/// Codes that are in the catalogue before what would show them is built, and codes whose cases are still to
/// be written.
const NOT_YET: &[u16] = &[
    13, 14, 15, 17, 18, 58, 59, 111, 112, 153, 154, 155, 209, 210, 211, 213, 253, 306, 307, 310,
    311, 352, 361, 362, 363, 364, 406, 409, 501, 504, 505, 902, 903, 904,
];

struct Case {
    code: String,
    /// `lint`, or another command with what it is asked.
    command: Vec<String>,
    broken: String,
    clean: String,
}

#[test]
fn broken_manifests_are_told_and_their_clean_twins_are_not() {
    let mut wrong = Vec::new();
    for case in cases() {
        let found = case.find(&case.broken);
        let line = case
            .broken
            .lines()
            .position(|line| line.ends_with("#<"))
            .map(|at| at + 1);
        match found.iter().find(|finding| finding["code"] == case.code) {
            None => wrong.push(format!("{}: only {:?}", case.code, codes(&found))),
            Some(finding) => {
                let told = finding["primary"]["start"]["line"].as_u64();
                if line.is_some() && told != line.map(|line| line as u64) {
                    wrong.push(format!("{}: at line {told:?}, not {line:?}", case.code));
                }
                wrong.extend(poor(finding).map(|text| format!("{}: {text}", case.code)));
            }
        }
        let clean = case.find(&case.clean);
        if codes(&clean).contains(&case.code) {
            wrong.push(format!("{}: its clean twin has it too", case.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case_or_a_reason() {
    let cases: BTreeSet<String> = cases().into_iter().map(|case| case.code).collect();
    let runtime = AT_RUNTIME.iter().map(|(code, ..)| code);
    let reasons = runtime.chain(NOT_YET);
    let excused: BTreeSet<u16> = reasons.copied().collect();
    for code in Code::ALL {
        let (has, is_excused) = (
            cases.contains(&code.to_string()),
            excused.contains(&code.number()),
        );
        assert!(
            has != is_excused,
            "{code}: case {has}, excused {is_excused}"
        );
    }
    let known: BTreeSet<u16> = Code::ALL.iter().map(|code| code.number()).collect();
    assert!(
        excused.is_subset(&known),
        "{:?}",
        excused.difference(&known)
    );
}

#[test]
fn every_code_of_a_request_has_its_test() {
    for (code, file, test) in AT_RUNTIME {
        let text = fs::read_to_string(checkout().join(file)).expect("a file of tests");
        let begin = text.find(&format!("fn {test}()"));
        assert!(begin.is_some(), "{code}: no `{test}` in {file}");
        let code = format!("GK{code:04}");
        assert!(text.contains(&code), "`{code}` is not looked for in {file}");
    }
}

/// What is called checked holds when a person does it.
#[test]
fn checked_suggestions_remove_their_finding() {
    let mut tried = 0;
    for case in cases().iter().filter(|case| case.command[0] == "lint") {
        let folder = Folder::new();
        folder.write(FILE, &case.broken);
        let before = case.run(&folder, "json").json();
        let fixes = case.run(&folder, "sarif").json();
        let findings = before["findings"].as_array().expect("findings").iter();
        let results = fixes["runs"][0]["results"]
            .as_array()
            .expect("results")
            .iter();
        for (finding, result) in findings.zip(results) {
            assert_eq!(finding["code"], result["ruleId"], "one order in both forms");
            for suggestion in finding["suggestions"].as_array().expect("suggestions") {
                if suggestion["checked"]["ok"] != true {
                    continue;
                }
                let is_same = |fix: &&Value| fix["description"]["text"] == suggestion["title"];
                let fix = result["fixes"]
                    .as_array()
                    .and_then(|fixes| fixes.iter().find(is_same));
                let fix = fix.unwrap_or_else(|| panic!("{}: no edits for {suggestion}", case.code));
                let fixed = applied(fix, &case.broken);
                folder.write(FILE, &fixed);
                let after = case.run(&folder, "json").json();
                check_fixed(case, &before, finding, &after, &fixed);
                tried += 1;
            }
        }
    }
    assert!(tried >= 15, "only {tried} checked suggestions");
}

#[test]
fn a_request_that_is_none_is_no_matter_of_hosts() {
    let folder = Folder::new();
    folder.write(FILE, "");
    let told = genkan([
        "explain",
        "GET",
        "http://web.test/../..",
        "--manifests",
        &path(&folder),
    ])
    .expect_code(0)
    .stdout;
    assert!(
        told.contains("GK0506") && !told.contains("GK0104"),
        "{told}"
    );
}

/// The finding is gone, and the codes are no others than before.
#[track_caller]
fn check_fixed(case: &Case, before: &Value, finding: &Value, after: &Value, fixed: &str) {
    let all = |report: &Value| report["findings"].as_array().expect("findings").clone();
    let same = |other: &Value| {
        other["code"] == finding["code"]
            && other["object"] == finding["object"]
            && other["primary"]["path"] == finding["primary"]["path"]
    };
    let (before, after) = (all(before), all(after));
    let told = after.iter().any(same);
    let fresh: BTreeSet<String> = codes(&after).difference(&codes(&before)).cloned().collect();
    assert!(
        !told && fresh.is_empty(),
        "{}: {} is still told: {told}; new: {fresh:?}; in\n{fixed}",
        case.code,
        finding["code"]
    );
}

/// The text with the replacements of a SARIF fix. From the last to the first: places stay true.
fn applied(fix: &Value, text: &str) -> String {
    let changes = fix["artifactChanges"].as_array().expect("changes");
    let [change] = &changes[..] else {
        panic!("one file: {fix}");
    };
    let mut replacements = change["replacements"]
        .as_array()
        .expect("replacements")
        .clone();
    let start = |replacement: &Value| offset(text, &replacement["deletedRegion"], "start");
    replacements.sort_by_key(|replacement| std::cmp::Reverse(start(replacement)));
    let mut text = text.to_owned();
    for replacement in &replacements {
        let region = &replacement["deletedRegion"];
        let range = offset(&text, region, "start")..offset(&text, region, "end");
        let inserted = replacement["insertedContent"]["text"]
            .as_str()
            .expect("text");
        text.replace_range(range, inserted);
    }
    text
}

/// Byte of a place; the cases are ASCII.
fn offset(text: &str, region: &Value, which: &str) -> usize {
    let number = |name: &str| {
        usize::try_from(region[format!("{which}{name}")].as_u64().expect("a number"))
            .expect("small")
    };
    let before = text
        .split_inclusive('\n')
        .take(number("Line") - 1)
        .map(str::len);
    before.sum::<usize>() + number("Column") - 1
}

/// What a person would stumble over: places left unfilled, languages mixed.
fn poor(finding: &Value) -> impl Iterator<Item = String> {
    let rendered = finding["rendered"].as_str().unwrap_or_default();
    let title = finding["title"].as_str().unwrap_or_default();
    let unfilled = title.contains('{') && title.contains('}') && !title.contains("{3}");
    let wrong = [
        (unfilled, format!("a place is not filled: {title}")),
        (
            !rendered.contains("= explain: genkan explain GK"),
            "no way on to the page".to_owned(),
        ),
        (title.is_empty(), "no title".to_owned()),
    ];
    wrong
        .into_iter()
        .filter_map(|(is, what)| is.then_some(what))
        .collect::<Vec<_>>()
        .into_iter()
}

impl Case {
    fn find(&self, manifest: &str) -> Vec<Value> {
        let folder = Folder::new();
        folder.write(FILE, manifest);
        let report = self.run(&folder, "json").json();
        report["findings"].as_array().expect("findings").clone()
    }

    fn run(&self, folder: &Folder, format: &str) -> Finished {
        let mut arguments = self.command.clone();
        arguments.extend(["-o".to_owned(), format.to_owned()]);
        if self.command[0] == "explain" {
            arguments.push("--manifests".to_owned());
        }
        arguments.push(path(folder));
        genkan(arguments)
    }
}

fn path(folder: &Folder) -> String {
    folder.path().join(FILE).display().to_string()
}

fn codes(findings: &[Value]) -> BTreeSet<String> {
    findings
        .iter()
        .filter_map(|finding| finding["code"].as_str())
        .map(str::to_owned)
        .collect()
}

fn cases() -> Vec<Case> {
    let folder = checkout().join("tests/codes/cases");
    let files = fs::read_dir(&folder).expect("the cases can be listed");
    let mut cases: Vec<Case> = files
        .map(|file| case(&file.expect("a case").path()))
        .collect();
    cases.sort_by(|a, b| a.code.cmp(&b.code));
    cases
}

fn case(path: &Path) -> Case {
    let text = fs::read_to_string(path).expect("a case can be read");
    let (head, rest) = text.split_once("#! broken\n").expect("a broken manifest");
    let (broken, clean) = rest.split_once("#! clean\n").expect("a clean twin");
    let command = head.trim().strip_prefix("#! ").unwrap_or("lint");
    Case {
        code: path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned(),
        command: command.split(' ').map(str::to_owned).collect(),
        broken: broken.to_owned(),
        clean: clean.to_owned(),
    }
}
