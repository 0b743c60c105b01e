//! The candidates: how each is configured and started.
//!
//! All are asked for the same work: the same hosts, the forwarded headers that ingress-nginx sets, a
//! request id, an access log with the same fields, kept-alive connections to the backend.

use std::{
    fmt::Write as _,
    fs,
    io::{self, BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::scenario::Scenario;

/// How long a candidate may take until it accepts connections.
const START_MAX: Duration = Duration::from_secs(30);
/// Pause between two attempts to connect while a candidate starts.
const START_RETRY: Duration = Duration::from_millis(20);

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Candidate {
    /// Copies bytes; the floor.
    Relay,
    /// The subject.
    Genkan,
    /// nginx with large buffers and `proxy_buffering on`.
    NginxTuned,
    /// nginx with ingress-nginx's defaults (`proxy_buffering off`, 4k buffer).
    NginxIngress,
    /// HAProxy.
    Haproxy,
}

/// All candidates.
pub(crate) const CANDIDATES: [Candidate; 5] = [
    Candidate::Relay,
    Candidate::Genkan,
    Candidate::NginxTuned,
    Candidate::NginxIngress,
    Candidate::Haproxy,
];

impl Candidate {
    /// Name in table and CSV.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Relay => "relay",
            Self::Genkan => "genkan",
            Self::NginxTuned => "nginx-tuned",
            Self::NginxIngress => "nginx-as-ingress-nginx",
            Self::Haproxy => "haproxy",
        }
    }
}

/// Where the programs are.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Programs {
    /// The genkan binary.
    #[arg(long, default_value = "target/release/genkan")]
    pub(crate) genkan: PathBuf,
    /// The nginx binary.
    #[arg(long, default_value = "nginx")]
    pub(crate) nginx: PathBuf,
    /// The HAProxy binary.
    #[arg(long, default_value = "haproxy")]
    pub(crate) haproxy: PathBuf,
}

/// A candidate under measurement; dropping it ends the process.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// Where it takes traffic.
    pub(crate) address: SocketAddr,
}

impl Running {
    /// The process whose CPU time counts, children included.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // SIGTERM lets nginx and HAProxy take their workers along.
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}

/// Starts a candidate on `cpu` in front of `backend`, writing into `folder`.
pub(crate) fn start(
    candidate: Candidate,
    programs: &Programs,
    scenario: &Scenario,
    backend: SocketAddr,
    folder: &Path,
    cpu: usize,
) -> io::Result<Running> {
    let address = free_address()?;
    let mut command = Command::new("taskset");
    command.arg("-c").arg(cpu.to_string());
    match candidate {
        Candidate::Relay => {
            command.arg(std::env::current_exe()?);
            command.args(["relay", "--listen"]).arg(address.to_string());
            command.arg("--backend").arg(backend.to_string());
        }
        Candidate::Genkan => {
            fs::write(folder.join("genkan.yaml"), manifests(scenario, backend))?;
            command.arg(&programs.genkan).arg("run").arg("--manifests");
            command.arg(folder.join("genkan.yaml"));
            command.args(["--address", "127.0.0.1", "--workers", "1"]);
            command.args(["--admin-port", "0", "--console-port", "0", "--http-port"]);
            command.arg(address.port().to_string()).arg("--access-log");
            command.arg(if scenario.log {
                folder.join("genkan.log").into_os_string()
            } else {
                "off".into()
            });
        }
        Candidate::NginxTuned | Candidate::NginxIngress => {
            let path = folder.join("nginx.conf");
            let tuned = candidate == Candidate::NginxTuned;
            fs::write(&path, nginx(scenario, address, backend, folder, tuned))?;
            command.arg(&programs.nginx).arg("-p").arg(folder);
            command.arg("-e").arg(folder.join("nginx-error.log"));
            command.arg("-c").arg(path);
        }
        Candidate::Haproxy => {
            let path = folder.join("haproxy.cfg");
            fs::write(&path, haproxy(scenario, address, backend))?;
            command
                .arg(&programs.haproxy)
                .arg("-db")
                .arg("-f")
                .arg(path);
        }
    }
    let output = fs::File::create(folder.join(format!("{}.out", candidate.name())))?;
    command
        .stdin(Stdio::null())
        .stderr(output.try_clone()?)
        .stdout(output);
    let running = Running {
        child: command.spawn()?,
        address,
    };
    wait_until_it_accepts(&running, candidate)?;
    Ok(running)
}

fn wait_until_it_accepts(running: &Running, candidate: Candidate) -> io::Result<()> {
    let deadline = Instant::now() + START_MAX;
    while Instant::now() < deadline {
        if TcpStream::connect(running.address).is_ok() {
            return Ok(());
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a foreign program says in no other way that it listens"
        )]
        std::thread::sleep(START_RETRY);
    }
    Err(io::Error::other(format!(
        "{} does not accept connections",
        candidate.name()
    )))
}

fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// One Ingress with one rule per host, as `--default-class nginx` serves it.
fn manifests(scenario: &Scenario, backend: SocketAddr) -> String {
    let mut text = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: echo\n  annotations:\n    \
         genkan.io/endpoints: \"{backend}\"\nspec:\n  ports:\n  - port: 80\n"
    );
    for host in 0..scenario.routes {
        let _ = write!(
            text,
            "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: h{host}\n  \
             annotations:\n    nginx.ingress.kubernetes.io/proxy-body-size: \"0\"\n\
             spec:\n  ingressClassName: nginx\n  rules:\n  - host: h{host}.test\n    http:\n      \
             paths:\n      - path: /\n        pathType: Prefix\n        backend:\n          \
             service:\n            name: echo\n            port:\n              number: 80\n"
        );
    }
    text
}

