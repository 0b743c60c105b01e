//! Objects that annotations and ConfigMap keys name: found, checked, put into what asked for them.

pub(crate) mod fields;

use std::sync::Arc;

use genkan_diagnosis::Text;
use genkan_objects::{
    ObjectKey, ObjectStore, Resource,
    kind::{ConfigMap, Ingress, Kind},
};
use genkan_route::{
    basic_auth::{BasicAuth, Users},
    endpoint::GroupKey,
    route::Closed,
};

use crate::{
    annotation::{
        Effects, Fate, Policy, Problem, Remark, basic_auth::Draft, value::Malformed, words,
    },
    configmap::Settings,
    options::{Options, World},
    world,
};

/// What the annotations of one Ingress refer to.
pub(crate) struct References<'a> {
    /// The Ingress.
    pub object: &'a Resource<Ingress>,
    /// Where to look.
    pub objects: &'a ObjectStore,
    /// What is allowed.
    pub policy: &'a Policy,
    /// Whether what is absent is missing.
    pub options: &'a Options,
    /// Everything that was looked for.
    pub uses: &'a mut Vec<ObjectKey>,
}

impl References<'_> {
    /// Puts what the annotations refer to into the effects.
    pub(crate) fn resolve(&mut self, effects: &mut Effects, remarks: &mut Vec<Remark>) {
        if let Some(name) = effects.references.custom_headers.take() {
            match self.custom_headers(&name) {
                Ok(headers) => effects.policy.custom_headers = headers,
                Err(wrong) => self.refuse(
                    ("custom-headers", &words::CONFIG_MAP),
                    wrong,
                    effects,
                    remarks,
                ),
            }
        }
        if effects.basic_auth.wanted {
            match self.basic_auth(&effects.basic_auth) {
                Ok(users) => {
                    effects.policy.basic_auth = Some(BasicAuth {
                        realm: effects.basic_auth.realm.clone(),
                        users: Arc::new(users),
                    });
                }
                Err(wrong) => self.refuse(("auth-secret", &words::USERS), wrong, effects, remarks),
            }
        }
        if let Some(name) = effects.references.default_backend.take() {
            match self.first_port(&name) {
                Ok(group) => effects.policy.default_backend = group,
                Err(wrong) => remarks.push(self.remark(
                    "default-backend",
                    &words::SERVICE_WITH_PORT,
                    wrong,
                    Fate::Default,
                )),
            }
        }
    }

    /// The first port of a Service of the Ingress's namespace. An absent one is an error in a closed
    /// world, else nothing.
    fn first_port(&mut self, name: &str) -> Result<Option<GroupKey>, Malformed> {
        let namespace = self.object.meta.namespace();
        self.uses.push(ObjectKey {
            kind: Kind::Service,
            namespace: namespace.into(),
            name: name.into(),
        });
        let Some(service) = world::service(self.objects, namespace, name) else {
            return match self.options.world {
                World::Open => Ok(None),
                World::Closed => Err(Malformed::of(&words::NO_SERVICE, name)),
            };
        };
        let port = service.spec.ports.first();
        let port = port.ok_or_else(|| Malformed::of(&words::NO_PORTS, name))?;
        Ok(Some(GroupKey {
            namespace: namespace.to_owned(),
            service: name.to_owned(),
            port: port.port.value.to_string(),
        }))
    }

    /// The users of a Secret. In an open world an absent one has none, which lets nobody in.
    fn basic_auth(&mut self, draft: &Draft) -> Result<Users, Malformed> {
        let own = self.object.meta.namespace();
        let full = draft.secret.as_deref().unwrap_or_default();
        let (namespace, name) = full.split_once('/').unwrap_or((own, full));
        if name.is_empty() || name.contains('/') {
            return Err(Malformed::of(&words::NO_SECRET, full));
        }
        if namespace != own && !self.policy.cross_namespace {
            return Err(Malformed::new(&words::FOREIGN_SECRET));
        }
        self.uses.push(ObjectKey {
            kind: Kind::Secret,
            namespace: namespace.into(),
            name: name.into(),
        });
        let Some(secret) = self.objects.secrets.get(namespace, name) else {
            return match self.options.world {
                World::Open => Ok(Users::default()),
                World::Closed => Err(Malformed::of(&words::NO_SECRET, full)),
            };
        };
        let secret = &secret.spec;
        if draft.is_map {
            let lines = secret
                .data
                .iter()
                .map(|(user, hash)| [user.value.as_bytes(), hash.reveal()].join(&b':'));
            return Ok(Users::parse(&lines.collect::<Vec<_>>().join(&b'\n')));
        }
        let file = secret.get("auth");
        let file = file.ok_or_else(|| Malformed::of(&words::NO_AUTH_FILE, full))?;
        Ok(Users::parse(file.reveal()))
    }

    fn custom_headers(&mut self, name: &str) -> Result<fields::Literals, Malformed> {
        match self.config_map(name)? {
            Some(map) => fields::custom(&map, &self.policy.response_headers_allowed),
            None => Ok(fields::Literals::default()),
        }
    }

    /// The ConfigMap `namespace/name`; none where its absence says nothing.
    fn config_map(&mut self, name: &str) -> Result<Option<Arc<Resource<ConfigMap>>>, Malformed> {
        let found = config_map(self.objects, self.options, name)?;
        if let Some((namespace, name)) = name.split_once('/') {
            self.uses.push(ObjectKey {
                kind: Kind::ConfigMap,
                namespace: namespace.into(),
                name: name.into(),
            });
        }
        Ok(found.cloned())
    }

    /// As ingress-nginx: what an annotation refers to and cannot be used closes the routes.
    fn refuse(
        &self,
        (annotation, expected): (&'static str, &'static Text),
        wrong: Malformed,
        effects: &mut Effects,
        remarks: &mut Vec<Remark>,
    ) {
        let remark = self.remark(annotation, expected, wrong, Fate::Closed);
        let code = remark.code();
        effects.closed.get_or_insert(Closed { code, annotation });
        remarks.push(remark);
    }

    fn remark(
        &self,
        annotation: &'static str,
        expected: &'static Text,
        wrong: Malformed,
        fate: Fate,
    ) -> Remark {
        let key = format!("{}/{annotation}", self.policy.prefix);
        let value = self.object.meta.annotation(&key);
        let value = value.map_or_else(String::new, |found| found.value.value.to_string());
        let expected = expected.into();
        Remark {
            key,
            value,
            problem: Problem::BadValue { expected, wrong },
            fate,
        }
    }
}

