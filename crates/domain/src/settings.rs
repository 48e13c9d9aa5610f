//! What the organization has set. Read for every decision, so kept for a moment in each process.

mod change;
mod named;

use sqlx::FromRow;

use crate::db::{Db, sql};
use crate::{Domain, Error, Micros};

pub use change::SettingsChange;

/// How long a process may go on with settings that another has changed: half a second.
const FRESH: Micros = 500_000;

/// The organization's settings. What is not stored has its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Why nothing can be written now; none when it can.
    pub read_only: Option<String>,
    /// Users who are not organization admins may make keys.
    pub users_create_keys: bool,
    /// Every new key expires within so many days.
    pub key_max_days: Option<u32>,
    /// Denials do not name admins.
    pub hide_admins: bool,
    /// Users sign in with passwords.
    pub password_sign_in: bool,
    /// The audit log is kept so many days.
    pub audit_retention_days: Option<u32>,
    /// Deleted runs lie in the trash so many days.
    pub trash_days: u32,
    /// The most requests that one account may make in a minute.
    pub requests_per_minute: Option<u32>,
}

/// Days in the trash that nobody set otherwise: what users of the vendor's service are used to.
const TRASH_DAYS: u32 = 7;

impl Default for Settings {
    fn default() -> Self {
        Self {
            read_only: None,
            users_create_keys: true,
            key_max_days: None,
            hide_admins: false,
            password_sign_in: true,
            audit_retention_days: None,
            trash_days: TRASH_DAYS,
            requests_per_minute: None,
        }
    }
}

#[derive(FromRow)]
struct Row {
    name: String,
    value: String,
}

impl Settings {
    async fn load(db: &Db) -> Result<Self, Error> {
        let rows: Vec<Row> = sql("SELECT name, value FROM setting").all(db).await?;
        let mut settings = Self::default();
        for Row { name, value } in rows {
            let yes = value == "true";
            match name.as_str() {
                "read_only" => settings.read_only = Some(value),
                "users_create_keys" => settings.users_create_keys = yes,
                "key_max_days" => settings.key_max_days = value.parse().ok(),
                "hide_admins" => settings.hide_admins = yes,
                "password_sign_in" => settings.password_sign_in = yes,
                "audit_retention_days" => settings.audit_retention_days = value.parse().ok(),
                "trash_days" => settings.trash_days = value.parse().unwrap_or(TRASH_DAYS),
                "requests_per_minute" => settings.requests_per_minute = value.parse().ok(),
                _ => tracing::warn!(name, "a setting of a newer program is ignored"),
            }
        }
        Ok(settings)
    }
}

/// What this process last read, when, and at which change of access.
pub(crate) type Kept = std::sync::Mutex<Option<(Micros, i64, std::sync::Arc<Settings>)>>;

impl Domain {
    /// The settings, at most [`FRESH`] old.
    pub async fn settings(&self) -> Result<std::sync::Arc<Settings>, Error> {
        self.settings_since(None).await
    }

    /// [`Self::settings`] that are no older than this change of access, of which a change of settings is one.
    pub(crate) async fn settings_since(&self, access: Option<i64>) -> Result<std::sync::Arc<Settings>, Error> {
        let now = self.clock().now();
        let kept = self.kept_settings().lock().ok().and_then(|kept| kept.clone());
        let fresh = |at: Micros, seen: i64| (now - at).abs() < FRESH && access.is_none_or(|access| seen >= access);
        if let Some((_, _, settings)) = kept.filter(|(at, seen, _)| fresh(*at, *seen)) {
            return Ok(settings);
        }
        // Read before them, so that they are never taken for newer than they are.
        let seen = self.hear().await?;
        let settings = std::sync::Arc::new(Settings::load(self.db()).await?);
        self.keep_settings(Some((now, seen, settings.clone())));
        Ok(settings)
    }

    pub(crate) fn keep_settings(&self, value: Option<(Micros, i64, std::sync::Arc<Settings>)>) {
        if let Ok(mut kept) = self.kept_settings().lock() {
            *kept = value;
        }
    }
}
