//! One thread that owns its connections, pools, timers and counters.

use std::time::Duration;

/// How often a worker lets its observers hand over what they hold.
pub const TICK: Duration = Duration::from_millis(200);
