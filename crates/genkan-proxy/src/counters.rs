//! Counters of a worker that are neither log nor metrics of requests.

use std::cell::Cell;

use crate::{tls::turns::Turns, upstream::pool::Pools};

/// A number that only its worker changes.
#[derive(Debug, Default)]
pub(crate) struct Count(Cell<u64>);

impl Count {
    pub(crate) fn add(&self, more: u64) {
        self.0.set(self.0.get() + more);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.get()
    }
}

macro_rules! counters {
    ($($(#[doc = $doc:literal])* $name:ident,)*) => {
        /// The counters of one worker.
        #[derive(Debug, Default)]
        pub(crate) struct Counters {
            $(pub(crate) $name: Count,)*
        }

        /// The counters of all workers, summed.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Totals {
            $($(#[doc = $doc])* pub $name: u64,)*
            /// Idle upstream connections that turned out to be closed or too old.
            pub pool_stale: u64,
            /// Upstream connections that were closed because their pool was full.
            pub pool_overflow: u64,
            /// TLS handshakes that wait at the moment for their turn to use a private key.
            pub tls_waiting: u64,
        }

        impl Counters {
            pub(crate) fn totals(&self, pools: &Pools, turns: &Turns) -> Totals {
                Totals {
                    $($name: self.$name.get(),)*
                    pool_stale: pools.stale.get(),
                    pool_overflow: pools.overflow.get(),
                    tls_waiting: turns.waiting() as u64,
                }
            }
        }

        impl Totals {
            /// Name, meaning and value of each counter, for metrics.
            pub fn rows(&self) -> Vec<(&'static str, &'static str, u64)> {
                vec![
                    $((stringify!($name), concat!($($doc),*).trim_ascii(), self.$name),)*
                    ("pool_stale", "Idle upstream connections that turned out to be closed or too old", self.pool_stale),
                    ("pool_overflow", "Upstream connections that were closed because their pool was full", self.pool_overflow),
                ]
            }

            pub(crate) fn add(&mut self, more: &Self) {
                $(self.$name += more.$name;)*
                self.pool_stale += more.pool_stale;
                self.pool_overflow += more.pool_overflow;
                self.tls_waiting += more.tls_waiting;
            }
        }
    };
}

counters! {
    /// Downstream connections accepted.
    accepted,
    /// Downstream connections served.
    handled,
    /// Downstream connections taken over from a busier worker.
    adopted,
    /// Downstream connections closed at once: the connection limit, or no memory.
    refused,
    /// Failures of accepting for want of descriptors or memory.
    accept_failures,
    /// Idle downstream connections ended to make room.
    shed,
    /// Connections that ended because of a bug of ours.
    panics,
    /// Exchanges finished.
    exchanges,
    /// Requests refused because their head or framing was broken.
    rejected,
    /// Requests refused by `limit-rps` or `limit-rpm`.
    rate_refusals,
    /// Requests refused by `limit-connections`.
    connection_refusals,
    /// Passwords that were wrong.
    password_refusals,
    /// Requests refused because too many others waited for their passwords to be compared.
    password_overloads,
    /// Clients of limited rates forgotten before what they had used had drained.
    limit_evictions,
    /// Request header lines dropped for their names.
    dropped_fields,
    /// New connections to endpoints.
    connects,
    /// Of these, those with a TLS handshake.
    tls_connects,
    /// Of these, those that speak HTTP/2.
    http2_connects,
    /// Exchanges on connections from the pool.
    reuses,
    /// Tries repeated on a new connection because the pooled one was closed at the same moment.
    races,
    /// Tries repeated on another endpoint (or the same, where there is only one).
    retries,
    /// Tries given up because the endpoint sent interim responses without end.
    interim_floods,
    /// Request bodies that went to a spill file.
    spills,
    /// Requests refused because the spill space was used up.
    spill_refusals,
    /// TLS handshakes completed.
    tls_handshakes,
    /// TLS handshakes that failed: nothing in common, broken or hostile messages.
    tls_failures,
    /// TLS handshakes that took longer than the header timeout.
    tls_timeouts,
    /// TLS connections that the client closed before the handshake was complete.
    tls_abandoned,
    /// TLS handshakes that waited for their turn to use a private key.
    tls_queued,
    /// TLS handshakes refused because too many waited.
    tls_queue_full,
    /// TLS handshakes refused because nobody has the server name.
    tls_unknown_names,
    /// Connections to an https port that do not begin with TLS.
    tls_not_spoken,
    /// PROXY headers read.
    proxy_headers,
    /// Connections closed because they do not begin with a PROXY header.
    proxy_headers_missing,
    /// Connections that begin without a PROXY header, from peers that may leave it out.
    proxy_headers_omitted,
    /// Connections closed because their PROXY header breaks the format or is too long.
    proxy_headers_broken,
    /// Connections closed because their PROXY header took longer than its timeout.
    proxy_headers_late,
    /// Connections that the peer closed before its PROXY header was complete.
    proxy_headers_abandoned,
    /// Connections that begin with a PROXY header where none is asked for.
    proxy_headers_unexpected,
    /// Connections to an http port that begin with TLS.
    tls_on_plain,
    /// Downstream connections that spoke HTTP/2.
    http2_connections,
    /// Requests on HTTP/2 streams.
    http2_streams,
    /// HTTP/2 connections ended because of what they sent against the protocol.
    http2_broken,
    /// HTTP/2 connections ended for flooding: resets, empty frames, continuations, and the like.
    http2_floods,
    /// Response header fields that HTTP/2 cannot carry.
    http2_dropped_fields,
    /// Exchanges captured for explanations.
    captured,
    /// Exchanges worth capturing that were not, because of the limits.
    captures_dropped,
}
