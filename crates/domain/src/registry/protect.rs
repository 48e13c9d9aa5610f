//! Aliases that only the admins of a registry move.

use sqlx::FromRow;

use crate::artifacts::{LATEST, check_alias};
use crate::db::sql;
use crate::policy::{Allowed, Operation, Project, Protect, Session, Update};
use crate::{Error, Problem, Thing, audit};

/// More protected aliases are refused.
const MOST: usize = 100;

impl Allowed<Update, Project> {
    /// Sets which aliases are protected. `latest` cannot be: it moves by itself.
    pub async fn set_protected_aliases(&self, mut aliases: Vec<String>) -> Result<(), Error> {
        self.must_be_registry()?;
        aliases.sort();
        aliases.dedup();
        aliases.iter().try_for_each(|alias| check_alias(alias))?;
        if aliases.iter().any(|alias| alias == LATEST) {
            return Err(Error::Invalid(Problem::AliasReserved { alias: LATEST.to_owned() }));
        }
        if aliases.len() > MOST {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Alias, most: MOST }));
        }
        let text = serde_json::to_string(&aliases).map_err(|e| Error::internal("keeping aliases", e))?;
        let mut tx = self.domain().db().begin().await?;
        sql("UPDATE project SET protected_aliases = $1, updated_at = $2 WHERE id = $3")
            .bind(text)
            .bind(self.session().now())
            .bind(self.resource().id)
            .run(&mut tx)
            .await?;
        let target = format!("{}: protected aliases {}", self.resource().path(), aliases.join(", "));
        audit::done(&mut tx, self.session(), "project:update", &target).await?;
        tx.commit().await
    }
}

pub(super) fn read(text: &str) -> Result<Vec<String>, Error> {
    serde_json::from_str(text).map_err(|e| Error::internal("reading protected aliases", e))
}

/// Whether any of these aliases is a protected one of the project.
pub(crate) async fn is_protected(session: &Session, project: &Project, aliases: &[String]) -> Result<bool, Error> {
    if !project.registry || aliases.is_empty() {
        return Ok(false);
    }
    let text = "SELECT protected_aliases FROM project WHERE id = $1";
    let (protected,): (String,) = sql(text).bind(project.id).one(session.db()).await?;
    let protected = read(&protected)?;
    Ok(aliases.iter().any(|alias| protected.contains(alias)))
}

/// Asks the policy when any of these aliases is a protected one of the project.
pub(crate) async fn may_move(session: &Session, project: &Project, aliases: &[String]) -> Result<(), Error> {
    if is_protected(session, project, aliases).await? {
        session.allow::<Protect, Project>(&project.path()).await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Held {
    entity: String,
    project: String,
    protected_aliases: String,
    alias: String,
}

/// Fails when deleting artifacts would take protected aliases that the caller may not move. `of` is SQL for the ids of the
/// artifacts, of an id as `$1`; `what` names them in the sentence, which does not tell of registries.
pub(crate) async fn may_delete(session: &Session, of: &'static str, id: i64, what: &str) -> Result<(), Error> {
    let text = format!(
        "SELECT e.name AS entity, p.name AS project, p.protected_aliases, l.alias FROM artifact_membership m \
         JOIN artifact_alias l ON l.membership_id = m.id JOIN artifact_collection c ON c.id = m.collection_id \
         JOIN project p ON p.id = c.project_id JOIN entity e ON e.id = p.entity_id \
         WHERE p.protected_aliases <> '[]' AND m.artifact_id IN ({of}) ORDER BY l.alias"
    );
    let held: Vec<Held> = sql(text).bind(id).all(session.db()).await?;
    let mut stays = Vec::new();
    for one in held {
        if read(&one.protected_aliases)?.contains(&one.alias) {
            let asked = (one.entity, one.project, String::new());
            if !session.may_exactly(Operation::ArtifactProtect, asked).await? {
                stays.push(one.alias);
            }
        }
    }
    stays.dedup();
    match stays.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(Problem::AliasProtected { artifact: what.to_owned(), aliases: stays.join(", ") })),
    }
}
