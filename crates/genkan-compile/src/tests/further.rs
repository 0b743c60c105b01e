//! Further names of hosts and further backends of routes: `server-alias`, `from-to-www-redirect`,
//! `default-backend`, `custom-http-errors`.

use genkan_diagnosis::Language;
use genkan_objects::files::Content;

use super::{
    routing::{ingress, service},
    world::{NOW, World, compile},
};
use crate::Input;

fn one(name: &str, host: &str, annotations: &[(&str, &str)], to: &str) -> String {
    ingress(name, "nginx", host, annotations, &format!("/ Prefix {to}"))
}

fn world(objects: &[String]) -> World {
    let services: String = ["a", "b", "fallback"].map(service).concat();
    compile(&format!("{services}{}", objects.concat()))
}

#[track_caller]
fn check(world: &World, rows: &[(&str, &str)]) {
    for (host, expected) in rows {
        assert_eq!(world.get(host, "/x"), *expected, "{host}");
    }
}

#[test]
fn the_first_ingress_with_aliases_has_them_and_the_others_are_told() {
    // of equal age the later name comes first
    let world = world(&[
        one(
            "zz",
            "h.test",
            &[("server-alias", "al.test, real.test")],
            "a",
        ),
        ingress(
            "aa",
            "nginx",
            "h.test",
            &[("server-alias", "late.test")],
            "/y Prefix b",
        ),
        one("real", "real.test", &[], "b"),
    ]);
    check(
        &world,
        &[
            ("al.test", "a /x"),
            ("real.test", "b /x"),
            ("late.test", "404 NoHost"),
        ],
    );
    let told: Vec<_> = world
        .generation
        .findings
        .iter()
        .filter(|finding| finding.code().to_string() == "GK0110")
        .map(|finding| finding.title(Language::English))
        .collect();
    assert_eq!(
        told,
        [
            "alias `real.test` is ignored: host real.test has it",
            "alias `late.test` is ignored: Ingress ns/zz has it",
        ]
    );
}

#[test]
fn an_alias_that_is_no_name_leaves_the_others_in_force() {
    let world = world(&[one(
        "i",
        "h.test",
        &[("server-alias", "a*b.test,al.test")],
        "a",
    )]);
    check(&world, &[("al.test", "a /x"), ("h.test", "a /x")]);
    assert_eq!(world.codes(), ["GK0202"]);
}

#[test]
fn www_needs_a_host_that_has_a_counterpart() {
    let www: &[_] = &[("from-to-www-redirect", "true")];
    let world = world(&[
        one("i", "h.test", www, "a"),
        one("w", "*.w.test", www, "a"),
        one("t", "t.test", www, "a"),
        one("own", "www.t.test", &[], "b"),
    ]);
    check(
        &world,
        &[
            ("www.h.test", "308 http://h.test:80/x"),
            ("www.t.test", "b /x"),
            ("www.x.w.test", "404 NoHost"),
        ],
    );
    assert_eq!(world.codes(), ["GK0207", "GK0207"]);
}

#[test]
fn a_default_backend_must_be_there() {
    let world = world(&[
        one("i", "h.test", &[("default-backend", "fallback")], "nobody"),
        one("j", "g.test", &[("default-backend", "nothing")], "nobody"),
    ]);
    check(
        &world,
        &[("h.test", "fallback /x"), ("g.test", "503 NoService")],
    );
    let finding = world.finding("GK0202");
    assert_eq!(finding.primary().unwrap().span.text(), "'nothing'");
}

#[test]
fn a_default_backend_that_appears_is_used() {
    let ingress = one("i", "h.test", &[("default-backend", "late")], "nobody");
    let mut world = world(std::slice::from_ref(&ingress));
    check(&world, &[("h.test", "503 NoService")]);
    let yaml = format!("{}{ingress}", service("late"));
    let content = Content::Bytes(yaml.into_bytes());
    world.files.apply("k8s/all.yaml", &content);
    let problems = world.files.problems();
    world.generation = world.compiler.compile(Input {
        objects: world.files.store(),
        problems: &problems,
        resolutions: &world.resolutions,
        now: NOW,
    });
    check(&world, &[("h.test", "late /x")]);
    assert_eq!(world.codes(), ["GK0300"]);
}

#[test]
fn a_variable_that_nobody_knows_leaves_the_host_as_it_is() {
    let world = world(&[one("i", "h.test", &[("upstream-vhost", "$nonsense")], "a")]);
    check(&world, &[("h.test", "a /x")]);
    assert_eq!(world.codes(), ["GK0202"]);
}

/// The recordings `upstream-service-upstream` and its companion.
#[test]
fn the_oldest_ingress_decides_whether_a_service_is_asked_itself() {
    let cluster = |name: &str, address: &str| {
        format!(
            "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: ns, annotations: {{genkan.io/endpoints: '10.0.0.1:8080'}}}}\nspec: {{clusterIP: {address}, ports: [{{name: http, port: 80}}]}}\n"
        )
    };
    let through: &[_] = &[("service-upstream", "true")];
    let objects = [
        cluster("own", "10.96.0.1"),
        cluster("headless", "None"),
        cluster("shared", "10.96.0.3"),
        // of equal age the later name comes first
        one("a", "own.test", through, "own"),
        one("b", "headless.test", through, "headless"),
        one("c", "shared.test", through, "shared"),
        one("d", "first.test", &[], "shared"),
    ];
    let world = world(&objects);
    let snapshot = &world.generation.snapshot;
    let address = |service: &str| {
        let mut groups = snapshot.endpoints.groups.iter();
        let group = groups.find(|group| group.key.service == service).unwrap();
        group.ready[0].address.to_string()
    };
    assert_eq!(address("own"), "10.96.0.1:80");
    assert_eq!(address("headless"), "10.0.0.1:8080");
    assert_eq!(address("shared"), "10.0.0.1:8080");
}
