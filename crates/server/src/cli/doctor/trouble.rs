//! Why a request brought no answer.

use std::error::Error;
use std::io;

use rustls::{CertificateError, InvalidMessage};

/// The reasons that people can do something about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The certificate is not to be trusted; which sentence says why.
    Certificate(&'static str),
    /// TLS was spoken to something that does not speak it.
    NotTls,
    /// HTTP was spoken to something that does not speak it.
    NotHttp,
    /// Nothing came in time.
    Late,
    /// The connection ended while the request was on its way.
    Broken(String),
}

impl Trouble {
    /// Looks for the reason in what the HTTP library says.
    pub fn of(error: &reqwest::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        let mut last = error.to_string();
        let mut is_http = true;
        while let Some(inner) = cause {
            if let Some(tls) = inner.downcast_ref() {
                return Self::of_tls(tls);
            }
            last = inner.to_string();
            is_http &= !last.contains("invalid HTTP");
            cause = below(inner);
        }
        match () {
            () if !is_http => Self::NotHttp,
            () if error.is_timeout() => Self::Late,
            () => Self::Broken(last),
        }
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(reason) => Self::Certificate(match reason {
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => "certificate.expired",
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "certificate.early",
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                    "certificate.other_name"
                }
                CertificateError::Revoked => "certificate.revoked",
                // Also what a server's own signature under its own certificate comes to.
                _ => "certificate.unknown_issuer",
            }),
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::NotTls,
            other => Self::Broken(other.to_string()),
        }
    }
}

/// What an error is caused by. An I/O error hides what it carries.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(carried) => Some(carried),
        None => error.source(),
    }
}