fn nginx(
    scenario: &Scenario,
    address: SocketAddr,
    backend: SocketAddr,
    folder: &Path,
    tuned: bool,
) -> String {
    let folder = folder.display();
    let log = if scenario.log {
        format!("access_log {folder}/nginx.log upstreaminfo buffer=64k flush=1s;")
    } else {
        "access_log off;".to_owned()
    };
    let buffering = if tuned {
        "proxy_buffering on; proxy_buffer_size 16k; proxy_buffers 8 64k; proxy_busy_buffers_size 128k;\n\
         client_body_buffer_size 1m;"
    } else {
        "proxy_buffering off; proxy_buffer_size 4k; proxy_buffers 4 4k; client_body_buffer_size 8k;"
    };
    let mut text = format!(
        "daemon off; worker_processes 1; worker_rlimit_nofile 16384; pid {folder}/nginx.pid;\n\
         events {{ worker_connections 8192; multi_accept on; use epoll; }}\n\
         http {{\n\
         log_format upstreaminfo '$remote_addr - $remote_user [$time_local] \"$request\" $status \
         $body_bytes_sent \"$http_referer\" \"$http_user_agent\" $request_length $request_time \
         [$proxy_upstream_name] [] $upstream_addr $upstream_response_length \
         $upstream_response_time $upstream_status $req_id';\n\
         {log}\n\
         aio threads; tcp_nopush on; tcp_nodelay on; server_names_hash_max_size 65536;\n\
         server_names_hash_bucket_size 128;\n\
         client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
         keepalive_timeout 75s; keepalive_requests 1000; client_max_body_size 0;\n\
         client_header_buffer_size 1k; large_client_header_buffers 4 8k; reset_timedout_connection on;\n\
         proxy_request_buffering on; {buffering}\n\
         proxy_http_version 1.1; proxy_redirect off;\n\
         map $http_x_request_id $req_id {{ default $http_x_request_id; '' $request_id; }}\n\
         map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}\n\
         upstream backend {{ server {backend}; keepalive 320; keepalive_timeout 60s; keepalive_requests 10000; }}\n"
    );
    for host in 0..scenario.routes {
        let _ = write!(
            text,
            "server {{ listen {address}; server_name h{host}.test; set $proxy_upstream_name \"default-echo-80\";\n\
             location / {{ proxy_set_header Host $http_host; proxy_set_header X-Request-ID $req_id;\n\
             proxy_set_header X-Real-IP $remote_addr; proxy_set_header X-Forwarded-For $remote_addr;\n\
             proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;\n\
             proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Scheme $scheme;\n\
             proxy_set_header X-Scheme $scheme; proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;\n\
             proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;\n\
             proxy_set_header Proxy \"\"; proxy_pass http://backend; }} }}\n"
        );
    }
    text.push_str("}\n");
    text
}

fn haproxy(scenario: &Scenario, address: SocketAddr, backend: SocketAddr) -> String {
    let log = if scenario.log {
        "    log stdout format raw local0\n    option httplog\n"
    } else {
        ""
    };
    let mut text = format!(
        "global\n    nbthread 1\n    maxconn 8192\n\
         defaults\n    mode http\n{log}    timeout connect 5s\n    timeout client 75s\n    timeout server 60s\n    \
         option http-keep-alive\n    http-reuse always\n\
         frontend in\n    bind {address}\n    unique-id-format %[uuid()]\n    unique-id-header X-Request-ID\n    \
         http-request set-header X-Real-IP %[src]\n    http-request set-header X-Forwarded-For %[src]\n    \
         http-request set-header X-Forwarded-Host %[req.hdr(host)]\n    \
         http-request set-header X-Forwarded-Port %[dst_port]\n    \
         http-request set-header X-Forwarded-Proto http\n    \
         http-request set-header X-Forwarded-Scheme http\n    http-request set-header X-Scheme http\n    \
         use_backend %[req.hdr(host),lower,map_str(hosts.map,none)]\n\
         backend none\n    http-request return status 404\n\
         backend echo\n    server one {backend} pool-max-conn 320\n"
    );
    // A map given in the configuration itself spares a second file: one ACL per host would be linear.
    let map: String = (0..scenario.routes).fold(String::new(), |mut map, host| {
        let _ = writeln!(map, "h{host}.test echo");
        map
    });
    let path = std::env::temp_dir().join(format!("genkan-bench-{}.map", std::process::id()));
    if fs::write(&path, map).is_ok() {
        text = text.replace("hosts.map", &path.display().to_string());
    }
    text
}

/// Starts a part of this binary and reads the address it prints.
pub(crate) fn start_backend(cpu: usize) -> io::Result<Running> {
    let mut child = Command::new("taskset")
        .arg("-c")
        .arg(cpu.to_string())
        .arg(std::env::current_exe()?)
        .arg("backend")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut line)?;
    }
    let address = line
        .trim()
        .strip_prefix("listening ")
        .and_then(|address| address.parse().ok())
        .ok_or_else(|| io::Error::other(format!("the backend said `{line}`")))?;
    Ok(Running { child, address })
}
