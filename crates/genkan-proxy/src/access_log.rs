//! The access log: lines are made on the worker, written by one thread, never waited for.
//!
//! A worker formats into a block of its own and hands the block over when it is full or at the next
//! tick. Between workers and writer stands a bounded queue: when it is full, whole blocks are dropped
//! and their lines counted, unless the operator prefers that workers wait ([`Overflow::Block`]).

mod clock;
mod escape;
mod json;
mod nginx;
mod writer;

pub use writer::{LogStatistics, LogWriter, Target};

use std::sync::Arc;

use crate::record::{AccessLog, ExchangeRecord};
use clock::LogClock;

/// A block is handed over when it has grown to this size, in bytes.
const BLOCK_SIZE: usize = 64 << 10;

/// Form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ingress-nginx's default `log-format-upstream`.
    Nginx,
    /// One JSON object a line.
    Json,
}

/// What happens when the log grows faster than it can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Lines are dropped and counted.
    Drop,
    /// Workers wait for the writer.
    Block,
}

/// The log of one worker.
#[derive(Debug)]
pub struct WorkerLog {
    format: Format,
    writer: Arc<writer::Shared>,
    clock: LogClock,
    block: Vec<u8>,
    lines: u64,
}

impl WorkerLog {
    fn new(format: Format, writer: Arc<writer::Shared>) -> Self {
        Self {
            format,
            clock: LogClock::default(),
            block: Vec::with_capacity(BLOCK_SIZE + 4096),
            lines: 0,
            writer,
        }
    }

    fn hand_over(&mut self) {
        if self.lines > 0 {
            self.writer.hand_over(&mut self.block, self.lines);
            self.lines = 0;
        }
    }
}

impl AccessLog for WorkerLog {
    fn push(&mut self, record: &ExchangeRecord<'_>) {
        if !record.logged {
            return;
        }
        match self.format {
            Format::Nginx => nginx::line(record, &mut self.clock, &mut self.block),
            Format::Json => json::line(record, &mut self.clock, &mut self.block),
        }
        self.lines += 1;
        if self.block.len() >= BLOCK_SIZE {
            self.hand_over();
        }
    }

    fn tick(&mut self) {
        self.hand_over();
    }
}

impl Drop for WorkerLog {
    fn drop(&mut self) {
        self.hand_over();
    }
}

#[cfg(test)]
mod tests;
