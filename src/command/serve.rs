//! `touchmark serve`: the service, until SIGTERM or Ctrl-C.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::CommandError;
use crate::ambient::Ambient;
use crate::check::options::Options;
use crate::config::Config;
use crate::fetch::Network;
use crate::http::listener::{self, Bounds};
use crate::http::{self, App, limits};
use crate::issue::Issuance;

/// Serves with the settings given.
pub async fn run(mut config: Config, ambient: Ambient) -> Result<(), CommandError> {
    let stop = Stop::listen()?;
    let listener = bind(&mut config).await?;
    let issuance = super::open(&config, &ambient).await?;
    tracing::info!(
        database = config.database.describe(),
        keys = issuance.parties.sealing().describe(),
        public_url = issuance.links.base(),
        production = config.production(),
        "opened"
    );
    serve(listener, issuance, &config, stop).await
}

/// Binds the listener; a port of 0 becomes the one that the system chose.
pub async fn bind(config: &mut Config) -> Result<TcpListener, CommandError> {
    let cannot = |address: SocketAddr| CommandError::io(format!("cannot listen on {address}"));
    let listener = TcpListener::bind(config.listen).await.map_err(cannot(config.listen))?;
    config.bound_to(listener.local_addr().map_err(cannot(config.listen))?);
    Ok(listener)
}

/// Answers until a signal, then lets what is under way finish, for a while.
pub async fn serve(
    listener: TcpListener,
    issuance: Issuance,
    config: &Config,
    stop: Stop,
) -> Result<(), CommandError> {
    let app = app(issuance, config)?;
    let store = app.issuance.store.clone();
    let router = http::router(app);
    let (draining, drained) = oneshot::channel();
    let until = async move {
        stop.asked().await;
        tracing::info!("draining: no new connections, those under way may finish");
        // Nobody listens any more only where the server has ended by itself.
        let _ = draining.send(());
    };
    tracing::info!(address = %config.listen, "listening");
    let bounds = Bounds::with_connections(config.limits.max_connections as usize);
    tokio::select! {
        () = listener::serve(listener, bounds, router, until) => {}
        () = cut(drained, config.limits.drain) => tracing::warn!("cut the connections that had not finished"),
    }
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Resolves so long after the signal.
async fn cut(drained: oneshot::Receiver<()>, after: Duration) {
    if drained.await.is_ok() {
        tokio::time::sleep(after).await;
    } else {
        std::future::pending::<()>().await;
    }
}

fn app(issuance: Issuance, config: &Config) -> Result<Arc<App>, CommandError> {
    if !config.dev_origins.is_empty() {
        tracing::warn!(origins = ?config.dev_origins, "development switch: loopback may be fetched from");
    }
    if !config.vc_api.conformance.is_empty() {
        let instances = &config.vc_api.conformance;
        tracing::warn!(
            ?instances,
            "conformance switch: what these instances say is not to be relied on"
        );
    }
    let network = Network::new(issuance.ambient.clone(), &config.dev_origins)
        .map_err(|e| CommandError::Refused(format!("the development origins: {e}")))?;
    let limits = &config.limits;
    let per_minute = NonZeroU32::new(limits.verify_per_minute).unwrap_or(NonZeroU32::MIN);
    Ok(Arc::new(App {
        issuance,
        network,
        contexts: config.contexts,
        mints_per_hour: i64::from(limits.mints_per_hour),
        verify_limit: limits::PerMinute::new(per_minute),
        trust_forwarded_for: limits.trust_forwarded_for,
        vc_api: config.vc_api.clone(),
        options: Options { trusted: config.trusted.clone(), ..Options::default() },
        pictures: Default::default(),
        policies: Default::default(),
        trusted: Default::default(),
    }))
}

/// SIGTERM from a supervisor, or Ctrl-C; heard from the moment that this is made.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    pub fn listen() -> Result<Self, CommandError> {
        let hear = |kind| signal(kind).map_err(CommandError::io("cannot listen for signals"));
        Ok(Self {
            terminate: hear(SignalKind::terminate())?,
            interrupt: hear(SignalKind::interrupt())?,
        })
    }

    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
