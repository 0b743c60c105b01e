//! A request being sent while the head of its response is awaited.

use std::task::{Context, Poll};

use genkan_http::{
    framing::{ResponseFraming, response_framing},
    head::{ResponseView, Version},
    limits::ResponseLimits,
    parse::{Progress, parse_response},
    reject::ResponseReject,
};
use genkan_route::{fault::Fault, settings::RouteSettings};

use super::FailureKind;
use crate::{
    buffer::{Buffer, MEDIUM},
    session::{
        client::Client,
        downstream::Downstream,
        exchange::Exchange,
        heads,
        patience::{Party, Patience},
        sending::{Outgoing, SendEnd, Sending},
        transport::{Transport, poll_fill},
    },
    upstream::{INTERIM_RESPONSES_MAX, http2::stream::Failure, pool::Connection, stream::Stream},
    worker::watch::Interrupt,
};

/// A request being sent and its response being awaited.
pub(super) struct Awaiting {
    pub(super) connection: Connection,
    pub(super) received: Buffer,
    /// `received` holds bytes that were not parsed.
    pub(super) unparsed: bool,
    pub(super) sending: Sending,
    pub(super) patience: Patience,
    pub(super) limits: ResponseLimits,
    /// The endpoint said that it did nothing about the request.
    pub(super) unprocessed: bool,
}

