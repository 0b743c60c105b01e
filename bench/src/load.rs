//! The generator: closed loop (each connection sends when it has its answer) or a fixed rate.
//!
//! At a fixed rate every request has a due time from the schedule, and its latency counts from there,
//! whether or not a connection was free: a proxy that stalls cannot hide the requests that it kept
//! from being sent (coordinated omission). What is still due at the end is sent all the same.

use std::{
    collections::{HashMap, VecDeque},
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    rc::Rc,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;

use crate::{
    backend::find,
    cpu,
    event::{Poller, would_block},
};

/// Due requests that may wait for a free connection at a fixed rate; more is an error.
const BACKLOG_MAX: usize = 1_000_000;
/// The longest latency that is told apart, in nanoseconds.
const LATENCY_MAX: u64 = 60_000_000_000;
/// How long after the end answers are waited for.
const END_MAX: Duration = Duration::from_secs(10);

/// What to send.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct LoadArgs {
    /// The proxy.
    #[arg(long)]
    target: SocketAddr,
    /// Connections kept open.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// How long to send, in milliseconds.
    #[arg(long, default_value_t = 3000)]
    milliseconds: u64,
    /// Requests a second; none is a closed loop.
    #[arg(long)]
    rate: Option<u64>,
    /// Hosts `h0.test` … that requests are spread over, evenly.
    #[arg(long, default_value_t = 1000)]
    hosts: usize,
    /// Path asked for.
    #[arg(long, default_value = "/b/1024")]
    path: String,
    /// Size of a request body; none is a GET.
    #[arg(long)]
    post: Option<usize>,
    /// CPU to run on.
    #[arg(long)]
    cpu: Option<usize>,
}

/// Sends and prints `requests errors microseconds p50 p99` (latencies in microseconds).
pub(crate) fn execute(args: &LoadArgs) -> io::Result<()> {
    if let Some(cpu) = args.cpu {
        cpu::pin(cpu)?;
    }
    let figures = Load::new(args)?.run()?;
    println!("{figures}");
    Ok(())
}

/// What a run of the generator measured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    /// Answers with status 200, read to the end.
    pub(crate) requests: u64,
    /// Other answers, and connections that failed.
    pub(crate) errors: u64,
    /// From first send to last answer.
    pub(crate) elapsed: Duration,
    /// Median latency.
    pub(crate) p50: Duration,
    /// 99th percentile.
    pub(crate) p99: Duration,
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {} {} {} {}",
            self.requests,
            self.errors,
            self.elapsed.as_micros(),
            self.p50.as_micros(),
            self.p99.as_micros()
        )
    }
}

impl std::str::FromStr for Figures {
    type Err = io::Error;

    fn from_str(line: &str) -> io::Result<Self> {
        let numbers: Vec<u64> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        let [requests, errors, elapsed, p50, p99] = numbers[..] else {
            return Err(io::Error::other(format!("the generator said `{line}`")));
        };
        Ok(Self {
            requests,
            errors,
            elapsed: Duration::from_micros(elapsed),
            p50: Duration::from_micros(p50),
            p99: Duration::from_micros(p99),
        })
    }
}

#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    /// The request under way, and how much of it was written.
    output: Rc<[u8]>,
    written: usize,
    /// Head bytes read so far.
    head: Vec<u8>,
    body_left: usize,
    status_ok: bool,
    /// The proxy said that it closes after this answer.
    closes: bool,
    /// When the request under way was sent, or due.
    since: Option<Instant>,
}

struct Load {
    args: LoadArgs,
    poller: Poller,
    connections: HashMap<u64, Connection>,
    idle: Vec<u64>,
    due: VecDeque<Instant>,
    requests: Vec<Rc<[u8]>>,
    next_request: usize,
    next_key: u64,
    latencies: Histogram<u64>,
    done: u64,
    errors: u64,
}

impl Load {
    fn new(args: &LoadArgs) -> io::Result<Self> {
        let mut load = Self {
            args: args.clone(),
            poller: Poller::new()?,
            connections: HashMap::new(),
            idle: Vec::new(),
            due: VecDeque::new(),
            requests: (0..args.hosts).map(|host| request(args, host)).collect(),
            next_request: 0,
            next_key: 0,
            latencies: Histogram::new_with_max(LATENCY_MAX, 3).map_err(io::Error::other)?,
            done: 0,
            errors: 0,
        };
        for _ in 0..args.connections {
            load.connect()?;
        }
        Ok(load)
    }

    fn connect(&mut self) -> io::Result<()> {
        let stream = TcpStream::connect(self.args.target)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        self.poller.add(&stream, self.next_key)?;
        let connection = Connection {
            stream,
            output: Rc::default(),
            written: 0,
            head: Vec::new(),
            body_left: 0,
            status_ok: false,
            closes: false,
            since: None,
        };
        self.connections.insert(self.next_key, connection);
        self.idle.push(self.next_key);
        self.next_key += 1;
        Ok(())
    }

