//! Header fields written in ConfigMaps.

use genkan_objects::{Resource, kind::ConfigMap};
use genkan_route::{route::Mode, settings::FieldTemplate, template::Template};

use crate::annotation::{value::Malformed, words};

/// Names and values, taken as they are.
pub(crate) type Literals = Box<[(Box<str>, Box<str>)]>;

/// Fields that frame a message or name its connection are never anybody's to set.
const FRAMING: &[&str] = &[
    "connection",
    "content-length",
    "date",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// `custom-headers`: every name must be one that the operator allows, spelt alike
/// (`global-allowed-response-headers`), every value of ingress-nginx's safe characters.
pub(crate) fn custom(map: &Resource<ConfigMap>, allowed: &[String]) -> Result<Literals, Malformed> {
    let field = |(name, value): &(_, _)| {
        let (name, value): (&str, &str) = (text(name), text(value));
        check_name(name)?;
        if !allowed.iter().any(|allowed| allowed == name) {
            return Err(Malformed::of(&words::HEADER_NOT_ALLOWED, name));
        }
        if value.is_empty() || !value.chars().all(is_safe) {
            return Err(Malformed::of(&words::HEADER_VALUE, name));
        }
        Ok((name.into(), value.into()))
    };
    map.spec.data.iter().map(field).collect()
}

/// `add-headers`, `proxy-set-headers`: values expand nginx's variables; an empty one removes the field.
/// One bad entry leaves the others in force; the complaints come beside them.
pub(crate) fn templates(map: &Resource<ConfigMap>) -> (Box<[FieldTemplate]>, Vec<Malformed>) {
    let mut wrong = Vec::new();
    let mut fields = Vec::new();
    for (name, value) in &map.spec.data {
        let (name, value) = (text(name), text(value));
        let template = check_name(name).and_then(|()| {
            if value.contains(|character: char| character.is_control()) {
                return Err(Malformed::of(&words::HEADER_VALUE, name));
            }
            Template::parse(value, Mode::NginxCompatible)
                .map_err(|_| Malformed::of(&words::HEADER_VALUE, name))
        });
        match template {
            Ok(value) => fields.push(FieldTemplate {
                name: name.into(),
                value,
            }),
            Err(error) => wrong.push(error),
        }
    }
    (fields.into(), wrong)
}

fn text(spanned: &genkan_objects::SpannedText) -> &str {
    &spanned.value
}

fn check_name(name: &str) -> Result<(), Malformed> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(is_token) {
        return Err(Malformed::of(&words::HEADER_NAME, name));
    }
    if FRAMING.contains(&&*name.to_ascii_lowercase()) {
        return Err(Malformed::of(&words::HEADER_FRAMES, name));
    }
    Ok(())
}

/// The characters of ingress-nginx's expression for header values.
fn is_safe(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_ :;.,\\/\"'?!(){}[]@<>=-+*#$&`|~^%".contains(character)
}
