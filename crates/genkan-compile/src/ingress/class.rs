//! Which Ingresses are ours, and in which mode: the class by field, by annotation, by default.
//!
//! ingress-nginx's rules (`internal/ingress/controller/ingressclass`, store.go): the field wins over the
//! annotation; the annotation must equal `--ingress-class` exactly, and an empty one is not "no class".

use std::{collections::BTreeMap, sync::Arc};

use genkan_route::route::{Inactive, Mode};

use crate::options::{Options, STRICT_CONTROLLER, World};

/// The annotation that named the class before `spec.ingressClassName` did.
pub(crate) const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

/// The classes of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes {
    /// By name.
    pub by_name: BTreeMap<Arc<str>, ClassFacts>,
}

/// What an IngressClass says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClassFacts {
    /// `spec.controller`.
    pub controller: Box<str>,
    /// `ingressclass.kubernetes.io/is-default-class: "true"`.
    pub is_default: bool,
}

/// What an Ingress says about its class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    /// `spec.ingressClassName`.
    pub field: Option<&'a str>,
    /// `kubernetes.io/ingress.class`.
    pub annotation: Option<&'a str>,
}

/// Who serves an Ingress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// We do.
    Ours(Mode),
    /// Another controller.
    Other {
        /// The class named.
        class: Box<str>,
    },
    /// Nobody: the class named does not exist.
    NoSuchClass {
        /// The class named.
        class: Box<str>,
        /// An existing one that looks much like it.
        nearest: Option<Box<str>>,
    },
    /// Nobody: no class is named and none is the default.
    NoClass,
}

impl Selection {
    /// As explanations show it, when the Ingress takes no part.
    pub(crate) fn inactive(&self) -> Option<Inactive> {
        match self {
            Self::Ours(_) => None,
            Self::Other { class } => Some(Inactive::OtherClass {
                class: class.clone(),
            }),
            Self::NoSuchClass { class, .. } => {
                let reason = format!("IngressClass `{class}` does not exist").into();
                Some(Inactive::NotAttached { reason })
            }
            Self::NoClass => Some(Inactive::NotAttached {
                reason: "no class and no default class".into(),
            }),
        }
    }

    /// Semantics to show it with.
    pub(crate) fn mode(&self) -> Mode {
        if let Self::Ours(mode) = self {
            *mode
        } else {
            Mode::NginxCompatible
        }
    }
}

/// Selects.
pub(crate) fn select(asked: Asked<'_>, classes: &Classes, options: &Options) -> Selection {
    match asked {
        Asked {
            field: Some(class), ..
        } => by_name(class, classes, options),
        Asked {
            annotation: Some(class),
            ..
        } => by_annotation(class, options),
        Asked {
            field: None,
            annotation: None,
        } => by_default(classes, options),
    }
}

fn by_name(class: &str, classes: &Classes, options: &Options) -> Selection {
    if let Some(facts) = classes.by_name.get(class) {
        return match &*facts.controller {
            controller if controller == options.controller_class => {
                Selection::Ours(Mode::NginxCompatible)
            }
            STRICT_CONTROLLER => Selection::Ours(Mode::Strict),
            _ if options.ingress_class_by_name && class == options.ingress_class => {
                Selection::Ours(Mode::NginxCompatible)
            }
            _ => Selection::Other {
                class: class.into(),
            },
        };
    }
    match built_in(class).filter(|_| options.built_in_classes) {
        Some(mode) => Selection::Ours(mode),
        None => {
            let built_in = ["nginx", "genkan"]
                .into_iter()
                .filter(|_| options.built_in_classes);
            let known = classes.by_name.keys().map(|name| &**name).chain(built_in);
            let nearest = genkan_objects::nearest(class, known).map(Into::into);
            Selection::NoSuchClass {
                class: class.into(),
                nearest,
            }
        }
    }
}

/// Classes that exist without a cluster unless the folder defines them.
fn built_in(class: &str) -> Option<Mode> {
    match class {
        "nginx" => Some(Mode::NginxCompatible),
        "genkan" => Some(Mode::Strict),
        _ => None,
    }
}

fn by_annotation(class: &str, options: &Options) -> Selection {
    if class == options.ingress_class {
        return Selection::Ours(Mode::NginxCompatible);
    }
    if class == "genkan" {
        return Selection::Ours(Mode::Strict);
    }
    Selection::Other {
        class: class.into(),
    }
}

