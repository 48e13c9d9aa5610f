//! One space of names for users, teams and service accounts, whatever their case.

use sqlx::FromRow;

use crate::db::{Tx, sql};
use crate::{Error, Problem};

#[derive(FromRow)]
struct Lead {
    id: i64,
    target_entity: String,
}

/// Fails when `name` is taken, or still leads to something that was renamed. An entity that is renamed names itself in `of`
/// (its id and its name now): it may change the case of its name, and take an old name of its own back.
pub(crate) async fn claim(tx: &mut Tx, name: &str, of: Option<(i64, &str)>) -> Result<(), Error> {
    let (id, current) = of.unwrap_or((-1, ""));
    let taken: Option<(i64,)> = sql("SELECT id FROM entity WHERE LOWER(name) = LOWER($1) AND id <> $2")
        .bind(name)
        .bind(id)
        .optional(&mut *tx)
        .await?;
    if taken.is_some() {
        return Err(Error::Conflict(Problem::NameTaken { name: name.to_owned() }));
    }
    let text = "SELECT id, target_entity FROM redirect \
                WHERE LOWER(entity) = LOWER($1) AND project = '' AND origin = 'rename'";
    let leads: Vec<Lead> = sql(text).bind(name).all(&mut *tx).await?;
    for lead in leads {
        if lead.target_entity != current {
            let (name, target) = (name.to_owned(), lead.target_entity);
            return Err(Error::Conflict(Problem::NameLeads { name, target }));
        }
        sql("DELETE FROM redirect WHERE id = $1").bind(lead.id).run(&mut *tx).await?;
    }
    Ok(())
}
