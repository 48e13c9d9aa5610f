//! Links that show a report to whoever has them.
//!
//! An access token is the id of a row, signed by this server (as [`super::ticket`] signs addresses): none is stored, and the
//! report's authors can be told it again, as the package `wandb-workspaces` expects. It ends when it is revoked, and when
//! the account that made it is disabled. It lets its bearer look at the report and at the runs of the projects named with
//! it, as everybody looks at a public project; restricted projects stay closed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::operation::Operation;
use super::resource::{Project, Resource};
use super::session::Session;
use crate::Error;
use crate::db::sql;
use crate::domain::Domain;

/// What an access token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareFacts {
    /// The report, by id.
    pub view: i64,
    /// Projects whose runs may be read, by id.
    pub projects: Vec<i64>,
}

/// Bytes of the signature in a token.
const MAC: usize = 16;

impl Domain {
    /// The token of a row of `access_token`.
    pub(crate) fn access_token(&self, id: i64) -> String {
        let mut bytes = id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.access_token_mac(id));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The row that a token names; none where this server did not sign it.
    pub(crate) fn access_token_id(&self, token: &str) -> Option<i64> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mac) = bytes.split_first_chunk::<8>()?;
        let id = i64::from_be_bytes(*id);
        // blake3::Hash compares in constant time.
        let whole = |mac: &[u8]| blake3::hash(mac);
        (whole(mac) == whole(&self.access_token_mac(id))).then_some(id)
    }

    fn access_token_mac(&self, id: i64) -> [u8; MAC] {
        // Signed addresses are JSON objects: no text that is signed for one purpose is good for the other.
        let hash = blake3::keyed_hash(self.ticket_key(), format!("access token {id}").as_bytes());
        hash.as_bytes().first_chunk::<MAC>().copied().unwrap_or_default()
    }
}

impl Session {
    /// The session of the same caller with what the link opens; one that is not good opens nothing.
    pub async fn with_access_token(self, token: &str) -> Result<Self, Error> {
        let Some(id) = self.domain().access_token_id(token) else { return Ok(self) };
        let text = "SELECT t.view_id, tp.project_id FROM access_token t \
                    JOIN access_token_project tp ON tp.token_id = t.id JOIN account a ON a.id = t.created_by \
                    WHERE t.id = $1 AND t.revoked_at IS NULL AND a.disabled_at IS NULL ORDER BY tp.project_id";
        let rows: Vec<(i64, i64)> = sql(text).bind(id).all(self.db()).await?;
        let Some((view, _)) = rows.first() else { return Ok(self) };
        let share = ShareFacts { view: *view, projects: rows.iter().map(|(_, project)| *project).collect() };
        Ok(self.sharing(Some(share)))
    }

    /// The one view that the caller sees of a project, where they are let in by a link alone.
    pub(crate) async fn only_view(&self, project: &Project) -> Result<Option<i64>, Error> {
        let Some(share) = self.share().filter(|share| share.projects.contains(&project.id)) else { return Ok(None) };
        let alone = self.sharing(None).may_exactly(Operation::ProjectRead, Project::asked(&project.path())).await?;
        Ok((!alone).then_some(share.view))
    }
}
