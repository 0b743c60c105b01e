//! The example's files, embedded, and the folder that they are written to.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Path below the folder, and content.
const FILES: &[(&str, &str)] = &[
    (
        "ingress.yaml",
        include_str!("../../../../examples/todos/ingress.yaml"),
    ),
    (
        "page.yaml",
        include_str!("../../../../examples/todos/page.yaml"),
    ),
    (
        "service.yaml",
        include_str!("../../../../examples/todos/service.yaml"),
    ),
    (
        "deployment.yaml",
        include_str!("../../../../examples/todos/deployment.yaml"),
    ),
    (
        "site/index.html",
        include_str!("../../../../examples/todos/site/index.html"),
    ),
    (
        "site/todos.css",
        include_str!("../../../../examples/todos/site/todos.css"),
    ),
    (
        "site/todos.js",
        include_str!("../../../../examples/todos/site/todos.js"),
    ),
    (
        "site/icon.svg",
        include_str!("../../../../examples/todos/site/icon.svg"),
    ),
];

/// A folder with the example in it. One that was not named is removed in the end.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// Writes the example where it is `needed`. Files that are there already stay as they are, so that
    /// a demo in a folder of one's own keeps one's edits.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub(super) fn prepare(named: Option<&Path>, needed: bool) -> io::Result<Option<Self>> {
        if !needed {
            return Ok(None);
        }
        let temporary = match named {
            Some(_) => None,
            None => Some(tempfile::Builder::new().prefix("genkan-demo-").tempdir()?),
        };
        let path = match (named, &temporary) {
            (Some(path), _) => path.to_owned(),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => return Ok(None),
        };
        for (name, content) in FILES {
            let file = path.join(name);
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            if !file.exists() {
                fs::write(file, content)?;
            }
        }
        Ok(Some(Self {
            path,
            _temporary: temporary,
        }))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
