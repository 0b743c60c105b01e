//! What is wrong with objects, found while compiling.
//!
//! These checks look at one object, one host or one Service port at a time and cost next to nothing
//! when all is well. What needs requests to be tried, or other objects to be searched, is
//! [`lint`](crate::lint).

pub(crate) mod alias;
pub(crate) mod backend;
pub(crate) mod certificate;
pub(crate) mod class;
pub(crate) mod client;
pub(crate) mod front;
pub(crate) mod host;
pub(crate) mod objects;
pub(crate) mod path;
pub(crate) mod problem;
pub(crate) mod remark;
pub(crate) mod rule;
pub(crate) mod tls;
pub(crate) mod written;
