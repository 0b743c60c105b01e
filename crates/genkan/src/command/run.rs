//! `genkan run`: the gateway.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::ValueEnum;

use super::{InputArgs, TerminalArgs};
use genkan_diagnosis::Exit;

use crate::control;

/// What `run` takes.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  genkan run --manifests k8s/\n  genkan run --manifests base/ --manifests local.yaml --http-port 8081\n  kubectl kustomize overlays/dev | genkan run --manifests -"
)]
pub(crate) struct RunArgs {
    /// A folder or file of manifests, or `-` for standard input; may be given several times.
    #[arg(long, required = true, value_name = "PATH")]
    pub(crate) manifests: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) gateway: GatewayArgs,

    #[command(flatten)]
    pub(crate) terminal: TerminalArgs,
}

/// Ports, workers, log: what `run` and `demo` share.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct GatewayArgs {
    /// Address that traffic is accepted on; may be given several times [default: the ConfigMap's
    /// bind-address, else all, IPv4 and IPv6].
    #[arg(long, value_name = "IP")]
    pub(crate) address: Vec<IpAddr>,

    /// Port of HTTP traffic; 0 picks a free one; may be given several times.
    #[arg(long, value_name = "PORT", default_values_t = [8080])]
    pub(crate) http_port: Vec<u16>,

    /// Port of HTTPS traffic; 0 picks a free one; may be given several times, and redirects lead to the
    /// first.
    #[arg(long, value_name = "PORT", default_values_t = [8443])]
    pub(crate) https_port: Vec<u16>,

    /// Take the next free port when one is in use, and print it.
    #[arg(long)]
    pub(crate) port_fallback: bool,

    /// Port of `/healthz`, `/readyz` and `/metrics`; 0 picks a free one.
    #[arg(
        long,
        visible_alias = "healthz-port",
        value_name = "PORT",
        default_value_t = 10254
    )]
    pub(crate) admin_port: u16,

    /// Address of the admin port.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V6(Ipv6Addr::UNSPECIFIED))]
    pub(crate) admin_address: IpAddr,

    /// Port on 127.0.0.1 that `genkan explain --id` asks; 0 picks a free one.
    #[arg(long, value_name = "PORT", default_value_t = control::CONSOLE_PORT)]
    pub(crate) console_port: u16,

    /// Path that the catch-all host answers 200 itself.
    #[arg(long, value_name = "PATH", default_value = "/healthz")]
    pub(crate) health_check_path: String,

    /// Worker threads; one per usable CPU by default, at most 16.
    #[arg(long, value_name = "N")]
    pub(crate) workers: Option<usize>,

    /// Where the access log goes: `-` for standard output, a file, or `off`.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) access_log: String,

    /// Form of the access log.
    #[arg(long, value_enum, default_value_t = LogFormat::Nginx)]
    pub(crate) log_format: LogFormat,

    /// What happens when the log cannot be written as fast as it grows.
    #[arg(long, value_enum, default_value_t = LogOverflow::Drop)]
    pub(crate) log_overflow: LogOverflow,

    /// One more of the first lines, for whoever starts Genkan on somebody's behalf; may be given several
    /// times.
    #[arg(long, value_name = "TEXT")]
    pub(crate) hint: Vec<String>,

    /// How long a shutdown waits for requests under way, in seconds [default: the ConfigMap's
    /// worker-shutdown-timeout, 240].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) drain_timeout: Option<Duration>,
}

/// Form of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// ingress-nginx's default format.
    Nginx,
    /// One JSON object a line.
    Json,
}

/// What happens when the log cannot be written as fast as it grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogOverflow {
    /// Lines are dropped and counted.
    Drop,
    /// Workers wait.
    Block,
}

/// Ports tried after the one that is in use, with `--port-fallback`.
const FALLBACK_PORTS: u16 = 100;

impl GatewayArgs {
    /// What to try after port `last`, which is in use; `first` was tried first. None: give up.
    pub(crate) fn next_port(&self, first: u16, last: u16) -> Option<u16> {
        let port = last.checked_add(1)?;
        (self.port_fallback && port - first <= FALLBACK_PORTS).then_some(port)
    }

    /// Where redirects to HTTPS lead.
    pub(crate) fn first_https_port(&self) -> u16 {
        self.https_port.first().copied().unwrap_or_default()
    }

    /// Where health and metrics are served.
    pub(crate) fn admin(&self) -> SocketAddr {
        SocketAddr::new(self.admin_address, self.admin_port)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .map(Duration::from_secs)
        .map_err(|_| "expected a whole number of seconds".to_owned())
}

/// Serves until a signal ends it.
pub(crate) fn execute(args: RunArgs) -> Exit {
    control::run(&control::Plan {
        sources: args.manifests,
        input: args.input,
        greeting: control::Greeting::Speak {
            hints: args.gateway.hint.clone(),
        },
        gateway: args.gateway,
        style: args.terminal.style(),
        progress: None,
    })
}
