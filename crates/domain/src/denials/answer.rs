//! Answering a request for access.

use super::{AccessRequest, RequestState};
use crate::db::sql;
use crate::model::{EntityPath, ProjectPath, Role};
use crate::notices::{self, Notice};
use crate::policy::{Administer, Entity, EntityKind, Operation, Project, Session, Update};
use crate::{Error, Problem, audit};

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Gives the access.
    pub approve: bool,
    /// The role to give; the lowest that suffices when none is named.
    pub role: Option<String>,
    /// A reason, or a word of welcome.
    pub text: Option<String>,
}

impl Session {
    /// Answers a request once: somebody who comes second is told who was first.
    pub async fn answer_request(&self, id: i64, answer: Answer) -> Result<AccessRequest, Error> {
        let request = self.answerable_request(id).await?;
        let role = match &answer.role {
            Some(role) => role.parse()?,
            None => request.action.role(),
        };
        let state = if answer.approve { RequestState::Approved } else { RequestState::Declined };
        self.close(&request, state, role, answer.text.as_deref()).await?;
        if answer.approve
            && let Err(e) = self.grant(&request, role).await
        {
            self.reopen(id).await?;
            return Err(e);
        }
        let mut requests = super::list::load(self, "q.id = $1", [id]).await?;
        requests.pop().ok_or_else(|| Error::not_found(crate::problem::Thing::Request, id.to_string()))
    }

    /// Gives the role: in the project where that is what was closed, else in the team.
    async fn grant(&self, request: &AccessRequest, role: Role) -> Result<(), Error> {
        let (entity, project, _) = &request.asked;
        let team = self.allow::<Administer, Entity>(&EntityPath(entity.clone())).await;
        let whole = match &team {
            Ok(team) => team.resource().kind == EntityKind::Team && !self.needs_project_role(request).await?,
            Err(_) => false,
        };
        match team {
            Ok(team) if whole => team.set_member(&request.user, role).await,
            _ if !project.is_empty() => {
                let path = ProjectPath::new(entity, project);
                self.allow::<Update, Project>(&path).await?.set_member(&request.user, Some(role)).await
            }
            Ok(_) => Err(Error::Conflict(Problem::PersonalSpace { name: entity.clone() })),
            Err(e) => Err(e),
        }
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

    async fn close(
        &self,
        request: &AccessRequest,
        state: RequestState,
        role: Role,
        text: Option<&str>,
    ) -> Result<(), Error> {
        let approved = state == RequestState::Approved;
        let mut tx = self.db().begin().await?;
        let done =
            sql("UPDATE access_request SET state = $1, role = $2, answered_at = $3, answered_by = $4, answer = $5 \
                        WHERE id = $6 AND state = 'pending'")
            .bind(state.as_str())
            .bind(approved.then(|| role.to_string()))
            .bind(self.now())
            .bind(self.name())
            .bind(text.map(str::trim).filter(|t| !t.is_empty()))
            .bind(request.id)
            .run(&mut tx)
            .await?;
        if done == 0 {
            return Err(Error::Conflict(Problem::RequestAnswered));
        }
        let (entity, project, _) = &request.asked;
        let target = format!("{}: {entity}/{project} as {role}", request.user);
        audit::done(&mut tx, self, if approved { "access:approve" } else { "access:decline" }, &target).await?;
        let (id,): (i64,) =
            sql("SELECT user_id FROM access_request WHERE id = $1").bind(request.id).one(&mut tx).await?;
        let notice = if approved { Notice::AccessApproved } else { Notice::AccessDeclined };
        let args = [
            ("user", self.name().to_owned()),
            (
                "target",
                [entity.as_str(), project.as_str()].into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("/"),
            ),
            ("message", text.unwrap_or_default().to_owned()),
            ("link", format!("{}/e/{}", self.domain().base_url(), request.reference)),
        ];
        notices::add(&mut tx, self.domain(), notice, &[id], &args).await?;
        tx.commit().await
    }

    /// The access could not be given after all: the request waits again.
    async fn reopen(&self, id: i64) -> Result<(), Error> {
        let text = "UPDATE access_request SET state = 'pending', role = NULL, answered_at = NULL, answered_by = NULL, \
                    answer = NULL WHERE id = $1";
        sql(text).bind(id).run(self.db()).await.map(drop)
    }
}
