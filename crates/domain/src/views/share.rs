//! Links that show a report to whoever has them.

#[cfg(test)]
mod tests;

use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::{ProjectPath, ViewPath};
use crate::policy::{Allowed, Project, Read, Session, Update, View};
use crate::{Error, Thing, audit};

/// A link's token.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token itself.
    pub token: String,
    /// Projects whose runs it lets be read.
    pub projects: Vec<ProjectPath>,
    /// When it was ended.
    pub revoked_at: Option<Micros>,
}

/// A token's id, when it was ended, and entity and name of a project that it opens.
type Row = (i64, Option<i64>, Option<String>, Option<String>);

impl Allowed<Update, View> {
    /// The report's links, newest first.
    pub async fn access_tokens(&self) -> Result<Vec<AccessToken>, Error> {
        let text = "SELECT t.id, t.revoked_at, e.name, p.name FROM access_token t \
                    LEFT JOIN access_token_project tp ON tp.token_id = t.id LEFT JOIN project p ON p.id = tp.project_id \
                    LEFT JOIN entity e ON e.id = p.entity_id WHERE t.view_id = $1 ORDER BY t.created_at DESC, t.id, e.name, p.name";
        let rows: Vec<Row> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        let mut tokens: Vec<AccessToken> = Vec::new();
        for (id, revoked_at, entity, project) in rows {
            let token = self.domain().access_token(id);
            if tokens.last().is_none_or(|last| last.token != token) {
                tokens.push(AccessToken { token, projects: Vec::new(), revoked_at });
            }
            if let (Some(last), Some(entity), Some(project)) = (tokens.last_mut(), entity, project) {
                last.projects.push(ProjectPath::new(entity, project));
            }
        }
        Ok(tokens)
    }

    /// Makes a link that also lets these projects be read.
    pub async fn create_access_token(&self, projects: &[Allowed<Read, Project>]) -> Result<AccessToken, Error> {
        let (domain, session) = (self.domain(), self.session());
        let id = domain.clock().id()?;
        let mut tx = domain.db().begin().await?;
        let text = "INSERT INTO access_token (id, view_id, created_by, created_at) VALUES ($1, $2, $3, $4)";
        let by = session.user().map(|me| me.id);
        sql(text).bind(id).bind(self.resource().id).bind(by).bind(domain.clock().now()).run(&mut tx).await?;
        open(&mut tx, id, projects).await?;
        audit::done(&mut tx, session, "report:share", &self.resource().path().to_string()).await?;
        tx.commit().await?;
        let projects = projects.iter().map(|project| project.resource().path()).collect();
        Ok(AccessToken { token: domain.access_token(id), projects, revoked_at: None })
    }

    /// Lets a link open these projects and no others.
    pub async fn share_projects(&self, token: &str, projects: &[Allowed<Read, Project>]) -> Result<(), Error> {
        let id = self.own_token(token)?;
        let mut tx = self.domain().db().begin().await?;
        sql("DELETE FROM access_token_project WHERE token_id = $1").bind(id).run(&mut tx).await?;
        open(&mut tx, id, projects).await?;
        audit::done(&mut tx, self.session(), "report:share", &self.resource().path().to_string()).await?;
        tx.commit().await
    }

    /// Ends a link, for good.
    pub async fn revoke_access_token(&self, token: &str) -> Result<(), Error> {
        let id = self.own_token(token)?;
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE access_token SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2 AND view_id = $3";
        let now = self.domain().clock().now();
        sql(text).bind(now).bind(id).bind(self.resource().id).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "report:unshare", &self.resource().path().to_string()).await?;
        tx.commit().await
    }

    fn own_token(&self, token: &str) -> Result<i64, Error> {
        self.domain().access_token_id(token).ok_or_else(unknown)
    }
}

fn unknown() -> Error {
    Error::not_found(Thing::AccessToken, "")
}

async fn open(tx: &mut Tx, token: i64, projects: &[Allowed<Read, Project>]) -> Result<(), Error> {
    for project in projects {
        let text = "INSERT INTO access_token_project (token_id, project_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sql(text).bind(token).bind(project.resource().id).run(&mut *tx).await?;
    }
    Ok(())
}

impl Session {
    /// The report that a link shows, for whoever may read it.
    pub async fn access_token_view(&self, token: &str) -> Result<ViewPath, Error> {
        let id = self.domain().access_token_id(token).ok_or_else(unknown)?;
        let row: Option<(i64,)> =
            sql("SELECT view_id FROM access_token WHERE id = $1").bind(id).optional(self.db()).await?;
        let (view,) = row.ok_or_else(unknown)?;
        self.view_path(view).await?.ok_or_else(unknown)
    }
}
