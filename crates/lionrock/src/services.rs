//! The second address of the server, where online services are asked for their certificates (RFC 8705).
//!
//! Residents never come here: a browser that is asked for a certificate asks its user. So only the endpoints that services call answer.

use std::sync::Arc;

use axum::Router;
use installation::config::Config;
use installation::runtime::Runtime;
use installation::say;
use seal::OsRandom;
use tokio::net::TcpListener;
use tokio::sync::watch;
use webkit::{Proxies, ServeError, ServeOptions, Shell};

use crate::serve::{PlatformKeys, RunError};

/// The second address, bound and ready.
pub struct Asking {
    listener: TcpListener,
    router: Router,
    line: String,
}

impl Asking {
    /// Binds it, if the configuration names one.
    pub async fn bind(config: &Config, runtime: &Runtime) -> Result<Option<Self>, RunError> {
        let Some((at, origin)) = config.certificates_listen.as_ref().zip(config.certificates_origin.as_ref()) else {
            return Ok(None);
        };
        let refused = |error| RunError::Listen(at.clone(), error);
        let listener = TcpListener::bind(at).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let endpoints = api::connect_routes(Arc::new(provider_door(config, runtime)?));
        let keys = Arc::new(PlatformKeys(runtime.platform.clone()));
        let shell = Shell::new(Arc::new(resident::layout(config.environment)), keys, runtime.clock.clone(), &OsRandom);
        let line = format!("asking online services for certificates on https://{address} as {origin}");
        Ok(Some(Self { listener, router: shell.hsts(config.is_https()).wrap(endpoints), line }))
    }
}

/// The identity provider as its endpoints see it, at both addresses.
pub fn provider_door(config: &Config, runtime: &Runtime) -> Result<api::PlatformDoor, RunError> {
    let issuer = people::RelyingParty::new(&config.origin, "Lionrock").map_err(RunError::Passkeys)?.origin();
    let door = api::PlatformDoor::new(runtime.platform.clone(), &issuer);
    Ok(door.with_certificates(config.certificates_origin.as_deref()).demanding_nonces(config.dpop_nonces).with_signing(runtime.signing.clone()))
}

/// Serves both addresses until told to stop; the end of one by a fault is the end of the other.
pub async fn serve_both(
    (listener, faces): (TcpListener, Router),
    asking: Option<Asking>,
    options: ServeOptions,
    stopped: impl Future<Output = ()> + Send,
) -> Result<(), ServeError> {
    let Some(asking) = asking else { return webkit::serve(listener, faces, options, stopped).await };
    // No proxy may end TLS before this address, so none is there to be believed.
    let mut asks = ServeOptions { proxies: Proxies::default(), ..options.clone() };
    if let Some(tls) = &mut asks.tls {
        tls.ask_certificate = true;
    }
    say(&asking.line);
    let (stop, stopping) = watch::channel(false);
    let until = |mut stopping: watch::Receiver<bool>| async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let signal = async {
        stopped.await;
        stop.send_replace(true);
        Ok(())
    };
    let people = webkit::serve(listener, faces, options, until(stopping.clone()));
    let services = webkit::serve(asking.listener, asking.router, asks, until(stopping));
    tokio::try_join!(people, services, signal).map(|_| ())
}
