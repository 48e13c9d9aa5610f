//! A project's new name. The old one leads there: links, scripts and `wandb.init(project=OLD)` go on working.

use sqlx::FromRow;

use crate::db::{Tx, sql};
use crate::model::{ProjectName, ProjectPath};
use crate::policy::{Allowed, Project, Update};
use crate::{Error, Problem, audit, redirects};

#[derive(FromRow)]
struct Lead {
    id: i64,
    target_project: String,
}

impl Allowed<Update, Project> {
    /// Renames the project; where it is from then on.
    pub async fn rename(&self, name: &str) -> Result<ProjectPath, Error> {
        let (name, old) = (ProjectName::new(name.trim())?, self.resource());
        let path = ProjectPath::new(&old.entity, name.as_str());
        if old.registry {
            crate::registry::check_name(name.as_str())?;
        }
        if name.as_str() == old.name {
            return Ok(path);
        }
        let mut tx = self.domain().db().begin().await?;
        self.claim(&mut tx, name.as_str()).await?;
        sql("UPDATE project SET name = $1, updated_at = $2 WHERE id = $3")
            .bind(name.as_str())
            .bind(self.session().now())
            .bind(old.id)
            .run(&mut tx)
            .await?;
        sql("UPDATE redirect SET target_project = $1 WHERE target_entity = $2 AND target_project = $3")
            .bind(name.as_str())
            .bind(&old.entity)
            .bind(&old.name)
            .run(&mut tx)
            .await?;
        // Under every name of the entity: one step is followed, so an old name of both needs its own.
        let text = "SELECT entity FROM redirect WHERE target_entity = $1 AND target_project = '' AND project = '' \
                    AND entity NOT LIKE '%*%'";
        let names: Vec<(String,)> = sql(text).bind(&old.entity).all(&mut tx).await?;
        for entity in names.iter().map(|(name,)| name).chain([&old.entity]) {
            let (from, to) = ((entity.as_str(), old.name.as_str()), (old.entity.as_str(), name.as_str()));
            redirects::put(&mut tx, self.session(), from, to, redirects::RENAME).await?;
        }
        sql("UPDATE access_request SET project = $1 WHERE entity = $2 AND project = $3")
            .bind(name.as_str())
            .bind(&old.entity)
            .bind(&old.name)
            .run(&mut tx)
            .await?;
        audit::done(&mut tx, self.session(), "project:rename", &format!("{} to {name}", old.path())).await?;
        tx.commit().await?;
        Ok(path)
    }

    /// Fails when the name is another project's, or still leads to one; an old name of its own the project takes back.
    async fn claim(&self, tx: &mut Tx, name: &str) -> Result<(), Error> {
        let old = self.resource();
        let path = ProjectPath::new(&old.entity, name);
        let text = "SELECT id FROM project WHERE entity_id = $1 AND name = $2";
        let taken: Option<(i64,)> = sql(text).bind(old.entity_id).bind(name).optional(&mut *tx).await?;
        if taken.is_some() {
            return Err(Error::Conflict(Problem::ProjectExists { project: path.to_string() }));
        }
        let text = "SELECT id, target_project FROM redirect WHERE entity = $1 AND project = $2";
        let lead: Option<Lead> = sql(text).bind(&old.entity).bind(name).optional(&mut *tx).await?;
        match lead {
            None => Ok(()),
            Some(lead) if lead.target_project == old.name => {
                sql("DELETE FROM redirect WHERE id = $1").bind(lead.id).run(tx).await.map(drop)
            }
            Some(lead) => {
                let target = format!("{}/{}", old.entity, lead.target_project);
                Err(Error::Conflict(Problem::NameLeads { name: path.to_string(), target }))
            }
        }
    }
}
