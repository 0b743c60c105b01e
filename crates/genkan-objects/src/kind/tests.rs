//! Objects and their problems. Expected rules are those of `ValidateIngress` and its kin in Kubernetes.

use crate::files::{self, Failure};
use crate::kind::{
    AddressType, Ingress, IntOrString, PathType, ProbeAction, ServiceBackendPort, ServiceType,
    WorkloadKind,
};
use crate::problem::{Impact, Problem};
use crate::resource::Object;

fn object(text: &str) -> Object {
    let read = files::read("a.yaml", text.as_bytes());
    match read
        .documents
        .first()
        .map(|document| document.objects.as_slice())
    {
        Some([object]) => object.clone(),
        _ => panic!("{read:#?}"),
    }
}

fn ingress(spec: &str) -> (String, Ingress, Vec<Problem>) {
    let text = format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\nspec:\n{spec}"
    );
    let Object::Ingress(found) = object(&text) else {
        panic!("no Ingress")
    };
    (text, found.spec.clone(), found.problems.clone())
}

/// Problems as `impact pointer "text": message`.
fn told(text: &str, problems: &[Problem]) -> Vec<String> {
    let tell = |problem: &Problem| {
        let Problem {
            impact,
            pointer,
            span,
            ..
        } = problem;
        let place = span.text(text).lines().next().unwrap_or("").to_owned();
        format!("{impact:?} {pointer} `{place}`: {}", problem.message())
    };
    problems.iter().map(tell).collect()
}

fn check(spec: &str, expected: &[&str]) {
    let (text, _, problems) = ingress(spec);
    assert_eq!(told(&text, &problems), expected, "{spec}");
}

const PATHS: &str = "  rules:\n  - host: a.example\n    http:\n      paths:\n";
const BACKEND: &str = "        backend: {service: {name: web, port: {number: 80}}}\n";

#[test]
fn a_whole_ingress_is_read() {
    let (text, ingress, problems) = ingress(
        "  ingressClassName: nginx\n  defaultBackend:\n    service: {name: fallback, port: {name: http}}\n  tls:\n  - hosts: [a.example, \"*.b.example\"]\n    secretName: cert\n  rules:\n  - host: a.example\n    http:\n      paths:\n      - path: /todos(/|$)(.*)\n        pathType: ImplementationSpecific\n        backend:\n          service:\n            name: web\n            port:\n              number: 8080\n      - path: /page\n        pathType: Prefix\n        backend:\n          resource: {apiGroup: genkan.io, kind: StaticSite, name: page}\n  - {}\n",
    );
    assert_eq!(told(&text, &problems), Vec::<String>::new());
    assert_eq!(&*ingress.class_name.unwrap().value, "nginx");
    let fallback = ingress.default_backend.unwrap().service.unwrap();
    assert_eq!(
        fallback.port.unwrap().value,
        ServiceBackendPort::Name("http".into())
    );
    assert_eq!(ingress.tls[0].hosts.len(), 2);
    let [first, second] = ingress.rules.as_slice() else {
        panic!()
    };
    assert!(first.has_http && !second.has_http && second.host.is_none());
    let [api, page] = first.paths.as_slice() else {
        panic!()
    };
    assert_eq!(
        api.path.as_ref().unwrap().span.text(&text),
        "/todos(/|$)(.*)"
    );
    assert_eq!(
        api.path_type.unwrap().value,
        PathType::ImplementationSpecific
    );
    let service = api.backend.service.as_ref().unwrap();
    assert_eq!(
        service.port.as_ref().unwrap().value,
        ServiceBackendPort::Number(8080)
    );
    assert_eq!(service.port.as_ref().unwrap().span.text(&text), "8080");
    assert_eq!(
        &*page.backend.resource.as_ref().unwrap().kind.value,
        "StaticSite"
    );
}

