//! What a compiler keeps must never show: after any row of edits it gives what a new one gives.

use genkan_objects::files::Content;
use genkan_route::snapshot::Snapshot;

use super::{
    routing::{ingress, service},
    world::{NOW, World, compile},
};
use crate::{Compiler, Input, Options};

/// Small and fast; the seed is printed when a case fails.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).unwrap()]
    }
}

fn random_ingress(draw: &mut Draw, name: &str) -> String {
    let host = draw.of(&["a.test", "b.test", "*.test", ""]);
    let class = draw.of(&["nginx", "nginx", "genkan", "other"]);
    let annotations: &[(&str, &str)] = draw.of(&[
        &[][..],
        &[("rewrite-target", "/")],
        &[("use-regex", "true")],
        &[("app-root", "/x")],
        &[("auth-url", "http://auth.test/")],
    ]);
    let paths: Vec<_> = (0..=draw.below(3))
        .map(|_| {
            let path = draw.of(&["/", "/foo", "/foo/", "/bar(/|$)(.*)"]);
            let kind = draw.of(&["Exact", "Prefix", "ImplementationSpecific"]);
            format!("{path} {kind} {}", draw.of(&["s0", "s1", "s2"]))
        })
        .collect();
    ingress(name, class, host, annotations, &paths.join(";"))
}

fn facts(snapshot: &Snapshot) -> Vec<String> {
    let hosts = snapshot.table.hosts().map(|host| {
        let routes: Vec<_> = host
            .routes()
            .iter()
            .map(|route| format!("{:?}", route.spec))
            .collect();
        format!(
            "{:?} {:?} {} {routes:?} {:?}",
            host.name(),
            host.mode(),
            host.is_regex_host(),
            host.inactive()
        )
    });
    let groups = snapshot
        .endpoints
        .groups
        .iter()
        .map(|group| format!("{group:?}"));
    hosts.chain(groups).collect()
}

fn agrees_with_a_new_one(world: &World) {
    let mut fresh = Compiler::new(Options::default());
    let problems = world.files.problems();
    let input = Input {
        objects: world.objects(),
        problems: &problems,
        resolutions: &world.resolutions,
        now: NOW,
    };
    let fresh = fresh.compile(input);
    assert_eq!(facts(&world.generation.snapshot), facts(&fresh.snapshot));
    assert_eq!(world.generation.findings, fresh.findings);
    assert_eq!(world.generation.statuses, fresh.statuses);
    assert_eq!(world.generation.summary, fresh.summary);
    let view = &world.generation.snapshot.endpoints;
    world
        .generation
        .snapshot
        .table
        .check_invariants(view)
        .unwrap();
}

fn edit(world: &mut World, path: &str, text: Option<&str>) {
    let content = match text {
        Some(text) => Content::Bytes(text.as_bytes().into()),
        None => Content::Gone,
    };
    world.files.apply(path, &content);
    let problems = world.files.problems();
    let input = Input {
        objects: world.files.store(),
        problems: &problems,
        resolutions: &world.resolutions,
        now: NOW,
    };
    world.generation = world.compiler.compile(input);
}

#[test]
fn after_any_row_of_edits_nothing_shows_of_the_past() {
    for seed in 0..6 {
        let mut draw = Draw(seed);
        let mut world = compile("");
        for step in 0..60 {
            let number = draw.below(5);
            match draw.below(4) {
                0 => {
                    let name = format!("s{}", draw.below(3));
                    let text =
                        service(&name).replace("10.0.0.1", draw.of(&["10.0.0.1", "10.0.0.2"]));
                    let keep = draw.below(4) > 0;
                    edit(&mut world, &format!("{name}.yaml"), keep.then_some(&text));
                }
                1 => edit(&mut world, &format!("i{number}.yaml"), None),
                _ => {
                    let text = random_ingress(&mut draw, &format!("i{number}"));
                    edit(&mut world, &format!("i{number}.yaml"), Some(&text));
                }
            }
            println!("seed {seed}, step {step}");
            agrees_with_a_new_one(&world);
        }
    }
}

#[test]
fn a_pod_that_comes_or_goes_rebuilds_no_host() {
    let mut world = compile("");
    edit(
        &mut world,
        "i.yaml",
        Some(&ingress("i", "nginx", "a.test", &[], "/ Prefix s0")),
    );
    edit(&mut world, "s.yaml", Some(&service("s0")));
    let before = world.generation.snapshot.clone();
    let (host, version) = (
        before.table.hosts().next().unwrap().clone(),
        before.endpoints.version,
    );
    edit(
        &mut world,
        "s.yaml",
        Some(&service("s0").replace("10.0.0.1", "10.0.0.9")),
    );
    let after = &world.generation.snapshot;
    assert!(std::sync::Arc::ptr_eq(&before.table, &after.table));
    assert!(std::sync::Arc::ptr_eq(
        &host,
        after.table.hosts().next().unwrap()
    ));
    assert_eq!(after.endpoints.version, version + 1);
    assert_eq!(
        after.endpoints.groups[0].ready[0].address.to_string(),
        "10.0.0.9:80"
    );
}

#[test]
fn the_order_of_objects_does_not_matter() {
    let mut draw = Draw(7);
    let mut documents: Vec<_> = (0..6)
        .map(|n| random_ingress(&mut draw, &format!("i{n}")))
        .collect();
    documents.extend(["s0", "s1"].map(service));
    let forward = compile(&documents.concat());
    documents.reverse();
    let backward = compile(&documents.concat());
    assert_eq!(
        facts(&forward.generation.snapshot),
        facts(&backward.generation.snapshot)
    );
    let mut codes = [forward.codes(), backward.codes()];
    codes.iter_mut().for_each(|codes| codes.sort());
    assert_eq!(codes[0], codes[1]);
}
