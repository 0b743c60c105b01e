//! The edits: half of them on the two hosts under load, in each way in which folders are edited.

use std::net::SocketAddr;
use std::sync::Arc;

use genkan_tests::{Folder, manifests};

use super::load::{Scene, Versions};

/// The host whose file is edited.
pub(crate) const FILE_HOST: usize = 0;
/// The host whose folder is swapped as Kubernetes swaps volumes.
pub(crate) const VOLUME_HOST: usize = 1;
/// Their names; also in the annotation that names a version.
pub(crate) const HOSTS: [&str; 2] = ["file.test", "volume.test"];
/// Where the WebSockets go; it is edited, too, without effect on them.
pub(crate) const SOCKET_HOST: &str = "socket.test";
/// Hosts nobody asks for.
const OTHERS: usize = 7;

pub(crate) struct Edits<'f> {
    files: &'f Folder,
    volume: &'f Folder,
    backend: SocketAddr,
    echo: SocketAddr,
    versions: Arc<Versions>,
    made: usize,
}

impl<'f> Edits<'f> {
    /// Writes the first versions.
    pub(crate) fn new(
        files: &'f Folder,
        volume: &'f Folder,
        backend: SocketAddr,
        echo: SocketAddr,
    ) -> Self {
        let edits = Self {
            files,
            volume,
            backend,
            echo,
            versions: Arc::new(Versions::default()),
            made: 0,
        };
        edits.files.write(
            "services.yaml",
            &manifests::documents(&[
                manifests::service("web", &[backend]),
                manifests::service("ws", &[echo]),
            ]),
        );
        edits.files.write("host.yaml", &edits.manifest(FILE_HOST));
        edits
            .volume
            .swap_volume(&[("host.yaml", &edits.manifest(VOLUME_HOST))]);
        edits.socket();
        edits
    }

    pub(crate) fn versions(&self) -> Arc<Versions> {
        Arc::clone(&self.versions)
    }

    /// One edit.
    pub(crate) fn next(&mut self, scene: &Scene) {
        let number = self.made;
        self.made += 1;
        match number % 4 {
            0 => self.file(scene, number / 4),
            1 => self.other(number),
            2 => drop(self.volume()),
            _ if number % 8 == 3 => self.socket(),
            _ => self.other(number),
        }
    }

    /// A last good version of each, seen by all.
    pub(crate) fn finish(&mut self, scene: &Scene) {
        let version = self.versions.begin(FILE_HOST);
        self.files.write("host.yaml", &self.manifest(FILE_HOST));
        scene.wait_for(FILE_HOST, version);
        let version = self.volume();
        scene.wait_for(VOLUME_HOST, version);
    }

    fn file(&self, scene: &Scene, turn: usize) {
        match turn % 6 {
            3 => {
                // Good text and a break behind it: what was read before serves.
                let text = self.manifest(FILE_HOST) + "---\nkind: [\n";
                self.files.write("broken.yaml", "kind: Ingress\nspec: [\n");
                let before = self.files.read("host.yaml");
                self.files
                    .write_in_place("host.yaml", &text.replace("rules:", "rules: ["));
                self.files.write_in_place("host.yaml", &before);
            }
            4 => {
                self.files.remove("broken.yaml");
                // Gone, and back with a new version: until that is live, nothing is an answer, too.
                scene.allow_absence(FILE_HOST, true);
                self.files.remove("host.yaml");
                scene.see_absence(FILE_HOST);
                let version = self.versions.begin(FILE_HOST);
                self.files.write("host.yaml", &self.manifest(FILE_HOST));
                scene.wait_for(FILE_HOST, version);
                scene.allow_absence(FILE_HOST, false);
            }
            5 => {
                // Half of it lies there until another edit is live. Cut behind a whole line, so that it
                // could be read, and would lead to a wrong target.
                self.versions.begin(FILE_HOST);
                let text = self.manifest(FILE_HOST);
                let cut = text.find("spec:").expect("an Ingress has a spec");
                self.files.write_in_two("host.yaml", &text, cut, || {
                    let version = self.volume();
                    scene.wait_for(VOLUME_HOST, version);
                });
            }
            other => {
                self.versions.begin(FILE_HOST);
                let text = self.manifest(FILE_HOST);
                if other % 2 == 0 {
                    self.files.write("host.yaml", &text);
                } else {
                    self.files.write_in_place("host.yaml", &text);
                }
            }
        }
    }

    fn volume(&self) -> u64 {
        let version = self.versions.begin(VOLUME_HOST);
        self.volume
            .swap_volume(&[("host.yaml", &self.manifest(VOLUME_HOST))]);
        version
    }

    fn other(&self, number: usize) {
        let name = format!("other-{}", number % OTHERS);
        let path = format!("/{number}");
        let host = format!("{name}.test");
        let ingress = manifests::ingress(&name, "nginx", &host, &[(&path, "Prefix", "web")]);
        self.files
            .write(&format!("{name}.yaml"), &manifests::documents(&[ingress]));
    }

    fn socket(&self) {
        let path = format!("/{}", self.made);
        let paths = [("/", "Prefix", "ws"), (&*path, "Exact", "web")];
        let ingress = manifests::ingress("socket", "nginx", SOCKET_HOST, &paths);
        let service = manifests::service("ws", &[self.echo]);
        self.files
            .write("socket.yaml", &manifests::documents(&[ingress, service]));
    }

    /// The version that was begun last.
    fn manifest(&self, host: usize) -> String {
        let version = self.versions.written(host);
        let name = HOSTS[host].trim_end_matches(".test");
        let service = if host == FILE_HOST { "file" } else { "volume" };
        let ingress = manifests::ingress(name, "nginx", HOSTS[host], &[("/", "Prefix", service)]);
        let ingress = manifests::annotated(
            ingress,
            "nginx.ingress.kubernetes.io/rewrite-target",
            &format!("/v{version}"),
        );
        let marked = format!("nginx.ingress.kubernetes.io/{name}-version-{version}");
        let ingress = manifests::annotated(ingress, &marked, "x");
        manifests::documents(&[manifests::service(service, &[self.backend]), ingress])
    }
}
