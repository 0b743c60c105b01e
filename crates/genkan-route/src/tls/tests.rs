//! The choice of a certificate by server name.

use super::*;

fn named(name: &str) -> Presentation {
    Presentation {
        certificates: vec![CertificateName {
            namespace: "shop".into(),
            name: name.into(),
        }],
        authority: None,
    }
}

fn table() -> TlsTable {
    TlsTable::assemble(
        named("default"),
        [
            (HostName::Exact("a.example".into()), named("a"), true),
            (HostName::Wildcard("b.example".into()), named("b"), true),
            (HostName::Exact("x.b.example".into()), named("a"), true),
            (
                HostName::Exact("bare.example".into()),
                Presentation::default(),
                true,
            ),
        ],
    )
}

#[track_caller]
fn check(server_name: Option<&str>, secret: &str, found_by: FoundBy) {
    let table = table();
    let choice = table.choose(server_name);
    let presentation = table
        .presentation(choice.presentation)
        .expect("it is there");
    assert_eq!(&*presentation.certificates[0].name, secret);
    assert_eq!(choice.found_by, found_by);
}

#[test]
fn a_server_name_finds_itself_then_its_parent_then_the_default() {
    check(Some("a.example"), "a", FoundBy::Exact);
    check(Some("A.Example."), "a", FoundBy::Exact);
    check(Some("y.b.example"), "b", FoundBy::Wildcard);
    check(Some("x.b.example"), "a", FoundBy::Exact);
    check(Some("z.y.b.example"), "default", FoundBy::Unknown);
    check(Some("b.example"), "default", FoundBy::Unknown);
    check(Some("bare.example"), "default", FoundBy::Exact);
    check(None, "default", FoundBy::NoName);
}

#[test]
fn the_last_place_looked_at_is_where_the_certificate_was_found() {
    let rows: [(Option<&str>, &[Option<&str>]); 6] = [
        (Some("A.example."), &[Some("a.example")]),
        (
            Some("y.b.example"),
            &[Some("y.b.example"), Some("*.b.example")],
        ),
        (
            Some("n.example"),
            &[Some("n.example"), Some("*.example"), None],
        ),
        (Some("localhost"), &[Some("localhost"), None]),
        (Some("bare.example"), &[Some("bare.example")]),
        (None, &[None]),
    ];
    let table = table();
    for (server_name, names) in rows {
        let lookups = table.lookups(server_name);
        let looked: Vec<_> = lookups
            .iter()
            .map(|lookup| lookup.name.as_deref())
            .collect();
        assert_eq!(looked, names);
        let last = lookups.last().and_then(|lookup| lookup.presentation);
        assert_eq!(last, Some(table.choose(server_name).presentation));
    }
}

#[test]
fn equal_presentations_are_kept_once() {
    assert_eq!(table().presentations().len(), 3);
}

#[test]
fn an_entry_certifies_its_host_even_with_the_default_certificate() {
    let table = table();
    let rows: [(&[u8], bool); 6] = [
        (b"a.example", true),
        (b"y.b.example", true),
        (b"bare.example", true),
        (b"b.example", false),
        (b"", false),
        (b"_", false),
    ];
    for (host, certified) in rows {
        assert_eq!(table.is_certified(host), certified, "{host:?}");
    }
}

#[test]
fn a_private_key_does_not_show_itself() {
    let key = PrivateKey::new(KeyForm::Pkcs8, *b"very secret");
    assert_eq!(format!("{key:?}"), "PrivateKey(…)");
}
