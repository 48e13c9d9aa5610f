//! Saving a view.

use std::collections::HashMap;

use serde::de::IgnoredAny;

use super::{OWN, ViewKind, is_shared, own_name, versions};
use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::ViewPath;
use crate::policy::{Allowed, Compose, Project, Session, Update, View};
use crate::runs::text;
use crate::{Error, Problem, Thing};

/// Longest text: a report may carry small pictures.
const SPEC: usize = 16 << 20;
const NAME: usize = 256;
const DESCRIPTION: usize = 16 * 1024;

/// What to save; `None` leaves what is there.
#[derive(Clone, Debug, Default)]
pub struct ViewSave {
    /// Its name; a new view gets one when none is given.
    pub name: Option<String>,
    /// What it is; a new one is a report.
    pub kind: Option<ViewKind>,
    /// Title.
    pub display_name: Option<String>,
    /// Text under the title.
    pub description: Option<String>,
    /// The vendor's JSON.
    pub spec: Option<String>,
    /// Refuses to save over what somebody has saved after this moment.
    pub if_updated_at: Option<Micros>,
}

/// A view that was saved.
#[derive(Clone, Debug)]
pub struct SavedView {
    /// Where it is.
    pub path: ViewPath,
    /// Whether it is new.
    pub inserted: bool,
}

/// Who may save over a view that is there.
enum By {
    /// A member of the project: shared workspaces.
    Member,
    /// Its author, or an admin.
    Author,
}

impl ViewSave {
    fn checked(mut self) -> Result<Self, Error> {
        self.name = self.name.filter(|name| !name.is_empty());
        self.name = self.name.map(|name| text::required(Thing::View, name, NAME)).transpose()?;
        self.display_name = self.display_name.map(|name| text::free(Thing::DisplayName, name, NAME * 4)).transpose()?;
        self.description = self.description.map(|d| text::free(Thing::Description, d, DESCRIPTION)).transpose()?;
        self.spec = self.spec.map(spec).transpose()?;
        Ok(self)
    }
}

/// A JSON object, otherwise left alone.
fn spec(text: String) -> Result<String, Error> {
    let text = text::free(Thing::Spec, text, SPEC)?;
    match serde_json::from_str::<HashMap<String, IgnoredAny>>(&text) {
        Ok(_) => Ok(text),
        Err(e) if e.is_data() => Err(Error::Invalid(Problem::NotJsonObject { what: Thing::Spec })),
        Err(e) => Err(Error::Invalid(Problem::NotJson { what: Thing::Spec, detail: e.to_string() })),
    }
}

impl Allowed<Compose, Project> {
    /// Saves a new view, or a shared workspace of that name. The same name again is the same view: the client repeats a
    /// request whose answer it did not get.
    pub async fn save_view(&self, save: ViewSave) -> Result<SavedView, Error> {
        let save = save.checked()?;
        let (project, clock) = (self.resource(), self.domain().clock());
        let name = match &save.name {
            Some(name) => name.clone(),
            None => clock.token::<12>()?,
        };
        not_anothers_own(self.session(), &name)?;
        let mut tx = self.domain().db().begin().await?;
        let inserted = self.insert(&mut tx, &name, &save).await?;
        if !inserted {
            let text = "SELECT id FROM saved_view WHERE project_id = $1 AND name = $2";
            let (id,): (i64,) = sql(text).bind(project.id).bind(&name).one(&mut tx).await?;
            update(self.session(), &mut tx, id, &By::Member, &save).await?;
        }
        tx.commit().await?;
        let path = ViewPath { entity: project.entity.clone(), project: project.name.clone(), view: name };
        Ok(SavedView { path, inserted })
    }

    /// False where a view has the name.
    async fn insert(&self, tx: &mut Tx, name: &str, save: &ViewSave) -> Result<bool, Error> {
        let (session, clock) = (self.session(), self.domain().clock());
        let text = "INSERT INTO saved_view (id, project_id, name, kind, user_id, display_name, description, spec, created_at, \
                    updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $5) \
                    ON CONFLICT (project_id, name) DO NOTHING";
        sql(text)
            .bind(clock.id()?)
            .bind(self.resource().id)
            .bind(name)
            .bind(save.kind.unwrap_or(ViewKind::Report).as_str())
            .bind(session.user().map(|me| me.id))
            .bind(save.display_name.clone())
            .bind(save.description.clone())
            .bind(save.spec.as_deref().unwrap_or("{}"))
            .bind(clock.now())
            .run(tx)
            .await
            .map(|rows| rows > 0)
    }
}