    fn run(mut self) -> io::Result<Figures> {
        let start = Instant::now();
        let end = start + Duration::from_millis(self.args.milliseconds);
        let gap = self
            .args
            .rate
            .map(|rate| Duration::from_secs_f64(1.0 / rate as f64));
        let mut next_due = start;
        loop {
            let now = Instant::now();
            let over = now >= end;
            if let Some(gap) = gap {
                while next_due <= now.min(end) && self.due.len() < BACKLOG_MAX {
                    self.due.push_back(next_due);
                    next_due += gap;
                }
            }
            while let Some(since) = self.next_due(gap, over, now) {
                self.start_one(since)?;
            }
            let busy = self.connections.len() - self.idle.len();
            if over && busy == 0 && self.due.is_empty() {
                break;
            }
            if now >= end + END_MAX {
                self.errors += (busy + self.due.len()) as u64;
                break;
            }
            let wait = match gap {
                Some(_) if !over => next_due.saturating_duration_since(now),
                _ => Duration::from_millis(100),
            };
            for ready in self.poller.wait(Some(wait))? {
                self.turn(ready.key)?;
            }
        }
        Ok(Figures {
            requests: self.done,
            errors: self.errors,
            elapsed: start.elapsed(),
            p50: Duration::from_nanos(self.latencies.value_at_quantile(0.50)),
            p99: Duration::from_nanos(self.latencies.value_at_quantile(0.99)),
        })
    }

    /// Since when the next request counts, if one can be sent now.
    fn next_due(&mut self, gap: Option<Duration>, over: bool, now: Instant) -> Option<Instant> {
        if self.idle.is_empty() {
            return None;
        }
        match gap {
            None => (!over).then_some(now),
            Some(_) => self.due.pop_front(),
        }
    }

    fn start_one(&mut self, since: Instant) -> io::Result<()> {
        let Some(key) = self.idle.pop() else {
            return Ok(());
        };
        let request = self.next_request;
        self.next_request = (request + 1) % self.requests.len();
        if let Some(connection) = self.connections.get_mut(&key) {
            connection.since = Some(since);
            connection.output = Rc::clone(&self.requests[request]);
            connection.written = 0;
        }
        self.turn(key)
    }

    fn turn(&mut self, key: u64) -> io::Result<()> {
        let Some(connection) = self.connections.get_mut(&key) else {
            return Ok(());
        };
        match connection.turn() {
            Turn::Waiting => {}
            Turn::Answered { since, ok } => {
                let closes = connection.closes;
                let latency = u64::try_from(since.elapsed().as_nanos()).unwrap_or(u64::MAX);
                self.latencies.saturating_record(latency);
                self.done += u64::from(ok);
                self.errors += u64::from(!ok);
                if closes {
                    self.connections.remove(&key);
                    self.connect()?;
                } else {
                    self.idle.push(key);
                }
            }
            Turn::Ended => {
                let busy = connection.since.is_some();
                self.errors += u64::from(busy);
                self.connections.remove(&key);
                self.idle.retain(|idle| *idle != key);
                self.connect()?;
            }
        }
        Ok(())
    }
}

enum Turn {
    Waiting,
    Answered { since: Instant, ok: bool },
    Ended,
}

impl Connection {
    fn turn(&mut self) -> Turn {
        while self.written < self.output.len() {
            match self.stream.write(&self.output[self.written..]) {
                Ok(0) => return Turn::Ended,
                Ok(written) => self.written += written,
                Err(error) if would_block(&error) => break,
                Err(_) => return Turn::Ended,
            }
        }
        let mut chunk = [0; 64 << 10];
        loop {
            match self.stream.read(&mut chunk) {
                Ok(0) => return Turn::Ended,
                Ok(length) => {
                    if let Some(answered) = self.take(&chunk[..length]) {
                        return answered;
                    }
                    // A short read has emptied the socket; the poller tells when there is more.
                    if length < chunk.len() {
                        return Turn::Waiting;
                    }
                }
                Err(error) if would_block(&error) => return Turn::Waiting,
                Err(_) => return Turn::Ended,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Option<Turn> {
        if self.body_left > 0 {
            self.body_left = self.body_left.saturating_sub(bytes.len());
        } else {
            self.head.extend_from_slice(bytes);
            let end = find(&self.head, b"\r\n\r\n")?;
            let head = &self.head[..end];
            let length = field(head, "content-length").and_then(|value| value.parse().ok());
            self.body_left = length.unwrap_or(0_usize);
            self.body_left = self.body_left.saturating_sub(self.head.len() - end - 4);
            self.closes = field(head, "connection") == Some("close");
            self.status_ok = head.get(9..12) == Some(b"200");
            self.head.clear();
        }
        if self.body_left > 0 {
            return None;
        }
        let ok = self.status_ok;
        let since = self.since.take()?;
        Some(Turn::Answered { since, ok })
    }
}

/// The value of a field of a head.
pub(crate) fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (found, value) = line.split_at_checked(name.len())?;
        if !found.eq_ignore_ascii_case(name.as_bytes()) {
            return None;
        }
        let value = value.strip_prefix(b":")?.trim_ascii();
        std::str::from_utf8(value).ok()
    })
}

/// A browser-like request for one host.
fn request(args: &LoadArgs, host: usize) -> Rc<[u8]> {
    let method = if args.post.is_some() { "POST" } else { "GET" };
    let mut head = format!(
        "{method} {} HTTP/1.1\r\nHost: h{host}.test\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n\
         Accept: text/html,application/json;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, deflate\r\n\
         Accept-Language: en-GB,en;q=0.5\r\nCookie: session=0123456789abcdef; theme=dark\r\n",
        args.path
    );
    if let Some(size) = args.post {
        head.push_str(&format!("Content-Length: {size}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.resize(bytes.len() + args.post.unwrap_or(0), b'y');
    bytes.into()
}
