//! The table of bad files: what stands in place of a good file, and what is said about it.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};

/// One bad file.
pub(crate) struct Row {
    /// What it is; names it in failures.
    pub(crate) name: &'static str,
    /// What lies at the path.
    pub(crate) content: Content,
    /// Code of the finding.
    pub(crate) code: &'static str,
    /// Line and column that it names.
    pub(crate) place: (u64, u64),
    /// What to do, as it is told.
    pub(crate) remedy: &'static str,
    /// What `lint` ends with.
    pub(crate) exit: i32,
    /// What a running gateway answers for the host of the good version.
    pub(crate) live: Live,
}

/// What a running gateway does while the file is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Live {
    /// The version before it serves.
    Older,
    /// The new version serves, without what is bad in it: this is the status of a request.
    Newer(u16),
}

/// What lies at the path.
pub(crate) enum Content {
    /// A file with the good text, one piece of it replaced.
    Instead(&'static str, &'static str),
    /// A file with another text.
    Text(String),
    /// A file with bytes that are no text.
    Bytes(Vec<u8>),
    /// Something that is no readable file, made at the path.
    Made(fn(&Path)),
}

/// The good file: an Ingress, each of its lines a place for a mistake.
pub(crate) const GOOD: &str = "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: other
spec:
  ingressClassName: nginx
  rules:
    - host: other.test
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  name: http
";

const REGEX: &str = "metadata:
  annotations: {nginx.ingress.kubernetes.io/use-regex: 'true'}
";

impl Content {
    /// Puts it at the path, at once and whole.
    pub(crate) fn put(&self, path: &Path) {
        let beside = path.with_file_name(".beside");
        match self {
            Self::Instead(..) | Self::Text(_) => {
                fs::write(&beside, self.text()).expect("a file can be written");
            }
            Self::Bytes(bytes) => fs::write(&beside, bytes).expect("a file can be written"),
            Self::Made(make) => return make(path),
        }
        fs::rename(&beside, path).expect("a file can be renamed");
    }

    fn text(&self) -> String {
        match self {
            Self::Instead(piece, other) => {
                assert!(GOOD.contains(piece), "{piece}");
                GOOD.replacen(piece, other, 1)
            }
            Self::Text(text) => text.clone(),
            Self::Bytes(_) | Self::Made(_) => String::new(),
        }
    }
}

/// All rows.
pub(crate) fn rows() -> Vec<Row> {
    [texts(), fields(), meanings(), entries()]
        .into_iter()
        .flatten()
        .collect()
}

/// What is no YAML, or no object.
fn texts() -> Vec<Row> {
    let row = |name, content, place, remedy| Row {
        name,
        content,
        code: "GK0254",
        place,
        remedy,
        exit: 3,
        live: Live::Older,
    };
    let instead = Content::Instead;
    let cut = |until: &str| {
        let (before, _) = GOOD.split_once(until).expect("a place to cut");
        Content::Text(format!("{before}{until}"))
    };
    // 40,000 values, and anchors with their aliases hold at most 100,000
    let aliases = format!("a: &a [{}0]\nb: [*a, *a]\n", "0,".repeat(40_000));
    let utf16 = GOOD.encode_utf16().flat_map(u16::to_le_bytes);
    vec![
        row(
            "no YAML",
            instead("metadata:\n  name: other", "metadata: {name: other"),
            (4, 5),
            "close it, or add the comma",
        ),
        row(
            "cut off in quotes",
            Content::Text(cut("- host: ").text() + "\"other.te"),
            (8, 13),
            "close the quote",
        ),
        row(
            "a tab",
            instead("  ingressClassName", "\tingressClassName"),
            (6, 1),
            "indent with spaces",
        ),
        row(
            "a wrong indentation",
            instead("  ingressClassName", " ingressClassName"),
            (7, 8),
            "align the key with the one above",
        ),
        row(
            "a key twice",
            instead("nginx\n", "nginx\n  ingressClassName: genkan\n"),
            (7, 3),
            "remove one of the two",
        ),
        row(
            "an asterisk without quotes",
            instead("other.test", "*.other.test"),
            (8, 13),
            "put the value in quotes, as in",
        ),
        row(
            "a template",
            instead("other.test", "{{ .Values.host }}"),
            (8, 13),
            "run `helm template` first",
        ),
        row(
            "a control character",
            instead("other.test", "other\u{1}.test"),
            (8, 18),
            "remove it",
        ),
        row(
            "no mapping",
            Content::Text("hello\n".to_owned()),
            (1, 1),
            "begin with `apiVersion:` and `kind:`",
        ),
        row(
            "no kind",
            instead("kind: Ingress\n", ""),
            (1, 1),
            "add it, or keep the file out of this folder",
        ),
        row(
            "nested too deep",
            Content::Text(format!("a: {}", "[".repeat(200))),
            (1, 131),
            "split it into several files",
        ),
        row(
            "aliases that explode",
            Content::Text(aliases),
            (2, 9),
            "write the values out",
        ),
        row(
            "bytes that are no UTF-8",
            Content::Bytes(b"kind: \xff\n".to_vec()),
            (1, 7),
            "save the file as UTF-8",
        ),
        row(
            "UTF-16",
            Content::Bytes([0xff, 0xfe].into_iter().chain(utf16).collect()),
            (1, 1),
            "save the file as UTF-8",
        ),
    ]
}

