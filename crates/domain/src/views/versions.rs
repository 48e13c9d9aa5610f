//! Earlier texts of a view.

use sqlx::FromRow;

use crate::Error;
use crate::clock::{Clock, Micros};
use crate::db::{Tx, sql};
use crate::policy::{Allowed, Read, View};

/// Most versions kept of a view.
const MOST: i64 = 50;
/// What the same person saves within this time is one change: five minutes.
const SPAN: i64 = 300 * 1_000_000;

/// A view's text as it was.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ViewVersion {
    /// Version id.
    pub id: i64,
    /// When it had been saved.
    pub created_at: Micros,
    /// By whom.
    pub author: Option<String>,
    /// The vendor's JSON.
    pub spec: String,
}

impl Allowed<Read, View> {
    /// Earlier texts, newest first.
    pub async fn versions(&self, most: u32) -> Result<Vec<ViewVersion>, Error> {
        let text = "SELECT o.id, o.created_at, a.name AS author, o.spec FROM saved_view_version o \
                    LEFT JOIN account a ON a.id = o.user_id WHERE o.view_id = $1 ORDER BY o.created_at DESC, o.id DESC LIMIT $2";
        sql(text).bind(self.resource().id).bind(i64::from(most)).all(self.domain().db()).await
    }
}

/// Keeps the text that is about to be replaced, unless the version before it is the same person's of a moment earlier.
pub(super) async fn keep(tx: &mut Tx, clock: &Clock, view: i64, at: Micros, by: Option<i64>) -> Result<(), Error> {
    let text = "SELECT user_id, created_at FROM saved_view_version WHERE view_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
    let last: Option<(Option<i64>, i64)> = sql(text).bind(view).optional(&mut *tx).await?;
    if last.is_some_and(|(user, since)| user == by && at - since < SPAN) {
        return Ok(());
    }
    let text = "INSERT INTO saved_view_version (id, view_id, user_id, spec, created_at) \
                SELECT $1, id, updated_by, spec, updated_at FROM saved_view WHERE id = $2";
    sql(text).bind(clock.id()?).bind(view).run(&mut *tx).await?;
    let text = "DELETE FROM saved_view_version WHERE view_id = $1 AND id NOT IN ( \
                SELECT id FROM saved_view_version WHERE view_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)";
    sql(text).bind(view).bind(MOST).run(tx).await.map(drop)
}
