//! Request and connection metrics under ingress-nginx's names and labels.
//!
//! Each worker has cells of its own that only it writes, with plain loads and stores; a scrape reads
//! all workers' cells and adds them up. A route's cells are found by the route's address, so no label
//! is built on the way of a request; the number of series follows from the configuration, never from
//! what clients send.

mod cells;
mod labels;
mod text;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use genkan_route::{snapshot::Snapshot, table::Route};

use crate::record::{ConnectionCounts, ExchangeRecord, Meter};
use cells::Cells;
pub use labels::ConstantLabels;
use labels::{AnswerLabels, RouteLabels};
pub use text::Exposition;

/// All workers' numbers.
#[derive(Debug, Default)]
pub struct Metrics {
    constant: ConstantLabels,
    workers: Mutex<Vec<Arc<WorkerNumbers>>>,
}

/// The cells of one route: few statuses and methods, searched one after the other.
type Answers = Vec<(AnswerLabels, Arc<Cells>)>;

/// What one worker shares with a scrape.
#[derive(Debug, Default)]
struct WorkerNumbers {
    /// Locked when a series is new to the worker, and by scrapes; never for a known series.
    series: Mutex<HashMap<Arc<RouteLabels>, Answers>>,
    connections: Gauges,
    requests: AtomicU64,
}

#[derive(Debug, Default)]
struct Gauges {
    accepted: AtomicU64,
    handled: AtomicU64,
    exhausted: AtomicU64,
    active: AtomicU64,
    reading: AtomicU64,
    writing: AtomicU64,
    waiting: AtomicU64,
}

impl Metrics {
    /// Nothing counted yet; the labels are on every series.
    pub fn new(constant: ConstantLabels) -> Self {
        Self {
            constant,
            workers: Mutex::default(),
        }
    }

    /// The labels on every series.
    pub fn constant(&self) -> &ConstantLabels {
        &self.constant
    }

    /// The meter of one more worker.
    pub fn worker(&self) -> WorkerMeter {
        let numbers = Arc::new(WorkerNumbers::default());
        lock(&self.workers).push(Arc::clone(&numbers));
        WorkerMeter {
            numbers,
            known: HashMap::default(),
            unrouted: RouteMeter::new(Arc::new(RouteLabels::unrouted())),
        }
    }

    /// Forgets the series of rules that this snapshot no longer has. Call it on the control thread
    /// once the snapshot is live, so that workers add nothing to forgotten series.
    pub fn retain(&self, snapshot: &Snapshot) {
        let live: BTreeSet<RouteLabels> = snapshot
            .table
            .hosts()
            .flat_map(|host| host.routes())
            .map(|route| RouteLabels::of(route))
            .chain([RouteLabels::unrouted()])
            .collect();
        for worker in lock(&self.workers).iter() {
            lock(&worker.series).retain(|labels, _| live.contains(&**labels));
        }
    }

    /// Requests counted so far, all workers together.
    pub fn requests(&self) -> u64 {
        let workers = lock(&self.workers);
        workers
            .iter()
            .map(|worker| worker.requests.load(Ordering::Relaxed))
            .sum()
    }

    /// Failures of accepting for want of descriptors or memory so far, all workers together.
    pub fn accept_failures(&self) -> u64 {
        let workers = lock(&self.workers);
        let failures = |worker: &Arc<WorkerNumbers>| {
            let exhausted = &worker.connections.exhausted;
            exhausted.load(Ordering::Relaxed)
        };
        workers.iter().map(failures).sum()
    }

    /// Writes all series in the Prometheus text format.
    pub fn expose(&self, out: &mut Exposition) {
        let workers = lock(&self.workers);
        let mut series: BTreeMap<(RouteLabels, AnswerLabels), cells::Sum> = BTreeMap::new();
        let mut connections = ConnectionCounts::default();
        for worker in workers.iter() {
            for (route, answers) in lock(&worker.series).iter() {
                for (answer, cells) in answers {
                    let key = (RouteLabels::clone(route), *answer);
                    series.entry(key).or_default().add(cells);
                }
            }
            worker.connections.add_to(&mut connections);
        }
        let requests = workers
            .iter()
            .map(|worker| worker.requests.load(Ordering::Relaxed))
            .sum();
        text::requests(out, &self.constant, &series);
        text::connections(out, &self.constant, &connections, requests);
    }
}

