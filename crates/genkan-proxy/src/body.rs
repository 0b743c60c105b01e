//! Request bodies: read piece by piece, or collected in memory and, beyond a limit, in a file.

pub(crate) mod collect;
pub(crate) mod incoming;
pub(crate) mod spill;
