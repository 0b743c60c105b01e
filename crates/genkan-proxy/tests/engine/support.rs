//! Proxies, backends and clients for the tests.

mod backend;
mod client;
mod gathered;
mod world;

pub(crate) use backend::{Backend, Request, chunks, echo, ok, pattern, read_request};
pub(crate) use client::Client;
pub(crate) use gathered::pause;
pub(crate) use world::{Running, World, start};
