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
}

/// The columns of [`AccountDetails`].
pub(super) const COLUMNS: &str = "id, name, email, full_name, is_admin, language, created_at, disabled_at";
