//! Standard output of the commands that answer and end, and standard error of all.

use std::{
    fmt,
    io::{self, ErrorKind, Write as _},
};

use genkan_diagnosis::Exit;

/// Writes a line to standard error, as `eprintln!` does. A reader that is gone, or a disk that is full, is
/// no reason to end: `eprintln!` would panic.
macro_rules! message {
    ($($arguments:tt)*) => { $crate::command::write_message(format_args!($($arguments)*)) };
}
pub(crate) use message;

/// What [`message!`] does.
pub(crate) fn write_message(text: fmt::Arguments<'_>) {
    // There is nobody left to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes the answer to standard output. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// What the process ends with when the answer cannot be written: whoever reads a file that is cut short
/// must not take it for a clean result.
pub(crate) fn show(text: impl AsRef<[u8]>) -> Result<(), Exit> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            message!("genkan: the answer cannot be written: {error}");
            Err(Exit::Internal)
        }
        _ => Ok(()),
    }
}