/// The API server fills in the class that is marked default; files have no API server, so we do. Two
/// defaults are no default: admission refuses such Ingresses.
fn by_default(classes: &Classes, options: &Options) -> Selection {
    if let Some(class) = &options.default_class {
        return by_name(class, classes, options);
    }
    let mut defaults = classes.by_name.iter().filter(|(_, facts)| facts.is_default);
    if let (Some((class, _)), None) = (defaults.next(), defaults.next()) {
        return by_name(class, classes, options);
    }
    if options.watch_ingress_without_class {
        return Selection::Ours(Mode::NginxCompatible);
    }
    match options.world {
        // a cluster may have a default class; look at the object as the one we adopt
        World::Open => Selection::Ours(Mode::NginxCompatible),
        World::Closed => Selection::NoClass,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(list: &[(&str, &str, bool)]) -> Classes {
        let facts = |controller: &str, is_default| ClassFacts {
            controller: controller.into(),
            is_default,
        };
        let by_name = list
            .iter()
            .map(|(name, controller, default)| (Arc::from(*name), facts(controller, *default)));
        Classes {
            by_name: by_name.collect(),
        }
    }

    fn check(field: Option<&str>, annotation: Option<&str>, expected: &Selection) {
        let classes = classes(&[
            ("nginx", "k8s.io/ingress-nginx", false),
            ("routing-ours", "k8s.io/ingress-nginx", false),
            ("routing-foreign", "example.com/foreign", false),
            ("exact", "genkan.io/ingress-controller", false),
        ]);
        let selected = select(Asked { field, annotation }, &classes, &Options::default());
        assert_eq!(
            selected, *expected,
            "field {field:?}, annotation {annotation:?}"
        );
    }

    const OURS: Selection = Selection::Ours(Mode::NginxCompatible);

    fn other(class: &str) -> Selection {
        Selection::Other {
            class: class.into(),
        }
    }

    // Rows recorded from the original: parity case routing-classes.
    #[test]
    fn classes_select_as_the_original_does() {
        check(Some("nginx"), None, &OURS);
        check(Some("routing-ours"), None, &OURS);
        check(Some("routing-foreign"), None, &other("routing-foreign"));
        let nearest = Some("routing-ours".into());
        let missing = Selection::NoSuchClass {
            class: "routing-no-such".into(),
            nearest,
        };
        check(Some("routing-no-such"), None, &missing);
        check(None, None, &Selection::NoClass);
        check(None, Some("nginx"), &OURS);
        check(None, Some("other"), &other("other"));
        check(None, Some("routing-ours"), &other("routing-ours"));
        check(
            Some("routing-foreign"),
            Some("nginx"),
            &other("routing-foreign"),
        );
        check(Some("nginx"), Some("other"), &OURS);
        check(None, Some(""), &other(""));
        check(None, Some("NGINX"), &other("NGINX"));
    }

    #[test]
    fn the_controller_of_the_class_decides_the_mode() {
        check(Some("exact"), None, &Selection::Ours(Mode::Strict));
        check(None, Some("genkan"), &Selection::Ours(Mode::Strict));
        let none = Classes::default();
        let select = |class, options: &Options| {
            select(
                Asked {
                    field: Some(class),
                    annotation: None,
                },
                &none,
                options,
            )
        };
        assert_eq!(select("nginx", &Options::default()), OURS);
        assert_eq!(
            select("genkan", &Options::default()),
            Selection::Ours(Mode::Strict)
        );
        let nearest = Some("nginx".into());
        let typo = Selection::NoSuchClass {
            class: "ngnix".into(),
            nearest,
        };
        assert_eq!(select("ngnix", &Options::default()), typo);
        let in_cluster = Options {
            built_in_classes: false,
            ..Options::default()
        };
        assert!(matches!(
            select("nginx", &in_cluster),
            Selection::NoSuchClass { .. }
        ));
    }

    #[test]
    fn a_missing_class_is_filled_in_from_the_default() {
        let nothing = Asked::default();
        let one = classes(&[("a", "k8s.io/ingress-nginx", true)]);
        let two = classes(&[("a", "k8s.io/ingress-nginx", true), ("b", "x/y", true)]);
        let options = Options::default();
        assert_eq!(select(nothing, &one, &options), OURS);
        assert_eq!(select(nothing, &two, &options), Selection::NoClass);
        let named = Options {
            default_class: Some("genkan".to_owned()),
            ..Options::default()
        };
        assert_eq!(select(nothing, &one, &named), Selection::Ours(Mode::Strict));
        let watch = Options {
            watch_ingress_without_class: true,
            ..Options::default()
        };
        assert_eq!(select(nothing, &two, &watch), OURS);
        // an empty annotation is a class, even with --watch-ingress-without-class
        let empty = Asked {
            field: None,
            annotation: Some(""),
        };
        assert_eq!(select(empty, &one, &watch), other(""));
    }
}
