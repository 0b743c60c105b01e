//! How much of nginx's head buffers a head would have used.
//!
//! nginx reads into one small buffer. When a buffer is full in the middle of a line, the beginning
//! of that line moves to a large one, which must then hold the whole line
//! (`ngx_http_alloc_large_header_buffer`). The account follows the same steps in numbers, so both
//! refuse the same heads.

use crate::limits::HeadLimits;
use crate::reject::RequestReject;

#[derive(Clone, Copy, Debug)]
pub(super) struct BufferAccount {
    /// Free bytes in the current buffer.
    free: usize,
    /// Large buffers taken.
    large_used: usize,
}

impl BufferAccount {
    pub(super) const EMPTY: Self = Self {
        free: 0,
        large_used: 0,
    };

    pub(super) const fn new(limits: &HeadLimits) -> Self {
        Self {
            free: limits.client_header_buffer_size,
            large_used: 0,
        }
    }

    /// The longest line, line end included, that still fits.
    pub(super) const fn line_bytes_max(&self, limits: &HeadLimits) -> usize {
        let large = limits.large_client_header_buffers;
        // A line that fills a buffer as large as a large one is not moved: it is refused.
        if self.free >= large.size || self.large_used >= large.count {
            self.free
        } else {
            large.size
        }
    }

    pub(super) fn request_line(
        &mut self,
        length: usize,
        limits: &HeadLimits,
    ) -> Result<(), RequestReject> {
        self.place(length, limits)
            .ok_or(RequestReject::RequestLineTooLong)
    }

    pub(super) fn field_line(
        &mut self,
        length: usize,
        limits: &HeadLimits,
    ) -> Result<(), RequestReject> {
        self.place(length, limits)
            .ok_or_else(|| self.field_overflow(limits))
    }

    /// Why a field line does not fit: alone, or together with the others.
    pub(super) const fn field_overflow(&self, limits: &HeadLimits) -> RequestReject {
        if self.large_used >= limits.large_client_header_buffers.count {
            RequestReject::HeadTooLarge
        } else {
            RequestReject::FieldTooLong
        }
    }

    /// Blank lines before the request line end at `end`.
    pub(super) const fn skip_blank(
        &mut self,
        end: usize,
        limits: &HeadLimits,
    ) -> Result<(), RequestReject> {
        // nginx empties the buffer when blank lines have filled it, and goes on for ever.
        if end >= limits.client_header_buffer_size {
            return Err(RequestReject::LeadingBlankLines);
        }
        self.free = limits.client_header_buffer_size - end;
        Ok(())
    }

    fn place(&mut self, length: usize, limits: &HeadLimits) -> Option<()> {
        if length <= self.free {
            self.free -= length;
            return Some(());
        }
        if length > self.line_bytes_max(limits) {
            return None;
        }
        self.large_used += 1;
        self.free = limits.large_client_header_buffers.size - length;
        Some(())
    }
}
