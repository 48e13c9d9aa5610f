//! Reading views.

use sqlx::FromRow;

use super::ViewKind;
use crate::Error;
use crate::clock::Micros;
use crate::db::sql;
use crate::model::ViewPath;
use crate::policy::{Allowed, Operation, Project, Read, Session, View};
use crate::runs::RunUser;

/// Which views of a project.
#[derive(Clone, Debug, Default)]
pub struct ViewQuery {
    /// Of this kind.
    pub kind: Option<ViewKind>,
    /// Of this name, or of the part of it that stands in an address (`?nw=PART`), as `wandb-workspaces` asks.
    pub name: Option<String>,
    /// Made by this user.
    pub user: Option<String>,
}

/// A view with everything but its text's earlier versions.
#[derive(Clone, Debug)]
pub struct ViewRow {
    /// View id.
    pub id: i64,
    /// Its name, unique in the project.
    pub name: String,
    /// What it is.
    pub kind: ViewKind,
    /// Its author; none when they are gone.
    pub user: Option<RunUser>,
    /// Title.
    pub display_name: Option<String>,
    /// Text under the title.
    pub description: Option<String>,
    /// The vendor's JSON.
    pub spec: String,
    /// When it was made.
    pub created_at: Micros,
    /// When it was last saved.
    pub updated_at: Micros,
    /// Who last saved it.
    pub updated_by: Option<String>,
}

impl ViewRow {
    /// Whether it is a workspace that every member of the project may change.
    pub fn is_shared(&self) -> bool {
        super::is_shared(self.kind, &self.name)
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    kind: String,
    author_id: Option<i64>,
    author: Option<String>,
    full_name: Option<String>,
    display_name: Option<String>,
    description: Option<String>,
    spec: String,
    created_at: i64,
    updated_at: i64,
    editor: Option<String>,
}

const SELECT: &str = "SELECT v.id, v.name, v.kind, a.id AS author_id, a.name AS author, a.full_name, v.display_name, v.description, v.spec, v.created_at, \
                      v.updated_at, e.name AS editor FROM saved_view v LEFT JOIN account a ON a.id = v.user_id \
                      LEFT JOIN account e ON e.id = v.updated_by";

impl Row {
    fn view(self) -> Result<ViewRow, Error> {
        let user = self.author_id.zip(self.author);
        Ok(ViewRow {
            id: self.id,
            name: self.name,
            kind: self.kind.parse()?,
            user: user.map(|(id, name)| RunUser { id, name, full_name: self.full_name }),
            display_name: self.display_name,
            description: self.description,
            spec: self.spec,
            created_at: self.created_at,
            updated_at: self.updated_at,
            updated_by: self.editor,
        })
    }
}

impl Allowed<Read, Project> {
    /// The project's views, last saved first. Of drafts only the caller's own.
    pub async fn views(&self, query: ViewQuery) -> Result<Vec<ViewRow>, Error> {
        let text = format!(
            "{SELECT} WHERE v.project_id = $1 AND ($2 = '' OR v.kind = $2) AND ($3 = '' OR v.name IN ($3, 'nw-' || $3 || '-v', 'nw-' || $3 || '-w')) \
             AND ($4 = '' OR a.name = $4) AND (v.kind <> 'runs/draft' OR v.user_id = $5) AND ($6 = -1 OR v.id = $6) \
             ORDER BY v.updated_at DESC, v.id DESC"
        );
        let me = self.session().user().map_or(-1, |me| me.id);
        let only = self.session().only_view(self.resource()).await?.unwrap_or(-1);
        let rows: Vec<Row> = sql(text)
            .bind(self.resource().id)
            .bind(query.kind.map_or("", ViewKind::as_str))
            .bind(query.name.unwrap_or_default())
            .bind(query.user.unwrap_or_default())
            .bind(me)
            .bind(only)
            .all(self.domain().db())
            .await?;
        rows.into_iter().map(Row::view).collect()
    }
}

impl Allowed<Read, View> {
    /// The view itself.
    pub async fn details(&self) -> Result<ViewRow, Error> {
        let text = format!("{SELECT} WHERE v.id = $1");
        let row: Option<Row> = sql(text).bind(self.resource().id).optional(self.domain().db()).await?;
        row.ok_or_else(|| Error::not_found(crate::Thing::View, self.resource().name.clone()))?.view()
    }
}

impl Session {
    /// Where the view with this id is, for whoever may read it. To others it is not there: a denial would name what they
    /// have only an id of.
    pub async fn view_path(&self, id: i64) -> Result<Option<ViewPath>, Error> {
        let text = "SELECT e.name, p.name, v.name FROM saved_view v JOIN project p ON p.id = v.project_id \
                    JOIN entity e ON e.id = p.entity_id WHERE v.id = $1";
        let row: Option<(String, String, String)> = sql(text).bind(id).optional(self.db()).await?;
        let Some((entity, project, view)) = row else { return Ok(None) };
        let asked = (entity.clone(), project.clone(), view.clone());
        let readable = self.may_exactly(Operation::ReportRead, asked).await?;
        Ok(readable.then_some(ViewPath { entity, project, view }))
    }
}
