//! Which names in a folder are manifests.

use std::{ffi::OsStr, path::Path};

/// Extensions that are read, as `kubectl apply -f FOLDER` reads them.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// Whether a file of this name in a folder is read. Hidden files are not, and neither is what editors
/// leave beside the file that is edited: `.x.yaml.swp` (vim), `x.yaml~`, `#x.yaml#` and `.#x.yaml`
/// (Emacs), `4913` (vim asks with it whether the folder can be written to).
pub(super) fn is_manifest(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    !is_hidden(name)
        && !bytes.starts_with(b"#")
        && Path::new(name)
            .extension()
            .is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known))
}

/// Whether files and folders of this name are left alone. Kubernetes volumes keep theirs in
/// `..2026_01_31_…`; what is in there is read through links, once.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_told_by_extension() {
        for name in ["a.yaml", "a.yml", "a.json", "a.b.yaml", "ä.yaml"] {
            assert!(is_manifest(OsStr::new(name)), "{name}");
        }
        for name in [
            "a",
            "yaml",
            "a.yaml.bak",
            "a.YAML.orig",
            "a.txt",
            "README.md",
        ] {
            assert!(!is_manifest(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn what_editors_and_volumes_leave_is_passed_over() {
        for name in [
            ".a.yaml.swp",
            ".a.yaml",
            "a.yaml~",
            "#a.yaml#",
            "#a.yaml",
            ".#a.yaml",
            "4913",
            "..data",
            "..2026_01_31_10_00_00.1",
            ".yaml",
        ] {
            assert!(!is_manifest(OsStr::new(name)), "{name}");
        }
    }
}
