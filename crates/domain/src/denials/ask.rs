//! Asking for access that was denied.

use super::{Denial, place};
use crate::db::{Tx, sql};
use crate::notices::{self, Notice};
use crate::policy::Session;
use crate::problem::Thing;
use crate::{Error, Problem, audit};

/// The longest message, in characters.
const MESSAGE: usize = 500;

impl Denial {
    /// Asks those who can give the access. Asking again while nobody has answered changes the message.
    ///
    /// An entity that is not there can be asked for too: its absence would be told otherwise.
    pub async fn ask(&self, session: &Session, message: Option<&str>) -> Result<(), Error> {
        let message = message.map(str::trim).filter(|m| !m.is_empty());
        if message.is_some_and(|m| m.chars().count() > MESSAGE) {
            return Err(Error::Invalid(Problem::LabelLength { what: Thing::Message, most: MESSAGE }));
        }
        if !self.mine || !self.can_be_granted() {
            return Err(Error::Conflict(Problem::NothingToRequest));
        }
        let (entity, project, object) = &self.asked;
        let me = session.user().map_or(-1, |u| u.id);
        let mut tx = session.db().begin().await?;
        let text = "UPDATE access_request SET message = $1, reference = $2 WHERE user_id = $3 AND entity = $4 \
                    AND project = $5 AND state = 'pending'";
        let again =
            sql(text).bind(message).bind(&self.reference).bind(me).bind(entity).bind(project).run(&mut tx).await?;
        if again == 0 {
            sql("INSERT INTO access_request (id, reference, user_id, action, entity, project, object, message, state, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', $9)")
            .bind(session.domain().clock().id()?)
            .bind(&self.reference)
            .bind(me)
            .bind(self.action.as_str())
            .bind(entity)
            .bind(project)
            .bind(object)
            .bind(message)
            .bind(session.now())
            .run(&mut tx)
            .await?;
            self.tell_admins(session, &mut tx, message).await?;
        }
        audit::done(&mut tx, session, "access:request", &place(&self.asked)).await?;
        tx.commit().await
    }

    /// A notice to the admins of the team or registry, or to the owner of the personal space.
    async fn tell_admins(&self, session: &Session, tx: &mut Tx, message: Option<&str>) -> Result<(), Error> {
        let text = "SELECT a.id FROM account a JOIN membership m ON m.user_id = a.id JOIN entity e ON e.id = m.team_id \
                    WHERE e.name = $1 AND m.role = 'admin' AND a.disabled_at IS NULL \
                    UNION SELECT a.id FROM account a WHERE a.name = $1 AND a.kind = 'user' AND a.disabled_at IS NULL \
                    UNION SELECT a.id FROM account a JOIN entity e ON e.name = $1 AND e.kind = 'organization' \
                    WHERE a.is_admin = $3 AND a.disabled_at IS NULL \
                    UNION SELECT a.id FROM account a JOIN project_member m ON m.user_id = a.id AND m.role = 'admin' \
                    JOIN project p ON p.id = m.project_id AND p.name = $2 JOIN entity e ON e.id = p.entity_id \
                    WHERE e.name = $1 AND e.kind = 'organization' AND a.disabled_at IS NULL";
        let query = sql(text).bind(&self.asked.0).bind(&self.asked.1).bind(true);
        let admins: Vec<(i64,)> = query.all(&mut *tx).await?;
        let to: Vec<i64> = admins.into_iter().map(|(id,)| id).collect();
        let args = [
            ("user", self.user.clone()),
            ("action", self.action.to_string()),
            ("target", place(&self.asked)),
            ("message", message.unwrap_or_default().to_owned()),
            ("link", format!("{}/e/{}", session.domain().base_url(), self.reference)),
        ];
        notices::add(tx, session.domain(), Notice::AccessRequested, &to, &args).await
    }
}