/// A ConfigMap by `namespace/name`. An absent one is an error in a closed world, else nothing.
pub(crate) fn config_map<'o>(
    objects: &'o ObjectStore,
    options: &Options,
    name: &str,
) -> Result<Option<&'o Arc<Resource<ConfigMap>>>, Malformed> {
    let well_formed = name.split('/').count() == 2 && name.split('/').all(|part| !part.is_empty());
    if !well_formed {
        return Err(Malformed::of(&words::NOT_A_REFERENCE, name));
    }
    match world::config_map(objects, name) {
        Some(map) => Ok(Some(map)),
        None if options.world == World::Open => Ok(None),
        None => Err(Malformed::of(&words::NO_CONFIG_MAP, name)),
    }
}

/// Puts what keys of the main ConfigMap refer to into the settings. Gives what was looked for.
pub(crate) fn global(
    settings: &mut Settings,
    objects: &ObjectStore,
    options: &Options,
    remarks: &mut Vec<Remark>,
) -> Vec<(String, Option<Arc<Resource<ConfigMap>>>)> {
    let mut referenced = Vec::new();
    let mut fields = |key: &str, name: Option<&String>| {
        let Some(name) = name else {
            return Box::default();
        };
        let found = config_map(objects, options, name);
        let (fields, wrong) = match &found {
            Ok(Some(map)) => fields::templates(map),
            Ok(None) => (Box::default(), Vec::new()),
            Err(wrong) => (Box::default(), vec![wrong.clone()]),
        };
        referenced.push((name.clone(), world::config_map(objects, name).cloned()));
        remarks.extend(wrong.into_iter().map(|wrong| Remark {
            key: key.to_owned(),
            value: name.clone(),
            problem: Problem::BadValue {
                expected: (&words::CONFIG_MAP).into(),
                wrong,
            },
            fate: Fate::Default,
        }));
        fields
    };
    settings.global.added_fields = fields("add-headers", settings.added_fields.as_ref());
    settings.global.upstream_fields =
        fields("proxy-set-headers", settings.upstream_fields.as_ref());
    referenced
}
