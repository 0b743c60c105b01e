//! Serving a file of a static site: found and read on blocking threads, sent from here.

use std::{
    future::poll_fn,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, Instant},
};

use genkan_http::{known::KnownHeader, write::HeadWriter};
use genkan_route::{fault::Fault, forward::AddedFields, site::StaticSite};

use super::{
    client::{Client, Gone},
    downstream::{Downstream, Draft},
    exchange::{Asked, Exchange, Next},
    heads, observe,
    own::{self, Own},
};
use crate::{
    answer::{Content, Persistence, reason, write_lines},
    body::spill::{on_disk, read_at},
    buffer::{Buffer, LARGE},
    record::Maker,
    static_files,
    static_response::{StaticBody, StaticRequest, StaticResponse},
};

/// How long a piece of a file may take to be read.
const DISK_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves one request from a site.
pub(super) async fn serve<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    site: &Arc<StaticSite>,
) -> Next {
    let request = request(exchange, buffer, ask);
    let site = Arc::clone(site);
    let response = on_disk(move || Ok(static_files::respond(&site, &request))).await;
    let mode = ask.decision.mode;
    let next = match response {
        Ok(StaticResponse {
            status,
            headers,
            body: StaticBody::Page,
        }) => {
            let content = Content::Page { headers: &headers };
            let own = Own {
                status,
                mode,
                content,
                close: false,
                added: AddedFields::of(&ask.scratch.fields),
            };
            let next = own::answer(client, buffer, exchange, ask.held, own).await;
            let told = observe::Told {
                allow: field(&headers, b"Allow: "),
                location: None,
            };
            observe::capture(client, buffer, exchange, ask, told);
            next
        }
        Ok(response) => send(client, buffer, exchange, ask, response).await,
        Err(_) => {
            let own = Own::fault(Fault::Internal, mode).adding(ask);
            let next = own::answer(client, buffer, exchange, ask.held, own).await;
            observe::capture(client, buffer, exchange, ask, observe::Told::default());
            next
        }
    };
    observe::finish(client, buffer, exchange, &observe::Subject::of(ask));
    next
}

/// The value of a field in lines of our own making.
fn field<'h>(headers: &'h [u8], name: &[u8]) -> Option<&'h [u8]> {
    let line = headers
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(name))?;
    Some(line.trim_ascii_end())
}

fn request(exchange: &Exchange, buffer: &Buffer, ask: &Asked<'_>) -> StaticRequest {
    let view = exchange.view(buffer);
    let owned = |id| view.first(id).map(<[u8]>::to_vec);
    StaticRequest {
        method: view.method().to_vec(),
        path: ask.scratch.path.clone(),
        target: view.target().to_vec(),
        if_none_match: owned(KnownHeader::IfNoneMatch),
        if_match: owned(KnownHeader::IfMatch),
        if_modified_since: owned(KnownHeader::IfModifiedSince),
        if_unmodified_since: owned(KnownHeader::IfUnmodifiedSince),
        range: owned(KnownHeader::Range),
        if_range: owned(KnownHeader::IfRange),
    }
}

async fn send<D: Downstream>(
    client: &mut Client<D>,
    buffer: &mut Buffer,
    exchange: &mut Exchange,
    ask: &Asked<'_>,
    response: StaticResponse,
) -> Next {
    let StaticResponse {
        status,
        headers,
        body,
    } = response;
    // A body that nobody reads ends the connection: a GET with one is rare enough.
    let persistence = exchange.persistence(client, ask.held, !exchange.body_pending);
    let mut out = client.draft();
    out.status(status, reason(status).as_bytes());
    client
        .worker
        .wall
        .with_date(|date| out.field(b"Date", date.as_bytes()));
    let added = AddedFields::of(&ask.scratch.fields);
    write_lines(&mut out, &headers, added);
    added.write(&mut out);
    match &body {
        StaticBody::Empty | StaticBody::Page => {}
        StaticBody::Bytes(bytes) => {
            out.number_field(b"Content-Length", bytes.len() as u64);
        }
        StaticBody::File { length, .. } => {
            out.number_field(b"Content-Length", *length);
        }
    }
    if status >= 400 {
        let id = heads::effective_id(exchange.view(buffer), &exchange.id.0);
        out.field(b"X-Request-ID", id);
    }
    persistence.write(&mut out);
    out.end();
    exchange.tally.status = status;
    exchange.tally.maker = Maker::Static;
    let sent = if exchange.is_head_method() {
        client.send(out, true).await
    } else {
        send_body(client, exchange, out, body).await
    };
    let sent = sent.map(|length| exchange.tally.sent += length);
    match (sent, persistence) {
        (Err(_), _) => Next::Close,
        (Ok(()), Persistence::Close) if exchange.body_pending => Next::Linger,
        (Ok(()), Persistence::Close) => Next::Close,
        (Ok(()), _) => Next::Request,
    }
}

/// Sends head and body, reading the next piece of a file only when the one before is sent. Returns how
/// many bytes were sent.
async fn send_body<D: Downstream>(
    client: &mut Client<D>,
    exchange: &mut Exchange,
    mut out: D::Draft,
    body: StaticBody,
) -> Result<u64, Gone> {
    let (file, mut offset, mut left) = match body {
        StaticBody::Empty | StaticBody::Page => return client.send(out, true).await,
        StaticBody::Bytes(bytes) => {
            out.data(&bytes);
            let sent = client.send(out, true).await?;
            exchange.tally.body_sent += bytes.len() as u64;
            return Ok(sent);
        }
        StaticBody::File {
            file,
            offset,
            length,
        } => (Arc::new(file), offset, length),
    };
    let mut first = Some(out);
    let mut sent = 0;
    while left > 0 || first.is_some() {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(LARGE);
        let piece = if size > 0 {
            read(client, &file, offset, size).await?
        } else {
            Vec::new()
        };
        if piece.is_empty() && left > 0 {
            return Err(Gone::Closed); // the file shrank: only closing tells the client
        }
        offset += piece.len() as u64;
        left -= piece.len() as u64;
        if let Some(mut out) = first.take() {
            out.data(&piece);
            sent += client.send(out, left == 0).await?;
        } else {
            client.write(&piece, left == 0).await?;
            sent += piece.len() as u64;
        }
        exchange.tally.body_sent += piece.len() as u64;
    }
    Ok(sent)
}

async fn read<D: Downstream>(
    client: &mut Client<D>,
    file: &Arc<std::fs::File>,
    offset: u64,
    size: usize,
) -> Result<Vec<u8>, Gone> {
    client.watch.set(Instant::now(), DISK_TIMEOUT);
    let mut reading = pin!(read_at(file, offset, size));
    poll_fn(|cx| match reading.as_mut().poll(cx) {
        Poll::Ready(Ok(Ok(piece))) => Poll::Ready(Ok(piece)),
        Poll::Ready(_) => Poll::Ready(Err(Gone::Closed)),
        Poll::Pending => client.watch.poll(cx).map(|interrupt| Err(interrupt.into())),
    })
    .await
}
