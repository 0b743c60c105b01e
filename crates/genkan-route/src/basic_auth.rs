//! `auth-type: basic`: who may come in with a password, and what a request brings.
//!
//! Hashes are made slow on purpose, so they are not computed here. A decision that needs one says so
//! ([`Verdict::Authenticate`](crate::decision::Verdict::Authenticate)), and is made again with what came
//! out, so that it stays a function of its input.

use std::{collections::BTreeMap, sync::Arc};

use genkan_http::{base64::decode, head::RequestView, known::KnownHeader};

use crate::{
    check::{Check, CheckName},
    upstream::Confidential,
};

#[cfg(test)]
mod tests;

/// What `auth-*` of an Ingress asks of its clients.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BasicAuth {
    /// `auth-realm`: what the question for a password is about.
    pub realm: Box<str>,
    /// Who may come in.
    pub users: Arc<Users>,
}

impl BasicAuth {
    /// The value of `WWW-Authenticate`.
    pub fn write_challenge(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"Basic realm=\"");
        out.extend_from_slice(self.realm.as_bytes());
        out.push(b'"');
    }
}

/// The users of an htpasswd file, with the hashes of their passwords.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Users(BTreeMap<Box<[u8]>, Confidential>);

impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Users({})", self.0.len())
    }
}

impl Users {
    /// Reads `user:hash` lines as `ngx_http_auth_basic_module` does: a hash ends at a colon or the end of
    /// the line, `#` begins a comment, the first of several lines of a user counts, and blanks belong to
    /// the name.
    #[must_use]
    pub fn parse(file: &[u8]) -> Self {
        let mut users = BTreeMap::new();
        for line in file.split(|byte| *byte == b'\n') {
            let mut parts = line.splitn(3, |byte| *byte == b':');
            let (Some(name), Some(hash)) = (parts.next(), parts.next()) else {
                continue;
            };
            if name.is_empty() || matches!(name[0], b'#' | b'\r') {
                continue;
            }
            let end = hash.iter().position(|byte| *byte == b'\r');
            let hash = &hash[..end.unwrap_or(hash.len())];
            users
                .entry(name.into())
                .or_insert_with(|| Confidential::new(hash));
        }
        Self(users)
    }

    /// The hash of a user's password.
    #[must_use]
    pub fn hash_of(&self, user: &[u8]) -> Option<&Confidential> {
        self.0.get(user)
    }
}

/// What a request says of its sender.
pub struct Credentials {
    decoded: Vec<u8>,
    colon: usize,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials")
    }
}

impl Credentials {
    /// Those of a request.
    #[must_use]
    pub fn of(request: RequestView<'_>) -> Option<Self> {
        Self::read(request.first(KnownHeader::Authorization)?)
    }

    /// Reads `Authorization` as nginx does (`ngx_http_auth_basic_user`).
    #[must_use]
    pub fn read(value: &[u8]) -> Option<Self> {
        let (scheme, rest) = value.split_at_checked(b"Basic ".len())?;
        if !scheme.eq_ignore_ascii_case(b"Basic ") {
            return None;
        }
        let start = rest.iter().position(|byte| *byte != b' ')?;
        let decoded = decode(&rest[start..])?;
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        (colon > 0).then_some(Self { decoded, colon })
    }

    /// The name.
    #[must_use]
    pub fn user(&self) -> &[u8] {
        &self.decoded[..self.colon]
    }

    /// The password, as far as nginx reads it: to a NUL. Whoever asks must not write it anywhere.
    #[must_use]
    pub fn reveal_password(&self) -> &[u8] {
        let password = &self.decoded[self.colon + 1..];
        let end = password.iter().position(|byte| *byte == 0);
        &password[..end.unwrap_or(password.len())]
    }
}

/// What a decision knows of the password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Authenticated {
    /// It is compared where one is needed.
    NotYet,
    /// Nobody compares: a dry run.
    #[default]
    Never,
    /// What came out.
    Told(Comparison),
}

/// What came of comparing a password with its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// It is the password.
    Right,
    /// It is not.
    Wrong,
    /// Too many others are waiting to be compared.
    NoRoom,
}

/// The check as people read it. Neither names nor passwords that were sent are shown: a password is
/// easily typed where the name belongs.
pub(crate) fn check(realm: &str, passed: Option<bool>) -> Check {
    Check {
        name: CheckName::Password,
        passed,
        subject: "Authorization".to_owned(),
        by: realm.to_owned(),
        listed: passed == Some(true),
        count: None,
    }
}
