//! Projects: the archive, the owner, and who is in.

use crate::model::{ProjectPath, Role, Visibility};
use crate::policy::{Allowed, Project, Read, Submit, Update};
use crate::projects::ProjectChange;
use crate::testing::Lab;
use crate::{Error, Thing};

async fn project(lab: &Lab) -> Allowed<Update, Project> {
    lab.domain.operator().allow::<Update, Project>(&ProjectPath::new("team", "p")).await.unwrap()
}

#[tokio::test]
async fn an_archived_project_is_read_and_takes_nothing() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let path = ProjectPath::new("team", "p");
        project(&lab).await.archive(true).await.unwrap();
        lab.clock().advance(std::time::Duration::from_secs(60));
        project(&lab).await.archive(true).await.unwrap();
        let at = lab.alice.allow::<Read, Project>(&path).await.unwrap().resource().archived_at.unwrap();
        assert!(at < lab.clock().now());
        let denied = lab.alice.allow::<Submit, _>(&path.place()).await;
        assert!(matches!(denied, Err(Error::Denied(d)) if d.first().code() == "PROJECT_ARCHIVED"));
        project(&lab).await.archive(false).await.unwrap();
        lab.run("r2").await;
    }
}

#[tokio::test]
async fn a_project_is_given_on_and_stays_its_owners_when_it_is_restricted() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let of = project(&lab).await;
        let stranger = of.set_owner("mallory").await;
        assert!(matches!(stranger, Err(Error::NotFound(crate::Problem::NotFound { what: Thing::Member, .. }))));
        of.set_owner("victor").await.unwrap();
        let path = ProjectPath::new("team", "p");
        let seen = lab.alice.allow::<Read, Project>(&path).await.unwrap();
        assert_eq!(seen.owner_name().await.unwrap().as_deref(), Some("victor"));
        let restrict = ProjectChange { visibility: Some(Visibility::Restricted), description: None };
        project(&lab).await.edit(restrict).await.unwrap();
        assert!(lab.victor.allow::<Read, Project>(&path).await.is_ok());
        assert!(lab.alice.allow::<Read, Project>(&path).await.is_err());
        of.set_member("alice", Some(Role::Viewer)).await.unwrap();
        let members = lab.alice.allow::<Read, Project>(&path).await.unwrap().members().await.unwrap();
        let mut roles: Vec<_> = members.iter().map(|m| (m.name.as_str(), m.role.as_str())).collect();
        roles.sort_unstable();
        assert_eq!(roles, [("alice", "viewer"), ("victor", "admin")]);
        of.set_member("alice", None::<&str>).await.unwrap();
        assert!(lab.alice.allow::<Read, Project>(&path).await.is_err());
    }
}
