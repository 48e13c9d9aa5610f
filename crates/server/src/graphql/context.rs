//! What a resolver knows of the request.

use std::ops::Deref;
use std::sync::Arc;

use domain::Problem;
use domain::policy::{ClientVersion, Session};

use crate::error::Voice;
use crate::scope::Scope;
use crate::{App, Error};

/// The request that a resolver works for. Cheap to clone.
#[derive(Clone)]
pub struct Ctx(Arc<Known>);

/// What is known.
pub struct Known {
    /// Who asks: the only way to data.
    pub session: Session,
    /// The server's parts.
    pub app: App,
    /// What the request itself said.
    pub hints: Hints,
    scope: Scope,
}

/// What a request says about its sender beside its arguments.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// The client's version, in the user agent or in the config of a run.
    pub version: Option<ClientVersion>,
    /// Several processes write the run, each with its own client id (`mode="shared"`).
    pub shared_writer: bool,
    /// The document asks for long columns of runs; a list that is not asked for them leaves them out.
    pub asks_for_texts: bool,
    /// The document asks where to send files that are not there yet, as clients before 0.15.5 do.
    pub asks_for_upload_urls: bool,
    /// `wandb verify` measures how much text a request may hold; it names an entity that need not exist.
    pub measures_size: bool,
    /// The sweep that the document asks for, to say where it is when its project is not there.
    pub sweep: Option<String>,
}

impl Ctx {
    /// The context of one request.
    pub fn new(session: Session, app: App, scope: Scope, hints: Hints) -> Self {
        Self(Arc::new(Known { session, app, hints, scope }))
    }

    /// Lets the caller try a password or a code: wrong ones become slow, as at sign-in.
    pub async fn guess<T>(&self, trying: impl Future<Output = Result<T, domain::Error>>) -> Result<T, Error> {
        let name = format!("guess:{}", self.session.name());
        let now = self.session.now();
        self.app.throttle.check(&name, now)?;
        let outcome = trying.await;
        match &outcome {
            Ok(_) => self.app.throttle.right(&name),
            Err(domain::Error::Invalid(Problem::PasswordWrong | Problem::WrongCode)) => {
                self.app.throttle.wrong(&name, now);
            }
            Err(_) => {}
        }
        Ok(outcome?)
    }

    /// How sentences for the caller speak.
    pub fn voice(&self) -> Voice {
        self.0.scope.voice()
    }
}

impl Deref for Ctx {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}
