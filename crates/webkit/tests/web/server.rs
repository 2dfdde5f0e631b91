use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use webkit::{ServeError, ServeOptions, TlsFiles, serve};

struct Running {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    end: JoinHandle<Result<(), ServeError>>,
}

async fn start(options: ServeOptions) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let parts = tokio::sync::watch::Sender::new(0);
    let part = move || webkit::live(parts.subscribe(), || Some(webkit::Markup::text("a part")));
    let whose = |request: axum::extract::Request| {
        let client = webkit::ClientAddress::of(request.extensions());
        std::future::ready(client.map(|client| client.network().to_string()).unwrap_or_default())
    };
    let router = Router::new().route("/", get(async || "hello")).route("/whose", get(whose)).route("/live", get(async move || part()));
    let end = tokio::spawn(serve(listener, router, options, async move {
        stopped.await.unwrap_or_default();
    }));
    Running { address, stop, end }
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn plain_connections_are_kept_and_closed_at_the_end() {
    let running = start(ServeOptions::default()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let mut buffer = [0; 1024];
    for _ in 0..2 {
        stream.write_all(REQUEST).await.unwrap();
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(String::from_utf8_lossy(&buffer[..read]).ends_with("hello"));
    }
    running.stop.send(()).unwrap();
    running.end.await.unwrap().unwrap();
    assert_eq!(
        stream.read(&mut buffer).await.unwrap_or(0),
        0,
        "the connection was closed"
    );
}

#[tokio::test]
async fn a_part_that_stays_open_keeps_no_server_from_stopping() {
    let running = start(ServeOptions::default()).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(b"GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let (mut seen, mut buffer) = (String::new(), [0; 1024]);
    while !seen.contains("data: a part") {
        let read = stream.read(&mut buffer).await.unwrap();
        seen.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    assert!(!running.end.is_finished() && seen.contains("text/event-stream"), "{seen}");
    running.stop.send(()).unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), running.end).await;
    assert!(ended.is_ok(), "the server waited for its whole grace");
}

/// The network of the client as a page sees it, when the request comes with these headers.
async fn whose(running: &Running, headers: &str) -> String {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    stream.write_all(format!("GET /whose HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n").as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    said.rsplit("\r\n\r\n").next().unwrap().to_owned()
}

#[tokio::test]
async fn the_client_is_the_peer_unless_the_peer_is_a_trusted_proxy() {
    let sent = "x-forwarded-for: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.6, 192.0.2.7:4711\r\nforwarded: for=192.0.2.8\r\n";
    let behind = async |proxies: webkit::Proxies| whose(&start(ServeOptions { proxies, ..ServeOptions::default() }).await, sent).await;
    let trusted = |network: &str, header| webkit::Proxies::new(vec![network.parse().unwrap()], header);
    assert_eq!(behind(webkit::Proxies::default()).await, "127.0.0.1");
    assert_eq!(behind(trusted("127.0.0.0/8", webkit::ProxyHeader::XForwardedFor)).await, "192.0.2.7");
    assert_eq!(behind(trusted("127.0.0.1", webkit::ProxyHeader::Forwarded)).await, "192.0.2.8");
    assert_eq!(behind(trusted("192.0.2.0/24", webkit::ProxyHeader::XForwardedFor)).await, "127.0.0.1", "whoever comes past the proxy");
}

#[tokio::test]
async fn a_client_that_says_nothing_is_sent_away() {
    let options = ServeOptions {
        header_timeout: Duration::from_millis(50),
        ..ServeOptions::default()
    };
    let running = start(options).await;
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection stayed open");
}

#[tokio::test]
async fn further_connections_wait_their_turn() {
    let running = start(ServeOptions {
        max_connections: 1,
        ..ServeOptions::default()
    })
    .await;
    let mut first = TcpStream::connect(running.address).await.unwrap();
    let mut buffer = [0; 1024];
    first.write_all(REQUEST).await.unwrap();
    assert!(first.read(&mut buffer).await.unwrap() > 0);
    let mut second = TcpStream::connect(running.address).await.unwrap();
    second.write_all(REQUEST).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(200), second.read(&mut buffer)).await;
    assert!(early.is_err(), "served beyond the limit");
    drop(first);
    assert!(second.read(&mut buffer).await.unwrap() > 0);
}

struct Certificate {
    chain: String,
    key: String,
    der: CertificateDer<'static>,
}

fn certificate() -> Certificate {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    Certificate {
        chain: cert.pem(),
        key: signing_key.serialize_pem(),
        der: cert.der().clone(),
    }
}

fn write(directory: &tempfile::TempDir, certificate: &Certificate) -> TlsFiles {
    let (chain, key) = (
        directory.path().join("chain.pem"),
        directory.path().join("key.pem"),
    );
    std::fs::write(&chain, &certificate.chain).unwrap();
    std::fs::write(&key, &certificate.key).unwrap();
    TlsFiles {
        check_every: Duration::from_millis(50),
        ..TlsFiles::new(chain, key)
    }
}

async fn connect(
    address: std::net::SocketAddr,
    trusted: &Certificate,
    alpn: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der.clone()).unwrap();
    let mut config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.to_vec()];
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config))
        .connect("localhost".try_into().unwrap(), stream)
        .await
}

#[tokio::test]
async fn tls_speaks_both_versions_of_http_and_only_tls_1_3() {
    let (directory, certificate) = (tempfile::tempdir().unwrap(), certificate());
    let running = start(ServeOptions {
        tls: Some(write(&directory, &certificate)),
        ..ServeOptions::default()
    })
    .await;
    let mut stream = connect(running.address, &certificate, b"http/1.1")
        .await
        .unwrap();
    assert_eq!(
        stream.get_ref().1.protocol_version(),
        Some(tokio_rustls::rustls::ProtocolVersion::TLSv1_3)
    );
    stream.write_all(REQUEST).await.unwrap();
    let mut buffer = [0; 1024];
    let read = stream.read(&mut buffer).await.unwrap();
    assert!(String::from_utf8_lossy(&buffer[..read]).ends_with("hello"));
    let mut http2 = connect(running.address, &certificate, b"h2").await.unwrap();
    assert_eq!(http2.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    http2
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        .await
        .unwrap();
    http2.read_exact(&mut buffer[..9]).await.unwrap();
    assert_eq!(buffer[3], 4, "the server's SETTINGS frame");
}

#[tokio::test]
async fn a_changed_certificate_is_taken_up() {
    let (directory, old, new) = (tempfile::tempdir().unwrap(), certificate(), certificate());
    let running = start(ServeOptions {
        tls: Some(write(&directory, &old)),
        ..ServeOptions::default()
    })
    .await;
    connect(running.address, &old, b"h2").await.unwrap();
    assert!(connect(running.address, &new, b"h2").await.is_err());
    std::fs::write(directory.path().join("chain.pem"), "half written").unwrap();
    connect(running.address, &old, b"h2")
        .await
        .expect("a broken file leaves the old one in force");
    write(&directory, &new);
    let patience = tokio::time::timeout(Duration::from_secs(10), async {
        while connect(running.address, &new, b"h2").await.is_err() {
            tokio::task::yield_now().await;
        }
    });
    patience.await.expect("the new certificate came into force");
}

#[tokio::test]
async fn a_missing_certificate_is_said_plainly() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let options = ServeOptions {
        tls: Some(TlsFiles::new("/nowhere/chain.pem", "/nowhere/key.pem")),
        ..ServeOptions::default()
    };
    let error = serve(listener, Router::new(), options, std::future::pending())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("cannot read /nowhere/chain.pem"),
        "{error}"
    );
}
