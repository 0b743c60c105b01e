//! The data plane: workers, sessions, pools, relay, static files, log, metrics.
