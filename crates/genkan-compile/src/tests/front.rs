//! The Service in front: each finding in both directions, and what silences it.

use genkan_route::network::Network;

use super::world::{compile, compile_with};
use crate::{Options, Resolutions};

const PLAIN: &str = "- {name: http, port: 80, targetPort: http}";

/// The Service of the usual chart, with annotations, type and policy, and ports.
fn front(annotations: &[(&str, &str)], spec: &str, ports: &str) -> String {
    let lines: String = annotations
        .iter()
        .map(|(key, value)| format!("    {key}: '{value}'\n"))
        .collect();
    let annotations = match lines.as_str() {
        "" => String::new(),
        lines => format!("  annotations:\n{lines}"),
    };
    format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  namespace: ingress-nginx\n  name: entry\n\
         {annotations}spec:\n  {spec}\n  selector: {{app.kubernetes.io/name: ingress-nginx}}\n  ports:\n  {}\n",
        ports.replace('\n', "\n  ")
    )
}

fn keys(data: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{namespace: ingress-nginx, \
         name: ingress-nginx-controller}}\ndata: {{{data}}}\n"
    )
}

fn ingress(annotation: &str) -> String {
    format!(
        "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: web\n  annotations: \
         {{{annotation}}}\nspec:\n  ingressClassName: nginx\n  tls:\n  - hosts: [web.test]\n  rules:\n  \
         - host: web.test\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        \
         backend: {{service: {{name: web, port: {{number: 80}}}}}}\n"
    )
}

/// Whether the code is among the findings; every template is filled.
fn tells(code: &str, text: &str) -> bool {
    let world = compile(text);
    let mut told = false;
    for finding in &world.generation.findings {
        if finding.code().to_string() == code {
            assert_eq!(finding.unfilled(), [""; 0], "{code}");
            told = true;
        }
    }
    told
}

#[track_caller]
fn check(code: &str, expected: bool, text: &str) {
    assert_eq!(tells(code, text), expected, "{code} in\n{text}");
}

const BALANCER: &str = "type: LoadBalancer";
const LOCAL: &str = "type: LoadBalancer\n  externalTrafficPolicy: Local";

#[test]
fn a_lost_address_matters_where_something_acts_on_it() {
    let allow = ingress("nginx.ingress.kubernetes.io/allowlist-source-range: 203.0.113.0/24");
    let row = |expected, spec: &str, rest: &str| {
        check("GK0450", expected, &(front(&[], spec, PLAIN) + rest));
    };
    row(true, BALANCER, &allow);
    row(
        true,
        "type: NodePort\n  externalTrafficPolicy: Cluster",
        &allow,
    );
    row(true, BALANCER, &keys("block-cidrs: 203.0.113.9"));
    row(false, LOCAL, &allow);
    row(false, "type: ClusterIP", &allow);
    row(false, BALANCER, &ingress(""));
    row(
        false,
        BALANCER,
        &(allow.clone() + &keys("use-proxy-protocol: 'true'")),
    );
    row(
        false,
        BALANCER,
        &(allow.clone() + &keys("use-forwarded-headers: 'true'")),
    );
    // the Service of something else
    let other = front(&[], BALANCER, PLAIN).replace("ingress-nginx}", "shop}");
    check("GK0450", false, &(other + &allow));
}

