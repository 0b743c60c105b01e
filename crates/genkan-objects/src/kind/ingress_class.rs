//! `networking.k8s.io/v1` IngressClass: which controller serves the Ingresses of a class.

use super::ObjectMeta;
use crate::extent::SpannedText;
use crate::fields::{Fields, Problems};
use crate::name;
use crate::problem::{Impact, ProblemKind};

const DEFAULT_ANNOTATION: &str = "ingressclass.kubernetes.io/is-default-class";

/// A class of Ingresses.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IngressClass {
    /// The controller, such as `k8s.io/ingress-nginx`.
    pub controller: Option<SpannedText>,
    /// Further settings for the controller.
    pub parameters: Option<Parameters>,
    /// Whether Ingresses without a class belong to this one: the annotation
    /// `ingressclass.kubernetes.io/is-default-class` is `"true"`.
    pub is_default: bool,
}

/// A reference to the class's parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// API group; nothing means the core group.
    pub api_group: Option<SpannedText>,
    /// Kind.
    pub kind: SpannedText,
    /// Name.
    pub name: SpannedText,
    /// `Cluster` or `Namespace`.
    pub scope: Option<SpannedText>,
    /// Namespace, where the scope is one.
    pub namespace: Option<SpannedText>,
}

pub(super) fn read(
    object: &mut Fields<'_, '_>,
    meta: &ObjectMeta,
    problems: &mut Problems,
) -> IngressClass {
    let is_default = meta
        .annotation(DEFAULT_ANNOTATION)
        .is_some_and(|found| &**found.value == "true");
    let mut class = IngressClass {
        is_default,
        ..IngressClass::default()
    };
    let Some(node) = object.node("spec") else {
        object.missing("spec", Impact::Refused, problems);
        return class;
    };
    let path = object.path.key("spec");
    let Some(mut fields) = Fields::open(node, &path, Impact::Unreadable, problems) else {
        return class;
    };
    class.controller = fields.string("controller", problems);
    match &class.controller {
        None => fields.missing("controller", Impact::Refused, problems),
        Some(controller) => {
            // `IsDomainPrefixedPath`: a DNS name, `/`, and something behind it.
            let well_formed = controller.split_once('/').is_some_and(|(domain, rest)| {
                name::subdomain(domain).is_none() && !rest.is_empty() && controller.len() <= 250
            });
            if !well_formed {
                let rule = "must be a DNS name, `/` and a path, as in `k8s.io/ingress-nginx`";
                let kind = ProblemKind::Invalid {
                    value: controller.value.clone(),
                    rule,
                };
                problems.add(
                    kind,
                    Impact::Refused,
                    controller.span,
                    &path.key("controller"),
                );
            }
        }
    }
    if let Some(node) = fields.node("parameters") {
        let path = path.key("parameters");
        if let Some(mut fields) = Fields::open(node, &path, Impact::Incomplete, problems) {
            class.parameters = parameters(&mut fields, problems);
            fields.finish(problems);
        }
    }
    fields.finish(problems);
    class
}

fn parameters(fields: &mut Fields<'_, '_>, problems: &mut Problems) -> Option<Parameters> {
    let mut required = |field: &'static str| {
        let value = fields.string(field, problems);
        if value.is_none() {
            fields.missing(field, Impact::Incomplete, problems);
        }
        value
    };
    let (kind, name) = (required("kind"), required("name"));
    let api_group = fields.string("apiGroup", problems);
    let scope = fields.string("scope", problems);
    let namespace = fields.string("namespace", problems);
    Some(Parameters {
        api_group,
        kind: kind?,
        name: name?,
        scope,
        namespace,
    })
}
