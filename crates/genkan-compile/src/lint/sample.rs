//! Requests that a path is meant for.

use genkan_route::{route::PathMatch, table::Route};

/// Paths that a route's author has in mind: itself, with a slash, a child, a grandchild; for a pattern,
/// a text that it matches.
pub(super) fn samples(route: &Route) -> Vec<String> {
    let spec = &route.spec;
    let path = &*spec.path;
    let pattern = spec
        .matches
        .iter()
        .any(|m| matches!(m, PathMatch::Pattern(_)));
    if pattern && crate::check::path::has_pattern(path) {
        let plain = crate::check::path::plain_prefix(path);
        return match plain {
            Some(plain) => family(plain),
            None => witness(path).into_iter().collect(),
        };
    }
    let exact = spec
        .matches
        .iter()
        .all(|m| matches!(m, PathMatch::Exact(_) | PathMatch::SlashExact(_)));
    if exact {
        vec![encode(path)]
    } else {
        family(path)
    }
}

fn family(path: &str) -> Vec<String> {
    let bare = encode(path.strip_suffix('/').unwrap_or(path));
    let first = if bare.is_empty() {
        "/".to_owned()
    } else {
        bare.clone()
    };
    let mut family = vec![first, format!("{bare}/1"), format!("{bare}/1/edit")];
    if path.ends_with('/') && path != "/" {
        family[0].push('/');
    }
    family
}

/// A path as a request target writes it.
fn encode(path: &str) -> String {
    let mut target = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'%' | b'?' | b'#' | b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|'
            | b'}' => {
                target.push_str(&format!("%{byte:02X}"));
            }
            0x21..=0x7e => target.push(char::from(byte)),
            _ => target.push_str(&format!("%{byte:02X}")),
        }
    }
    target
}

/// A text that a pattern matches, for the syntax people use; none for look-around and the like. The
/// router has the last word on whether it matches.
pub(super) fn witness(pattern: &str) -> Option<String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    let text = alternatives(&chars, &mut at)?;
    (at == chars.len() && text.starts_with('/')).then(|| encode(&text))
}

/// The first of several alternatives.
fn alternatives(chars: &[char], at: &mut usize) -> Option<String> {
    let first = sequence(chars, at)?;
    while chars.get(*at) == Some(&'|') {
        *at += 1;
        sequence(chars, at)?;
    }
    Some(first)
}

fn sequence(chars: &[char], at: &mut usize) -> Option<String> {
    let mut text = String::new();
    while let Some(c) = chars.get(*at) {
        if matches!(c, ')' | '|') {
            break;
        }
        let atom = atom(chars, at)?;
        let count = quantifier(chars, at)?;
        text.push_str(&atom.repeat(count));
    }
    Some(text)
}

fn atom(chars: &[char], at: &mut usize) -> Option<String> {
    let c = *chars.get(*at)?;
    *at += 1;
    Some(match c {
        '^' | '$' => String::new(),
        '.' => "x".to_owned(),
        '[' => class(chars, at)?.to_string(),
        '(' => {
            if chars.get(*at) == Some(&'?') {
                if chars.get(*at + 1) != Some(&':') {
                    return None;
                }
                *at += 2;
            }
            let text = alternatives(chars, at)?;
            if chars.get(*at) != Some(&')') {
                return None;
            }
            *at += 1;
            text
        }
        '\\' => {
            let escaped = *chars.get(*at)?;
            *at += 1;
            match escaped {
                'd' => "1".to_owned(),
                'w' => "a".to_owned(),
                'S' => "x".to_owned(),
                c if c.is_ascii_alphanumeric() => return None,
                c => c.to_string(),
            }
        }
        '*' | '+' | '?' => return None,
        c => c.to_string(),
    })
}

/// A character of a class: the first one listed, or for a negated class one that is not listed.
fn class(chars: &[char], at: &mut usize) -> Option<char> {
    let negated = chars.get(*at) == Some(&'^');
    if negated {
        *at += 1;
    }
    let start = *at;
    while *at < chars.len() && (chars[*at] != ']' || *at == start) {
        if chars[*at] == '\\' {
            *at += 1;
        }
        *at += 1;
    }
    let members = chars.get(start..*at)?;
    *at += 1;
    if negated {
        return ['x', '1', '-', 'Z']
            .into_iter()
            .find(|c| !members.contains(c));
    }
    match members {
        ['\\', 'd', ..] => Some('1'),
        ['\\', 'w', ..] => Some('a'),
        ['\\', c, ..] if !c.is_ascii_alphanumeric() => Some(*c),
        ['\\', ..] => None,
        [c, ..] => Some(*c),
        [] => None,
    }
}

/// How often an atom is written: as seldom as it may, but once where it may be left out.
fn quantifier(chars: &[char], at: &mut usize) -> Option<usize> {
    let count = match chars.get(*at) {
        Some('*' | '+' | '?') => {
            *at += 1;
            1
        }
        Some('{') => {
            let close = chars[*at..].iter().position(|c| *c == '}')? + *at;
            let inside: String = chars[*at + 1..close].iter().collect();
            *at = close + 1;
            let least = inside.split(',').next()?.parse::<usize>().ok()?;
            if least > 64 {
                return None;
            }
            least.max(1)
        }
        _ => return Some(1),
    };
    if matches!(chars.get(*at), Some('?' | '+')) {
        *at += 1;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_witness_is_a_text_that_the_pattern_matches() {
        let check = |pattern: &str, expected: Option<&str>| {
            assert_eq!(witness(pattern).as_deref(), expected, "{pattern}");
        };
        check("/foo/bar/[A-Z0-9]{3}", Some("/foo/bar/AAA"));
        check("/(a|b)/c+", Some("/a/c"));
        check(r"/v\d+/x\.json$", Some("/v1/x.json"));
        check("/item/[^/]+/b", Some("/item/x/b"));
        check("/[^x]", Some("/1"));
        check("/(?:api|v1)/.*", Some("/api/x"));
        check("/(?!admin).*", None);
        check(r"/\bx", None);
    }
}
