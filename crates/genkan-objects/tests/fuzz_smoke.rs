//! The fuzz entry over its corpus and some thousand changes of it; see `fuzz/README.md`.

#[path = "../../../fuzz/entries/objects.rs"]
mod objects;
#[path = "../../../fuzz/entries/smoke.rs"]
mod smoke;

const ROUNDS: usize = 10_000;

/// Pieces that YAML gives a meaning to.
const WORDS: &[&[u8]] = &[
    b"a",
    b": ",
    b"- ",
    b"\n",
    b"\n  ",
    b"\t",
    b"&x ",
    b"*x",
    b"*base",
    b"<<: ",
    b"!!str ",
    b"!!binary ",
    b"!!int ",
    b"!!null ",
    b"!t ",
    b"|",
    b">-",
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b", ",
    b"#",
    b" # c",
    b"---\n",
    b"...\n",
    b"? ",
    b"%YAML 1.1\n",
    b"\r\n",
    b"\r",
    "\u{7384}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{85}".as_bytes(),
    "\u{2028}".as_bytes(),
    b"\0",
    b"\xff",
    b"\\",
    b"{{ .x }}",
    b"kind: Secret\n",
    b"kind: List\n",
    b"items:\n- ",
    b"metadata: {name: x}\n",
    b"1e999",
    b".inf",
];

#[test]
fn manifests() {
    smoke::run("yaml", WORDS, ROUNDS, objects::yaml);
}
