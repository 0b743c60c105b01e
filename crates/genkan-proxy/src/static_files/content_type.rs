//! Media types by file name.

/// The value of `Content-Type` for a file of this name.
pub(super) fn of(name: &[u8]) -> String {
    let extension = match name.rsplitn(2, |byte| *byte == b'.').collect::<Vec<_>>()[..] {
        [extension, _] => std::str::from_utf8(extension).unwrap_or_default(),
        _ => "",
    };
    let kind = mime_guess::from_ext(extension).first_or_octet_stream();
    // RFC 9239 section 6: the application/ names are obsolete.
    if kind.essence_str() == "application/javascript" {
        return "text/javascript; charset=utf-8".to_owned();
    }
    let text = kind.type_() == "text"
        || matches!(
            kind.essence_str(),
            "application/json" | "application/manifest+json" | "image/svg+xml"
        );
    if text {
        format!("{}; charset=utf-8", kind.essence_str())
    } else {
        kind.essence_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn types_follow_the_extension() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("todos.CSS", "text/css; charset=utf-8"),
            ("app.min.js", "text/javascript; charset=utf-8"),
            ("app.mjs", "text/javascript; charset=utf-8"),
            ("data.json", "application/json; charset=utf-8"),
            ("logo.svg", "image/svg+xml; charset=utf-8"),
            ("photo.png", "image/png"),
            ("font.woff2", "font/woff2"),
            ("module.wasm", "application/wasm"),
            ("LICENSE", "application/octet-stream"),
            (".html", "text/html; charset=utf-8"),
        ] {
            assert_eq!(super::of(name.as_bytes()), expected, "{name}");
        }
    }
}
