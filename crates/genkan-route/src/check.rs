//! One check of a decision, told for people: what was looked at, and what decided.

use crate::limit::Period;

/// A check that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which one.
    pub name: CheckName,
    /// Whether it let the request pass; `None` where a dry run cannot tell.
    pub passed: Option<bool>,
    /// What was looked at: the client's address, an origin, a header's name.
    pub subject: String,
    /// What it was compared with, or the limit.
    pub by: String,
    /// Whether the one is in the other.
    pub listed: bool,
    /// How many requests or connections there were, this one included.
    pub count: Option<u64>,
}

impl Check {
    /// Whether it kept the request out.
    pub fn refuses(&self) -> bool {
        self.passed == Some(false)
    }
}

/// The checks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckName {
    /// `block-cidrs`, `block-user-agents`, `block-referers`.
    Block,
    /// `denylist-source-range`.
    DenyList,
    /// `allowlist-source-range`.
    AllowList,
    /// `cors-allow-origin`.
    Cors,
    /// `limit-rps`, `limit-rpm`.
    RateLimit(Period),
    /// `limit-connections`.
    ConnectionLimit,
    /// `auth-type: basic`.
    Password,
}

impl CheckName {
    /// As traces name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block-list",
            Self::DenyList => "deny-list",
            Self::AllowList => "allow-list",
            Self::Cors => "cors",
            Self::RateLimit(_) => "rate-limit",
            Self::ConnectionLimit => "connection-limit",
            Self::Password => "basic-auth",
        }
    }
}
