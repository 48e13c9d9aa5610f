//! Making a redirect.

use sqlx::FromRow;

use crate::db::{Tx, sql};
use crate::model::ProjectName;
use crate::policy::{Administer, Allowed, Org, is_match};
use crate::{Error, Problem, Thing, audit};

/// Longest pattern for an entity, in characters.
const LONGEST: usize = 64;

/// The caller's own space.
const ME: &str = "@me";

#[derive(FromRow)]
struct Row {
    entity: String,
    project: String,
    target_entity: String,
    target_project: String,
}

impl Allowed<Administer, Org> {
    /// Makes `pattern` (`entity`, which may hold `*`, or `entity/project`) lead to `target` (`entity`, `entity/project`, or
    /// `@me`). One step is followed, so a target that leads on itself is refused, and so is what a redirect leads to.
    pub async fn create_redirect(&self, pattern: &str, target: &str) -> Result<i64, Error> {
        let from = read_pattern(pattern)?;
        let mut tx = self.domain().db().begin().await?;
        let to = find_target(&mut tx, target).await?;
        let rows: Vec<Row> =
            sql("SELECT entity, project, target_entity, target_project FROM redirect").all(&mut tx).await?;
        check(&from, &to, &rows)?;
        let ((entity, project), (target_entity, target_project)) = (&from, &to);
        let (from, to) = ((entity.as_str(), project.as_str()), (target_entity.as_str(), target_project.as_str()));
        let id = super::put(&mut tx, self.session(), from, to, super::ADMIN).await?;
        audit::done(&mut tx, self.session(), "redirect:create", &format!("{pattern} to {target}")).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// Entity (any text that a script could name, and stars) and project, or nothing.
fn read_pattern(pattern: &str) -> Result<(String, String), Error> {
    let pattern = pattern.trim();
    let wrong = || Error::Invalid(Problem::RedirectPattern { pattern: pattern.to_owned() });
    let (entity, project) = pattern.split_once('/').unwrap_or((pattern, ""));
    let fits = !entity.is_empty() && entity.chars().count() <= LONGEST && !entity.chars().any(char::is_control);
    let has_project = pattern.contains('/');
    if !fits || entity.starts_with('@') || (has_project && (entity.contains('*') || project.contains('*'))) {
        return Err(wrong());
    }
    if has_project {
        ProjectName::new(project).map_err(|_| wrong())?;
    }
    Ok((entity.to_owned(), project.to_owned()))
}

/// The target by the name that it has, when it is there.
async fn find_target(tx: &mut Tx, target: &str) -> Result<(String, String), Error> {
    let target = target.trim();
    let (entity, project) = target.split_once('/').unwrap_or((target, ""));
    if entity == ME {
        if !project.is_empty() {
            ProjectName::new(project)?;
        }
        return Ok((ME.to_owned(), project.to_owned()));
    }
    let text = "SELECT id, name FROM entity WHERE LOWER(name) = LOWER($1) AND kind <> 'service'";
    let found: Option<(i64, String)> = sql(text).bind(entity).optional(&mut *tx).await?;
    let (id, entity) = found.ok_or_else(|| Error::not_found(Thing::Entity, entity))?;
    if !project.is_empty() {
        let text = "SELECT id FROM project WHERE entity_id = $1 AND name = $2";
        let found: Option<(i64,)> = sql(text).bind(id).bind(project).optional(tx).await?;
        found.ok_or_else(|| Error::not_found(Thing::Project, target))?;
    }
    Ok((entity, project.to_owned()))
}

/// No second redirect for the same name, none that leads back to itself, and none before or after another.
fn check(from: &(String, String), to: &(String, String), rows: &[Row]) -> Result<(), Error> {
    let words = |(entity, project): &(String, String)| match project.as_str() {
        "" => entity.clone(),
        project => format!("{entity}/{project}"),
    };
    let lower = |text: &str| text.to_lowercase();
    // A name leads elsewhere when a pattern matches it: of the whole entity, or of this very project.
    let leads = |(entity, project): (&str, &str), to: &(String, String)| {
        is_match(entity, &to.0) && (project.is_empty() || project == to.1)
    };
    if let Some(row) = rows.iter().find(|r| lower(&r.entity) == lower(&from.0) && r.project == from.1) {
        let target = words(&(row.target_entity.clone(), row.target_project.clone()));
        return Err(Error::Conflict(Problem::RedirectExists { pattern: words(from), target }));
    }
    // A renamed project in the same team is no loop: only the project's own name would be.
    let same_entity = to.0 != ME && is_match(&from.0, &to.0);
    if same_entity && (from.1.is_empty() || to.1.is_empty() || from.1 == to.1) {
        return Err(Error::Conflict(Problem::RedirectLoop { pattern: words(from), target: words(to) }));
    }
    let before = rows.iter().find(|r| to.0 != ME && leads((&r.entity, &r.project), to) && !r.entity.contains('*'));
    if let Some(row) = before {
        let further = words(&(row.target_entity.clone(), row.target_project.clone()));
        return Err(Error::Conflict(Problem::RedirectHop { name: words(to), target: further }));
    }
    let after = rows.iter().find(|r| {
        let target = (r.target_entity.clone(), r.target_project.clone());
        !from.0.contains('*') && r.target_entity != ME && leads((&from.0, &from.1), &target)
    });
    match after {
        Some(row) => {
            let name = words(&(row.entity.clone(), row.project.clone()));
            Err(Error::Conflict(Problem::RedirectHop { name, target: words(from) }))
        }
        None => Ok(()),
    }
}
