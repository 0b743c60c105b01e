//! `proxy-redirect-*` and `proxy-cookie-*`, alike as annotations and as keys of the ConfigMap.

use genkan_route::{
    forward::{CookieRewrite, LocationSource},
    settings::RouteSettings,
};

use super::value::{Charset, Malformed, shown};
use super::words;

/// `off`, `default`, or the start of a URL.
pub(crate) fn location_from(settings: &mut RouteSettings, text: &str) -> Result<(), Malformed> {
    Charset::Url.check(text)?;
    settings.response_rewrite.location_from = match text {
        "off" => LocationSource::Off,
        "default" => LocationSource::Default,
        text => LocationSource::Text(text.into()),
    };
    Ok(())
}

/// `off`, or what it is replaced by.
pub(crate) fn location_to(settings: &mut RouteSettings, text: &str) -> Result<(), Malformed> {
    Charset::Url.check(text)?;
    settings.response_rewrite.location_to = (text != "off").then(|| text.into());
    Ok(())
}

pub(crate) fn cookie_domain(settings: &mut RouteSettings, text: &str) -> Result<(), Malformed> {
    settings.response_rewrite.cookie_domain = cookie(text)?;
    Ok(())
}

pub(crate) fn cookie_path(settings: &mut RouteSettings, text: &str) -> Result<(), Malformed> {
    settings.response_rewrite.cookie_path = cookie(text)?;
    Ok(())
}

/// Whether `proxy-redirect-from` has nothing to put in the place of what it names.
pub(crate) fn lacks_target(settings: &RouteSettings) -> bool {
    let rewrite = &settings.response_rewrite;
    matches!(rewrite.location_from, LocationSource::Text(_)) && rewrite.location_to.is_none()
}

/// Two words; nginx refuses its whole configuration for any other number.
fn cookie(text: &str) -> Result<Option<CookieRewrite>, Malformed> {
    let words: Vec<_> = text.split_whitespace().collect();
    match words[..] {
        ["off"] => Ok(None),
        // nginx would expand variables there
        [_, to] if to.contains('$') => Err(Malformed::of(&words::NO_VARIABLES, to)),
        [from, to] => CookieRewrite::new(from, to).map(Some).map_err(|error| {
            let why = words::NO_EXPRESSION.arg("value", shown(&error.to_string()));
            Malformed::new(why)
        }),
        _ => Err(Malformed::of(&words::NOT_A_PAIR, text)),
    }
}
