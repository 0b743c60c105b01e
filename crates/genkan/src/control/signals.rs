//! Signals of the process.

use std::{io, thread};

use tokio::signal::unix::{SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// SIGINT, SIGTERM, SIGQUIT: drain and end.
    End,
    /// SIGUSR1, as nginx: open the log anew after rotation.
    ReopenLog,
}

/// Calls `told` for each signal, from a thread of its own.
///
/// # Errors
/// When no thread or no handler can be set up.
pub(crate) fn watch(told: impl Fn(Signal) + Send + 'static) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let (mut interrupt, mut terminate, mut quit, mut reopen) = {
        let _inside = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
            signal(SignalKind::quit())?,
            signal(SignalKind::user_defined1())?,
        )
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                loop {
                    let signal = std::future::poll_fn(|context| {
                        let ended = [&mut interrupt, &mut terminate, &mut quit]
                            .into_iter()
                            .any(|signal| signal.poll_recv(context).is_ready());
                        if ended {
                            return std::task::Poll::Ready(Signal::End);
                        }
                        reopen.poll_recv(context).map(|_| Signal::ReopenLog)
                    })
                    .await;
                    told(signal);
                }
            });
        })?;
    Ok(())
}
