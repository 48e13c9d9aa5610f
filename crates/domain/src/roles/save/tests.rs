//! Custom roles: what they add, and what they cannot be.

use super::*;
use crate::model::{EntityPath, RunPath};
use crate::policy::{Entity, Run, Stop};
use crate::testing::Lab;

#[tokio::test]
async fn a_custom_role_adds_actions_and_is_not_deleted_while_somebody_has_it() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let org = operator.allow::<Administer, Org>(&()).await.unwrap();
        let draft =
            |id, base, adds: &[Operation]| RoleDraft { id, name: "Runner".to_owned(), base, adds: adds.to_vec() };
        let id = org.save_role(draft(None, Role::Viewer, &[Operation::RunStop])).await.unwrap();
        lab.run("r1").await;
        let path = RunPath::new("team", "p", "r1");
        assert!(lab.victor.allow::<Stop, Run>(&path).await.is_err());
        let team = operator.allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap();
        team.set_member("victor", "Runner").await.unwrap();
        assert!(lab.victor.allow::<Stop, Run>(&path).await.is_ok());
        assert!(matches!(team.set_member("victor", "runner").await, Err(Error::Invalid(Problem::BadWord { .. }))));

        let in_use = org.delete_role(id).await;
        assert!(matches!(in_use, Err(Error::Conflict(Problem::RoleInUse { places, .. })) if places == "team"));
        org.save_role(draft(Some(id), Role::Member, &[])).await.unwrap();
        assert!(lab.victor.allow::<Stop, Run>(&path).await.is_err());
        let roles = org.custom_roles().await.unwrap();
        assert_eq!((roles[0].members, roles[0].base, roles[0].adds.len()), (1, Role::Member, 0));
        team.set_member("victor", Role::Viewer).await.unwrap();
        org.delete_role(id).await.unwrap();
        assert!(org.custom_roles().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_a_custom_role_cannot_be() {
    for lab in Lab::all().await {
        let org = lab.domain.operator().allow::<Administer, Org>(&()).await.unwrap();
        let save = async |name: &str, base, adds: &[Operation]| {
            org.save_role(RoleDraft { id: None, name: name.to_owned(), base, adds: adds.to_vec() }).await
        };
        assert!(matches!(save("Admin", Role::Member, &[]).await, Err(Error::Conflict(Problem::RoleExists { .. }))));
        assert!(matches!(save(" ", Role::Member, &[]).await, Err(Error::Invalid(Problem::LabelLength { .. }))));
        assert!(matches!(save("x", Role::Admin, &[]).await, Err(Error::Invalid(Problem::BadWord { .. }))));
        for action in [Operation::OrgUpdate, Operation::RunRead, Operation::UserDisable] {
            let saved = save("x", Role::Viewer, &[action]).await;
            assert!(matches!(saved, Err(Error::Invalid(Problem::RoleAction { .. }))), "{action}");
        }
        save("x", Role::Viewer, &[]).await.unwrap();
        assert!(matches!(save("X", Role::Viewer, &[]).await, Err(Error::Conflict(Problem::RoleExists { .. }))));
    }
}
