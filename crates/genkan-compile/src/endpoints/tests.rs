//! Endpoints of Service ports, from YAML.

use crate::tests::{
    routing::ingress,
    world::{compile, compile_with},
};
use crate::{Options, Resolutions};

const SLICE: &str = "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: NAME, namespace: ns, labels: {kubernetes.io/service-name: a}}\naddressType: IPv4\n";

fn service(ports: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: a, namespace: ns}}\nspec: {{ports: [{ports}]}}\n"
    )
}

fn slice(name: &str, rest: &str) -> String {
    format!("{}{rest}\n", SLICE.replace("NAME", name))
}

/// Ready and unready addresses of port 80 of Service `a`.
fn check(objects: &str, ready: &[&str], unready: &[&str]) {
    let world = compile(&format!(
        "{objects}{}",
        ingress("i", "nginx", "h.test", &[], "/ Prefix a")
    ));
    let group = &world.generation.snapshot.endpoints.groups[0];
    let show = |list: &[genkan_route::endpoint::Endpoint]| {
        list.iter()
            .map(|endpoint| endpoint.address.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(show(&group.ready), ready, "{objects}");
    assert_eq!(show(&group.unready), unready, "{objects}");
}

const NAMED: &str = "{name: http, port: 80, targetPort: web}";

#[test]
fn only_ready_endpoints_take_requests_and_nil_counts_as_ready() {
    let endpoints = "ports: [{name: http, port: 8080}]\nendpoints:\n- {addresses: [10.0.0.1], conditions: {ready: true}}\n- {addresses: [10.0.0.2], conditions: {ready: false, serving: true, terminating: true}}\n- {addresses: [10.0.0.3]}";
    check(
        &(service(NAMED) + &slice("a-1", endpoints)),
        &["10.0.0.1:8080", "10.0.0.3:8080"],
        &["10.0.0.2:8080"],
    );
}

#[test]
fn several_slices_of_both_families_are_one_list_without_doubles() {
    let first = "ports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.0.0.2]}, {addresses: [10.0.0.1]}]";
    let same = "ports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.0.0.2]}]";
    let six = "ports: [{name: http, port: 8080}]\nendpoints: [{addresses: ['2001:db8::1']}]";
    let objects = service(NAMED)
        + &slice("a-1", first)
        + &slice("a-2", same)
        + &slice("a-3", six).replace("IPv4", "IPv6");
    check(
        &objects,
        &["10.0.0.1:8080", "10.0.0.2:8080", "[2001:db8::1]:8080"],
        &[],
    );
}

#[test]
fn a_numeric_target_port_replaces_a_name_that_does_not_fit() {
    let other = "ports: [{name: other, port: 9090}]\nendpoints: [{addresses: [10.0.0.1]}]";
    let nameless = "ports: [{port: 9090}]\nendpoints: [{addresses: [10.0.0.1]}]";
    let numeric = "{name: http, port: 80, targetPort: 8080}";
    check(
        &(service(numeric) + &slice("a-1", other)),
        &["10.0.0.1:8080"],
        &[],
    );
    check(
        &(service(numeric) + &slice("a-1", nameless)),
        &["10.0.0.1:8080"],
        &[],
    );
    check(&(service(NAMED) + &slice("a-1", other)), &[], &[]);
    check(
        &(service("{port: 80, targetPort: web}") + &slice("a-1", other)),
        &["10.0.0.1:9090"],
        &[],
    );
    let no_ports = "endpoints: [{addresses: [10.0.0.1]}]";
    check(
        &(service(numeric) + &slice("a-1", no_ports)),
        &["10.0.0.1:8080"],
        &[],
    );
}

#[test]
fn the_command_line_comes_first_then_slices_then_the_annotation() {
    let annotated = service("{name: http, port: 80}")
        .replace("namespace: ns}", "namespace: ns, annotations: {genkan.io/endpoints: 'http=127.0.0.1:5000, other=127.0.0.1:1'}}");
    check(&annotated, &["127.0.0.1:5000"], &[]);
    let endpoints = "ports: [{name: http, port: 8080}]\nendpoints: [{addresses: [10.0.0.1]}]";
    check(
        &(annotated.clone() + &slice("a-1", endpoints)),
        &["10.0.0.1:8080"],
        &[],
    );
    let given = vec!["127.0.0.1:7000".parse().unwrap()];
    let options = Options {
        endpoints: [("ns/a".to_owned(), given)].into(),
        ..Options::default()
    };
    let text = annotated + &ingress("i", "nginx", "h.test", &[], "/ Prefix a");
    let world = compile_with(&text, options, Resolutions::new());
    let ready = &world.generation.snapshot.endpoints.groups[0].ready;
    assert_eq!(ready[0].address.to_string(), "127.0.0.1:7000");
}
