//! What makes an explanation helpful.

use crate::Error;
use crate::db::sql;
use crate::policy::facts::{EntityKind, Evidence, Facts};
use crate::policy::redirect;
use crate::policy::session::Session;

/// Adds what makes an explanation helpful. Asked only after a decision said no, and always all of it, so that an
/// entity that is hidden and one that is not there take the same time.
pub(in crate::policy) async fn load_evidence(session: &Session, facts: &mut Facts) -> Result<(), Error> {
    let settings = session.domain().settings().await?;
    let entity = facts.entity.as_ref().map_or(-1, |e| e.id);
    // Whoever may not know of the entity is told no admins: none are looked up, as where there is no entity.
    let known = if redirect::may_know(facts, false) { entity } else { -1 };
    let user = facts.user().unwrap_or(-1);
    let own = "SELECT e.name FROM account a JOIN entity e ON e.id = a.entity_id WHERE a.id = $1 AND e.kind = 'user'";
    let teams = "SELECT e.name FROM membership m JOIN entity e ON e.id = m.team_id \
                 WHERE m.user_id = $1 AND m.role <> 'viewer' ORDER BY e.name LIMIT 50";
    let org = "SELECT name FROM account WHERE is_admin = $1 AND disabled_at IS NULL ORDER BY name LIMIT 5";
    let mut own = names(sql(own).bind(user).all(session.db()).await?);
    own.extend(names(sql(teams).bind(user).all(session.db()).await?));
    let shown = |admins: Vec<String>| if settings.hide_admins { Vec::new() } else { admins };
    let mut admins = team_admins(session, known).await?;
    if facts.is_registry() && facts.user().is_some() {
        admins = registry_admins(session, facts.project.as_ref().map_or(-1, |p| p.id)).await?;
    }
    if let (Some(EntityKind::User(_)), Some(_)) = (facts.entity.as_ref().map(|e| e.kind), facts.project_role()) {
        admins.push(facts.asked.0.clone());
    }
    facts.evidence = Evidence {
        admins: shown(admins),
        own,
        org_admins: shown(names(sql(org).bind(true).all(session.db()).await?)),
        projects: match facts.entity_role() {
            Some(_) => session.readable_project_names(&facts.asked.0).await?,
            None => Vec::new(),
        },
        invitation: load_invitation(session, entity).await?,
    };
    Ok(())
}

fn names(rows: Vec<(String,)>) -> Vec<String> {
    rows.into_iter().map(|(name,)| name).collect()
}

/// The admins of a team, by name.
pub(in crate::policy) async fn team_admins(session: &Session, team: i64) -> Result<Vec<String>, Error> {
    let text = "SELECT a.name FROM membership m JOIN account a ON a.id = m.user_id \
                WHERE m.team_id = $1 AND m.role = 'admin' AND a.disabled_at IS NULL ORDER BY a.name LIMIT 5";
    Ok(names(sql(text).bind(team).all(session.db()).await?))
}

/// The admins of a registry, by name, and after them the organization's.
async fn registry_admins(session: &Session, registry: i64) -> Result<Vec<String>, Error> {
    let text = "SELECT a.name FROM account a LEFT JOIN project_member m ON m.user_id = a.id AND m.project_id = $1 \
                WHERE a.disabled_at IS NULL AND a.kind = 'user' AND (m.role = 'admin' OR a.is_admin = $2) \
                ORDER BY CASE WHEN m.role = 'admin' THEN 0 ELSE 1 END, a.name LIMIT 5";
    Ok(names(sql(text).bind(registry).bind(true).all(session.db()).await?))
}

/// The link to the newest invitation to the entity that waits for the caller: one made for the account. Not one for its
/// address alone, which nobody has proved to be theirs.
async fn load_invitation(session: &Session, entity: i64) -> Result<Option<String>, Error> {
    let Some(user) = session.user() else { return Ok(None) };
    let text = "SELECT id FROM invitation WHERE team_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL \
                AND expires_at > $2 AND user_id = $3 ORDER BY id DESC LIMIT 1";
    let query = sql(text).bind(entity).bind(session.now()).bind(user.id);
    let row: Option<(i64,)> = query.optional(session.db()).await?;
    Ok(row.map(|(id,)| format!("{}/invite?id={id}", session.domain().base_url())))
}