/// What Kubernetes would not take.
fn fields() -> Vec<Row> {
    let row = |name, piece, other, code, place, remedy, exit, live| Row {
        name,
        content: Content::Instead(piece, other),
        code,
        place,
        remedy,
        exit,
        live,
    };
    let served = Live::Newer(200);
    vec![
        row(
            "a mapping for a list",
            "    - host: other.test\n      http",
            "      http",
            "GK0254",
            (8, 7),
            "write a list here",
            3,
            Live::Older,
        ),
        row(
            "text for a number",
            "name: http",
            "number: \"80\"",
            "GK0254",
            (17, 27),
            "write a whole number here",
            1,
            Live::Newer(503),
        ),
        row(
            "cut off where YAML ends well",
            "            backend:\n              service:\n                name: web\n                port:\n                  name: http\n",
            "",
            "GK0254",
            (11, 13),
            "add `backend`",
            1,
            Live::Newer(404),
        ),
        row(
            "an unknown field",
            "  rules",
            "  ruels: []\n  rules",
            "GK0257",
            (7, 3),
            "write `rules`, or remove it",
            0,
            served,
        ),
        row(
            "no path type",
            "            pathType: Prefix\n",
            "",
            "GK0251",
            (11, 13),
            "set `pathType: Prefix`",
            0,
            served,
        ),
        row(
            "an old version",
            "io/v1",
            "io/v1beta1",
            "GK0250",
            (1, 13),
            "write `networking.k8s.io/v1`",
            3,
            Live::Older,
        ),
        row(
            "a name that is none",
            "name: other",
            "name: Other",
            "GK0254",
            (4, 9),
            "write a value that keeps to this rule",
            0,
            served,
        ),
    ]
}

/// What can be read and leads nowhere.
fn meanings() -> Vec<Row> {
    let row = |name, content, code, place, remedy, live| Row {
        name,
        content,
        code,
        place,
        remedy,
        exit: 1,
        live,
    };
    let pattern = |pattern: &str| {
        let text = GOOD.replacen("metadata:\n", REGEX, 1);
        let text = text.replacen("path: /\n", &format!("path: '{pattern}'\n"), 1);
        Content::Text(text.replacen("Prefix", "ImplementationSpecific", 1))
    };
    let closed = Live::Newer(503);
    vec![
        row(
            "no such Service",
            Content::Instead("name: web", "name: wbe"),
            "GK0300",
            (15, 23),
            "write `web`",
            closed,
        ),
        row(
            "no such port",
            Content::Instead("name: http", "name: htpp"),
            "GK0302",
            (17, 25),
            "set `number: 80`",
            closed,
        ),
        row(
            "a pattern that does not compile",
            pattern("/x("),
            "GK0007",
            (12, 19),
            "correct the pattern; until then this path matches nothing",
            Live::Newer(404),
        ),
        row(
            "a pattern that is too large",
            pattern("/((x{1,1000}){1,1000}){1,1000}"),
            "GK0007",
            (12, 19),
            "correct the pattern; until then this path matches nothing",
            Live::Newer(404),
        ),
    ]
}

/// What is no readable file; each fails for root too.
fn entries() -> Vec<Row> {
    let row = |name, make, remedy| Row {
        name,
        content: Content::Made(make),
        code: "GK0254",
        place: (1, 1),
        remedy,
        exit: 3,
        live: Live::Older,
    };
    let link = "mend the link, or remove it";
    let file = "put a file in its place";
    vec![
        row(
            "a folder",
            |path| fs::create_dir(path).expect("a folder"),
            "read folders within folders with `--recursive`",
        ),
        row(
            "a link that leads nowhere",
            |path| symlink("nowhere", path).expect("a link"),
            link,
        ),
        row(
            "a link to itself",
            |path| symlink(path, path).expect("a link"),
            link,
        ),
        row("a pipe", pipe, file),
        row(
            "a socket",
            |path| drop(UnixListener::bind(path).expect("a socket")),
            file,
        ),
        row(
            "a file that is too large",
            too_large,
            "split it into several files",
        ),
    ]
}

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from(0o600), 0).expect("a pipe");
}

/// One MiB over the limit of 64, and none of it on the disk.
fn too_large(path: &Path) {
    let beside = path.with_file_name(".beside");
    let file = fs::File::create(&beside).expect("a file");
    file.set_len(65 << 20).expect("a hole");
    fs::rename(&beside, path).expect("a file can be renamed");
}
