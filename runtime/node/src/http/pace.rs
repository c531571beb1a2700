//! How fast a stranger must be, at the cost of one timer a connection.
//!
//! Whoever serves a connection polls it with every [`TICK`]. So nothing here wakes anybody: it looks at the time when it
//! is polled.

use hyper::rt::{Sleep, Timer};
use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How often a connection is polled.
pub(super) const TICK: Duration = Duration::from_secs(1);
/// For how long so much of an answer may take. Until then what is left of it takes memory.
const TAKE_TIMEOUT: Duration = Duration::from_secs(10);
const TAKE_BYTES: usize = 64 << 10;

/// Timeouts that are noticed with the tick after them.
#[derive(Clone, Copy)]
pub(super) struct Ticks;

impl Timer for Ticks {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(Instant::now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Until(deadline))
    }
}

struct Until(Instant);

impl Sleep for Until {}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if Instant::now() < self.0 { Poll::Pending } else { Poll::Ready(()) }
    }
}

/// A stream that fails once its other end does not take what is written to it.
pub(super) struct Paced<S> {
    stream: S,
    /// Since when it waits to be taken from, and how much was taken since.
    waits: Option<(Instant, usize)>,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S) -> Paced<S> {
        Paced { stream, waits: None }
    }

    /// What is written is not taken: that is an error, once it has been so for too long.
    fn waits<T>(&mut self) -> Poll<Result<T>> {
        let (since, _) = self.waits.get_or_insert_with(|| (Instant::now(), 0));
        if since.elapsed() < TAKE_TIMEOUT {
            Poll::Pending
        } else {
            Poll::Ready(Err(ErrorKind::TimedOut.into()))
        }
    }

    fn wrote(&mut self, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        let Poll::Ready(written) = written else { return self.waits() };
        let more = *written.as_ref().unwrap_or(&0);
        self.waits =
            self.waits.map(|(since, taken)| (since, taken + more)).filter(|(_, taken)| *taken < TAKE_BYTES);
        Poll::Ready(written)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.wrote(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Poll::Ready(flushed) = Pin::new(&mut self.stream).poll_flush(cx) else { return self.waits() };
        // All of it is taken.
        self.waits = None;
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Poll::Ready(shut) = Pin::new(&mut self.stream).poll_shutdown(cx) else { return self.waits() };
        Poll::Ready(shut)
    }
}
