//! One variant of the story: the same mistake in other manifests. Names, ports,
//! hosts, neighbours, comments, quoting and the form of the file are drawn.

use genkan_tests::{FlaskBackend, Random, manifests};
use serde_json::{Value, json};

/// The annotation that the story is about.
pub(crate) const REWRITE: &str = "nginx.ingress.kubernetes.io/rewrite-target";

/// One way of making the story's mistake.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) form: Form,
    namespace: Option<String>,
    ingress: String,
    service: String,
    pub(crate) host: Option<String>,
    port: Value,
    pub(crate) constant: &'static str,
    annotations: usize,
    neighbours: usize,
    pub(crate) extension: &'static str,
}

/// How the manifests are written.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Yaml,
    Json,
    List,
}

impl Variant {
    pub(crate) fn draw(random: &mut Random, number: usize) -> Self {
        let form = [Form::Yaml, Form::Json, Form::List][number % 3];
        Self {
            form,
            namespace: random.one_in(2).then(|| random.word()),
            ingress: random.word() + "-in",
            service: random.word() + "-svc",
            host: random.one_in(2).then(|| format!("{}.test", random.word())),
            port: if random.one_in(2) {
                json!({ "name": "web" })
            } else {
                json!({ "number": 8000 })
            },
            // Both exist in the application, for GET only.
            constant: *random.pick(&["/", "/healthz"]),
            annotations: random.below(3),
            neighbours: random.below(3),
            extension: match form {
                Form::Json => "json",
                _ => *random.pick(&["yaml", "yml"]),
            },
        }
    }

    /// The Ingress, with the mistake.
    pub(crate) fn ingress(&self) -> Value {
        let mut annotations = serde_json::Map::new();
        for number in 0..self.annotations {
            annotations.insert(format!("example.test/note-{number}"), json!("kept"));
        }
        annotations.insert(REWRITE.to_owned(), json!(self.constant));
        let backend = json!({ "service": { "name": self.service, "port": self.port } });
        let mut rule = json!({ "http": { "paths": [
            { "path": "/todos", "pathType": "Prefix", "backend": backend },
        ] } });
        if let Some(host) = &self.host {
            rule["host"] = json!(host);
        }
        self.object(
            "networking.k8s.io/v1",
            "Ingress",
            &self.ingress,
            &Value::Object(annotations),
            &json!({
                "ingressClassName": "nginx",
                "rules": [rule],
            }),
        )
    }

    fn service(&self, flask: &FlaskBackend) -> Value {
        let annotations = json!({ "genkan.io/endpoints": flask.address().to_string() });
        self.object(
            "v1",
            "Service",
            &self.service,
            &annotations,
            &json!({
                "ports": [{ "name": "web", "port": 8000 }],
            }),
        )
    }

    fn object(
        &self,
        version: &str,
        kind: &str,
        name: &str,
        annotations: &Value,
        spec: &Value,
    ) -> Value {
        let mut object = json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": { "name": name, "annotations": annotations },
            "spec": spec,
        });
        if let Some(namespace) = &self.namespace {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object
    }

    /// The manifests as one text, with `ingress` among its neighbours.
    pub(crate) fn text(
        &self,
        ingress: &Value,
        flask: &FlaskBackend,
        random: &mut Random,
    ) -> String {
        let mut objects: Vec<Value> = (0..self.neighbours)
            .map(|n| {
                json!({
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": { "name": format!("neighbour-{n}") },
                    "data": { "note": "rewrite what you like" },
                })
            })
            .collect();
        objects.extend([self.service(flask), ingress.clone()]);
        random.shuffle(&mut objects);
        let shift = "\n".repeat(random.below(4));
        match self.form {
            Form::Yaml => {
                let texts: Vec<String> = objects
                    .iter()
                    .map(|object| manifests::yaml(object, Some(random)))
                    .collect();
                shift + &texts.join("---\n")
            }
            Form::Json => shift + &format!("{:#}", list(&objects)) + "\n",
            Form::List => shift + &manifests::yaml(&list(&objects), Some(random)),
        }
    }
}

fn list(objects: &[Value]) -> Value {
    json!({ "apiVersion": "v1", "kind": "List", "items": objects })
}
