//! Proxies, backends and clients for the tests.

mod backend;
mod client;
mod world;

pub(crate) use backend::{Backend, Request, ok};
pub(crate) use client::{Client, Response};
pub(crate) use world::{Running, World, start};
