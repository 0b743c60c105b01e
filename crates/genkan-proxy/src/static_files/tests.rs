use std::{fs, io::Read as _, os::unix::fs::symlink, path::Path};

use super::*;

/// A site: index, a text of ten bytes, a folder, links in and out, a secret outside.
fn site() -> (tempfile::TempDir, StaticSite) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("site");
    fs::create_dir_all(root.join("docs/empty")).unwrap();
    fs::create_dir_all(root.join(".git")).unwrap();
    fs::create_dir_all(root.join(".well-known")).unwrap();
    for (name, text) in [
        ("index.html", "<p>home"),
        ("ten.txt", "0123456789"),
        ("docs/index.html", "<p>docs"),
        (".git/config", "secret"),
        (".well-known/a", "token"),
        ("%2e%2e", "odd name"),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    fs::write(folder.path().join("outside.txt"), "outside").unwrap();
    symlink("ten.txt", root.join("inside-link.txt")).unwrap();
    symlink("../outside.txt", root.join("outside-link.txt")).unwrap();
    symlink("..", root.join("up")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    let site = StaticSite {
        namespace: "a".to_owned(),
        name: "b".to_owned(),
        root,
        index: vec!["index.html".to_owned()],
        fallback: None,
        cache_control: None,
    };
    (folder, site)
}

fn get(path: &str) -> StaticRequest {
    StaticRequest {
        method: b"GET".to_vec(),
        path: path.as_bytes().to_vec(),
        target: path.as_bytes().to_vec(),
        ..StaticRequest::default()
    }
}

fn header(response: &StaticResponse, name: &str) -> Option<String> {
    let headers = std::str::from_utf8(&response.headers).unwrap();
    let prefix = format!("{name}: ");
    headers
        .split("\r\n")
        .find_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
}

/// Status and the bytes that would be sent.
fn body(response: StaticResponse) -> (u16, String) {
    let text = match response.body {
        StaticBody::File {
            mut file,
            offset,
            length,
        } => {
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            let offset = usize::try_from(offset).unwrap();
            text[offset..offset + usize::try_from(length).unwrap()].to_owned()
        }
        StaticBody::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
        StaticBody::Empty | StaticBody::Page => String::new(),
    };
    (response.status, text)
}

fn check(site: &StaticSite, path: &str, status: u16, text: &str) {
    assert_eq!(
        body(respond(site, &get(path))),
        (status, text.to_owned()),
        "{path}"
    );
}

#[test]
fn files_and_indexes_are_served() {
    let (_folder, site) = site();
    check(&site, "/", 200, "<p>home");
    check(&site, "/ten.txt", 200, "0123456789");
    check(&site, "/docs/", 200, "<p>docs");
    check(&site, "/docs/empty/", 404, "");
    check(&site, "/nothing", 404, "");
    check(&site, "/ten.txt/", 404, "");
    check(&site, "/ten.txt/more", 404, "");
    check(&site, "/.well-known/a", 200, "token");
    check(&site, "/inside-link.txt", 200, "0123456789");
    check(&site, "/%2e%2e", 200, "odd name");
}

#[test]
fn nothing_outside_the_root_is_reached() {
    let (_folder, site) = site();
    for path in [
        "/../outside.txt",
        "/docs/../../outside.txt",
        "/outside-link.txt",
        "/up/outside.txt",
        "/up/",
        "/loop",
        "/.git/config",
        "/docs/.hidden",
        "//etc/passwd",
        "/ten.txt\0.html",
        "etc/passwd",
    ] {
        let (status, text) = body(respond(&site, &get(path)));
        assert_eq!((status, text.as_str()), (404, ""), "{path:?}");
    }
}

#[test]
fn a_folder_without_its_slash_redirects_and_keeps_the_query() {
    let (_folder, site) = site();
    let request = StaticRequest {
        target: b"//docs?a=b#c".to_vec(),
        ..get("/docs")
    };
    let response = respond(&site, &request);
    assert_eq!(response.status, 301);
    assert_eq!(header(&response, "Location").as_deref(), Some("/docs/?a=b"));
}

#[test]
fn other_methods_get_405_with_allow() {
    let (_folder, site) = site();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
        let request = StaticRequest {
            method: method.as_bytes().to_vec(),
            ..get("/")
        };
        let response = respond(&site, &request);
        assert_eq!(response.status, 405, "{method}");
        assert_eq!(header(&response, "Allow").as_deref(), Some("GET, HEAD"));
    }
}

