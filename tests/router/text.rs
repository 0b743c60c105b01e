//! What the model does to text: fills templates, normalises and encodes paths, the slow way.

/// `$1` to `$9`.
pub(crate) fn fill(template: &str, groups: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        match rest
            .peek()
            .and_then(|digit| digit.to_digit(10))
            .filter(|digit| c == '$' && *digit > 0)
        {
            Some(digit) => {
                out.extend(groups.get(digit as usize).into_iter().flatten());
                rest.next();
            }
            None => out.extend(c.to_string().bytes()),
        }
    }
    out
}

/// Decoded, without `.`, `..` and empty elements; `None` for what cannot be.
pub(crate) fn normal(raw: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::new();
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        rest = tail;
        decoded.push(*first);
        if *first == b'%' {
            let digits = std::str::from_utf8(tail.get(..2)?).ok()?;
            *decoded.last_mut()? = u8::from_str_radix(digits, 16)
                .ok()
                .filter(|byte| *byte != 0)?;
            rest = &tail[2..];
        }
    }
    let elements: Vec<&[u8]> = decoded.split(|byte| *byte == b'/').collect();
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in &elements {
        match *element {
            b"" | b"." => {}
            b".." => drop(kept.pop()?),
            element => kept.push(element),
        }
    }
    let directory = matches!(elements.last(), Some(&b"" | &b"." | &b".."));
    let mut path = b"/".to_vec();
    path.extend(kept.join(&b'/'));
    if directory && path != b"/" {
        path.push(b'/');
    }
    Some(path)
}

pub(crate) fn encode(path: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"#%<>?\\^`{|}".contains(byte);
    path.iter()
        .map(|byte| {
            if plain(byte) {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
