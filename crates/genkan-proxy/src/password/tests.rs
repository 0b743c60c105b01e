use super::*;

/// Made by `openssl passwd`, Python's `hashlib`, and crypt(3) of glibc and libxcrypt.
const OF_SECRET: &[&str] = &[
    "{PLAIN}secret",
    "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
    "{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0",
    "$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/",
    "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1",
    "$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.",
    "$5$rounds=1000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4",
    "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.",
    "$6$rounds=1234$abcdefgh$JYy1Bl2SyLJWf33X/ypLFfV0PTI7kUcSv1KagEAuF6T.jEole3EQfDDZRy9BRYEi9Zd6aYdRKWdcJwCEXNseD1",
    "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
    "$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
];

#[test]
fn every_form_knows_its_password_and_no_other() {
    for hash in OF_SECRET {
        assert!(matches(hash.as_bytes(), b"secret"), "{hash}");
        for wrong in ["", "secre", "secret2", "Secret", hash] {
            assert!(
                !matches(hash.as_bytes(), wrong.as_bytes()),
                "{hash} {wrong}"
            );
        }
    }
}

#[test]
fn long_passwords_run_through_every_part_of_the_sums() {
    let check = |hash: &str, password: &str| {
        assert!(matches(hash.as_bytes(), password.as_bytes()), "{hash}");
    };
    check(
        "$1$ab$AD3w.4lyd8Lqy4qAeTsGm.",
        "a long pass phrase of more than thirty two bytes, with blanks",
    );
    let long = "a long pass phrase of more than sixty four bytes, with blanks in between them";
    check(
        "$5$0123456789abcdef$OqZQRjC6GFpIzSbtxTjSFctahrV3kj8E8HlnnGsJ4.D",
        long,
    );
    check(
        "$6$0123456789abcdef$qq/1RAS24xsmz5SLcXE1uN1Oe4e7K3kIGPiBYvdtwz/LAA5cFW9P1qTNcWH37d.s32V6PZZ7eYMm9z0cvQs5D/",
        long,
    );
}

#[test]
fn what_is_no_hash_lets_nobody_in() {
    let hashes = [
        "",
        "secret",
        "{plain}secret",
        "{sha}5en6G6MezRroT3XKqkdPOmY/BfQ=",
        "{SHA}",
        "{SSHA}5en6",
        "$",
        "$1$",
        "$5$rounds=x$a$b",
        "$6$rounds=99999999$abcdefgh$x",
        "$2y$31$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
        "$2y$05$short",
        "$2y$é",
        "$y$j9T$salt$hash",
    ];
    for hash in hashes {
        for password in ["", "secret", hash] {
            assert!(!matches(hash.as_bytes(), password.as_bytes()), "{hash}");
        }
    }
}
