//! One compiled pattern for equal texts: 10,000 Ingresses made from one chart share theirs.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

use super::{Anchor, Pattern, PatternError};
use crate::route::Mode;

type Key = (Box<str>, Mode, Anchor);

#[derive(Default)]
struct Store {
    patterns: HashMap<Key, Weak<Pattern>>,
    sweep_at: usize,
}

/// Entries of patterns nobody uses any more are swept when the store has doubled since the last time,
/// and not before it holds this many.
const SWEEP_FLOOR: usize = 1_024;

static STORE: LazyLock<Mutex<Store>> = LazyLock::new(Mutex::default);

/// The compiled pattern for a text, made when nobody has it yet.
pub fn shared(source: &str, mode: Mode, anchor: Anchor) -> Result<Arc<Pattern>, PatternError> {
    let key = (source.into(), mode, anchor);
    let known = STORE
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .patterns
        .get(&key)
        .cloned();
    if let Some(pattern) = known.and_then(|weak| weak.upgrade()) {
        return Ok(pattern);
    }
    let pattern = Arc::new(Pattern::compile(source, mode, anchor)?);
    let mut store = STORE.lock().unwrap_or_else(PoisonError::into_inner);
    if store.patterns.len() >= store.sweep_at.max(SWEEP_FLOOR) {
        store
            .patterns
            .retain(|_, pattern| pattern.strong_count() > 0);
        store.sweep_at = store.patterns.len() * 2;
    }
    store.patterns.insert(key, Arc::downgrade(&pattern));
    Ok(pattern)
}
