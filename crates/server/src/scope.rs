//! What becomes known of one request while it runs, for the log line and for errors.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::error::Voice;
use crate::http::limits::Left;
use crate::messages::{Language, choose};

/// One request. Cheap to clone; the same cells are seen by middleware and handlers.
#[derive(Clone)]
pub struct Scope(Arc<Cells>);

struct Cells {
    id: String,
    base_url: String,
    asked_language: Language,
    saved_language: OnceLock<Language>,
    user: OnceLock<String>,
    cause: OnceLock<String>,
    left: Mutex<Option<Left>>,
}

impl Scope {
    /// A request that has just arrived.
    pub fn new(id: String, base_url: String, accept_language: Option<&str>, default: Language) -> Self {
        let asked_language = choose(None, accept_language, default);
        let (saved_language, user, cause, left) = Default::default();
        Self(Arc::new(Cells { id, base_url, asked_language, saved_language, user, cause, left }))
    }

    /// The request's id, which the caller sees too.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Remembers who asks.
    pub fn set_user(&self, name: &str, saved_language: Option<&str>) {
        // A request has one caller; were it found out twice, it would be the same one.
        let _ = self.0.user.set(name.to_owned());
        if let Some(language) = saved_language.and_then(Language::of) {
            let _ = self.0.saved_language.set(language);
        }
    }

    /// Who asks, once that is known.
    pub fn user(&self) -> Option<&str> {
        self.0.user.get().map(String::as_str)
    }

    /// Remembers what only the log may know; the first cause counts.
    pub fn set_cause(&self, cause: String) {
        let _ = self.0.cause.set(cause);
    }

    /// What only the log may know.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.get().map(String::as_str)
    }

    /// Remembers what a limit leaves; the tightest counts.
    pub fn set_left(&self, left: Left) {
        let mut held = self.0.left.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(left, |held| held.tighter(left)));
    }

    /// What limits leave.
    pub fn left(&self) -> Option<Left> {
        *self.0.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How errors of this request speak.
    pub fn voice(&self) -> Voice {
        let language = *self.0.saved_language.get().unwrap_or(&self.0.asked_language);
        Voice { language, base_url: self.0.base_url.clone(), request_id: self.0.id.clone() }
    }
}
