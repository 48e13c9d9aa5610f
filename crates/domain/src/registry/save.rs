//! Making a registry and changing its settings.

use super::{PREFIX, put};
use crate::artifacts::check_type;
use crate::db::{Tx, sql};
use crate::model::{RegistryRole, Visibility};
use crate::policy::{Allowed, Create, Place, Project, Read, Update};
use crate::projects::{self, Made};
use crate::{Error, Problem, audit};

/// What a registry is to be; what is absent stays, or is as the default.
#[derive(Clone, Debug, Default)]
pub struct RegistryDraft {
    /// Text under the title; empty clears it.
    pub description: Option<String>,
    /// `team`: the whole organization reads it (the default); `restricted`: who was added.
    pub visibility: Option<Visibility>,
    /// Takes artifacts of any type (the default).
    pub all_types: Option<bool>,
    /// Types that it takes; they are only ever added.
    pub types: Vec<String>,
}

/// Fails when a registry cannot be called so.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    match name.strip_prefix(PREFIX) {
        Some(own) if !own.trim().is_empty() => Ok(()),
        _ => Err(Error::Invalid(Problem::RegistryName { name: name.to_owned() })),
    }
}

impl RegistryDraft {
    fn check(&self) -> Result<(), Error> {
        self.types.iter().try_for_each(|name| check_type(name))?;
        match self.visibility {
            None | Some(Visibility::Team | Visibility::Restricted) => Ok(()),
            Some(other) => Err(Error::Invalid(Problem::RegistryVisibility { visibility: other.to_string() })),
        }
    }

    async fn put_types(&self, tx: &mut Tx, of: &crate::policy::Session, id: i64) -> Result<(), Error> {
        let clock = of.domain().clock();
        if let Some(all) = self.all_types {
            sql("UPDATE project SET all_types = $1 WHERE id = $2").bind(all).bind(id).run(&mut *tx).await?;
        }
        for name in &self.types {
            let text = "INSERT INTO artifact_type (id, project_id, name, created_at) VALUES ($1, $2, $3, $4) \
                        ON CONFLICT (project_id, name) DO NOTHING";
            sql(text).bind(clock.id()?).bind(id).bind(name).bind(clock.now()).run(&mut *tx).await?;
        }
        Ok(())
    }
}

impl Allowed<Create, Place> {
    /// Makes the registry; one that is there already is answered as it is.
    pub async fn create_registry(&self, draft: RegistryDraft) -> Result<Made, Error> {
        draft.check()?;
        let place = self.resource();
        let mut tx = self.domain().db().begin().await?;
        let visibility = Some(draft.visibility.unwrap_or(Visibility::Team));
        let description = draft.description.as_deref().filter(|text| !text.is_empty());
        let (id, inserted) = projects::insert(&mut tx, self.session(), place, visibility, description).await?;
        if inserted {
            draft.put_types(&mut tx, self.session(), id).await?;
            if let Some(me) = self.session().user() {
                put(&mut tx, id, me.id, RegistryRole::Admin, self.session().now()).await?;
            }
        }
        tx.commit().await?;
        let path = crate::model::ProjectPath::new(&place.entity, &place.name);
        Ok(Made { project: self.session().allow::<Read, Project>(&path).await?, inserted })
    }
}

impl Allowed<Update, Project> {
    /// Changes the registry. Whoever restricts it becomes one of its admins, so that nobody locks themselves out.
    pub async fn edit_registry(&self, draft: RegistryDraft) -> Result<(), Error> {
        draft.check()?;
        self.must_be_registry()?;
        let (project, now) = (self.resource(), self.session().now());
        let mut tx = self.domain().db().begin().await?;
        let visibility = draft.visibility.unwrap_or(project.visibility);
        let description = match &draft.description {
            Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
            None => project.description.clone(),
        };
        let text = "UPDATE project SET description = $1, visibility = $2, updated_at = $3 WHERE id = $4";
        sql(text).bind(description).bind(visibility.as_str()).bind(now).bind(project.id).run(&mut tx).await?;
        if let (true, Some(me)) = (visibility != project.visibility, self.session().user())
            && visibility == Visibility::Restricted
        {
            put(&mut tx, project.id, me.id, RegistryRole::Admin, now).await?;
        }
        draft.put_types(&mut tx, self.session(), project.id).await?;
        audit::done(&mut tx, self.session(), "project:update", &project.path().to_string()).await?;
        tx.commit().await
    }

    pub(super) fn must_be_registry(&self) -> Result<(), Error> {
        let project = self.resource();
        match project.registry {
            true => Ok(()),
            false => Err(Error::Invalid(Problem::NoRegistry { project: project.path().to_string() })),
        }
    }
}
