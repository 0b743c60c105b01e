//! WebSockets through the gateway: an upgrade happens only after the backend's
//! 101, then bytes flow both ways, across edits too.

use genkan_tests::{Connection, EchoBackend, Folder, Gateway, Request, WebSocket, manifests};

const HOST: &str = "ws.test";
const CLASSES: [&str; 2] = ["nginx", "genkan"];

struct Scene {
    backend: EchoBackend,
    folder: Folder,
    gateway: Gateway,
}

fn scene(class: &str) -> Scene {
    let backend = EchoBackend::start("ws");
    let folder = Folder::with(&manifests::documents(&[
        manifests::service("ws", &[backend.address()]),
        manifests::ingress("ws", class, HOST, &[("/", "Prefix", "ws")]),
    ]));
    let gateway = Gateway::serve(folder.path());
    Scene {
        backend,
        folder,
        gateway,
    }
}

#[test]
fn messages_come_back_in_order() {
    for class in CLASSES {
        let scene = scene(class);
        let mut socket = WebSocket::open(scene.gateway.http(), HOST, "/chat").expect("a 101");
        for number in 0..500 {
            let text = format!("{number} {}", "x".repeat(number * 17 % 3000));
            socket.send(&text).expect("the socket is open");
            assert_eq!(socket.receive().expect("an echo"), text, "{class}");
        }
        let received = &scene.backend.received()[0];
        assert_eq!(received.target, "/chat", "{class}");
        assert_eq!(received.header("upgrade"), Some("websocket"), "{class}");
        assert_eq!(
            received.header("connection").map(str::to_ascii_lowercase),
            Some("upgrade".to_owned()),
            "{class}"
        );
    }
}

#[test]
fn an_edit_cuts_no_socket() {
    let mut scene = scene("nginx");
    let mut socket = WebSocket::open(scene.gateway.http(), HOST, "/").expect("a 101");
    for number in 0..5 {
        let path = format!("/v{number}");
        let text = manifests::documents(&[
            manifests::service("ws", &[scene.backend.address()]),
            manifests::ingress("ws", "nginx", HOST, &[(&path, "Prefix", "ws")]),
        ]);
        scene
            .gateway
            .apply(|| scene.folder.write("manifests.yaml", &text));
        socket.send(&path).expect("the socket is open");
        assert_eq!(socket.receive().expect("an echo"), path);
    }
    let mut socket = WebSocket::open(scene.gateway.http(), HOST, "/v4").expect("a 101");
    socket.send("new").expect("the socket is open");
    assert_eq!(socket.receive().expect("an echo"), "new");
}

#[test]
fn a_refused_upgrade_is_an_ordinary_answer() {
    // The backend knows no upgrade here: it answers as to any request, and the
    // connection goes on as HTTP.
    let scene = scene("genkan");
    let missing = Request::get("/")
        .host("other.test")
        .header("Connection", "Upgrade");
    let mut connection = scene.gateway.connect();
    let answer = connection
        .exchange(&missing.header("Upgrade", "websocket"))
        .expect("an answer");
    assert_eq!(answer.status, 404);
    assert!(scene.backend.received().is_empty());
    let next = connection
        .exchange(&Request::get("/next").host(HOST))
        .expect("an answer");
    assert_eq!((next.status, next.header("x-pod")), (200, Some("ws")));
}

#[test]
fn bytes_sent_right_behind_the_handshake_arrive() {
    let scene = scene("nginx");
    let request = Request::get("/")
        .host(HOST)
        .header("Connection", "upgrade")
        .header("Upgrade", "raw");
    let mut bytes = request.bytes();
    bytes.extend(b"early bytes");
    let mut connection = scene.gateway.connect();
    connection.send(&bytes).expect("the gateway reads");
    let head = connection.read_head().expect("a head");
    assert_eq!((head.status, head.header("upgrade")), (101, Some("raw")));
    assert_eq!(connection.read_bytes(11).expect("an echo"), b"early bytes");
}

#[test]
fn closing_one_half_closes_in_good_order() {
    let scene = scene("nginx");
    let mut socket = WebSocket::open(scene.gateway.http(), HOST, "/").expect("a 101");
    socket.send("last words").expect("the socket is open");
    let connection: &mut Connection = socket.connection();
    connection.half_close();
    // Two bytes of frame head, four of mask, ten of text; then the end.
    assert_eq!(
        connection.read_to_end().expect("an echo and the end").len(),
        16
    );
}
