//! How many requests each party counted. A figure per request is only as good as the count it is
//! divided by, so all counters have to agree after each run.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
};

use crate::peer::Running;

/// Genkan's counter of requests, one series for each rule and answer.
const METRIC: &str = "nginx_ingress_controller_requests{";

/// What each party counted of the same requests; `None` is a party that does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Answers that the generator read to the end.
    pub(crate) generator: u64,
    /// Requests that the backend answered.
    pub(crate) backend: u64,
    /// Requests in the candidate's metrics.
    pub(crate) metrics: Option<u64>,
    /// Lines of the candidate's access log.
    pub(crate) log: Option<u64>,
}

impl Counts {
    /// Fails unless all agree.
    pub(crate) fn check(&self, who: &str) -> io::Result<()> {
        let others = [Some(self.backend), self.metrics, self.log];
        if others.into_iter().flatten().all(|n| n == self.generator) {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "{who}: the counters differ: {self:?}"
        )))
    }
}

/// How many requests the backend has answered so far.
pub(crate) fn of_backend(backend: &Running) -> io::Result<u64> {
    get(backend.address, "/count")?
        .trim()
        .parse()
        .map_err(io::Error::other)
}

/// How many requests a candidate counted itself, if it does.
pub(crate) fn of_metrics(running: &Running) -> io::Result<Option<u64>> {
    let Some(address) = running.metrics else {
        return Ok(None);
    };
    Ok(Some(sum(&get(address, "/metrics")?)))
}

fn sum(exposition: &str) -> u64 {
    let samples = exposition.lines().filter(|line| line.starts_with(METRIC));
    samples
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// How many lines a log has. A line of a program's own messages begins in no log with an address.
pub(crate) fn of_log(path: &Path) -> io::Result<u64> {
    let mut count = 0;
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let line = line?;
        // HAProxy's `raw` format begins each line with a priority in angle brackets, older ones do not.
        let start = line
            .iter()
            .position(|byte| *byte == b'>')
            .filter(|at| *at < 5);
        let text = &line[start.map_or(0, |at| at + 1)..];
        count += u64::from(text.first().is_some_and(u8::is_ascii_digit));
    }
    Ok(count)
}

fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    let mut reader = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    match length {
        Some(length) => reader.take(length).read_to_string(&mut answer)?,
        None => reader.read_to_string(&mut answer)?,
    };
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_of_one_metric_are_added_up() {
        let page = "# HELP nginx_ingress_controller_requests The total\n\
             nginx_ingress_controller_requests{host=\"a\",status=\"200\"} 3\n\
             nginx_ingress_controller_requests{host=\"b c\",status=\"200\"} 4\n\
             nginx_ingress_controller_requests_other{host=\"a\"} 5\n";
        assert_eq!(sum(page), 7);
    }

    #[test]
    fn one_counter_that_differs_fails_the_run() {
        let good = Counts {
            generator: 5,
            backend: 5,
            metrics: None,
            log: Some(5),
        };
        assert!(good.check("nginx").is_ok());
        for bad in [
            Counts { backend: 6, ..good },
            Counts {
                log: Some(4),
                ..good
            },
            Counts {
                metrics: Some(0),
                ..good
            },
        ] {
            assert!(bad.check("nginx").is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_lines_of_requests_count() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text =
            "127.0.0.1 - - [x] \"GET / HTTP/1.1\" 200\n<6>127.0.0.1 - -\n[NOTICE] (1) : new\n\n";
        std::fs::write(file.path(), text).expect("written");
        assert_eq!(of_log(file.path()).expect("read"), 2);
    }
}
