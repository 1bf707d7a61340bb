//! A write timeout for connections. Without it, hyper waits forever for a client that does not read a response.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// A connection whose writes fail if the peer takes no byte for some time. The total time is not limited. Bytes in the
/// system's buffer count as taken.
pub(super) struct WriteTimeout<T> {
    io: T,
    patience: Duration,
    /// Runs while a write waits.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<T> WriteTimeout<T> {
    pub(super) fn new(io: T, patience: Duration) -> Self {
        Self { io, patience, timer: None }
    }

    fn watch<R>(&mut self, written: Poll<io::Result<R>>, context: &mut Context<'_>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.timer = None;
            return written;
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        ready!(timer.as_mut().poll(context));
        // A completed timer must not be polled again.
        timer.as_mut().reset(Instant::now());
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the peer does not read")))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for WriteTimeout<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buf)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(context, buf);
        self.watch(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(context, bufs);
        self.watch(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(context);
        self.watch(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.io).poll_shutdown(context);
        self.watch(shut, context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn a_peer_that_does_not_read_times_out() {
        let (near, _far) = duplex(16);
        let mut near = WriteTimeout::new(near, Duration::from_millis(1));
        for _ in 0..2 {
            let error = near.write_all(&[0; 64]).await.expect_err("the peer does not read");
            assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        }
    }

    #[tokio::test]
    async fn each_byte_that_a_peer_takes_restarts_the_timeout() {
        let (near, mut far) = duplex(16);
        let mut near = WriteTimeout::new(near, Duration::from_hours(1));
        near.write_all(&[0; 16]).await.expect("there is room");
        assert!(near.timer.is_none(), "time without a write does not count");
        for _ in 0..3 {
            let waits =
                std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut near).poll_write(context, &[0]).is_pending()));
            assert!(waits.await && near.timer.is_some());
            far.read_u8().await.expect("a byte");
            near.write_all(&[0]).await.expect("there is room again");
            assert!(near.timer.is_none());
        }
    }
}
