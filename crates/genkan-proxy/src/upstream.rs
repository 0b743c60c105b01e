//! The way to endpoints: idle connections and new ones.

pub(crate) mod connect;
pub(crate) mod pool;
