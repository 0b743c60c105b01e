//! What the table says about one key of the main ConfigMap.

use std::fmt;

use genkan_diagnosis::Text;

use super::Settings;
use crate::annotation::{
    entry::Idle,
    value::{Malformed, Value},
};

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name, lower case; keys are compared in any case.
    pub name: &'static str,
    /// The group it is documented in.
    pub group: Group,
    /// Type and check of the value.
    pub value: Value,
    /// What holds without it.
    pub default: &'static str,
    /// Whether ingress-nginx's own documentation leaves it out.
    pub undocumented: bool,
    /// What it does here.
    pub effect: Effect,
}

impl Key {
    /// What keys leave out.
    pub(super) const BASE: Self = Self {
        name: "",
        group: Group::Security,
        value: Value::Anything,
        default: "",
        undocumented: false,
        effect: Effect::NotYet(Idle::Never),
    };
}

/// What a key does here.
#[derive(Clone, Copy)]
pub enum Effect {
    /// It writes its value, already checked, into the settings.
    Supported(fn(&mut Settings, &str) -> Result<(), Malformed>),
    /// As [`Effect::Supported`]; a text tells that some of the value has no effect, and why.
    Partly(fn(&mut Settings, &str) -> Result<Option<&'static Text>, Malformed>),
    /// Known, not built yet: a finding, unless the value asks for what happens anyway.
    NotYet(Idle),
    /// As [`Effect::Supported`]; a value that cannot be read closes every route.
    Guards(fn(&mut Settings, &str) -> Result<(), Malformed>),
    /// As [`Effect::NotYet`], and serving without it would let somebody in: the routes it protects are
    /// closed.
    Closes(Protects),
    /// It will never have an effect; the reason is shown.
    Never(&'static Text),
}

/// Which routes a key protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protects {
    /// All; the values that protect nothing are given.
    All(Idle),
    /// Those that do not opt out of global authentication.
    Authenticated,
}

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supported(_) => f.write_str("Supported"),
            Self::Partly(_) => f.write_str("Partly"),
            Self::Guards(_) => f.write_str("Guards"),
            Self::NotYet(idle) => f.debug_tuple("NotYet").field(idle).finish(),
            Self::Closes(protects) => f.debug_tuple("Closes").field(protects).finish(),
            Self::Never(reason) => f.debug_tuple("Never").field(&reason.en).finish(),
        }
    }
}

/// The groups of keys, one file each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Who is let in, and what annotations may do.
    Security,
    /// TLS and redirects.
    Tls,
    /// Client addresses and forwarded headers.
    Forwarded,
    /// Defaults of annotations.
    Proxy,
    /// Connections, workers, compression.
    Connection,
    /// Logs and tracing.
    Log,
    /// Global external authentication.
    GlobalAuth,
    /// Raw nginx configuration, TCP and UDP.
    Snippet,
}

impl Group {
    /// Heading in the documentation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Security => "Security and admission",
            Self::Tls => "TLS and redirects",
            Self::Forwarded => "Client address and forwarded headers",
            Self::Proxy => "Defaults of annotations",
            Self::Connection => "Connections, workers, compression",
            Self::Log => "Logs and tracing",
            Self::GlobalAuth => "Global external authentication",
            Self::Snippet => "Snippets, TCP and UDP",
        }
    }
}
