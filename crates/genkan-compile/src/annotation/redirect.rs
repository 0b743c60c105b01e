//! Redirects. Temporal wins over permanent; a bad target voids the whole group, as in ingress-nginx.

use genkan_route::route::Redirect;

use super::Effects;
use super::entry::{BadValue, Effect, Entry, Family, Outcome, Risk, Scope};
use super::value::{Charset, Malformed, Value, flag, integer};
use super::words;

const BASE: Entry = Entry {
    family: Family::Redirect,
    ..Entry::BASE
};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        name: "ssl-redirect",
        value: Value::Flag,
        default: "`ssl-redirect` of the ConfigMap (true)",
        effect: Effect::Supported(|effects, text| {
            effects.settings.ssl_redirect = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "Plain requests to a host with a certificate are redirected to HTTPS.",
        ..BASE
    },
    Entry {
        name: "force-ssl-redirect",
        risk: Risk::Medium,
        value: Value::Flag,
        default: "`force-ssl-redirect` of the ConfigMap (false)",
        effect: Effect::Supported(|effects, text| {
            effects.settings.force_ssl_redirect = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "Plain requests are redirected to HTTPS even without a certificate.",
        ..BASE
    },
    Entry {
        name: "preserve-trailing-slash",
        risk: Risk::Medium,
        value: Value::Flag,
        default: "`preserve-trailing-slash` of the ConfigMap (false)",
        effect: Effect::Supported(|effects, text| {
            effects.settings.preserve_trailing_slash = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "The redirect to HTTPS keeps a trailing slash.",
        ..BASE
    },
    Entry {
        name: "use-port-in-redirects",
        value: Value::Flag,
        default: "`use-port-in-redirects` of the ConfigMap (false)",
        effect: Effect::Supported(|effects, text| {
            effects.settings.port_in_redirects = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "Redirects name the port where it is not the usual one; the one to HTTPS always.",
        ..BASE
    },
    Entry {
        name: "relative-redirects",
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "`relative-redirects` of the ConfigMap (false)",
        effect: Effect::Supported(|effects, text| {
            // ingress-nginx: `false` does not undo the ConfigMap's `true`
            effects.settings.relative_redirects |= flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "nginx's own redirects have a path only.",
        ..BASE
    },
    Entry {
        name: "permanent-redirect",
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Text(Charset::Url),
        unreadable: |effects| effects.redirect_draft.void = true,
        effect: Effect::Supported(|effects, text| {
            effects.redirect_draft.permanent = Some(text.into());
            Ok(Outcome::InEffect)
        }),
        about: "Every request is redirected to this URL, taken literally.",
        ..BASE
    },
    Entry {
        name: "permanent-redirect-code",
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::PERMANENT_CODE,
            check: |text| integer(text).map(drop),
        },
        default: "301",
        needs: &["permanent-redirect"],
        effect: Effect::Supported(|effects, text| {
            effects.redirect_draft.permanent_code = Some(code(text, PERMANENT_CODE_MAX)?);
            Ok(Outcome::InEffect)
        }),
        about: "Status of `permanent-redirect`.",
        ..BASE
    },
    Entry {
        name: "temporal-redirect",
        risk: Risk::Medium,
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::HTTP_URL,
            check: |text| Charset::Url.check(text),
        },
        unreadable: |effects| effects.redirect_draft.void = true,
        effect: Effect::Supported(|effects, text| {
            absolute_url(text)?;
            effects.redirect_draft.temporal = Some(text.into());
            Ok(Outcome::InEffect)
        }),
        about: "Every request is redirected to this URL; wins over `permanent-redirect`.",
        ..BASE
    },
    Entry {
        name: "temporal-redirect-code",
        bad: BadValue::ObjectRefused,
        value: Value::Checked {
            expected: &words::TEMPORAL_CODE,
            check: |text| integer(text).map(drop),
        },
        default: "302",
        needs: &["temporal-redirect"],
        effect: Effect::Supported(|effects, text| {
            effects.redirect_draft.temporal_code = Some(code(text, TEMPORAL_CODE_MAX)?);
            Ok(Outcome::InEffect)
        }),
        about: "Status of `temporal-redirect`.",
        ..BASE
    },
    Entry {
        name: "from-to-www-redirect",
        scope: Scope::Host,
        bad: BadValue::ObjectRefused,
        value: Value::Flag,
        default: "false",
        effect: Effect::Supported(|effects, text| {
            effects.redirect_draft.from_to_www = flag(text)?;
            Ok(Outcome::InEffect)
        }),
        about: "The name with `www.` redirects to the one without, or the other way round.",
        ..BASE
    },
];

const PERMANENT_CODE_MAX: u16 = 308;
const TEMPORAL_CODE_MAX: u16 = 307;

/// What the redirect annotations said so far.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Draft {
    void: bool,
    temporal: Option<Box<str>>,
    temporal_code: Option<u16>,
    permanent: Option<Box<str>>,
    permanent_code: Option<u16>,
    from_to_www: bool,
}

/// Makes one redirect of the group, when all of it has been read.
pub(super) fn settle(effects: &mut Effects) {
    let draft = std::mem::take(&mut effects.redirect_draft);
    if draft.void {
        return;
    }
    let temporal = draft.temporal.map(|target| Redirect {
        status: draft.temporal_code.unwrap_or(302),
        target,
        annotation: "temporal-redirect",
    });
    let permanent = || {
        draft.permanent.map(|target| Redirect {
            status: draft.permanent_code.unwrap_or(301),
            target,
            annotation: "permanent-redirect",
        })
    };
    effects.redirect = temporal.or_else(permanent);
    effects.www_redirect = draft.from_to_www;
}

/// A status in the range; ingress-nginx silently uses the default for others.
fn code(text: &str, max: u16) -> Result<u16, Malformed> {
    let number = integer(text)?;
    let code = u16::try_from(number)
        .ok()
        .filter(|code| (300..=max).contains(code));
    code.ok_or_else(|| Malformed::new(words::NOT_A_CODE.arg("value", number)))
}

/// Go's `url.Parse` with a scheme that begins with `http`, in any case; a host is not asked for.
fn absolute_url(text: &str) -> Result<(), Malformed> {
    let scheme = text
        .trim()
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    if scheme.is_some_and(|scheme| scheme.starts_with("http")) {
        return Ok(());
    }
    Err(Malformed {
        why: (&words::NO_SCHEME).into(),
        at: Some(0),
    })
}