/// The name of somebody's own workspace is theirs.
fn not_anothers_own(session: &Session, name: &str) -> Result<(), Error> {
    match name.starts_with(OWN) && name != own_name(session.name()) {
        true => Err(Error::Conflict(Problem::NameTaken { name: name.to_owned() })),
        false => Ok(()),
    }
}

impl Allowed<Update, View> {
    /// Saves over it.
    pub async fn save(&self, save: ViewSave) -> Result<(), Error> {
        let save = save.checked()?;
        let mut tx = self.domain().db().begin().await?;
        update(self.session(), &mut tx, self.resource().id, &By::Author, &save).await?;
        tx.commit().await
    }
}

#[derive(sqlx::FromRow)]
struct Before {
    project_id: i64,
    name: String,
    kind: String,
    user_id: Option<i64>,
    updated_at: i64,
    updated_by: Option<i64>,
    editor: Option<String>,
}

async fn update(session: &Session, tx: &mut Tx, id: i64, by: &By, save: &ViewSave) -> Result<(), Error> {
    // Held from here on: of two who save over the same state, the second is told.
    sql("UPDATE saved_view SET updated_at = updated_at WHERE id = $1").bind(id).run(&mut *tx).await?;
    let text = "SELECT v.project_id, v.name, v.kind, v.user_id, v.updated_at, v.updated_by, a.name AS editor \
                FROM saved_view v LEFT JOIN account a ON a.id = v.updated_by WHERE v.id = $1";
    let before: Option<Before> = sql(text).bind(id).optional(&mut *tx).await?;
    let before = before.ok_or_else(|| Error::not_found(Thing::View, id.to_string()))?;
    let me = session.user().map(|me| me.id);
    // Another's report or own workspace has this name: to the member it is simply taken.
    let shared = is_shared(before.kind.parse()?, &before.name) && save.kind.is_none_or(|k| k == ViewKind::Workspace);
    if matches!(by, By::Member) && !shared && (me.is_none() || before.user_id != me) {
        return Err(Error::Conflict(Problem::NameTaken { name: before.name }));
    }
    if save.if_updated_at.is_some_and(|known| before.updated_at > known) {
        let user = before.editor.unwrap_or_default();
        return Err(Error::Conflict(Problem::ViewChanged { user }));
    }
    if let Some(name) = save.name.as_ref().filter(|name| **name != before.name) {
        rename(session, tx, before.project_id, name).await?;
    }
    if save.spec.is_some() {
        versions::keep(tx, session.domain().clock(), id, before.updated_at, before.updated_by).await?;
    }
    let text = "UPDATE saved_view SET kind = COALESCE($1, kind), display_name = COALESCE($2, display_name), \
                description = COALESCE($3, description), spec = COALESCE($4, spec), updated_by = $5, \
                updated_at = $6, name = COALESCE($7, name) WHERE id = $8";
    let now = session.now().max(before.updated_at + 1);
    sql(text)
        .bind(save.kind.map(ViewKind::as_str))
        .bind(save.display_name.clone())
        .bind(save.description.clone())
        .bind(save.spec.clone())
        .bind(me)
        .bind(now)
        .bind(save.name.clone())
        .bind(id)
        .run(tx)
        .await
        .map(drop)
}

/// Refuses a name that another view of the project has, or that is not the caller's to give.
async fn rename(session: &Session, tx: &mut Tx, project: i64, name: &str) -> Result<(), Error> {
    not_anothers_own(session, name)?;
    let text = "SELECT COUNT(*) FROM saved_view WHERE project_id = $1 AND name = $2";
    match sql(text).bind(project).bind(name).one(tx).await? {
        (0i64,) => Ok(()),
        _ => Err(Error::Conflict(Problem::NameTaken { name: name.to_owned() })),
    }
}