#[test]
fn paths_follow_the_api_servers_rules() {
    let path = |path: &str, kind: &str| {
        format!("{PATHS}      - path: {path}\n        pathType: {kind}\n{BACKEND}")
    };
    let pointer = "/spec/rules/0/http/paths/0/path";
    check(&path("/a", "Prefix"), &[]);
    check(&path("/a//b", "ImplementationSpecific"), &[]);
    check(
        &path("a", "Exact"),
        &[&format!(
            "Refused {pointer} `a`: `a`: must be an absolute path"
        )],
    );
    check(
        &path("a", "ImplementationSpecific"),
        &[&format!(
            "Refused {pointer} `a`: `a`: must be an absolute path"
        )],
    );
    check(
        &path("/a//b", "Prefix"),
        &[&format!(
            "Refused {pointer} `/a//b`: `/a//b`: must not contain `//`"
        )],
    );
    check(
        &path("/a/..", "Exact"),
        &[&format!(
            "Refused {pointer} `/a/..`: `/a/..`: cannot end with `/..`"
        )],
    );
    check(
        &path("/a%2Fb", "Prefix"),
        &[&format!(
            "Refused {pointer} `/a%2Fb`: `/a%2Fb`: must not contain `%2F`"
        )],
    );
    check(
        &path("/", "prefix"),
        &[
            "Refused /spec/rules/0/http/paths/0/pathType `prefix`: `prefix`: must be `Exact`, `ImplementationSpecific` or `Prefix`",
        ],
    );
    check(
        &format!("{PATHS}      - path: /\n{BACKEND}"),
        &["Refused /spec/rules/0/http/paths/0/pathType `path`: `pathType` is missing"],
    );
    check(
        &format!("{PATHS}      - pathType: Prefix\n{BACKEND}"),
        &["Refused /spec/rules/0/http/paths/0/path `pathType`: `path` is missing"],
    );
}

#[test]
fn hosts_follow_the_api_servers_rules() {
    let host = |host: &str| {
        format!(
            "  defaultBackend: {{service: {{name: a, port: {{number: 1}}}}}}\n  rules:\n  - host: {host}\n"
        )
    };
    let dns = "must be a DNS name: lower case letters, digits, `-` and `.`, beginning and ending with a letter or digit (RFC 1123 subdomain)";
    let star = "a wildcard must be `*.` followed by a DNS name, as in `*.example.com` (RFC 1123)";
    check(&host("\"*.a.example\""), &[]);
    check(
        &host("A.example"),
        &[&format!(
            "Refused /spec/rules/0/host `A.example`: `A.example`: {dns}"
        )],
    );
    check(
        &host("a.example:80"),
        &[&format!(
            "Refused /spec/rules/0/host `a.example:80`: `a.example:80`: {dns}"
        )],
    );
    check(
        &host("a.*.example"),
        &[&format!(
            "Refused /spec/rules/0/host `a.*.example`: `a.*.example`: {star}"
        )],
    );
    check(
        &host("10.0.0.1"),
        &[
            "Refused /spec/rules/0/host `10.0.0.1`: `10.0.0.1`: must be a DNS name, not an IP address",
        ],
    );
}

#[test]
fn backends_that_cannot_be_read_cost_their_path_only() {
    let backend = |backend: &str| {
        format!("{PATHS}      - path: /\n        pathType: Prefix\n        backend: {backend}\n")
    };
    let at = "/spec/rules/0/http/paths/0/backend";
    let old = "the backend is written in the form that was used before `networking.k8s.io/v1`";
    check(
        &backend("{serviceName: web, servicePort: 80}"),
        &[&format!("Incomplete {at}/serviceName `serviceName`: {old}")],
    );
    check(
        &backend("{service: {name: web, port: 80}}"),
        &[&format!("Incomplete {at}/service/port `80`: {old}")],
    );
    check(
        &backend("{service: {name: web, port: {number: \"80\"}}}"),
        &[&format!(
            "Incomplete {at}/service/port/number `\"80\"`: `number` must be a whole number, this is a string"
        )],
    );
    check(
        &backend("{service: {name: web, port: {number: 70000}}}"),
        &[&format!(
            "Refused {at}/service/port/number `70000`: `70000`: must be between 1 and 65535"
        )],
    );
    check(
        &backend("{service: {name: web, port: {number: 1, name: x}}}"),
        &[&format!(
            "Incomplete {at}/service/port `x`: `x`: cannot set both port name and port number"
        )],
    );
    check(
        &backend("{service: {name: web}}"),
        &[&format!(
            "Incomplete {at}/service/port `name`: `port` is missing"
        )],
    );
    check(
        &backend("{}"),
        &[&format!(
            "Incomplete {at} `{{}}`: `backend`: resource or service backend is required"
        )],
    );
    let (_, ingress, _) = ingress(&backend("{service: {name: web, port: 80}}"));
    assert_eq!(ingress.rules[0].paths.len(), 1);
}

