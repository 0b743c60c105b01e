//! From objects to a generation: routing snapshot, statuses, findings.

pub mod annotation;
