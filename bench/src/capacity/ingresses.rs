//! A folder of many Ingresses, one file each: time until it is served, memory, time until an edit is.

use std::{
    fs,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{Figure, client::Client, mebibytes, memory};
use crate::{
    peer::{self, free_address, genkan as manifests},
    report::median,
    run,
};

/// Between two questions whether an edit is live.
const PAUSE: Duration = Duration::from_millis(1);
/// An edit that is not live after this long fails the measurement.
const EDIT_MAX: Duration = Duration::from_secs(10);

pub(super) fn measure(genkan: &Path, count: usize, edits: usize) -> io::Result<Vec<Figure>> {
    let backend = peer::start_backend(run::OTHER_CPU)?;
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let service = manifests::service("echo", &backend.address.to_string());
    fs::write(folder.join("service.yaml"), service)?;
    for host in 0..count {
        fs::write(file(folder, host), manifests::ingress(host, "echo"))?;
    }
    let gateway = Gateway::start(genkan, folder)?;
    let started = memory(gateway.child.id(), "VmRSS")?;
    let mut times = Vec::with_capacity(edits);
    for edit in 0..edits {
        let host = edit * (count / edits.max(1));
        times.push(gateway.edit(folder, host, edit)?.as_secs_f64() * 1e3);
    }
    let edited = memory(gateway.child.id(), "VmRSS")?;
    let ready = gateway.ready.as_secs_f64();
    let worst = times.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        Figure::new(format!("ready with {count} Ingresses"), ready, "s").at_most(2.0),
        Figure::new("resident when ready", mebibytes(started), "MiB").at_most(150.0),
        Figure::new("resident after the edits", mebibytes(edited), "MiB").at_most(150.0),
        Figure::new("edit until live, median", median(times), "ms").at_most(100.0),
        Figure::new("edit until live, worst", worst, "ms").at_most(100.0),
    ])
}

fn file(folder: &Path, host: usize) -> std::path::PathBuf {
    folder.join(format!("h{host}.yaml"))
}

/// A gateway on all CPUs, as a user starts it.
struct Gateway {
    child: Child,
    address: SocketAddr,
    ready: Duration,
}

impl Gateway {
    fn start(genkan: &Path, folder: &Path) -> io::Result<Self> {
        let address = free_address()?;
        let begin = Instant::now();
        let mut child = Command::new(genkan)
            .arg("run")
            .arg("--manifests")
            .arg(folder)
            .args(["--address", "127.0.0.1", "--access-log", "off"])
            .args([
                "--admin-port",
                "0",
                "--console-port",
                "0",
                "--https-port",
                "0",
            ])
            .arg("--http-port")
            .arg(address.port().to_string())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let messages = child.stderr.take();
        let mut lines = messages.into_iter().flat_map(|s| BufReader::new(s).lines());
        let is_ready = lines.any(|line| line.is_ok_and(|line| line.starts_with("ready ")));
        let ready = begin.elapsed();
        if !is_ready {
            return Err(io::Error::other("genkan did not get ready"));
        }
        // Its later messages must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self {
            child,
            address,
            ready,
        })
    }

    /// Gives one Ingress another host and waits until that host is served.
    fn edit(&self, folder: &Path, host: usize, edit: usize) -> io::Result<Duration> {
        let name = format!("edited-{edit}.test");
        let text = manifests::ingress(host, "echo").replace(&format!("h{host}.test"), &name);
        let mut client = Client::connect(self.address)?;
        if client.ask(&name)? != 404 {
            return Err(io::Error::other("the new host was served before the edit"));
        }
        fs::write(file(folder, host), text)?; // closed when this returns
        let closed = Instant::now();
        while client.ask(&name)? != 200 {
            if closed.elapsed() > EDIT_MAX {
                return Err(io::Error::other("an edit did not get live"));
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "asking without a pause would take the CPU that the edit needs"
            )]
            std::thread::sleep(PAUSE);
        }
        Ok(closed.elapsed())
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
