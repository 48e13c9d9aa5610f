//! Answering a request for access.

use super::{AccessRequest, RequestState};
use crate::db::{Tx, sql};
use crate::model::{EntityPath, ProjectPath, Visibility};
use crate::notices::{self, Notice};
use crate::policy::{Administer, Allowed, Create, Entity, EntityKind, Operation, Project, Session, Update};
use crate::registry::RegistryDraft;
use crate::{Error, Problem, Thing, audit};

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Gives the access.
    pub approve: bool,
    /// The role to give, also a custom one; the lowest that suffices when none is named.
    pub role: Option<String>,
    /// A reason, or a word of welcome.
    pub text: Option<String>,
}

/// Where the role is given.
enum Place {
    Team(Allowed<Administer, Entity>),
    Project(Allowed<Update, Project>),
}

impl Session {
    /// Answers a request once: somebody who comes second is told who was first. An approval and what it gives are one
    /// transaction: where the role cannot be given, the request still waits.
    pub async fn answer_request(&self, id: i64, answer: Answer) -> Result<AccessRequest, Error> {
        let request = self.answerable_request(id).await?;
        let lowest = request.roles().first().copied().unwrap_or_default();
        let role = answer.role.unwrap_or_else(|| lowest.to_owned());
        let place = if answer.approve { Some(self.place(&request).await?) } else { None };
        let mut tx = self.db().begin().await?;
        self.close(&mut tx, &request, place.as_ref().map(|_| role.as_str()), answer.text.as_deref()).await?;
        match &place {
            Some(Place::Team(team)) => team.set_member_in(&mut tx, &request.user, &role).await?,
            Some(Place::Project(project)) => project.set_member_in(&mut tx, &request.user, Some(&role)).await?,
            None => {}
        }
        tx.commit().await?;
        let mut requests = super::list::load(self, "q.id = $1", [id]).await?;
        requests.pop().ok_or_else(|| Error::not_found(Thing::Request, id.to_string()))
    }

    /// The project where that is what was closed, else the team.
    async fn place(&self, request: &AccessRequest) -> Result<Place, Error> {
        let (entity, project, _) = &request.asked;
        if request.makes_registry() && request.state == RequestState::Pending {
            return Ok(Place::Project(self.new_registry(&ProjectPath::new(entity, project)).await?));
        }
        match self.allow::<Administer, Entity>(&EntityPath(entity.clone())).await {
            Ok(team) if team.resource().kind == EntityKind::Team && !self.needs_project_role(request).await? => {
                Ok(Place::Team(team))
            }
            _ if !project.is_empty() => {
                Ok(Place::Project(self.allow::<Update, Project>(&ProjectPath::new(entity, project)).await?))
            }
            Ok(_) => Err(Error::Conflict(Problem::PersonalSpace { name: entity.clone() })),
            Err(e) => Err(e),
        }
    }

    /// The registry that somebody asks for: of those who are added to it, until an admin opens it.
    async fn new_registry(&self, path: &ProjectPath) -> Result<Allowed<Update, Project>, Error> {
        let place = self.allow::<Create, crate::policy::Place>(&path.place()).await?;
        let visibility = Some(Visibility::Restricted);
        place.create_registry(RegistryDraft { visibility, ..RegistryDraft::default() }).await?;
        self.allow::<Update, Project>(path).await
    }

    /// Whether it was the project that was closed to the one who asks: restricted, or with a role of its own.
    async fn needs_project_role(&self, request: &AccessRequest) -> Result<bool, Error> {
        let text = "SELECT causes FROM denial WHERE reference = $1";
        let row: Option<(String,)> = sql(text).bind(&request.reference).optional(self.db()).await?;
        if row.is_some_and(|(causes,)| causes.contains("\"PROJECT_RESTRICTED\"")) {
            return Ok(true);
        }
        let text = "SELECT COUNT(*) FROM project_member m JOIN project p ON p.id = m.project_id \
                    JOIN entity e ON e.id = p.entity_id JOIN account a ON a.id = m.user_id \
                    WHERE e.name = $1 AND p.name = $2 AND a.name = $3";
        let (entity, project, _) = &request.asked;
        let (own,): (i64,) = sql(text).bind(entity).bind(project).bind(&request.user).one(self.db()).await?;
        Ok(own > 0 && request.action != Operation::ProjectCreate)
    }

    /// Writes the answer, `role` being what an approval gives, and tells who asked.
    async fn close(
        &self,
        tx: &mut Tx,
        request: &AccessRequest,
        role: Option<&str>,
        text: Option<&str>,
    ) -> Result<(), Error> {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        let (state, action, notice) = match role {
            Some(_) => (RequestState::Approved, "access:approve", Notice::AccessApproved),
            None => (RequestState::Declined, "access:decline", Notice::AccessDeclined),
        };
        let update = "UPDATE access_request SET state = $1, role = $2, answered_at = $3, answered_by = $4, answer = $5 \
                      WHERE id = $6 AND state = 'pending' RETURNING user_id";
        let requester: Option<(i64,)> = sql(update)
            .bind(state.as_str())
            .bind(role)
            .bind(self.now())
            .bind(self.name())
            .bind(text)
            .bind(request.id)
            .optional(&mut *tx)
            .await?;
        let Some((requester,)) = requester else { return Err(Error::Conflict(Problem::RequestAnswered)) };
        let given = role.map(|role| format!(" as {role}")).unwrap_or_default();
        audit::done(tx, self, action, &format!("{}: {}{given}", request.user, request.place())).await?;
        let args = [
            ("user", self.name().to_owned()),
            ("target", request.place()),
            ("message", text.unwrap_or_default().to_owned()),
            ("link", format!("{}/e/{}", self.domain().base_url(), request.reference)),
        ];
        notices::add(tx, self.domain(), notice, &[requester], &args).await
    }
}
