//! Listing redirects.

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Administer, Allowed, Org};

/// A name that leads elsewhere.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// Its id.
    pub id: i64,
    /// `entity` or `entity/project`, exact or with `*`.
    pub pattern: String,
    /// `entity` or `entity/project`; `@me` is the caller's own space.
    pub target: String,
    /// `admin` or `rename`.
    pub origin: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Micros,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    entity: String,
    project: String,
    target_entity: String,
    target_project: String,
    origin: String,
    created_by: String,
    created_at: i64,
}

impl Allowed<Administer, Org> {
    /// Every redirect, by pattern.
    pub async fn redirects(&self) -> Result<Vec<Redirect>, Error> {
        let text = "SELECT id, entity, project, target_entity, target_project, origin, created_by, created_at \
                    FROM redirect ORDER BY entity, project";
        let rows: Vec<Row> = sql(text).all(self.domain().db()).await?;
        let path = |entity: String, project: String| match project.as_str() {
            "" => entity,
            project => format!("{entity}/{project}"),
        };
        let redirect = |r: Row| Redirect {
            id: r.id,
            pattern: path(r.entity, r.project),
            target: path(r.target_entity, r.target_project),
            origin: r.origin,
            created_by: r.created_by,
            created_at: r.created_at,
        };
        Ok(rows.into_iter().map(redirect).collect())
    }
}
