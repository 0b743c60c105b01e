//! A static site as routes refer to it. Opening and sending files is the proxy's work.

use std::path::PathBuf;

/// What a `StaticSite` object says, ready to serve.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StaticSite {
    /// Namespace of the object.
    pub namespace: String,
    /// Name of the object.
    pub name: String,
    /// The folder, absolute or relative to the process; nothing outside of it is ever opened.
    pub root: PathBuf,
    /// Files tried in a folder, in order.
    pub index: Vec<String>,
    /// The file (relative to the root) sent for a path that names no file, for single-page applications.
    pub fallback: Option<String>,
    /// Value of `Cache-Control`, where one is wanted.
    pub cache_control: Option<String>,
}
