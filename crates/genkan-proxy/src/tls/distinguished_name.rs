//! Names of certificates as nginx writes them: RFC 2253, with OpenSSL's short names.

use std::fmt::Write;

use x509_cert::{
    der::{Tag, Tagged, asn1::ObjectIdentifier},
    name::Name,
};

/// OpenSSL's short names (`crypto/objects/obj_dat.h`).
const SHORT: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.65", "pseudonym"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// The last part first, parts separated by commas (`XN_FLAG_RFC2253`).
pub(super) fn text(name: &Name) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in name.iter_rdn() {
        let values: Vec<String> = part
            .iter()
            .map(|attribute| {
                let value = &attribute.value;
                let is_text = matches!(
                    value.tag(),
                    Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::TeletexString
                );
                let mut text = short(attribute.oid);
                text.push('=');
                escape(&mut text, value.value(), is_text);
                text
            })
            .collect();
        parts.push(values.join("+"));
    }
    parts.reverse();
    parts.join(",")
}

fn short(oid: ObjectIdentifier) -> String {
    let dotted = oid.to_string();
    let known = SHORT.iter().find(|(number, _)| *number == dotted);
    known.map_or(dotted, |(_, name)| (*name).to_owned())
}

/// RFC 2253 2.4; what is not ASCII as `\XX`, and what is no text as `#` with its bytes.
fn escape(out: &mut String, bytes: &[u8], is_text: bool) {
    if !is_text {
        out.push('#');
        for byte in bytes {
            let _ = write!(out, "{byte:02X}");
        }
        return;
    }
    for (index, byte) in bytes.iter().enumerate() {
        let edge = index == 0 || index + 1 == bytes.len();
        match byte {
            b',' | b'+' | b'"' | b'\\' | b'<' | b'>' | b';' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            b'#' if index == 0 => out.push_str("\\#"),
            b' ' if edge => out.push_str("\\ "),
            b' '..=b'~' => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\{byte:02X}");
            }
        }
    }
}
