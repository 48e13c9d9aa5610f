//! Something that listens: a server, or what stands in front of one.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use tower::Service;

/// It; gone when dropped.
pub struct Front(JoinHandle<()>);

impl Drop for Front {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A port at which nothing listens.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Path of a certificate of the tests.
pub fn testdata(name: &str) -> String {
    format!("{}/tests/testdata/{name}.pem", env!("CARGO_MANIFEST_DIR"))
}

impl Front {
    /// Listens with HTTP.
    pub async fn http<S>(port: u16, service: S) -> Self
    where
        S: Service<Request, Response = Response, Error = std::convert::Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        Self(tokio::spawn(async move {
            let _ended = axum::serve(listener, axum::ServiceExt::<Request>::into_make_service(service)).await;
        }))
    }

    /// Listens with HTTPS and shows a certificate of the tests.
    pub async fn https<S>(port: u16, certificate: &str, service: S) -> Self
    where
        S: Service<Request, Response = Response, Error = std::convert::Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        let chain = CertificateDer::from_pem_file(testdata(certificate)).unwrap();
        let key = PrivateKeyDer::from_pem_file(testdata("key")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .unwrap();
        let listener = Tls(TcpListener::bind(("127.0.0.1", port)).await.unwrap(), TlsAcceptor::from(Arc::new(config)));
        Self(tokio::spawn(async move {
            let _ended = axum::serve(listener, axum::ServiceExt::<Request>::into_make_service(service)).await;
        }))
    }
}

struct Tls(TcpListener, TlsAcceptor);

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.0.accept().await.unwrap();
            if let Ok(stream) = self.1.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}
