//! What a resolver knows of the request.

use std::ops::Deref;
use std::sync::Arc;

use domain::policy::{ClientVersion, Session};

use crate::App;
use crate::messages::Language;
use crate::scope::Scope;

/// The request that a resolver works for. Cheap to clone.
#[derive(Clone)]
pub struct Ctx(Arc<Known>);

/// What is known.
pub struct Known {
    /// Who asks: the only way to data.
    pub session: Session,
    /// The server's parts.
    pub app: App,
    /// The client's version, where it said so in the user agent or in the config of a run.
    pub version: Option<ClientVersion>,
    scope: Scope,
}

impl Ctx {
    /// The context of one request.
    pub fn new(session: Session, app: App, scope: Scope, version: Option<ClientVersion>) -> Self {
        Self(Arc::new(Known { session, app, version, scope }))
    }

    /// Language of sentences for the caller.
    pub fn language(&self) -> Language {
        self.0.scope.voice().language
    }
}

impl Deref for Ctx {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}
