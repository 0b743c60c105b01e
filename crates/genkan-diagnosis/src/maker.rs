//! Who made a response.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who made the final response of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Maker {
    /// An endpoint of the application.
    Backend,
    /// Static files served by Genkan.
    Static,
    /// The external authentication service.
    Auth,
    /// The error backend that replaced another answer.
    ErrorPage,
    /// Genkan itself.
    Proxy,
}

impl Maker {
    /// `backend`, `static`, `auth`, `error-page` or `proxy`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Static => "static",
            Self::Auth => "auth",
            Self::ErrorPage => "error-page",
            Self::Proxy => "proxy",
        }
    }
}

impl fmt::Display for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
