use super::*;

#[test]
fn lines_are_read_as_nginx_reads_them() {
    let check = |file: &str, user: &str, hash: Option<&str>| {
        let users = Users::parse(file.as_bytes());
        let found = users.hash_of(user.as_bytes()).map(Confidential::reveal);
        assert_eq!(found, hash.map(str::as_bytes), "{file:?} {user:?}");
    };
    check("bob:x\n", "bob", Some("x"));
    check("bob:x", "bob", Some("x"));
    check("bob:x\r\nann:y\r\n", "ann", Some("y"));
    check("bob:x\r\n", "bob", Some("x"));
    check("bob:x:Bob Builder\n", "bob", Some("x"));
    check("bob:x\nbob:y\n", "bob", Some("x"));
    check(" bob:x\n", "bob", None);
    check(" bob:x\n", " bob", Some("x"));
    check("#bob:x\n", "#bob", None);
    check(":x\n", "", None);
    check("bob\n", "bob", None);
    check("", "", None);
}

#[test]
fn credentials_are_read_as_nginx_reads_them() {
    let check = |value: &str, expected: Option<(&str, &str)>| {
        let found = Credentials::read(value.as_bytes());
        let shown = found
            .as_ref()
            .map(|found| (found.user(), found.reveal_password()));
        let expected = expected.map(|(user, password)| (user.as_bytes(), password.as_bytes()));
        assert_eq!(shown, expected, "{value}");
    };
    // the recordings `basic-auth-credentials`
    let bob = Some(("bob", "secret"));
    check("Basic Ym9iOnNlY3JldA==", bob);
    check("basic Ym9iOnNlY3JldA==", bob);
    check("BASIC Ym9iOnNlY3JldA==", bob);
    check("Basic  Ym9iOnNlY3JldA==", bob);
    check("Basic Ym9iOnNlY3JldA", bob);
    check("Basic Ym9iOnNlY3JldA==???", bob);
    check("Basic Ym9iOnNlY3JldAA=", bob);
    check("Basic Ym9iOg==", Some(("bob", "")));
    check("Basic Ym9iOnNlY3JldDptb3Jl", Some(("bob", "secret:more")));
    check("Basic\tYm9iOnNlY3JldA==", None);
    check("BasicYm9iOnNlY3JldA==", None);
    check("Bearer Ym9iOnNlY3JldA==", None);
    check("Basic OnNlY3JldA==", None);
    check("Basic Ym9ic2VjcmV0", None);
    check("Basic ???", None);
    check("Basic Ym9iO", None);
    check("Basic ", None);
    check("Basic", None);
    check("", None);
}

#[test]
fn neither_hashes_nor_passwords_are_shown() {
    let users = Users::parse(b"bob:hunter2");
    let credentials = Credentials::read(b"Basic Ym9iOmh1bnRlcjI=").expect("credentials");
    assert_eq!(format!("{users:?} {credentials:?}"), "Users(1) Credentials");
}
