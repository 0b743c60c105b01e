//! From file contents to generations: files, objects, compiler, resolved names.

use std::path::PathBuf;

use genkan_compile::{Compiler, Generation, Input, Options, Resolution, Resolutions, World};
use genkan_objects::{
    ObjectStore,
    files::{Content, FileSet},
};

use super::resolve::Answers;
use crate::{
    command::{GatewayArgs, InputArgs},
    manifests,
};

/// Keeps from one compile to the next all that need not be done again.
#[derive(Debug)]
pub(super) struct Pipeline {
    files: FileSet,
    compiler: Compiler,
    resolutions: Resolutions,
    watch_namespace: Option<String>,
}

impl Pipeline {
    pub(super) fn new(input: &InputArgs, manifests: &[PathBuf], gateway: &GatewayArgs) -> Self {
        let options = Options {
            health_path: gateway.health_check_path.clone(),
            https_port: gateway.first_https_port(),
            ..input.options(World::Closed, manifests)
        };
        Self {
            files: FileSet::default(),
            compiler: Compiler::new(options),
            resolutions: Resolutions::new(),
            watch_namespace: input.watch_namespace.clone(),
        }
    }

    /// Redirects to HTTPS lead to this port from now on.
    pub(super) fn set_https_port(&mut self, port: u16) {
        self.compiler.set_https_port(port);
    }

    /// Takes what was seen of a file; says whether anything changed by it.
    pub(super) fn take(&mut self, path: &str, content: &Content) -> bool {
        let changes = self.files.apply(path, content);
        changes.read || !changes.keys.is_empty()
    }

    /// Takes what is known about external names; says whether anything changed by it.
    pub(super) fn resolved(&mut self, answers: &Answers) -> bool {
        let resolutions: Resolutions = answers
            .iter()
            .map(|(name, answer)| (name.clone(), resolution(answer)))
            .collect();
        let changed = resolutions != self.resolutions;
        self.resolutions = resolutions;
        changed
    }

    /// The next generation.
    pub(super) fn compile(&mut self) -> Generation {
        let objects = self.objects();
        self.compiler.compile(Input {
            objects: &objects,
            problems: &self.files.problems(),
            resolutions: &self.resolutions,
            now: manifests::now(),
        })
    }

    /// Objects of the watched namespace only, where one is named (`--watch-namespace`).
    fn objects(&self) -> ObjectStore {
        let mut objects = self.files.store().clone();
        let Some(watched) = &self.watch_namespace else {
            return objects;
        };
        let outside: Vec<_> = objects
            .objects()
            .map(|object| object.key())
            .filter(|key| key.kind.is_namespaced() && *key.namespace != **watched)
            .collect();
        for key in &outside {
            objects.remove(key);
        }
        objects
    }
}

/// While DNS fails the last good addresses stay; only a name that never resolved has failed.
fn resolution(answer: &super::resolve::Resolution) -> Resolution {
    match (&answer.failure, answer.addresses.is_empty()) {
        (Some(failure), true) => Resolution::Failed(failure.clone()),
        _ => Resolution::Addresses(answer.addresses.clone()),
    }
}
