//! What the end-to-end tests share. It knows Genkan only from outside: a
//! process with a command line, sockets and messages. Nothing in here uses a
//! crate of Genkan, so that a fault there cannot hide itself.
//!
//! ```no_run
//! use genkan_tests::{EchoBackend, Folder, Gateway, Request};
//!
//! let backend = EchoBackend::start("a");
//! let folder = Folder::new();
//! folder.write("site.yaml", &format!("… endpoints: \"{}\" …", backend.address()));
//! let mut gateway = Gateway::serve(folder.path());
//!
//! let response = gateway.fetch(&Request::get("/").host("example.test"));
//! assert_eq!(response.status, 200);
//! assert_eq!(backend.received()[0].target, "/");
//!
//! gateway.apply(|| folder.write("site.yaml", "…"));   // waits until it is live
//! gateway.stop();                                     // SIGTERM, must end by itself
//! ```
//!
//! Where to look: [`Gateway`] starts `genkan run` with free ports and waits for
//! its own words; [`genkan`] runs any other command to its end; [`Folder`] is a
//! folder of manifests with each way of editing one; [`Connection`] and
//! [`Request`] are a raw HTTP/1 client that shows what arrived byte for byte,
//! in clear or, with a [`TlsHello`], over TLS;
//! [`http2`] is one for HTTP/2; [`EchoBackend`] answers what it received and keeps it; [`FlaskBackend`] is
//! the real todos application; [`WebSocket`] speaks RFC 6455; [`Random`] draws
//! from a printed seed; [`Pace`] is so many a second; [`manifests`] has short objects and writes them as YAML;
//! [`RefusedAddress`] is an address that refuses
//! connections for as long as it lives.
//!
//! Rules: no sleeping to let something happen (wait for a line, an event or a
//! byte, with [`DEADLINE`]); no fixed ports; no test that passes by being left out.

mod checkout;
mod client;
mod command;
mod echo;
mod flask;
mod folder;
mod gateway;
pub mod http2;
mod lines;
pub mod manifests;
mod pace;
mod random;
mod refused;
mod request;
mod sha1;
mod socket;
mod tls;
mod websocket;
mod wire;

use std::time::Duration;

pub use checkout::{checkout, genkan_binary};
pub use client::{BodyEnd, ClientError, Connection, Response, fetch};
pub use command::{Finished, genkan, run_to_end};
pub use echo::{EchoBackend, Received};
pub use flask::{FlaskBackend, lend_demo_environment, python_with};
pub use folder::Folder;
pub use gateway::{Gateway, Launch};
pub use lines::Lines;
pub use pace::Pace;
pub use random::Random;
pub use refused::RefusedAddress;
pub use request::Request;
pub use sha1::sha1;
pub use socket::ReceivedTls;
pub use tls::{TlsHello, subject};
pub use websocket::WebSocket;

/// How long a test waits for anything before it fails. Generous on purpose:
/// a test machine may be slow, and nothing that works ever waits this long.
pub const DEADLINE: Duration = Duration::from_secs(30);
