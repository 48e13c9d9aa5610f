//! The only map from errors to status and body, for GraphQL and for everything else.

mod answer;

use axum::http::StatusCode;

use crate::Problem;
use crate::cli::Said;
use crate::messages::Language;

pub use answer::{Answer, Encoding, Voice};

/// Every failure of a request or a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The domain said no, or could not.
    #[error(transparent)]
    Domain(#[from] domain::Error),
    /// A field of the schema without a resolver.
    #[error("{0} is not offered yet")]
    NotOffered(String),
    /// A GraphQL document with a mistake in it. The client expects status 200 here.
    #[error("{0}")]
    Query(String),
    /// A request that cannot be understood, or asks for too much at once.
    #[error("{0}")]
    BadRequest(Problem),
    /// The server refuses this way of asking, whoever asks (a forged request, a wrong set-up token).
    #[error("{0}")]
    Refused(Problem),
    /// Who asks could not sign in.
    #[error("{0}")]
    SignIn(Problem),
    /// The password is right, and a code is needed.
    #[error("{0}")]
    SecondStep(Problem),
    /// A body of a kind that is not taken.
    #[error("{0}")]
    Unsupported(Problem),
    /// More requests than may be made in a minute.
    #[error("{whose}: more than {limit} requests a minute; wait {seconds} s")]
    TooOften {
        /// The account or team.
        whose: String,
        /// Requests in a minute.
        limit: u32,
        /// Seconds until the next one is answered.
        seconds: u64,
    },
    /// A body over its limit.
    #[error("the request is larger than {0} bytes")]
    TooLarge(usize),
    /// Nothing is at this address.
    #[error("nothing is at {0}")]
    NoRoute(String),
    /// The address is there, but takes another method.
    #[error("another method")]
    Method,
    /// A command was given something it cannot use.
    #[error("{0}")]
    Usage(Problem),
    /// The process's own surroundings failed it: a port in use, a closed pipe.
    #[error("{doing}: {cause}")]
    Startup {
        /// What was being done.
        doing: &'static str,
        /// What the system said.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// A fault of the program; the text is for the log only.
    pub fn fault(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Domain(domain::Error::internal("answering a request", cause))
    }

    /// A failure of the process's surroundings.
    pub fn startup(doing: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Startup { doing, cause: cause.into() }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        use domain::Error as Domain;
        match self {
            Self::Domain(Domain::Denied(denied)) if denied.unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Domain(Domain::Denied(_) | Domain::Invalid(domain::Problem::SetupLinkOld)) | Self::Refused(_) => {
                StatusCode::FORBIDDEN
            }
            Self::Domain(Domain::NotFound { .. }) | Self::NoRoute(_) => StatusCode::NOT_FOUND,
            Self::Domain(Domain::Conflict(_)) => StatusCode::CONFLICT,
            Self::Domain(Domain::Invalid { .. }) | Self::BadRequest(_) | Self::Usage(_) => StatusCode::BAD_REQUEST,
            Self::Domain(Domain::Busy(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Domain(Domain::StorageFull(_)) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Domain(Domain::RateLimited { .. }) | Self::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Domain(Domain::Internal { .. }) | Self::Startup { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            // Rule of the client: any other status is echoed raw to the user in the middle of a run.
            Self::NotOffered(_) | Self::Query(_) => StatusCode::OK,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Unsupported(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::SignIn(_) | Self::SecondStep(_) => StatusCode::UNAUTHORIZED,
            Self::TooLarge(_) | Self::Domain(Domain::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    /// The failure as a command tells it, in the language of the shell. Whoever runs a command may know private causes.
    pub fn in_shell(&self) -> String {
        let language = Language::of_shell();
        match self.private_cause() {
            Some(detail) => {
                let failed = Said::Failed { detail };
                language.sentence("cli", failed.code(), failed.args())
            }
            None => self.answer(&Voice { language, base_url: String::new(), request_id: String::new() }).message,
        }
    }
}
