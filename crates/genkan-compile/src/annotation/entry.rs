//! What the table says about one annotation.
//!
//! An entry is the only place that knows an annotation: supporting one more means changing its
//! `effect`. Entries live in one file per [`Family`]; documentation, checks and tests read them.

use std::fmt;

use genkan_diagnosis::Text;

use super::{
    Effects,
    value::{Malformed, Value},
};

/// One annotation.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Name without the prefix.
    pub name: &'static str,
    /// Other names that mean the same.
    pub aliases: &'static [&'static str],
    /// The group it is documented in.
    pub family: Family,
    /// What it acts on.
    pub scope: Scope,
    /// How dangerous ingress-nginx holds it to be; compared with `annotations-risk-level`.
    pub risk: Risk,
    /// Whether it keeps somebody out: a value that cannot be honoured closes the route.
    pub security: bool,
    /// What the original does with a value that it cannot read.
    pub bad: BadValue,
    /// Type and check of the value.
    pub value: Value,
    /// What holds without it, in words.
    pub default: &'static str,
    /// Annotations of which one must be there too, or this one has no effect.
    pub needs: &'static [&'static str],
    /// What an empty or unreadable value does beyond leaving the default in force.
    pub unreadable: fn(&mut Effects),
    /// What it does here.
    pub effect: Effect,
    /// One line for the documentation.
    pub about: &'static str,
}

impl Entry {
    /// What entries leave out: a location setting of low risk that ingress-nginx ignores when it is bad.
    pub(super) const BASE: Self = Self {
        name: "",
        aliases: &[],
        family: Family::Routing,
        scope: Scope::Location,
        risk: Risk::Low,
        security: false,
        bad: BadValue::Ignored,
        value: Value::Anything,
        default: "none",
        needs: &[],
        unreadable: |_| (),
        effect: Effect::NotYet(Idle::Never),
        about: "",
    };

    /// Whether any value of it has an effect here.
    pub fn is_built(&self) -> bool {
        matches!(self.effect, Effect::Supported(_) | Effect::Partly(..))
    }

    /// All names it goes by, the proper one first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// What an annotation does here.
#[derive(Clone, Copy)]
pub enum Effect {
    /// It writes its value, already checked against [`Entry::value`], into the effects.
    Supported(Apply),
    /// As [`Effect::Supported`], but for some values only, which the text tells; it also is the reason
    /// shown for the others.
    Partly(Apply, &'static Text),
    /// Known, not built yet: a finding, and for [`Entry::security`] a closed route, unless the value
    /// asks for what happens anyway.
    NotYet(Idle),
    /// Raw nginx configuration, which nothing here runs. Closed when it looks like access control.
    Snippet,
    /// It will never have an effect; the reason is shown.
    Never(&'static Text),
}

/// Writes a value into the effects.
pub type Apply = fn(&mut Effects, &str) -> Result<Outcome, Malformed>;

impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Supported(_) => f.write_str("Supported"),
            Self::Partly(_, reason) => f.debug_tuple("Partly").field(&reason.en).finish(),
            Self::NotYet(idle) => f.debug_tuple("NotYet").field(idle).finish(),
            Self::Snippet => f.write_str("Snippet"),
            Self::Never(reason) => f.debug_tuple("Never").field(&reason.en).finish(),
        }
    }
}

/// What came of a value that could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has its effect.
    InEffect,
    /// This value (not the annotation as such) has no effect yet.
    NoEffectYet,
    /// This value has no effect, and what holds without it protects as much.
    LeftOut,
    /// Serving without this value's effect would do harm: the route is closed.
    Unservable,
}

/// Which values of an annotation without effect ask for what happens anyway, and so need no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// None.
    Never,
    /// This boolean.
    Flag(bool),
    /// Numbers (or sizes) that are zero or negative.
    NotPositive,
    /// This word, in any case.
    Word(&'static str),
}

impl Idle {
    /// Whether `text` asks for what happens anyway.
    pub(crate) fn covers(self, text: &str) -> bool {
        match self {
            Self::Never => false,
            Self::Flag(flag) => super::value::flag(text) == Ok(flag),
            Self::NotPositive => super::value::integer(text).is_ok_and(|number| number <= 0),
            Self::Word(word) => text.trim().eq_ignore_ascii_case(word),
        }
    }
}

/// The groups of annotations, one file each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Which requests go where, and under which path.
    Routing,
    /// Redirects.
    Redirect,
    /// TLS towards clients.
    Tls,
    /// TLS towards backends.
    UpstreamTls,
    /// Passwords.
    BasicAuth,
    /// Authentication by another service.
    ExternalAuth,
    /// Alternatives that get a share of the traffic.
    Canary,
    /// Sticky sessions and balancing.
    Affinity,
    /// Timeouts, retries, buffers, sizes.
    TimeoutAndBuffer,
    /// Rates, connections, addresses.
    Limit,
    /// Cross-origin requests.
    Cors,
    /// Response headers.
    Header,
    /// Protocol spoken with the backend.
    Protocol,
    /// Mirrors, error pages, logs, tracing, the web application firewall.
    ErrorAndLog,
    /// Raw nginx configuration.
    Snippet,
}

impl Family {
    /// Heading in the documentation.
    pub fn title(self) -> &'static str {
        match self {
            Self::Routing => "Routing and rewrite",
            Self::Redirect => "Redirects",
            Self::Tls => "TLS and client certificates",
            Self::UpstreamTls => "TLS to backends",
            Self::BasicAuth => "Basic and digest authentication",
            Self::ExternalAuth => "External authentication",
            Self::Canary => "Canary",
            Self::Affinity => "Affinity and balancing",
            Self::TimeoutAndBuffer => "Timeouts, retries, buffers, sizes",
            Self::Limit => "Limits and address lists",
            Self::Cors => "CORS",
            Self::Header => "Headers",
            Self::Protocol => "Backend protocol",
            Self::ErrorAndLog => "Mirror, errors, logs, tracing, firewall",
            Self::Snippet => "Snippets",
        }
    }
}

/// What an annotation acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The paths of its own Ingress.
    Location,
    /// The whole host, all Ingresses of it.
    Host,
    /// The Service port, wherever it is used.
    Upstream,
    /// The canary Ingress itself.
    Canary,
    /// The whole proxy.
    Proxy,
}

impl Scope {
    /// As the documentation shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Location => "path",
            Self::Host => "host",
            Self::Upstream => "Service port",
            Self::Canary => "canary",
            Self::Proxy => "proxy",
        }
    }
}

/// ingress-nginx's classes of danger, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Harmless.
    Low,
    /// Can change what others see.
    Medium,
    /// Can reach other systems.
    High,
    /// Arbitrary configuration.
    Critical,
}

impl Risk {
    /// As `annotations-risk-level` spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    /// Reads a level in any case. An unknown word acts as `Low` in ingress-nginx.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High, Self::Critical]
            .into_iter()
            .find(|risk| text.trim().eq_ignore_ascii_case(risk.as_str()))
    }
}

/// What ingress-nginx does with a value that it cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadValue {
    /// The whole Ingress is refused, and so it is here in nginx-compatible mode, unless it protects
    /// something: then it is closed.
    ObjectRefused,
    /// Every path of the Ingress answers 503.
    Denied,
    /// The default is used.
    Ignored,
}

impl BadValue {
    /// As the documentation shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ObjectRefused => "refuses the Ingress",
            Self::Denied => "answers 503",
            Self::Ignored => "uses the default",
        }
    }
}
