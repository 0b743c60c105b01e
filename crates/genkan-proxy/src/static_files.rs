//! Static sites: from a path to a file that lies beneath the site's root, and the answer to send.
//!
//! Ordinary blocking code, run on the worker's pool of blocking threads. Nothing outside the root is
//! ever opened: on Linux the kernel resolves the whole path beneath the root's descriptor
//! (`openat2`, `RESOLVE_BENEATH`), so neither `..`, nor an encoding of it, nor a symbolic link leads
//! out, not even one that is swapped in between. Names that begin with a dot are not served (version
//! control, editors), `.well-known` excepted.

mod condition;
mod content_type;
mod open;
mod range;

use std::{fmt::Write as _, io, time::SystemTime};

use genkan_route::site::StaticSite;

use crate::static_response::{StaticBody, StaticRequest, StaticResponse};
use open::{Found, Root};
use range::Selection;

/// Answers a request for a file of a site.
pub fn respond(site: &StaticSite, request: &StaticRequest) -> StaticResponse {
    if !matches!(&request.method[..], b"GET" | b"HEAD") {
        return page(405, "Allow: GET, HEAD\r\n");
    }
    match find(site, &request.path) {
        Ok(Answer::File(found)) => file(site, request, found),
        Ok(Answer::Slash) => slash(request),
        Ok(Answer::Nothing) => page(404, ""),
        Err(error) => page(status_of(&error), ""),
    }
}

/// Where a path leads.
enum Answer {
    File(Found),
    /// A folder asked for without its slash.
    Slash,
    Nothing,
}

/// nginx: `try_files $uri $uri/index… fallback`.
fn find(site: &StaticSite, path: &[u8]) -> io::Result<Answer> {
    let root = Root::open(&site.root)?;
    let Some(relative) = relative(path) else {
        return Ok(Answer::Nothing);
    };
    if path.ends_with(b"/") {
        for index in &site.index {
            let mut candidate = relative.to_vec();
            candidate.extend_from_slice(index.as_bytes());
            if let Some(found) = root.file(&candidate)? {
                return Ok(Answer::File(found));
            }
        }
    } else if let Some(found) = root.file(relative)? {
        return Ok(Answer::File(found));
    } else if root.is_folder(relative)? {
        return Ok(Answer::Slash);
    }
    let fallback = match &site.fallback {
        Some(fallback) => root.file(fallback.trim_start_matches('/').as_bytes())?,
        None => None,
    };
    Ok(fallback.map_or(Answer::Nothing, Answer::File))
}

/// The path without its leading slash; `None` for names that are never served.
fn relative(path: &[u8]) -> Option<&[u8]> {
    let relative = path.strip_prefix(b"/")?;
    let hidden = |name: &[u8]| name.starts_with(b".") && name != b".well-known";
    let served = !relative.contains(&0) && !relative.split(|byte| *byte == b'/').any(hidden);
    served.then_some(relative)
}

/// Whose fault an error of the file system is.
fn status_of(error: &io::Error) -> u16 {
    match error.kind() {
        io::ErrorKind::PermissionDenied => 403,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => 404,
        io::ErrorKind::InvalidFilename => 404,
        _ => 500,
    }
}

fn file(site: &StaticSite, request: &StaticRequest, found: Found) -> StaticResponse {
    let validators = condition::Validators::new(found.modified, found.length);
    let mut headers = headers(site, &found, &validators);
    match condition::evaluate(request, &validators) {
        condition::Outcome::NotModified => {
            return StaticResponse {
                status: 304,
                headers: headers.into_bytes(),
                body: StaticBody::Empty,
            };
        }
        condition::Outcome::Failed => return page(412, ""),
        condition::Outcome::Send => {}
    }
    let selection = match &request.range {
        Some(range) if condition::range_applies(request, &validators) => {
            range::select(range, found.length)
        }
        _ => Selection::Whole,
    };
    let (status, offset, length) = match selection {
        Selection::Whole => (200, 0, found.length),
        Selection::Part { first, last } => {
            // Writing to a String cannot fail.
            let _ = write!(
                headers,
                "Content-Range: bytes {first}-{last}/{}\r\n",
                found.length
            );
            (206, first, last - first + 1)
        }
        Selection::Unsatisfiable => {
            return page(416, &format!("Content-Range: bytes */{}\r\n", found.length));
        }
    };
    let _ = write!(
        headers,
        "Content-Type: {}\r\n",
        content_type::of(&found.name)
    );
    StaticResponse {
        status,
        headers: headers.into_bytes(),
        body: StaticBody::File {
            file: found.file,
            offset,
            length,
        },
    }
}

/// Header lines of every answer about an existing file, 304 included (RFC 9110 15.4.5).
fn headers(site: &StaticSite, found: &Found, validators: &condition::Validators) -> String {
    let mut headers = String::with_capacity(256);
    let modified = found.modified.min(SystemTime::now());
    let _ = write!(
        headers,
        "Last-Modified: {}\r\n",
        httpdate::fmt_http_date(modified)
    );
    let _ = write!(
        headers,
        "ETag: {}\r\nAccept-Ranges: bytes\r\n",
        validators.etag
    );
    if let Some(cache_control) = &site.cache_control {
        let _ = write!(headers, "Cache-Control: {cache_control}\r\n");
    }
    headers
}

/// A folder without its slash. The Location is the normalised path: the raw one could begin with two
/// slashes and lead to another site.
fn slash(request: &StaticRequest) -> StaticResponse {
    let mut location = Vec::with_capacity(request.target.len() + 16);
    genkan_http::normalise::escape_path(&request.path, &mut location);
    location.push(b'/');
    if let Some(query) = request.target.iter().position(|byte| *byte == b'?') {
        let tail = &request.target[query..];
        let end = tail
            .iter()
            .position(|byte| *byte == b'#')
            .unwrap_or(tail.len());
        location.extend_from_slice(&tail[..end]);
    }
    let mut headers = b"Location: ".to_vec();
    headers.extend_from_slice(&location);
    headers.extend_from_slice(b"\r\n");
    StaticResponse {
        status: 301,
        headers,
        body: StaticBody::Page,
    }
}

fn page(status: u16, headers: &str) -> StaticResponse {
    StaticResponse {
        status,
        headers: headers.as_bytes().to_vec(),
        body: StaticBody::Page,
    }
}

#[cfg(test)]
mod tests;