#[test]
fn unknown_fields_are_told_with_the_nearest_name() {
    check(
        &format!(
            "{PATHS}      - path: /\n        pathtype: Prefix\n        pathType: Prefix\n{BACKEND}"
        ),
        &[
            "Unused /spec/rules/0/http/paths/0/pathtype `pathtype`: unknown field `pathtype`; did you mean `pathType`?",
        ],
    );
    check(
        "  defaultBackend: {service: {name: a, port: {number: 1}}}\n  annotations: {a: b}\n",
        &["Unused /spec/annotations `annotations`: unknown field `annotations`"],
    );
}

fn failure(text: &str) -> Vec<String> {
    let read = files::read("a.yaml", text.as_bytes());
    match read.documents[0].failures.as_slice() {
        [Failure::Object(object)] => told(text, &object.problems),
        [Failure::Load(error)] => vec![error.message()],
        _ => panic!("{read:#?}"),
    }
}

#[test]
fn what_decides_routing_makes_its_object_unreadable() {
    let head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n";
    let rows = [
        (
            "spec: [1]\n",
            "Unreadable /spec `[1]`: `spec` must be a mapping, this is a list",
        ),
        (
            "spec: {rules: {host: a}}\n",
            "Unreadable /spec/rules `{host: a}`: `rules` must be a list, this is a mapping",
        ),
        (
            "spec: {rules: [{host: 1}]}\n",
            "Unreadable /spec/rules/0/host `1`: `host` must be a string, this is a number",
        ),
    ];
    for (spec, expected) in rows {
        assert_eq!(failure(&format!("{head}{spec}"))[0], expected);
    }
    let old = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: web}\n";
    assert_eq!(
        failure(old),
        [
            "Unreadable /apiVersion `networking.k8s.io/v1beta1`: `networking.k8s.io/v1beta1` is no longer served, `networking.k8s.io/v1` is"
        ]
    );
    assert_eq!(
        failure("apiVersion: v1\nkind: Service\nmetadata: {}\n"),
        ["Unreadable /metadata/name `{}`: `name` is missing"]
    );
    assert_eq!(
        failure("apiVersion: v1\nmetadata: {}\n"),
        ["`kind` is missing or no string, so this is no Kubernetes object"]
    );
    assert_eq!(
        failure("just text\n"),
        ["a Kubernetes object must be a mapping, this is a string"]
    );
}

#[test]
fn annotations_tell_whether_they_are_text() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations:\n    a/use: true\n    a/n: 0x10\n    a/on: on\n    a/ok: \"true\"\n    a/nothing:\n    a/list: [1]\nspec: {rules: [{}]}\n";
    let Object::Ingress(found) = object(text) else {
        panic!()
    };
    let values: Vec<_> = found
        .meta
        .annotations
        .iter()
        .map(|annotation| {
            (
                &*annotation.key.value,
                &*annotation.value.value,
                annotation.is_text,
                annotation.value.span.text(text),
            )
        })
        .collect();
    assert_eq!(
        values,
        [
            ("a/use", "true", false, "true"),
            ("a/n", "16", false, "0x10"),
            ("a/on", "true", false, "on"),
            ("a/ok", "true", true, "\"true\""),
            ("a/nothing", "", true, ""),
        ]
    );
    let impacts: Vec<_> = found
        .problems
        .iter()
        .map(|problem| problem.impact)
        .collect();
    assert_eq!(
        impacts,
        [
            Impact::Refused,
            Impact::Refused,
            Impact::Refused,
            Impact::Incomplete
        ]
    );
}

