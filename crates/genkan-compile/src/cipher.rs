//! OpenSSL cipher strings as the suites of TLS 1.2 that we can speak.
//!
//! Only forward-secret AEAD suites are spoken; of everything else in a string nothing is left. The
//! suites of TLS 1.3 are not named in such strings.

/// OpenSSL's names with the IANA numbers.
const SUITES: &[(&str, u16)] = &[
    ("ECDHE-ECDSA-AES128-GCM-SHA256", 0xc02b),
    ("ECDHE-RSA-AES128-GCM-SHA256", 0xc02f),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", 0xc02c),
    ("ECDHE-RSA-AES256-GCM-SHA384", 0xc030),
    ("ECDHE-ECDSA-CHACHA20-POLY1305", 0xcca9),
    ("ECDHE-RSA-CHACHA20-POLY1305", 0xcca8),
];

/// The suites that a string allows, in the order of their first mention; empty when there is none.
pub(crate) fn suites(text: &str) -> Box<[u16]> {
    let mut chosen: Vec<u16> = Vec::new();
    let mut killed: Vec<u16> = Vec::new();
    for item in text.split([':', ',', ' ']).filter(|item| !item.is_empty()) {
        let (operator, name) = match item.as_bytes()[0] {
            b'!' | b'-' | b'+' => item.split_at(1),
            _ => ("", item),
        };
        // `@STRENGTH`, `@SECLEVEL=1` order or bound what we do not vary.
        let matched = SUITES.iter().filter(|(suite, _)| matches(suite, name));
        let numbers: Vec<u16> = matched.map(|(_, number)| *number).collect();
        match operator {
            "!" => {
                chosen.retain(|number| !numbers.contains(number));
                killed.extend(numbers);
            }
            "-" => chosen.retain(|number| !numbers.contains(number)),
            "+" => {
                let (moved, stay): (Vec<u16>, Vec<u16>) =
                    chosen.iter().partition(|number| numbers.contains(number));
                chosen = stay;
                chosen.extend(moved);
            }
            _ => {
                for number in numbers {
                    if !chosen.contains(&number) && !killed.contains(&number) {
                        chosen.push(number);
                    }
                }
            }
        }
    }
    chosen.into()
}

/// Whether an OpenSSL selector means a suite: its name, or algorithms joined by `+`.
fn matches(suite: &str, selector: &str) -> bool {
    suite == selector || selector.split('+').all(|word| has(suite, word))
}

fn has(suite: &str, word: &str) -> bool {
    let part = |wanted: &str| suite.split('-').any(|part| part == wanted);
    match word {
        "DEFAULT" | "ALL" | "HIGH" | "TLSv1.2" | "kECDHE" | "kEECDH" | "ECDHE" | "EECDH" => true,
        "ECDSA" | "aECDSA" => part("ECDSA"),
        "RSA" | "aRSA" => part("RSA"),
        "AES" => part("AES128") || part("AES256"),
        "AESGCM" => part("GCM"),
        "AES128" | "AES256" => part(word),
        "CHACHA20" => part("CHACHA20"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expected: `openssl ciphers -V STRING`, restricted to the suites above.
    #[test]
    fn openssl_strings_name_suites() {
        let check = |text: &str, expected: &[u16]| {
            let mut found = suites(text).to_vec();
            found.sort_unstable();
            let mut expected = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(found, expected, "{text}");
        };
        let all = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8];
        check("DEFAULT", &all);
        check("HIGH:!aNULL:!MD5", &all);
        check("ECDHE-RSA-AES128-GCM-SHA256", &[0xc02f]);
        check("ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA", &[0xc02f]);
        check("ECDHE+AESGCM:!aECDSA", &[0xc02f, 0xc030]);
        check("ALL:-CHACHA20", &[0xc02b, 0xc02f, 0xc02c, 0xc030]);
        check("ALL:!AES", &[0xcca9, 0xcca8]);
        check("!AES128:ALL", &[0xc02c, 0xc030, 0xcca9, 0xcca8]);
        check("AES128-SHA:RC4", &[]);
        check("SHA256", &[]);
        check("ALL:@SECLEVEL=1", &all);
    }
}
