//! What every Ingress is read against: classes, the main ConfigMap, settings of the installation.

use std::sync::Arc;

use genkan_diagnosis::{Code, Finding, words};
use genkan_objects::{
    ObjectStore, Resource,
    kind::{ConfigMap, IngressClass},
};
use genkan_route::{
    client::Trust,
    settings::{GlobalSettings, RouteSettings},
};

use crate::{
    annotation::{Policy, Written},
    check,
    configmap::{self, Settings},
    ingress::class::{ClassFacts, Classes},
    mark::{self, Part},
    options::Options,
    reference, world,
};

/// The common ground, kept from one compile to the next.
#[derive(Debug)]
pub(crate) struct Base {
    /// IngressClasses.
    pub classes: Classes,
    /// What the main ConfigMap comes to.
    pub settings: Settings,
    /// Settings of the whole proxy.
    pub global: Arc<GlobalSettings>,
    /// What is wrong with the classes and the ConfigMap.
    pub findings: Vec<Finding>,
    shared: Arc<RouteSettings>,
    class_objects: Vec<Arc<Resource<IngressClass>>>,
    config_map: Option<Arc<Resource<ConfigMap>>>,
    /// ConfigMaps that the main one names, by `namespace/name`.
    referenced: Vec<(String, Option<Arc<Resource<ConfigMap>>>)>,
    fresh: bool,
}

impl Base {
    /// Nothing yet; the first [`Base::refresh`] fills it.
    pub(crate) fn new(options: &Options) -> Self {
        let settings = defaults(options);
        Self {
            classes: Classes::default(),
            shared: Arc::new(settings.policy.settings.clone()),
            settings,
            global: Arc::new(GlobalSettings::default()),
            findings: Vec::new(),
            class_objects: Vec::new(),
            config_map: None,
            referenced: Vec::new(),
            fresh: true,
        }
    }

    /// Redirects to HTTPS lead to this port.
    pub(crate) fn set_https_port(&mut self, port: u16) {
        self.settings.global.https_port = port;
        self.global = Arc::new(self.settings.global.clone());
    }

    /// Reads classes and ConfigMap anew when they are other objects. Tells whether they were.
    pub(crate) fn refresh(&mut self, objects: &ObjectStore, options: &Options) -> bool {
        let config_map = world::config_map(objects, &options.configmap);
        let same_classes = world::classes(objects).count() == self.class_objects.len()
            && world::classes(objects)
                .zip(&self.class_objects)
                .all(|(a, b)| Arc::ptr_eq(a, b));
        let same_references = self
            .referenced
            .iter()
            .all(|(name, map)| world::same(world::config_map(objects, name), map.as_ref()));
        let same_map = world::same(config_map, self.config_map.as_ref());
        if !self.fresh && same_classes && same_map && same_references {
            return false;
        }
        self.fresh = false;
        self.class_objects = world::classes(objects).cloned().collect();
        self.config_map = config_map.cloned();
        self.findings = self.class_findings();
        self.classes = Classes {
            by_name: self.class_objects.iter().map(facts).collect(),
        };
        self.read_config_map(objects, options);
        true
    }

    fn read_config_map(&mut self, objects: &ObjectStore, options: &Options) {
        let map = self.config_map.clone();
        let data = map.iter().flat_map(|map| &map.spec.data);
        // values of a ConfigMap are text, or reading it has said so already
        let written = data.map(|(key, value)| Written {
            key: &key.value,
            value: &value.value,
            is_text: true,
        });
        let (mut settings, mut remarks) = configmap::read(written, defaults(options));
        self.referenced = reference::global(&mut settings, objects, options, &mut remarks);
        if let Some(map) = &map {
            self.findings
                .extend(check::remark::of_config_map(map, &remarks));
        }
        self.findings
            .extend(check::client::trust(map.as_deref(), &settings.global.trust));
        self.shared = Arc::new(settings.policy.settings.clone());
        if *self.global != settings.global {
            self.global = Arc::new(settings.global.clone());
        }
        self.settings = settings;
    }

    /// GK0103: two defaults are no default.
    fn class_findings(&self) -> Vec<Finding> {
        let defaults: Vec<_> = self
            .class_objects
            .iter()
            .filter(|c| c.spec.is_default)
            .collect();
        let [first, second, ..] = &defaults[..] else {
            return Vec::new();
        };
        let names: Vec<_> = defaults
            .iter()
            .map(|class| format!("`{}`", class.meta.name.value))
            .collect();
        let pointer = mark::annotation_pointer("ingressclass.kubernetes.io/is-default-class");
        let finding = Finding::new(Code::GK0103).arg("names", names.join(", "));
        let finding = mark::at(
            finding,
            &***second,
            &pointer,
            Part::Value,
            &words::ALSO_HERE,
        );
        vec![mark::also(
            finding,
            &***first,
            &pointer,
            Part::Value,
            &words::FIRST_HERE,
        )]
    }

    /// The installation's own route settings.
    pub(crate) fn shared(&self) -> &Arc<RouteSettings> {
        &self.shared
    }

    /// Route settings, shared where they are the installation's own.
    pub(crate) fn share(&self, settings: &RouteSettings) -> Arc<RouteSettings> {
        if *settings == *self.shared {
            self.shared.clone()
        } else {
            Arc::new(settings.clone())
        }
    }
}

fn facts(class: &Arc<Resource<IngressClass>>) -> (Arc<str>, ClassFacts) {
    let controller = class
        .spec
        .controller
        .as_ref()
        .map_or("", |name| &*name.value)
        .into();
    let facts = ClassFacts {
        controller,
        is_default: class.spec.is_default,
    };
    (class.meta.name.value.clone(), facts)
}

/// What holds without a ConfigMap: defaults, and what flags say.
fn defaults(options: &Options) -> Settings {
    let settings = Settings::default();
    Settings {
        policy: Policy {
            prefix: options.annotations_prefix.clone(),
            ..settings.policy
        },
        global: GlobalSettings {
            health_path: options.health_path.clone(),
            https_port: options.https_port,
            trust: Trust {
                proxy_header_optional: options.proxy_header_optional.clone(),
                ..settings.global.trust
            },
            ..settings.global
        },
        ..settings
    }
}
