//! A role by its name, wherever one is given.

use crate::Error;
use crate::db::{Tx, sql};
use crate::model::Role;

/// A role that somebody gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Given {
    /// The role, or the one that the custom role starts from.
    pub base: Role,
    /// Id of the custom role.
    pub custom: Option<i64>,
    /// Its name.
    pub name: String,
}

impl From<Role> for Given {
    fn from(base: Role) -> Self {
        Self { base, custom: None, name: base.to_string() }
    }
}

/// The role of that name: viewer, member, admin or a custom one. A name that is none fails with those that are.
pub(crate) async fn given(tx: &mut Tx, name: &str) -> Result<Given, Error> {
    let plain = match name.parse::<Role>() {
        Ok(role) => return Ok(role.into()),
        Err(error) => error,
    };
    let row: Option<(i64, String)> =
        sql("SELECT id, base FROM custom_role WHERE name = $1").bind(name).optional(tx).await?;
    let Some((id, base)) = row else { return Err(plain) };
    Ok(Given { base: base.parse()?, custom: Some(id), name: name.to_owned() })
}
