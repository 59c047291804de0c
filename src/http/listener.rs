//! Connections: so many at once, more wait in the system's queue; and one on
//! which nothing moves for a while, or whose request's header does not come to
//! its end, is closed, so that nobody can hold the room with silence or drops.

use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener as _;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};
use tower::ServiceExt as _;

/// What connections may take of the service.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// At once.
    pub connections: usize,
    /// In this time a request's header is there whole, counted from the answer before it.
    pub header: Duration,
    /// A connection on which no byte moves either way for this long is closed.
    pub silence: Duration,
}

impl Bounds {
    pub fn with_connections(connections: usize) -> Self {
        let [header, silence] = [30, 120].map(Duration::from_secs);
        Self { connections, header, silence }
    }
}

/// The address at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Answers until `until` says stop. What is under way then may
/// finish; idle connections end at once.
pub async fn serve(
    mut listener: TcpListener,
    bounds: Bounds,
    router: Router,
    until: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let graceful = GracefulShutdown::new();
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(bounds.header);
    let mut until = pin!(until);
    loop {
        let (connection, peer) = tokio::select! {
            accepted = Connection::accept(&mut listener, &room, bounds) => accepted,
            () = &mut until => break,
        };
        let router = router.clone().map_request(move |mut request: Request<_>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let served =
            http.serve_connection(TokioIo::new(connection), TowerToHyperService::new(router));
        let served = graceful.watch(served.into_owned());
        tokio::spawn(async move {
            if let Err(error) = served.await {
                tracing::trace!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// A connection, which makes room when it ends.
pub struct Connection {
    stream: TcpStream,
    /// When a byte moved last.
    moved: Option<Instant>,
    silence: Duration,
    idle: Pin<Box<Sleep>>,
    _room: OwnedSemaphorePermit,
}

impl Connection {
    /// The next one, once there is room.
    async fn accept(
        listener: &mut TcpListener,
        room: &Arc<Semaphore>,
        bounds: Bounds,
    ) -> (Self, Peer) {
        let room = room.clone().acquire_owned().await.expect("the semaphore is never closed");
        // axum's own, which bears with running out of file descriptors.
        let (stream, address) = listener.accept().await;
        // Before the first byte, silence is borne no longer than a header may take.
        let idle = Box::pin(tokio::time::sleep(bounds.header));
        (
            Self { stream, moved: None, silence: bounds.silence, idle, _room: room },
            Peer(address.ip()),
        )
    }

    /// Notes that bytes moved; or fails once none has for too long.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        moved: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.moved = Some(Instant::now());
            return moved;
        }
        // The alarm is put off when it rings, not at each byte.
        while self.idle.as_mut().poll(cx).is_ready() {
            match self.moved.take() {
                Some(last) => self.idle.as_mut().reset(last + self.silence),
                None => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            }
        }
        Poll::Pending
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.watch(cx, read)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.watch(cx, written)
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// A service whose headers and silences have so many milliseconds; what ends it; and its end.
    async fn service(
        header: u64,
        silence: u64,
    ) -> (TcpStream, oneshot::Sender<()>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let [header, silence] = [header, silence].map(Duration::from_millis);
        let bounds = Bounds { connections: 1, header, silence };
        let router = Router::new().route("/", get(async || "here"));
        let until = async { stopped.await.unwrap() };
        let serving = tokio::spawn(serve(listener, bounds, router, until));
        (TcpStream::connect(address).await.unwrap(), stop, serving)
    }

    async fn answer(stream: &mut TcpStream) -> String {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        let mut bytes = [0; 1024];
        let read = timeout(SOON, stream.read(&mut bytes)).await.unwrap().unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }

    #[tokio::test]
    async fn a_header_that_does_not_come_to_its_end_ends_the_connection() {
        for begun in ["", "POST", "GET / HTTP/1.1\r\nhost: a\r\n"] {
            let (mut stream, _stop, _serving) = service(200, 60_000).await;
            stream.write_all(begun.as_bytes()).await.unwrap();
            let mut rest = Vec::new();
            timeout(SOON, stream.read_to_end(&mut rest)).await.expect("it is closed").ok();
        }
    }

    #[tokio::test]
    async fn a_connection_that_falls_silent_is_closed() {
        // The alarm that is set first rings while it is still in use, and is put off.
        let (mut stream, _stop, _serving) = service(10, 50).await;
        assert!(answer(&mut stream).await.ends_with("here"));
        let mut rest = Vec::new();
        timeout(SOON, stream.read_to_end(&mut rest)).await.expect("it is closed").ok();
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_hold_up_the_end() {
        let (mut stream, stop, serving) = service(60_000, 60_000).await;
        assert!(answer(&mut stream).await.ends_with("here"));
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"), "it stays open");
        stop.send(()).unwrap();
        timeout(SOON, serving).await.expect("it ends at once").unwrap();
    }
}