#[test]
fn services_are_read() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  type: NodePort\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80, targetPort: web, nodePort: 30080, appProtocol: kubernetes.io/h2c}\n  - {name: admin, port: 81.0, targetPort: 8081}\n  clusterIP: None\n  publishNotReadyAddresses: true\n";
    let Object::Service(found) = object(text) else {
        panic!()
    };
    assert_eq!(found.problems, []);
    let service = &found.spec;
    assert_eq!(
        (service.service_type, found.meta.namespace()),
        (ServiceType::NodePort, "shop")
    );
    assert!(service.is_headless() && service.publish_not_ready_addresses);
    let port = service.port_numbered(80).unwrap();
    assert_eq!(
        port.target_port.as_ref().unwrap().value,
        IntOrString::String("web".into())
    );
    assert_eq!(service.port_named("admin").unwrap().port.value, 81);
    assert_eq!(service.selector[0].1.span.text(text), "web");
}

#[test]
fn services_follow_the_api_servers_rules() {
    let check = |spec: &str, expected: &[&str]| {
        let text =
            format!("apiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {spec}\n");
        let Object::Service(found) = object(&text) else {
            panic!()
        };
        assert_eq!(told(&text, &found.problems), expected, "{spec}");
    };
    check("{type: ExternalName, externalName: a.example.}", &[]);
    check("{clusterIP: None}", &[]);
    check(
        "{selector: {a: b}}",
        &["Refused /spec/ports `selector`: `ports` is missing"],
    );
    check(
        "{type: ExternalName}",
        &["Refused /spec/externalName `type`: `externalName` is missing"],
    );
    check(
        "{ports: [{port: 0}]}",
        &["Refused /spec/ports/0/port `0`: `0`: must be between 1 and 65535"],
    );
    check(
        "{ports: [{port: 1}, {name: a, port: 2}]}",
        &["Refused /spec/ports/0/name `{port: 1}`: `name` is missing"],
    );
    check(
        "{ports: [{name: a}, {name: b, port: 1}]}",
        &["Incomplete /spec/ports/0/port `name`: `port` is missing"],
    );
}

#[test]
fn endpoint_slices_keep_unknown_apart_from_false() {
    let text = "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata:\n  name: web-1\n  labels: {kubernetes.io/service-name: web}\naddressType: IPv4\nports:\n- {name: http, port: 8080, protocol: TCP}\n- {}\nendpoints:\n- addresses: [10.0.0.1]\n  conditions: {ready: false, serving: true, terminating: true}\n  targetRef: {kind: Pod, name: web-x, namespace: shop}\n  zone: a\n  hints: {forZones: [{name: b}]}\n- addresses: [10.0.0.2, \"fd00::1\"]\n";
    let Object::EndpointSlice(found) = object(text) else {
        panic!()
    };
    let slice = &found.spec;
    assert_eq!(slice.address_type.unwrap().value, AddressType::Ipv4);
    assert_eq!(
        (slice.service.as_deref(), slice.ports[1].port),
        (Some("web"), None)
    );
    let [first, second] = slice.endpoints.as_slice() else {
        panic!()
    };
    assert_eq!(
        (first.conditions.ready, first.conditions.terminating),
        (Some(false), Some(true))
    );
    assert_eq!(first.hint_zones, ["b".into()]);
    assert_eq!(second.conditions.ready, None);
    assert_eq!(second.addresses.len(), 1);
    assert_eq!(
        told(text, &found.problems),
        ["Incomplete /endpoints/1/addresses/1 `\"fd00::1\"`: `fd00::1`: must be an IPv4 address"]
    );
}