impl Awaiting {
    /// Ready with the length of a head, or with the reason why there will be none.
    pub(super) fn poll<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &mut Client<D>,
        exchange: &mut Exchange,
        outgoing: &mut Outgoing<'_>,
        settings: &RouteSettings,
    ) -> Poll<Result<usize, (Fault, FailureKind)>> {
        if !self.sending.done && !self.sending.failed {
            let stream = &mut self.connection.stream;
            match self.sending.poll(cx, stream, client, outgoing) {
                Ok(_) => {}
                Err(SendEnd::Client) => {
                    return Poll::Ready(Err((Fault::ClientGone, FailureKind::ClientGone)));
                }
                Err(SendEnd::Fault(fault)) => {
                    return Poll::Ready(Err((fault, FailureKind::Final)));
                }
            }
        }
        if let Poll::Ready(head) = self.poll_head(cx, client, exchange) {
            return Poll::Ready(head);
        }
        let settled = self.sending.done || self.sending.failed;
        if settled && client.poll_left(cx).is_ready() {
            return Poll::Ready(Err((Fault::ClientGone, FailureKind::ClientGone)));
        }
        if std::mem::take(&mut self.sending.moved) {
            self.patience.moved();
        }
        let party = if settled {
            Party::EndpointSends
        } else {
            self.sending.waits_for(outgoing.body)
        };
        let (timeout, failed) = match party {
            Party::ClientSends | Party::ClientTakes => {
                let timeout = client.worker.held().settings().body_timeout;
                (timeout, (Fault::ClientTimeout, FailureKind::Final))
            }
            Party::EndpointTakes => (
                settings.send_timeout,
                (Fault::SendTimeout, FailureKind::Timeout),
            ),
            Party::EndpointSends => (
                settings.read_timeout,
                (Fault::ReadTimeout, FailureKind::Timeout),
            ),
            Party::Disk => (settings.send_timeout, (Fault::Internal, FailureKind::Final)),
        };
        let (timeout, failed) = match exchange.deadline.cuts(timeout) {
            None => (timeout, failed),
            Some(left) => (left, (Fault::Deadline, FailureKind::Final)),
        };
        self.patience.wait(&client.watch, party, timeout);
        client.watch.poll(cx).map(|interrupt| {
            Err(match interrupt {
                Interrupt::Timeout => failed,
                Interrupt::End => (Fault::ClientGone, FailureKind::ClientGone),
            })
        })
    }

    fn poll_head<D: Downstream>(
        &mut self,
        cx: &mut Context<'_>,
        client: &Client<D>,
        exchange: &mut Exchange,
    ) -> Poll<Result<usize, (Fault, FailureKind)>> {
        let buffers = &client.worker.buffers;
        loop {
            if std::mem::take(&mut self.unparsed) {
                let head = &mut exchange.response;
                match parse_response(self.received.filled(), head, &self.limits) {
                    Ok(Progress::Complete { head_len }) => return Poll::Ready(Ok(head_len)),
                    Ok(Progress::Partial) => {}
                    Err(reject) => return Poll::Ready(Err(invalid(reject))),
                }
            }
            // No buffer is held while nothing arrives.
            if self.received.capacity() == 0 {
                match Transport::poll_readable(&mut self.connection.stream, cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Err(_)) => return Poll::Ready(Err(self.closed(client))),
                    Poll::Ready(Ok(())) => {}
                }
                // One byte more than the limit shows that the limit is exceeded.
                self.received = buffers.take(MEDIUM.max(self.limits.proxy_buffer_size + 1));
            } else if !self.received.has_room() {
                let size = self.received.capacity() * 2;
                buffers.grow(&mut self.received, size);
            }
            match poll_fill(
                &mut self.connection.stream,
                cx,
                &mut self.received,
                u64::MAX,
            ) {
                Poll::Ready(Ok(count)) if count > 0 => self.unparsed = true,
                Poll::Ready(_) => return Poll::Ready(Err(self.closed(client))),
                Poll::Pending => {
                    if self.received.is_empty() {
                        buffers.give(std::mem::take(&mut self.received));
                    }
                    return Poll::Pending;
                }
            }
        }
    }

    /// What a close means at this point.
    fn closed<D: Downstream>(&mut self, client: &Client<D>) -> (Fault, FailureKind) {
        match self.connection.stream.http2_failure() {
            None => {}
            Some(Failure::Broken) => return (Fault::BadResponse, FailureKind::InvalidHeader),
            Some(Failure::Flooded) => return flooded(client),
            Some(Failure::Cut) => return (Fault::BackendClosed, FailureKind::Error),
            Some(Failure::NotProcessed) => self.unprocessed = true,
        }
        let race = self.connection.reused && self.received.is_empty();
        let kind = if race {
            FailureKind::Race
        } else {
            FailureKind::Error
        };
        (Fault::BackendClosed, kind)
    }

    pub(super) fn frame(
        &self,
        exchange: &Exchange,
        head_len: usize,
    ) -> Result<ResponseFraming, ResponseReject> {
        let view = ResponseView::new(&self.received.filled()[..head_len], &exchange.response);
        let http2 = matches!(self.connection.stream, Stream::Http2(_));
        let asked = exchange.framing.upgrade.is_some() && !http2;
        response_framing(view, exchange.method(), asked)
    }

    /// 100 was ours to answer; other interim responses go to clients that know them (RFC 9110 15.2), up
    /// to a limit: they keep an exchange alive, and cost the endpoint nothing.
    pub(super) async fn interim<D: Downstream>(
        &mut self,
        client: &mut Client<D>,
        exchange: &mut Exchange,
        head_len: usize,
    ) -> Result<(), (Fault, FailureKind)> {
        exchange.interims += 1;
        if exchange.interims > INTERIM_RESPONSES_MAX {
            return Err(flooded(client));
        }
        let view = ResponseView::new(&self.received.filled()[..head_len], &exchange.response);
        if view.status() != 100 && exchange.version() >= Version::HTTP_11 {
            let mut out = client.draft();
            heads::write_interim(&mut out, view);
            let sent = client.send(out, false).await;
            exchange.tally.sent +=
                sent.map_err(|_| (Fault::ClientGone, FailureKind::ClientGone))?;
        }
        self.received.consume(head_len);
        self.received.compact();
        exchange.response.clear();
        self.unparsed = !self.received.is_empty();
        self.patience.moved();
        Ok(())
    }
}

fn flooded<D: Downstream>(client: &Client<D>) -> (Fault, FailureKind) {
    client.worker.counters.interim_floods.add(1);
    (Fault::BadResponse, FailureKind::InvalidHeader)
}

fn invalid(reject: ResponseReject) -> (Fault, FailureKind) {
    let fault = match reject {
        ResponseReject::HeadTooLarge => Fault::ResponseHeadTooLarge,
        _ => Fault::BadResponse,
    };
    (fault, FailureKind::InvalidHeader)
}
