//! Connections within bounds: so many at a time, each for so long and with a request of so many bytes.
//! Knows nothing of what is asked.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use super::endpoint::Bounds;

/// The wait after a connection that could not be accepted: there may be too many open files.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// A port whose connections are bounded.
pub(super) struct Doors {
    listener: TcpListener,
    places: Arc<Semaphore>,
    bounds: Bounds,
}

impl Doors {
    pub(super) fn new(listener: TcpListener, bounds: Bounds) -> Self {
        Self {
            listener,
            places: Arc::new(Semaphore::new(bounds.connections)),
            bounds,
        }
    }
}

impl Listener for Doors {
    type Io = Visit;
    type Addr = SocketAddr;

    /// The next connection, once there is a place for it; until then it waits at the system.
    async fn accept(&mut self) -> (Visit, SocketAddr) {
        loop {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.expect("nobody closes the semaphore");
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    let visit = Visit {
                        stream,
                        over: Box::pin(tokio::time::sleep(self.bounds.lasts)),
                        left_bytes: self.bounds.request_bytes,
                        _place: place,
                    };
                    return (visit, address);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection for metrics could not be accepted");
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection.
pub(super) struct Visit {
    stream: TcpStream,
    over: Pin<Box<Sleep>>,
    left_bytes: usize,
    _place: OwnedSemaphorePermit,
}

impl Visit {
    /// An error once the time is up; it also wakes whoever waits for the connection then.
    fn in_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match self.over.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Visit {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = buffer.filled().len() - before;
        match self.left_bytes.checked_sub(read) {
            Some(left) => self.left_bytes = left,
            None => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Visit {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.in_time(cx)?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
