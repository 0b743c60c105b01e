//! The snapshot as one worker holds it.
//!
//! Counted locally, so that a request touches no cache line that another worker writes. When the last
//! exchange lets go, the table travels to the control side, which frees it.

use std::{cell::Cell, sync::mpsc};

use genkan_http::limits::{HeadLimits, LargeBuffers};
use genkan_route::{
    endpoint::{Endpoint, GroupId},
    settings::GlobalSettings,
    snapshot::Snapshot,
};

use super::identifier::{mix, random};
use crate::{publication::Published, tls::TlsConfigs, upstream::prepare::Prepared};

/// A snapshot with what a worker derives from it.
#[derive(Debug)]
pub(crate) struct Held {
    /// Taken only by `drop`.
    published: Option<Published>,
    /// Limits of request heads.
    pub(crate) limits: HeadLimits,
    /// Round-robin positions by group. nginx too keeps them per worker, with a random start.
    cursors: Box<[Cell<u32>]>,
    graveyard: mpsc::Sender<Published>,
}

impl Held {
    pub(crate) fn new(published: Published, graveyard: mpsc::Sender<Published>) -> Self {
        let start = random();
        let snapshot = &published.snapshot;
        let groups = snapshot.endpoints.groups.len() as u64;
        Self {
            limits: head_limits(&snapshot.settings),
            cursors: (0..groups)
                .map(|group| Cell::new(mix(start ^ group) as u32))
                .collect(),
            published: Some(published),
            graveyard,
        }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.published().snapshot
    }

    /// What handshakes are answered with.
    pub(crate) fn tls(&self) -> Option<&TlsConfigs> {
        self.published().tls.as_ref()
    }

    /// What endpoints with TLS are connected to with.
    pub(crate) fn upstream_tls(&self) -> &Prepared {
        &self.published().upstream
    }

    fn published(&self) -> &Published {
        match &self.published {
            Some(published) => published,
            None => unreachable!("it is taken only when the last holder is gone"),
        }
    }

    pub(crate) fn settings(&self) -> &GlobalSettings {
        &self.snapshot().settings
    }

    /// The endpoint whose turn it is.
    pub(crate) fn next_endpoint<'e>(
        &self,
        group: GroupId,
        ready: &'e [Endpoint],
    ) -> Option<&'e Endpoint> {
        if ready.len() <= 1 {
            return ready.first();
        }
        let cursor = self.cursors.get(group.0 as usize)?;
        let turn = cursor.get();
        cursor.set(turn.wrapping_add(1));
        ready.get(turn as usize % ready.len())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(published) = self.published.take() {
            // When the control side is gone the process ends, and the failed send frees it here.
            let _ = self.graveyard.send(published);
        }
    }
}

fn head_limits(settings: &GlobalSettings) -> HeadLimits {
    HeadLimits {
        client_header_buffer_size: settings.header_buffer_size,
        large_client_header_buffers: LargeBuffers {
            count: settings.large_header_buffers,
            size: settings.large_header_buffer_size,
        },
        field_count_max: settings.header_count_max,
        underscores_in_headers: settings.underscores_in_headers,
        ignore_invalid_headers: settings.ignore_invalid_headers,
    }
}
