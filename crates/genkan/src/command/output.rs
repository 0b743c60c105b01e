//! Standard output of the commands that answer and end.

use std::io::{self, ErrorKind, Write as _};

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
pub(crate) fn show(text: impl AsRef<[u8]>) {
    let mut out = io::stdout().lock();
    if let Err(error) = out.write_all(text.as_ref()).and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        eprintln!("genkan: the answer cannot be written: {error}");
    }
}
