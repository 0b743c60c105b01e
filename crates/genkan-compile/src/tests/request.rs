//! Single requests, diagnosed.

use genkan_diagnosis::{Language, Maker};

use super::{
    routing::{ingress, service},
    world::{World, compile},
};
use crate::{
    diagnose::{Answer, Diagnosis, diagnose},
    probe::Probe,
};

fn ask(world: &World, method: &str, target: &str, answer: Option<&Answer>) -> Diagnosis {
    let probe = Probe::ask(&world.generation.snapshot, method, "h.test", target);
    let diagnosis = diagnose(&world.generation, &probe, answer);
    for finding in &diagnosis.findings {
        assert_eq!(finding.unfilled(), [""; 0], "{}", finding.code());
    }
    diagnosis
}

fn codes(diagnosis: &Diagnosis) -> Vec<String> {
    diagnosis
        .findings
        .iter()
        .map(|finding| finding.code().to_string())
        .collect()
}

fn answered(status: u16, allow: &[&str]) -> Answer {
    Answer {
        status,
        maker: Some(Maker::Backend),
        allow: allow.iter().map(|method| (*method).to_owned()).collect(),
        endpoint: Some("10.0.0.1:80".to_owned()),
        ..Answer::default()
    }
}

fn world(annotations: &[(&str, &str)], paths: &str) -> World {
    let ingress = ingress("i", "nginx", "h.test", annotations, paths);
    compile(&format!("{}{ingress}", service("a")))
}

#[test]
fn the_story_is_told_with_its_line_and_its_fix() {
    let world = world(&[("rewrite-target", "/")], "/todos Prefix a");
    let answer = answered(405, &["GET", "HEAD", "OPTIONS"]);
    let diagnosis = ask(&world, "DELETE", "/todos/1", Some(&answer));
    assert_eq!(codes(&diagnosis), ["GK0002", "GK0003", "GK0900"]);
    assert_eq!(diagnosis.primary.unwrap().to_string(), "GK0002");
    let [constant, refused, _] = &diagnosis.findings[..] else {
        panic!()
    };
    assert_eq!(constant.primary().unwrap().span.text(), "'/'");
    assert_eq!(
        refused.title(Language::English),
        "the backend answered 405 because the rewrite turned `/todos/1` into `/`"
    );
    assert_eq!(
        refused.tried_requests()[0].allow,
        ["GET", "HEAD", "OPTIONS"]
    );
    let would_work = diagnosis.would_work.unwrap();
    assert_eq!(would_work.request, "DELETE /todos/1");
    assert_eq!(would_work.answer, "DELETE /todos/1");
}

#[test]
fn a_group_that_is_not_there_is_the_same_story() {
    let world = world(&[("rewrite-target", "/$1")], "/todos Prefix a");
    let diagnosis = ask(&world, "DELETE", "/todos/1", Some(&answered(405, &["GET"])));
    assert_eq!(codes(&diagnosis), ["GK0004", "GK0003", "GK0900"]);
}

#[test]
fn a_refusal_without_rewrite_is_the_application_s_own() {
    let world = world(&[], "/todos Prefix a");
    let diagnosis = ask(&world, "DELETE", "/todos", Some(&answered(405, &["GET"])));
    assert_eq!(codes(&diagnosis), ["GK0020", "GK0900"]);
    assert_eq!(
        codes(&ask(&world, "GET", "/todos", Some(&answered(200, &[])))),
        ["GK0900"]
    );
}

#[test]
fn a_404_of_the_backend_may_come_from_the_prefix() {
    let world = world(&[], "/app Prefix a");
    let diagnosis = ask(&world, "GET", "/app/login", Some(&answered(404, &[])));
    assert_eq!(codes(&diagnosis), ["GK0012", "GK0900"]);
}

#[test]
fn no_path_shows_the_nearest_miss_and_its_one_change() {
    let near = |paths: &str, target: &str| ask(&world(&[], paths), "GET", target, None);
    let diagnosis = near("/todo Exact a; /other Prefix a", "/todo/1");
    assert_eq!(codes(&diagnosis), ["GK0011", "GK0901"]);
    let finding = &diagnosis.findings[0];
    assert_eq!(finding.primary().unwrap().span.text(), "'/todo'");
    assert_eq!(
        finding.suggestions()[0].title.show(Language::English),
        "use `pathType: Prefix`"
    );
    assert_eq!(
        codes(&near("/Todos Prefix a", "/todos")),
        ["GK0011", "GK0010", "GK0901"]
    );
    assert_eq!(
        codes(&near("/todos/(.*) Prefix a", "/todos/1")),
        ["GK0011", "GK0001", "GK0901"]
    );
}

#[test]
fn an_unknown_host_shows_the_nearest() {
    let world = world(&[], "/ Prefix a");
    let probe = Probe::ask(&world.generation.snapshot, "GET", "h.tset", "/");
    let diagnosis = diagnose(&world.generation, &probe, None);
    assert_eq!(codes(&diagnosis), ["GK0104", "GK0901"]);
    assert_eq!(
        diagnosis.findings[0].primary().unwrap().span.text(),
        "'h.test'"
    );
}

#[test]
fn a_backend_that_cannot_answer_is_named() {
    let text = |port: &str| ingress("i", "nginx", "h.test", &[], "/ Prefix a").replace("80", port);
    let missing = compile(&ingress("i", "nginx", "h.test", &[], "/ Prefix gone"));
    assert_eq!(
        codes(&ask(&missing, "GET", "/", None)),
        ["GK0300", "GK0901"]
    );
    let no_port = compile(&format!("{}{}", service("a"), text("81")));
    assert_eq!(
        codes(&ask(&no_port, "GET", "/", None)),
        ["GK0302", "GK0901"]
    );
    let closed = world(&[("auth-url", "http://auth.test/")], "/ Prefix a");
    assert_eq!(codes(&ask(&closed, "GET", "/", None)), ["GK0207", "GK0901"]);
}
