//! Which form of error page a client likes.

use genkan_route::route::Mode;

/// Form of an error body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// nginx's page.
    Html,
    /// `application/problem+json`.
    Problem,
    /// One line of text.
    Line,
}

impl Form {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            // nginx's own pages carry no charset.
            Self::Html => "text/html",
            Self::Problem => "application/problem+json",
            Self::Line => "text/plain; charset=utf-8",
        }
    }
}

/// HTML when `Accept` prefers it, problem details when it names JSON, otherwise what the mode says.
/// Wildcards name neither.
pub(super) fn preferred(accept: Option<&[u8]>, mode: Mode) -> Form {
    let (mut html, mut json) = (0, 0);
    for range in accept.unwrap_or_default().split(|byte| *byte == b',') {
        let mut parts = range.split(|byte| *byte == b';');
        let kind = parts
            .next()
            .unwrap_or_default()
            .trim_ascii()
            .to_ascii_lowercase();
        let weight = weight(parts);
        match kind.as_slice() {
            b"text/html" | b"application/xhtml+xml" => html = html.max(weight),
            b"application/json" => json = json.max(weight),
            other if other.starts_with(b"application/") && other.ends_with(b"+json") => {
                json = json.max(weight);
            }
            _ => {}
        }
    }
    match (html, json) {
        (0, 0) if mode == Mode::Strict => Form::Line,
        (html, json) if json > html => Form::Problem,
        _ => Form::Html,
    }
}

/// The quality in thousandths (RFC 9110 section 12.4.2); 1000 where none is written.
fn weight<'a>(parameters: impl Iterator<Item = &'a [u8]>) -> u32 {
    for parameter in parameters {
        let parameter = parameter.trim_ascii();
        if let Some(value) = parameter
            .strip_prefix(b"q=")
            .or(parameter.strip_prefix(b"Q="))
        {
            let value = std::str::from_utf8(value)
                .ok()
                .and_then(|text| text.parse::<f32>().ok());
            return value.map_or(0, |value| (value.clamp(0.0, 1.0) * 1000.0) as u32);
        }
    }
    1000
}