#[test]
fn a_single_page_application_gets_its_page_for_unknown_paths() {
    let (_folder, mut site) = site();
    site.fallback = Some("index.html".to_owned());
    check(&site, "/any/view", 200, "<p>home");
    check(&site, "/ten.txt", 200, "0123456789");
    check(&site, "/.git/config", 404, "");
}

#[test]
fn validators_answer_304_and_412() {
    let (_folder, site) = site();
    let first = respond(&site, &get("/ten.txt"));
    let etag = header(&first, "ETag").unwrap().into_bytes();
    let date = header(&first, "Last-Modified").unwrap().into_bytes();
    let weak = [b"W/".as_slice(), &etag].concat();
    let list = [b"\"other\", ".as_slice(), &weak].concat();
    let old = b"Thu, 01 Jan 1970 00:00:10 GMT".to_vec();
    type Change = Box<dyn Fn(&mut StaticRequest)>;
    let cases: Vec<(&str, u16, Change)> = vec![
        (
            "etag",
            304,
            Box::new({
                let v = etag.clone();
                move |r| r.if_none_match = Some(v.clone())
            }),
        ),
        (
            "weak list",
            304,
            Box::new(move |r| r.if_none_match = Some(list.clone())),
        ),
        (
            "any",
            304,
            Box::new(|r| r.if_none_match = Some(b"*".to_vec())),
        ),
        (
            "other etag",
            200,
            Box::new(|r| r.if_none_match = Some(b"\"x\"".to_vec())),
        ),
        (
            "date",
            304,
            Box::new({
                let v = date.clone();
                move |r| r.if_modified_since = Some(v.clone())
            }),
        ),
        (
            "old date",
            200,
            Box::new({
                let v = old.clone();
                move |r| r.if_modified_since = Some(v.clone())
            }),
        ),
        (
            "bad date",
            200,
            Box::new(|r| r.if_modified_since = Some(b"yesterday".to_vec())),
        ),
        (
            "match",
            200,
            Box::new({
                let v = etag.clone();
                move |r| r.if_match = Some(v.clone())
            }),
        ),
        (
            "weak match",
            412,
            Box::new(move |r| r.if_match = Some(weak.clone())),
        ),
        (
            "unmodified",
            412,
            Box::new(move |r| r.if_unmodified_since = Some(old.clone())),
        ),
    ];
    for (name, status, change) in cases {
        let mut request = get("/ten.txt");
        change(&mut request);
        assert_eq!(respond(&site, &request).status, status, "{name}");
    }
}

#[test]
fn ranges_are_sent_and_refused() {
    let (_folder, site) = site();
    let ranged = |range: &str, if_range: Option<&str>| StaticRequest {
        range: Some(range.as_bytes().to_vec()),
        if_range: if_range.map(|value| value.as_bytes().to_vec()),
        ..get("/ten.txt")
    };
    let response = respond(&site, &ranged("bytes=2-4", None));
    assert_eq!(
        header(&response, "Content-Range").as_deref(),
        Some("bytes 2-4/10")
    );
    assert_eq!(body(response), (206, "234".to_owned()));
    let response = respond(&site, &ranged("bytes=10-", None));
    assert_eq!(
        header(&response, "Content-Range").as_deref(),
        Some("bytes */10")
    );
    assert_eq!(response.status, 416);
    let response = respond(&site, &ranged("bytes=2-4", Some("\"other\"")));
    assert_eq!(body(response), (200, "0123456789".to_owned()));
}

#[test]
fn a_missing_root_is_not_found_and_special_files_are_not_opened() {
    let (_folder, mut site) = site();
    let pipe = site.root.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    check(&site, "/pipe", 404, "");
    site.root = Path::new("/nowhere/at/all").to_owned();
    check(&site, "/", 404, "");
}