#[test]
fn both_sides_are_switched_together() {
    let (on, off) = (
        keys("use-proxy-protocol: 'true'"),
        keys("use-proxy-protocol: 'false'"),
    );
    let row = |expected, annotations: &[(&str, &str)], keys: &str| {
        check(
            "GK0451",
            expected,
            &(front(annotations, LOCAL, PLAIN) + keys),
        );
    };
    let aws = "service.beta.kubernetes.io/aws-load-balancer";
    let (kind, header) = (format!("{aws}-type"), format!("{aws}-proxy-protocol"));
    let group = format!("{aws}-target-group-attributes");
    let grouped = (
        group.as_str(),
        "deregistration_delay.timeout_seconds=9, proxy_protocol_v2.enabled=true",
    );
    let hetzner = "load-balancer.hetzner.cloud/uses-proxyprotocol";
    row(true, &[(&kind, "nlb")], &on);
    row(false, &[(&kind, "nlb"), (&header, "*")], &on);
    row(false, &[(&kind, "nlb"), grouped], &on);
    row(true, &[(hetzner, "false")], &on);
    row(false, &[(hetzner, "true")], &on);
    row(true, &[(hetzner, "true")], &off);
    row(true, &[(&kind, "nlb"), grouped], "");
    row(false, &[(hetzner, "false")], &off);
    // a balancer that no annotation describes may be set up elsewhere
    row(false, &[], &on);
}

#[test]
fn azure_asks_for_a_path_that_answers() {
    let azure = "service.beta.kubernetes.io/azure-load-balancer";
    let http = "- {name: http, port: 80, targetPort: http, appProtocol: http}";
    let (internal, path) = (
        format!("{azure}-internal"),
        format!("{azure}-health-probe-request-path"),
    );
    let protocol = format!("{azure}-health-probe-protocol");
    let own = "service.beta.kubernetes.io/port_80_health-probe_request-path";
    let row = |expected, annotations: &[(&str, &str)], ports: &str| {
        check("GK0454", expected, &front(annotations, LOCAL, ports));
    };
    row(true, &[(&internal, "true")], http);
    row(true, &[(&path, "/")], http);
    row(false, &[(&path, "/healthz")], http);
    row(false, &[(&internal, "true"), (own, "/healthz")], http);
    row(false, &[(&protocol, "tcp")], http);
    row(false, &[(&internal, "true")], PLAIN);
    row(false, &[], http);
}

#[test]
fn port_443_meets_what_it_speaks() {
    let to = |target: &str| format!("{PLAIN}\n- {{name: https, port: 443, targetPort: {target}}}");
    let certificate = (
        "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
        "arn:1",
    );
    let backend = "service.beta.kubernetes.io/aws-load-balancer-backend-protocol";
    let row = |expected, annotations: &[(&str, &str)], target: &str, rest: &str| {
        check(
            "GK0455",
            expected,
            &(front(annotations, LOCAL, &to(target)) + rest),
        );
    };
    row(true, &[], "http", "");
    row(true, &[], "8080", "");
    row(false, &[], "https", "");
    row(false, &[], "8443", "");
    row(false, &[], "special", "");
    row(false, &[], "http", &keys("use-forwarded-headers: 'true'"));
    row(false, &[], "http", &keys("use-proxy-protocol: 'true'"));
    row(false, &[certificate], "http", "");
    row(true, &[certificate], "https", "");
    row(true, &[certificate, (backend, "tcp")], "https", "");
    row(false, &[certificate, (backend, "ssl")], "https", "");
}

#[test]
fn who_asks_from_inside_skips_the_balancer() {
    let on = keys("use-proxy-protocol: 'true'");
    let own = "nginx.ingress.kubernetes.io/auth-url: 'https://web.test:8443/check?x=1'";
    let other = "nginx.ingress.kubernetes.io/auth-url: 'http://auth.auth.svc/check'";
    let row = |expected, annotation: &str, keys: &str| {
        check("GK0456", expected, &(ingress(annotation) + keys));
    };
    row(true, "cert-manager.io/issuer: a", &on);
    row(true, own, &on);
    row(false, other, &on);
    row(false, "cert-manager.io/issuer: a", "");
    let options = Options {
        proxy_header_optional: Network::parse("10.0.0.0/8").into_iter().collect(),
        ..Options::default()
    };
    let text = ingress(own) + &on;
    let world = compile_with(&text, options, Resolutions::new());
    let mut codes = world
        .generation
        .findings
        .iter()
        .map(|finding| finding.code().to_string());
    assert!(codes.all(|code| code != "GK0456"));
}
