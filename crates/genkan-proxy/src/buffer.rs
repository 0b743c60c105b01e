//! Read and write buffers of one worker, handed out and taken back through bounded free lists.
//!
//! An idle connection holds none. Sizes grow in three steps, because a fresh large buffer costs page
//! faults and a small one costs system calls on bodies.

use std::cell::RefCell;

/// Where reading starts out: fits nearly every request.
pub(crate) const SMALL: usize = 4 << 10;
/// Second step, and where reading from a backend starts out.
pub(crate) const MEDIUM: usize = 16 << 10;
/// For bodies: 64 KiB in one read.
pub(crate) const LARGE: usize = 64 << 10;

/// Free buffers kept per size: at most 4 MiB of each.
const KEPT: [(usize, usize); 3] = [(SMALL, 1024), (MEDIUM, 256), (LARGE, 64)];
/// Free output vectors kept, and the largest one that is kept.
const OUTPUTS_KEPT: usize = 256;
const OUTPUT_BYTES_KEPT: usize = MEDIUM;

/// Bytes that were read and not used yet: `data[start..end]`.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    data: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Buffer {
    pub(crate) fn filled(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }

    pub(crate) fn filled_mut(&mut self) -> &mut [u8] {
        &mut self.data[self.start..self.end]
    }

    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub(crate) fn capacity(&self) -> usize {
        self.data.len()
    }

    /// Room at the end, without moving anything.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.data[self.end..]
    }

    /// Leaves room at the front of an empty buffer, for [`prepend`](Self::prepend).
    pub(crate) fn indent(&mut self, count: usize) {
        debug_assert!(self.is_empty());
        self.start = count.min(self.data.len());
        self.end = self.start;
    }

    /// Puts bytes before the others, as far as room was left.
    pub(crate) fn prepend(&mut self, bytes: &[u8]) {
        let start = self.start - bytes.len();
        self.data[start..self.start].copy_from_slice(bytes);
        self.start = start;
    }

    pub(crate) fn has_room(&self) -> bool {
        self.end < self.data.len()
    }

    pub(crate) fn commit(&mut self, count: usize) {
        self.end = (self.end + count).min(self.data.len());
    }

    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
    }

    /// Moves what is left to the front.
    pub(crate) fn compact(&mut self) {
        if self.start > 0 {
            self.data.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
    }

    /// Appends bytes that fit.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        self.data[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }
}

/// The free lists.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    free: [RefCell<Vec<Box<[u8]>>>; 3],
    outputs: RefCell<Vec<Vec<u8>>>,
}

impl Buffers {
    /// An empty buffer of at least this size.
    pub(crate) fn take(&self, size: usize) -> Buffer {
        let class = KEPT.iter().position(|(bytes, _)| *bytes >= size);
        let data = match class {
            Some(class) => self.free[class]
                .borrow_mut()
                .pop()
                .unwrap_or_else(|| vec![0; KEPT[class].0].into_boxed_slice()),
            None => vec![0; size].into_boxed_slice(),
        };
        Buffer {
            data,
            start: 0,
            end: 0,
        }
    }

    /// Takes a buffer back. Odd sizes and what exceeds the lists' bounds are freed.
    pub(crate) fn give(&self, buffer: Buffer) {
        let size = buffer.data.len();
        if let Some(class) = KEPT.iter().position(|(bytes, _)| *bytes == size) {
            let mut free = self.free[class].borrow_mut();
            if free.len() < KEPT[class].1 {
                free.push(buffer.data);
            }
        }
    }

    /// Replaces a buffer by one that has room for `size` bytes in all, with the same contents.
    pub(crate) fn grow(&self, buffer: &mut Buffer, size: usize) {
        if size <= buffer.capacity() {
            buffer.compact();
            return;
        }
        let mut larger = self.take(size);
        larger.append(buffer.filled());
        self.give(std::mem::replace(buffer, larger));
    }

    /// Appends bytes to a buffer, growing it as needed.
    pub(crate) fn extend(&self, buffer: &mut Buffer, bytes: &[u8]) {
        self.grow(buffer, buffer.len() + bytes.len());
        buffer.append(bytes);
    }

    /// How many buffers and output vectors lie in the free lists.
    #[cfg(test)]
    pub(crate) fn free_counts(&self) -> ([usize; 3], usize) {
        (
            self.free.each_ref().map(|free| free.borrow().len()),
            self.outputs.borrow().len(),
        )
    }

    /// An empty vector for a head that is to be written.
    pub(crate) fn output(&self) -> Vec<u8> {
        self.outputs
            .borrow_mut()
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(SMALL))
    }

    /// Takes an output vector back.
    pub(crate) fn give_output(&self, mut output: Vec<u8>) {
        let mut outputs = self.outputs.borrow_mut();
        if outputs.len() < OUTPUTS_KEPT
            && output.capacity() >= SMALL
            && output.capacity() <= OUTPUT_BYTES_KEPT
        {
            output.clear();
            outputs.push(output);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_keep_their_bytes_when_they_grow() {
        let buffers = Buffers::default();
        let mut buffer = buffers.take(1);
        assert_eq!(buffer.capacity(), SMALL);
        buffers.extend(&mut buffer, &[7; 100]);
        buffer.consume(40);
        for size in [MEDIUM, LARGE, LARGE + 1] {
            buffers.grow(&mut buffer, size);
            assert_eq!(
                (buffer.filled(), buffer.capacity()),
                ([7; 60].as_slice(), size)
            );
        }
        buffers.give(buffer);
        // Each size left behind lies ready; the odd one was freed.
        assert_eq!(buffers.free_counts(), ([1, 1, 1], 0));
    }

    #[test]
    fn free_lists_are_bounded() {
        let buffers = Buffers::default();
        let many: Vec<Buffer> = (0..100).map(|_| buffers.take(LARGE)).collect();
        many.into_iter().for_each(|buffer| buffers.give(buffer));
        assert_eq!(buffers.free_counts().0[2], 64);
        buffers.give_output(Vec::with_capacity(LARGE));
        assert_eq!(buffers.free_counts().1, 0);
    }
}