#[test]
fn secrets_are_decoded_and_never_shown() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"data\":{\"a\":\"aHVudGVyMg==\"}}\ndata:\n  a: aHVudGVyMg==\n  b: \"***\"\nstringData:\n  c: |\n    hunter2\n    hünter3\n  d: {x: hunter4}\n";
    let read = files::read("a.yaml", text.as_bytes());
    let shown = format!("{read:?}{}", read.source.text());
    assert!(
        !shown.contains("hunter") && !shown.contains("aHVudGVyMg"),
        "{shown}"
    );
    assert_eq!(read.source.text().len(), text.len());
    let good = text.replace("  d: {x: hunter4}\n", "");
    let Object::Secret(found) = object(&good) else {
        panic!()
    };
    assert_eq!(found.spec.get("a").unwrap().reveal(), b"hunter2");
    assert_eq!(
        found.spec.get("c").unwrap().reveal(),
        "hunter2\nhünter3\n".as_bytes()
    );
    assert_eq!(
        told(&good, &found.problems),
        ["Incomplete /data/b `b`: the value of `b` is not base64"]
    );
    let origin = found.place.origin();
    assert_eq!(
        origin.key("/stringData/c").unwrap().location(),
        "a.yaml:12:3"
    );
}

#[test]
fn broken_secrets_are_not_shown_either() {
    let text =
        "kind: Secret\nmetadata:\n  name: s\nstringData:\n  a: \"hunter2\n  b: |\n    hunter3\n";
    let read = files::read("a.yaml", text.as_bytes());
    assert!(
        !read.source.text().contains("hunter"),
        "{}",
        read.source.text()
    );
    assert!(read.source.text().contains("  name: s\n"));
}

#[test]
fn workloads_are_read_for_diagnosis() {
    let text = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: job}\nspec:\n  jobTemplate:\n    spec:\n      template:\n        metadata: {labels: {app: web, tier: front}}\n        spec:\n          containers:\n          - name: web\n            ports: [{name: http, containerPort: 5000}]\n            readinessProbe: {httpGet: {path: /health, port: http}}\n";
    let Object::Workload(found) = object(text) else {
        panic!()
    };
    let template = &found.spec.template;
    assert_eq!(found.spec.kind, WorkloadKind::CronJob);
    assert!(template.matches([("app", "web")]) && !template.matches([("app", "api")]));
    let [container] = template.containers.as_slice() else {
        panic!()
    };
    assert_eq!(container.ports[0].port.span.text(text), "5000");
    let port = Some(IntOrString::String("http".into()));
    let probe = ProbeAction::HttpGet {
        path: "/health".into(),
        port,
    };
    assert_eq!(container.readiness.as_ref().unwrap().action, probe);
}

#[test]
fn static_sites_are_read() {
    let site = |spec: &str| {
        format!(
            "apiVersion: genkan.io/v1alpha1\nkind: StaticSite\nmetadata: {{name: page}}\nspec: {spec}\n"
        )
    };
    let Object::StaticSite(found) = object(&site("{root: ./public, fallback: index.html}")) else {
        panic!()
    };
    assert_eq!(&*found.spec.root.as_ref().unwrap().value, "./public");
    assert_eq!(found.spec.index, ["index.html".into()]);
    for bad in [
        "{}",
        "{root: \"\"}",
        "{root: a, index: [a/b]}",
        "{root: a, fallback: ../x}",
        "{root: [a]}",
    ] {
        assert!(!failure(&site(bad)).is_empty(), "{bad}");
    }
}

#[test]
fn classes_are_default_by_annotation() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata:\n  name: nginx\n  namespace: ignored\n  annotations: {ingressclass.kubernetes.io/is-default-class: \"true\"}\nspec: {controller: k8s.io/ingress-nginx}\n";
    let Object::IngressClass(found) = object(text) else {
        panic!()
    };
    assert!(found.spec.is_default);
    assert_eq!((found.meta.namespace(), found.problems.len()), ("", 0));
}