impl Gauges {
    fn store(&self, counts: &ConnectionCounts) {
        for (cell, value) in [
            (&self.accepted, counts.accepted),
            (&self.handled, counts.handled),
            (&self.exhausted, counts.exhausted),
            (&self.active, counts.active),
            (&self.reading, counts.reading),
            (&self.writing, counts.writing),
            (&self.waiting, counts.waiting),
        ] {
            cell.store(value, Ordering::Relaxed);
        }
    }

    fn add_to(&self, counts: &mut ConnectionCounts) {
        for (cell, value) in [
            (&self.accepted, &mut counts.accepted),
            (&self.handled, &mut counts.handled),
            (&self.exhausted, &mut counts.exhausted),
            (&self.active, &mut counts.active),
            (&self.reading, &mut counts.reading),
            (&self.writing, &mut counts.writing),
            (&self.waiting, &mut counts.waiting),
        ] {
            *value += cell.load(Ordering::Relaxed);
        }
    }
}

/// Counts the exchanges of one worker.
#[derive(Debug)]
pub struct WorkerMeter {
    numbers: Arc<WorkerNumbers>,
    /// Cells by the address of the route; the route is kept so that its address is not reused.
    known: HashMap<*const Route, (Arc<Route>, RouteMeter), foldhash::fast::RandomState>,
    unrouted: RouteMeter,
}

/// A route that the worker has seen.
#[derive(Debug)]
struct RouteMeter {
    labels: Arc<RouteLabels>,
    answers: Answers,
}

impl RouteMeter {
    fn new(labels: Arc<RouteLabels>) -> Self {
        Self {
            labels,
            answers: Vec::new(),
        }
    }

    fn cells(&mut self, numbers: &WorkerNumbers, answer: AnswerLabels) -> &Cells {
        let found = self
            .answers
            .iter()
            .position(|(labels, _)| *labels == answer);
        let index = found.unwrap_or_else(|| {
            self.answers
                .push((answer, numbers.cells(&self.labels, answer)));
            self.answers.len() - 1
        });
        &self.answers[index].1
    }
}

impl WorkerNumbers {
    fn cells(&self, route: &Arc<RouteLabels>, answer: AnswerLabels) -> Arc<Cells> {
        let mut series = lock(&self.series);
        let answers = series.entry(Arc::clone(route)).or_default();
        if let Some((_, cells)) = answers.iter().find(|(labels, _)| *labels == answer) {
            return Arc::clone(cells);
        }
        let cells = Arc::new(Cells::default());
        answers.push((answer, Arc::clone(&cells)));
        cells
    }
}

impl Meter for WorkerMeter {
    fn adopt(&mut self, _: &Snapshot) {
        // Routes of the new snapshot have other addresses; equal labels lead to the same cells again.
        self.known.clear();
        self.unrouted.answers.clear();
    }

    fn exchange(&mut self, record: &ExchangeRecord<'_>) {
        let requests = &self.numbers.requests;
        requests.store(requests.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        let answer = AnswerLabels::of(record);
        let meter = match record.route {
            None => &mut self.unrouted,
            Some(route) => {
                let known = self.known.entry(Arc::as_ptr(route)).or_insert_with(|| {
                    let labels = Arc::new(RouteLabels::of(route));
                    (Arc::clone(route), RouteMeter::new(labels))
                });
                &mut known.1
            }
        };
        meter.cells(&self.numbers, answer).count(record);
    }

    fn tick(&mut self, connections: &ConnectionCounts) {
        self.numbers.connections.store(connections);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
