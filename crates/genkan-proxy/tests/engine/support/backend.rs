//! A backend in threads: strict about what it reads, scripted in what it answers.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use super::gathered::Gathered;

/// A request as a backend received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Which connection it came on, counted from 0.
    pub(crate) connection: usize,
}

impl Request {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self
            .fields
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A running backend. Its threads end with the test process.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    seen: Arc<Gathered<Request>>,
}

impl Backend {
    /// Serves each connection with a function of its own.
    pub(crate) fn raw(serve: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serve = Arc::new(serve);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (serve, stream) = (Arc::clone(&serve), stream.unwrap());
                thread::spawn(move || serve(number, stream));
            }
        });
        Self {
            address,
            seen: Arc::default(),
        }
    }

    /// Answers each request with bytes; an empty answer closes the connection.
    pub(crate) fn new(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::answering(false, answer)
    }

    /// The same, closing each connection after its first answer.
    pub(crate) fn closing(answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::answering(true, answer)
    }

    fn answering(once: bool, answer: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let seen: Arc<Gathered<Request>> = Arc::default();
        let record = Arc::clone(&seen);
        let backend = Self::raw(move |connection, stream| {
            let mut writer = stream.try_clone().unwrap();
            let mut reader = BufReader::new(stream);
            while let Some(request) = read_request(&mut reader, connection) {
                record.push(request.clone());
                let bytes = answer(&request);
                if bytes.is_empty() || writer.write_all(&bytes).is_err() || once {
                    return;
                }
            }
        });
        Self { seen, ..backend }
    }

    /// Answers 200 with a text.
    pub(crate) fn saying(text: &'static str) -> Self {
        Self::new(move |_| ok(text))
    }

    /// What was received so far.
    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.now()
    }

    /// What was received, once there are so many requests.
    pub(crate) fn wait(&self, count: usize) -> Vec<Request> {
        self.seen.wait(count)
    }
}

/// Sends every body back.
pub(crate) fn echo() -> Backend {
    Backend::new(|request| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            request.body.len()
        );
        let mut answer = head.into_bytes();
        answer.extend_from_slice(&request.body);
        answer
    })
}

/// Bytes that differ from their neighbours, so that lost and doubled pieces show.
pub(crate) fn pattern(size: usize) -> Vec<u8> {
    (0..size)
        .map(|index| (index.wrapping_mul(31) ^ (index >> 8)) as u8)
        .collect()
}

/// A chunked body.
pub(crate) fn chunks(body: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(size) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// A plain 200.
pub(crate) fn ok(text: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
    .into_bytes()
}

/// Reads one request; `None` at the end of the connection. Panics on what is not HTTP.
pub(crate) fn read_request(reader: &mut impl BufRead, connection: usize) -> Option<Request> {
    let line = read_line(reader)?;
    let mut fields = Vec::new();
    loop {
        let field = read_line(reader)?;
        if field.is_empty() {
            break;
        }
        let (name, value) = field
            .split_once(':')
            .unwrap_or_else(|| panic!("no field: {field:?}"));
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request {
        line,
        fields,
        body: Vec::new(),
        connection,
    };
    if request.field("transfer-encoding").is_some() {
        request.body = read_chunked(reader)?;
    } else if let Some(length) = request.field("content-length") {
        let length = length.parse().unwrap();
        request.body.resize(length, 0);
        reader.read_exact(&mut request.body).ok()?;
    }
    Some(request)
}

fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = Vec::new();
    reader
        .read_until(b'\n', &mut line)
        .ok()
        .filter(|count| *count > 0)?;
    let line = String::from_utf8(line).unwrap();
    Some(
        line.strip_suffix("\r\n")
            .unwrap_or_else(|| panic!("bad line: {line:?}"))
            .to_owned(),
    )
}

pub(crate) fn read_chunked(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = read_line(reader)?;
        let size = line.split(';').next().unwrap().trim();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            while !read_line(reader)?.is_empty() {}
            return Some(body);
        }
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..]).ok()?;
        assert_eq!(read_line(reader)?, "");
    }
}
