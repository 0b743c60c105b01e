//! Edits under load: no answer is wrong, none is older than what the program has announced as live, no
//! connection is reset, no WebSocket misses a message, and memory does not grow with edits.
//!
//! Each version of a host rewrites to `/vN`, so its answers carry N, and has an annotation that nobody
//! knows, so the program itself names N before it announces it. `GENKAN_LIVE_EDITS=full` plays the full
//! form (`make live-edits`).

mod live_edits {
    pub(crate) mod backend;
    pub(crate) mod edits;
    pub(crate) mod load;
}

use std::sync::Arc;
use std::time::{Duration, Instant};

use genkan_tests::{EchoBackend, Folder, Gateway, Pace};
use live_edits::{backend::Backend, edits::Edits, load, load::Scene};

/// How hard it is.
struct Form {
    edits: usize,
    /// Requests a second, on kept connections.
    kept_rate: u32,
    kept_connections: usize,
    /// Connections a second that are used once.
    new_rate: u32,
    sockets: usize,
}

const FULL: Form = Form {
    edits: 1000,
    kept_rate: 2000,
    kept_connections: 64,
    new_rate: 20,
    sockets: 50,
};

/// For machines that do other things at the same time.
const SHORT: Form = Form {
    edits: 120,
    kept_rate: 200,
    kept_connections: 8,
    new_rate: 5,
    sockets: 8,
};

/// Threads that send on kept connections.
const SENDERS: usize = 4;
const EDITS_A_SECOND: u32 = 10;
/// Memory is compared with what it was after so many edits.
const WARM: usize = 50;

#[test]
fn edits_under_load_are_seen_by_all_and_hurt_nobody() {
    let full = std::env::var("GENKAN_LIVE_EDITS").is_ok_and(|form| form == "full");
    let form = if full { FULL } else { SHORT };
    let backend = Backend::start();
    let echo = EchoBackend::start("ws");
    let (files, volume) = (Folder::new(), Folder::new());
    let mut edits = Edits::new(&files, &volume, backend.address(), echo.address());
    let log = Folder::new();
    let gateway = Gateway::launch(files.path())
        .arg("--manifests")
        .arg(volume.path())
        .args(["--workers", "2", "--access-log"])
        .arg(log.file("access.log"))
        .start();
    let scene = Arc::new(Scene::new(gateway.http(), edits.versions()));
    let watching = scene.watch(gateway.stderr());
    let mut load = load::start(
        &scene,
        SENDERS,
        form.kept_connections / SENDERS,
        form.kept_rate,
    );
    load.push(load::new_connections(&scene, form.new_rate));
    load.push(load::sockets(&scene, form.sockets));

    let began = Instant::now();
    let mut pace = Pace::new(EDITS_A_SECOND);
    let mut warm = 0;
    for number in 0..form.edits {
        pace.wait();
        edits.next(&scene);
        if number == WARM {
            warm = gateway.resident_bytes();
        }
    }
    let took = began.elapsed();
    edits.finish(&scene);
    scene.stop();
    for thread in load {
        thread.join().expect("the load does not panic");
    }
    let end = gateway.resident_bytes();
    let report = scene.report();
    println!(
        "{} edits in {took:.1?}; {report}; resident {warm} bytes after {WARM} edits, {end} at the end",
        form.edits
    );
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert!(report.kept > 0 && report.new > 0 && report.messages > 0);
    assert!(report.absent > 0, "nobody asked while the host was deleted");
    assert!(
        backend.answered() >= report.kept + report.new,
        "answers that no backend gave"
    );
    assert!(
        end * 10 <= warm * 11,
        "memory grows with edits: {warm} bytes, then {end}"
    );
    assert!(echo.faults().is_empty(), "{:?}", echo.faults());
    assert!(took > Duration::ZERO);
    let finished = gateway.stop();
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    watching.join().expect("the watching does not panic");
}
