//! The numbers of one series on one worker.
//!
//! Only the worker writes, so an addition is a load and a store; a scrape may read at any time.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::record::ExchangeRecord;

/// Prometheus's default buckets, in microseconds.
pub(super) const DURATION_BOUNDS: [u64; 11] = [
    5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000,
];
/// `--length-buckets` of ingress-nginx, in bytes.
pub(super) const LENGTH_BOUNDS: [u64; 10] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
/// `--size-buckets` of ingress-nginx, in bytes.
pub(super) const SIZE_BOUNDS: [u64; 7] = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// A histogram with `N` bounds; `counts[N]` is what lies above all of them.
#[derive(Debug)]
pub(super) struct Histogram<const N: usize> {
    counts: [AtomicU64; N],
    above: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Default for Histogram<N> {
    fn default() -> Self {
        Self {
            counts: [const { AtomicU64::new(0) }; N],
            above: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }
}

impl<const N: usize> Histogram<N> {
    fn observe(&self, bounds: &[u64; N], value: u64) {
        // Prometheus: a bucket holds what is at most its bound.
        match bounds.iter().position(|bound| value <= *bound) {
            Some(index) => add(&self.counts[index], 1),
            None => add(&self.above, 1),
        }
        add(&self.sum, value);
    }
}

/// All numbers of one series.
#[derive(Debug, Default)]
pub(super) struct Cells {
    requests: AtomicU64,
    request_duration: Histogram<11>,
    response_duration: Histogram<11>,
    header_duration: Histogram<11>,
    connect_duration: Histogram<11>,
    request_size: Histogram<10>,
    response_size: Histogram<10>,
    bytes_sent: Histogram<7>,
}

impl Cells {
    /// Counts one exchange.
    pub(super) fn count(&self, record: &ExchangeRecord<'_>) {
        add(&self.requests, 1);
        let duration = |histogram: &Histogram<11>, time| {
            histogram.observe(&DURATION_BOUNDS, micros(time));
        };
        duration(&self.request_duration, record.duration);
        self.request_size
            .observe(&LENGTH_BOUNDS, record.request_length);
        self.response_size
            .observe(&LENGTH_BOUNDS, record.bytes_sent);
        self.bytes_sent.observe(&SIZE_BOUNDS, record.bytes_sent);
        // ingress-nginx: the upstream times of a retried request are lists, which it leaves out.
        if let [attempt] = record.attempts {
            duration(&self.response_duration, attempt.response_time);
            if let Some(time) = attempt.header_time {
                duration(&self.header_duration, time);
            }
            if let Some(time) = attempt.connect_time {
                duration(&self.connect_duration, time);
            }
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn add(cell: &AtomicU64, number: u64) {
    cell.store(
        cell.load(Ordering::Relaxed).wrapping_add(number),
        Ordering::Relaxed,
    );
}

/// A histogram of all workers.
#[derive(Debug, Default)]
pub(super) struct HistogramSum {
    /// How many lie in each bucket, the last above all bounds.
    pub(super) counts: Vec<u64>,
    /// Sum of the values.
    pub(super) sum: u64,
}

impl HistogramSum {
    fn add<const N: usize>(&mut self, cells: &Histogram<N>) {
        self.counts.resize(N + 1, 0);
        let all = cells.counts.iter().chain([&cells.above]);
        for (count, cell) in self.counts.iter_mut().zip(all) {
            *count += cell.load(Ordering::Relaxed);
        }
        self.sum += cells.sum.load(Ordering::Relaxed);
    }
}

/// One series of all workers.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) requests: u64,
    pub(super) request_duration: HistogramSum,
    pub(super) response_duration: HistogramSum,
    pub(super) header_duration: HistogramSum,
    pub(super) connect_duration: HistogramSum,
    pub(super) request_size: HistogramSum,
    pub(super) response_size: HistogramSum,
    pub(super) bytes_sent: HistogramSum,
}

impl Sum {
    /// Adds the numbers of one worker.
    pub(super) fn add(&mut self, cells: &Cells) {
        self.requests += cells.requests.load(Ordering::Relaxed);
        self.request_duration.add(&cells.request_duration);
        self.response_duration.add(&cells.response_duration);
        self.header_duration.add(&cells.header_duration);
        self.connect_duration.add(&cells.connect_duration);
        self.request_size.add(&cells.request_size);
        self.response_size.add(&cells.response_size);
        self.bytes_sent.add(&cells.bytes_sent);
    }
}
