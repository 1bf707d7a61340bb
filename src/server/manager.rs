//! Notifies the service manager with systemd's `sd_notify` protocol, one datagram per message; does nothing if there is
//! no manager. Unlike the crate `sd-notify`, it also supports abstract sockets, which managers of containers use.

use std::{
    env,
    os::unix::net::{SocketAddr, UnixDatagram},
    time::Duration,
};

use anyhow::Context;
use tokio::sync::watch;

/// How many watchdog messages are sent per watchdog timeout.
const SIGNS: u32 = 4;

/// The service manager that started the server, if any.
#[derive(Default)]
pub struct Manager {
    socket: Option<UnixDatagram>,
    patience: Option<Duration>,
}

impl Manager {
    /// The manager named by this process's environment, if any.
    pub fn of_this_process() -> anyhow::Result<Self> {
        let Ok(address) = env::var("NOTIFY_SOCKET") else { return Ok(Self::default()) };
        let socket = connect(&address).with_context(|| format!("NOTIFY_SOCKET = {address}"))?;
        let set_for_us = env::var("WATCHDOG_PID").map_or(true, |process| process == std::process::id().to_string());
        let patience = env::var("WATCHDOG_USEC").ok().filter(|_| set_for_us);
        let patience = patience.and_then(|micros| micros.parse().ok()).map(Duration::from_micros);
        Ok(Self { socket: Some(socket), patience })
    }

    /// The server serves at this address.
    pub(super) fn ready(&self, address: std::net::SocketAddr) {
        self.notify(&format!("READY=1\nSTATUS=Listens on {address}"));
    }

    /// The server has started to stop.
    pub(super) fn stopping(&self) {
        self.notify("STOPPING=1\nSTATUS=Finishing requests in progress");
    }

    /// Sends watchdog messages while it is polled, if the manager asked for them. Each needs a new heartbeat and a
    /// successful `works`.
    pub(super) async fn watchdog<W: Future<Output = bool>>(
        &self,
        mut heartbeat: watch::Receiver<()>,
        works: impl Fn() -> W,
    ) {
        let Some(patience) = self.patience else { return std::future::pending().await };
        loop {
            tokio::time::sleep(patience / SIGNS).await;
            heartbeat.mark_unchanged();
            if heartbeat.changed().await.is_ok() && works().await {
                self.notify("WATCHDOG=1");
            }
        }
    }

    fn notify(&self, state: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(state.as_bytes()) {
            tracing::warn!(%error, state, "cannot notify the service manager");
        }
    }
}

fn connect(address: &str) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&socket_address(address)?)?;
    // The server must never wait for the manager.
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// A path, or a name in the abstract namespace after `@`.
fn socket_address(text: &str) -> std::io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = text.strip_prefix('@') {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    SocketAddr::from_pathname(text)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn a_server_that_does_not_work_sends_no_watchdog_message() {
        let (socket, heard) = UnixDatagram::pair().unwrap();
        let manager = Manager { socket: Some(socket), patience: Some(Duration::from_millis(4)) };
        let (heart, heartbeat) = watch::channel(());
        let (asked, asked_often_enough) = (AtomicUsize::new(0), Notify::new());
        let works = || async {
            match asked.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => false,
                2 => true,
                _ => {
                    asked_often_enough.notify_one();
                    std::future::pending().await
                }
            }
        };
        let beat = async {
            loop {
                heart.send_replace(());
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = manager.watchdog(heartbeat, works) => unreachable!("it never ends"),
            () = beat => unreachable!("it never ends"),
            () = asked_often_enough.notified() => {}
        }
        heard.set_nonblocking(true).unwrap();
        let mut sign = [0; 64];
        let length = heard.recv(&mut sign).unwrap();
        assert_eq!(&sign[..length], b"WATCHDOG=1");
        assert!(heard.recv(&mut sign).is_err(), "one message, for the one time that it worked");
    }
}
