//! The routing table, the router that serves and explains, and every pure verdict.
