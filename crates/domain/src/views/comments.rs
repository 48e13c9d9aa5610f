//! What people say about a report. Whoever may write reports in the project may comment; texts are changed by their author.

#[cfg(test)]
mod tests;

use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Db, sql};
use crate::model::ViewPath;
use crate::policy::{Allowed, Comment as Speak, Read, Session, Update, View};
use crate::runs::text;
use crate::{Error, Problem, Thing};

/// Longest text.
const BODY: usize = 64 * 1024;
const ANCHOR: usize = 256;

/// What somebody said.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Comment {
    /// Comment id.
    pub id: i64,
    /// First of its thread; none for that one itself.
    pub parent: Option<i64>,
    /// Who said it; none when they are gone.
    pub author: Option<String>,
    /// The block of the report that it is about, by the web app's id; none for the whole.
    pub anchor: Option<String>,
    /// Markdown.
    pub body: String,
    /// When it was said.
    pub created_at: Micros,
    /// When it was last changed.
    pub updated_at: Micros,
    /// When its thread was settled.
    pub resolved_at: Option<Micros>,
}

/// What to say.
#[derive(Clone, Debug, Default)]
pub struct NewComment {
    /// Markdown.
    pub body: String,
    /// The block that it is about.
    pub anchor: Option<String>,
    /// A comment of the thread that it answers.
    pub parent: Option<i64>,
}

const SELECT: &str = "SELECT c.id, c.parent_id AS parent, a.name AS author, c.anchor, c.body, c.created_at, c.updated_at, \
                      c.resolved_at FROM view_comment c LEFT JOIN account a ON a.id = c.user_id";

async fn load(db: &Db, view: i64, id: i64) -> Result<Comment, Error> {
    let text = format!("{SELECT} WHERE c.view_id = $1 AND c.id = $2");
    let found = sql(text).bind(view).bind(id).optional(db).await?;
    found.ok_or_else(|| Error::not_found(Thing::Comment, id.to_string()))
}

impl Allowed<Read, View> {
    /// Its comments, in the order they were made. Who is not signed in sees none.
    pub async fn comments(&self) -> Result<Vec<Comment>, Error> {
        if self.session().user().is_none() {
            return Ok(Vec::new());
        }
        let text = format!("{SELECT} WHERE c.view_id = $1 ORDER BY c.created_at, c.id");
        sql(text).bind(self.resource().id).all(self.domain().db()).await
    }
}

impl Allowed<Speak, View> {
    /// Says something.
    pub async fn comment(&self, new: NewComment) -> Result<Comment, Error> {
        let (db, clock, view) = (self.domain().db(), self.domain().clock(), self.resource().id);
        let body = text::required(Thing::Comment, new.body, BODY)?;
        let anchor = text::optional(Thing::Comment, new.anchor, ANCHOR)?;
        // An answer to an answer belongs to the same thread.
        let parent = match new.parent {
            Some(id) => load(db, view, id).await.map(|found| Some(found.parent.unwrap_or(found.id)))?,
            None => None,
        };
        let (id, now) = (clock.id()?, clock.now());
        let text = "INSERT INTO view_comment (id, view_id, parent_id, user_id, anchor, body, created_at, updated_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
        let by = self.session().user().map(|me| me.id);
        sql(text).bind(id).bind(view).bind(parent).bind(by).bind(anchor).bind(body).bind(now).run(db).await?;
        load(db, view, id).await
    }

    /// Changes one's own text, or settles a thread or opens it again.
    pub async fn change_comment(
        &self,
        id: i64,
        body: Option<String>,
        resolved: Option<bool>,
    ) -> Result<Comment, Error> {
        let (db, now, view) = (self.domain().db(), self.domain().clock().now(), self.resource().id);
        let before = load(db, view, id).await?;
        if let Some(body) = body {
            let body = text::required(Thing::Comment, body, BODY)?;
            if !before.is_by(self.session()) {
                return Err(Error::Conflict(Problem::CommentNotYours { user: before.author.unwrap_or_default() }));
            }
            let text = "UPDATE view_comment SET body = $1, updated_at = $2 WHERE id = $3";
            sql(text).bind(body).bind(now).bind(id).run(db).await?;
        }
        if let Some(resolved) = resolved {
            let first = before.parent.unwrap_or(id);
            let text = "UPDATE view_comment SET resolved_at = $1 WHERE id = $2";
            sql(text).bind(resolved.then_some(now)).bind(first).run(db).await?;
        }
        load(db, view, id).await
    }

    /// Takes one's own text back, with the answers to it; false where it is another's.
    pub async fn take_back_comment(&self, id: i64) -> Result<bool, Error> {
        let view = self.resource().id;
        if !load(self.domain().db(), view, id).await?.is_by(self.session()) {
            return Ok(false);
        }
        remove(self.domain().db(), view, id).await.map(|()| true)
    }
}

impl Allowed<Update, View> {
    /// Removes anybody's text, with the answers to it.
    pub async fn remove_comment(&self, id: i64) -> Result<(), Error> {
        remove(self.domain().db(), self.resource().id, id).await
    }
}

async fn remove(db: &Db, view: i64, id: i64) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    for which in ["parent_id", "id"] {
        let text = format!("DELETE FROM view_comment WHERE view_id = $1 AND {which} = $2");
        sql(text).bind(view).bind(id).run(&mut tx).await?;
    }
    tx.commit().await
}

impl Comment {
    /// Whether the caller said it.
    pub fn is_by(&self, session: &Session) -> bool {
        session.user().is_some_and(|me| Some(&me.name) == self.author.as_ref())
    }
}

impl Session {
    /// The report that a comment is about, for whoever may read it.
    pub async fn comment_view(&self, id: i64) -> Result<ViewPath, Error> {
        let unknown = || Error::not_found(Thing::Comment, id.to_string());
        let row: Option<(i64,)> =
            sql("SELECT view_id FROM view_comment WHERE id = $1").bind(id).optional(self.db()).await?;
        let (view,) = row.ok_or_else(unknown)?;
        self.view_path(view).await?.ok_or_else(unknown)
    }
}
