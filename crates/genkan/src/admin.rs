//! The admin port (health, metrics) and the console port (explanations), each a small server on one
//! thread of its own, so that neither waits for traffic nor traffic for it.
//!
//! The console answers on 127.0.0.1 only and checks `Host` and `Origin`: a page in the user's browser
//! must not be able to read what requests did (DNS rebinding).

mod console;
mod health;
mod server;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use crate::{command::GatewayArgs, control::Gateway};
use server::Server;

pub(crate) use console::{AskError, ask, ask_for, escape};

/// A port that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the {what} port {address} cannot be opened: {source}; choose another with {flag}")]
pub(crate) struct AdminError {
    what: &'static str,
    flag: &'static str,
    address: SocketAddr,
    source: io::Error,
}

/// Both servers; dropping them ends them.
#[derive(Debug)]
pub(crate) struct Servers {
    admin: Server,
    console: Server,
}

impl Servers {
    /// Opens both ports.
    ///
    /// # Errors
    /// When one is in use or cannot be bound.
    pub(crate) fn start(args: &GatewayArgs, gateway: &Arc<Gateway>) -> Result<Self, AdminError> {
        let open = |what, flag, first, handler: Arc<server::Handler>| {
            let mut address = first;
            loop {
                match Server::start(what, address, Arc::clone(&handler)) {
                    Ok(server) => return Ok(server),
                    Err(source) => {
                        let in_use = source.kind() == std::io::ErrorKind::AddrInUse;
                        match args
                            .next_port(first.port(), address.port())
                            .filter(|_| in_use)
                        {
                            Some(next) => address.set_port(next),
                            None => {
                                return Err(AdminError {
                                    what,
                                    flag,
                                    address,
                                    source,
                                });
                            }
                        }
                    }
                }
            }
        };
        let admin = {
            let gateway = Arc::clone(gateway);
            open(
                "admin",
                "--admin-port",
                args.admin(),
                Arc::new(move |request: &server::Request| health::answer(&gateway, request)),
            )?
        };
        let console = {
            let gateway = Arc::clone(gateway);
            open(
                "console",
                "--console-port",
                SocketAddr::from((Ipv4Addr::LOCALHOST, args.console_port)),
                Arc::new(move |request: &server::Request| console::answer(&gateway, request)),
            )?
        };
        Ok(Self { admin, console })
    }

    /// Where health and metrics are.
    pub(crate) fn admin_address(&self) -> SocketAddr {
        self.admin.address()
    }

    /// Where explanations are.
    pub(crate) fn console_address(&self) -> SocketAddr {
        self.console.address()
    }
}
