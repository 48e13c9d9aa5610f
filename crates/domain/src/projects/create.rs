//! Making a project.

use crate::db::{Tx, sql};
use crate::model::{ProjectName, ProjectPath, Visibility};
use crate::policy::{Allowed, Create, EntityKind, Place, Project, Read, Session};
use crate::{Error, audit, registry};

/// A project that is there now.
#[derive(Debug)]
pub struct Made {
    /// The project.
    pub project: Allowed<Read, Project>,
    /// Whether this call made it.
    pub inserted: bool,
}

impl Allowed<Create, Place> {
    /// Makes the project; one that exists is answered as it is.
    pub async fn create_project(
        &self,
        visibility: Option<Visibility>,
        description: Option<&str>,
    ) -> Result<Made, Error> {
        let path = ProjectPath::new(&self.resource().entity, &self.resource().name);
        let mut inserted = false;
        if self.resource().project.is_none() {
            let mut tx = self.domain().db().begin().await?;
            inserted = insert(&mut tx, self.session(), self.resource(), visibility, description).await?.1;
            tx.commit().await?;
        }
        Ok(Made { project: self.session().allow::<Read, Project>(&path).await?, inserted })
    }
}

/// The project of a place that has none yet, as runs make it; none when somebody was faster.
pub(crate) async fn made(tx: &mut Tx, session: &Session, place: &Place) -> Result<Option<Project>, Error> {
    let visibility = place.new_projects;
    let (id, inserted) = insert(tx, session, place, Some(visibility), None).await?;
    let now = session.now();
    Ok(inserted.then(|| Project {
        id,
        entity_id: place.entity_id,
        entity: place.entity.clone(),
        name: place.name.clone(),
        visibility,
        description: None,
        owner: session.user().map(|u| u.id),
        registry: false,
        archived_at: None,
        requests_per_minute: None,
        created_at: now,
        updated_at: now,
    }))
}

/// Inserts the project unless somebody was faster; its id, and whether it is new.
pub(crate) async fn insert(
    tx: &mut Tx,
    session: &Session,
    place: &Place,
    visibility: Option<Visibility>,
    description: Option<&str>,
) -> Result<(i64, bool), Error> {
    let name = ProjectName::new(&place.name)?;
    if place.kind == EntityKind::Organization {
        registry::check_name(name.as_str())?;
    }
    let now = session.domain().clock().now();
    let owner = session.user().map(|u| u.id);
    let id = tx.next_id("project").await?;
    let new =
        sql("INSERT INTO project (id, entity_id, name, visibility, description, owner_id, created_at, updated_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (entity_id, name) DO NOTHING")
        .bind(id)
        .bind(place.entity_id)
        .bind(name.as_str())
        .bind(visibility.unwrap_or(place.new_projects).as_str())
        .bind(description)
        .bind(owner)
        .bind(now)
        .run(&mut *tx)
        .await?;
    if new == 0 {
        let text = "SELECT id FROM project WHERE entity_id = $1 AND name = $2";
        let (id,): (i64,) = sql(text).bind(place.entity_id).bind(name.as_str()).one(tx).await?;
        return Ok((id, false));
    }
    if let (Visibility::Restricted, Some(owner)) = (visibility.unwrap_or(place.new_projects), owner) {
        super::members::put(tx, id, owner, &crate::model::Role::Admin.into(), now).await?;
    }
    audit::done(tx, session, "project:create", &format!("{}/{name}", place.entity)).await?;
    Ok((id, true))
}
