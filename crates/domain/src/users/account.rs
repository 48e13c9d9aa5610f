//! An account in full, for its owner and for organization admins.

use sqlx::FromRow;

use crate::clock::Micros;

/// An account.
#[derive(Clone, Debug, FromRow)]
pub struct AccountDetails {
    /// Account id.
    pub id: i64,
    /// User name.
    pub name: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// Organization admin.
    pub is_admin: bool,
    /// Saved language.
    pub language: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was disabled.
    pub disabled_at: Option<Micros>,
    /// `user` or `service`.
    pub kind: String,
    /// When it last asked for anything, to the minute.
    pub last_seen_at: Option<Micros>,
    /// Signs in with a password.
    pub has_password: bool,
    /// Signs in with a code beside the password.
    pub two_factor: bool,
}

/// The columns of [`AccountDetails`].
pub(super) const COLUMNS: &str = "id, name, email, full_name, is_admin, language, created_at, disabled_at, \
    kind, last_seen_at, password_hash IS NOT NULL AS has_password, totp_secret IS NOT NULL AS two_factor";
