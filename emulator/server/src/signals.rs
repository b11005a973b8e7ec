//! When the person or the machine asks the server to stop.

use std::future::Future;
use std::io;

/// Ready at the first SIGINT or SIGTERM. Must be called on a runtime; from then on the signals end nothing by themselves.
///
/// # Errors
///
/// When the handlers cannot be set.
#[cfg(unix)]
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ready at the first Ctrl-C.
///
/// # Errors
///
/// None; the handler is set when it is awaited.
#[cfg(not(unix))]
pub(crate) fn stop() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
