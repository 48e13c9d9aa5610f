//! Teams: the last admin, leaving, renaming, settings, deletion.

use super::*;
use crate::model::{EntityPath, ProjectPath, Visibility};
use crate::policy::{Delete, DisableUser, Operation, Org, Project, Read, Submit};
use crate::teams::TeamChange;
use crate::testing::Lab;

async fn team(session: &Session) -> Result<Allowed<Administer, Entity>, Error> {
    session.allow::<Administer, Entity>(&EntityPath("team".to_owned())).await
}

fn conflict(result: Result<(), Error>) -> Problem {
    match result {
        Err(Error::Conflict(problem) | Error::Invalid(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_last_admin_who_can_act_stays() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let of = team(&operator).await.unwrap();
        of.set_member("alice", Role::Admin).await.unwrap();
        let last = Problem::LastTeamAdmin { user: "alice".to_owned(), team: "team".to_owned() };
        assert_eq!(conflict(of.set_member("alice", Role::Member).await), last);
        assert_eq!(conflict(of.remove_member("alice").await), last);
        let me = lab.alice.me::<Update>().await.unwrap();
        assert_eq!(conflict(me.leave("team").await), last);
        let org = operator.allow::<DisableUser, Org>(&()).await.unwrap();
        assert_eq!(conflict(org.disable_user("alice").await), last);
        // An admin who is disabled does not count; one who is enabled again does.
        of.set_member("mallory", Role::Admin).await.unwrap();
        sql("UPDATE account SET disabled_at = 1 WHERE name = 'mallory'").run(lab.domain.db()).await.unwrap();
        assert_eq!(conflict(of.remove_member("alice").await), last);
        of.remove_member("mallory").await.unwrap();
        sql("UPDATE account SET disabled_at = NULL WHERE name = 'mallory'").run(lab.domain.db()).await.unwrap();
        of.set_member("victor", Role::Admin).await.unwrap();
        org.disable_user("alice").await.unwrap();
        assert_eq!(conflict(org.disable_user("victor").await).code(), "LAST_TEAM_ADMIN");
        org.enable_user("alice").await.unwrap();
        me.leave("team").await.unwrap();
        assert!(team(&lab.alice).await.is_err());
    }
}

#[tokio::test]
async fn who_may_remove_may_not_remove_admins_and_strangers_leave_nothing() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let org = operator.allow::<Administer, Org>(&()).await.unwrap();
        let adds = vec![Operation::TeamRemoveMember];
        let draft = crate::roles::RoleDraft { id: None, name: "steward".to_owned(), base: Role::Member, adds };
        org.save_role(draft).await.unwrap();
        let of = team(&operator).await.unwrap();
        of.set_member("alice", "steward").await.unwrap();
        of.set_member("mallory", Role::Admin).await.unwrap();
        let path = EntityPath("team".to_owned());
        let steward = lab.alice.allow::<RemoveMember, Entity>(&path).await.unwrap();
        assert!(matches!(steward.remove_member("mallory").await, Err(Error::Denied(_))));
        steward.remove_member("victor").await.unwrap();
        for name in ["team", "no-such-team"] {
            let me = lab.victor.me::<Update>().await.unwrap();
            assert!(matches!(
                me.leave(name).await,
                Err(Error::NotFound(Problem::NotFound { what: Thing::Member, .. }))
            ));
        }
    }
}

#[tokio::test]
async fn only_managers_see_addresses() {
    for lab in Lab::all().await {
        sql("UPDATE account SET email = 'v@example.org' WHERE name = 'victor'").run(lab.domain.db()).await.unwrap();
        let emails = async |session: &Session| {
            let team = session.allow::<Read, Entity>(&EntityPath("team".to_owned())).await.unwrap();
            team.members().await.unwrap().into_iter().filter(|member| member.email.is_some()).count()
        };
        assert_eq!((emails(&lab.alice).await, emails(&lab.domain.operator()).await), (0, 1));
    }
}

#[tokio::test]
async fn a_renamed_team_is_found_under_its_old_name_which_nobody_takes() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let operator = lab.domain.operator();
        let org = operator.allow::<Administer, Org>(&()).await.unwrap();
        let rename = async |from: &str, to: &str| {
            let of = operator.allow::<Administer, Entity>(&EntityPath(from.to_owned())).await.unwrap();
            of.edit(TeamChange { name: Some(to.to_owned()), ..TeamChange::default() }).await
        };
        assert_eq!(rename("team", "crew").await.unwrap(), "crew");
        let old = ProjectPath::new("team", "p");
        assert_eq!(lab.alice.allow::<Read, Project>(&old).await.unwrap().resource().path().to_string(), "crew/p");
        let place = lab.alice.allow::<Submit, _>(&old.place()).await.unwrap();
        let to = (place.resource().entity.as_str(), place.resource().redirected_from.as_deref());
        assert_eq!(to, ("crew", Some("team")));
        let leads = Problem::NameLeads { name: "Team".to_owned(), target: "crew".to_owned() };
        assert_eq!(conflict(org.create_team("Team", None).await.map(drop)), leads);
        org.create_team("other", None).await.unwrap();
        assert!(matches!(rename("other", "team").await, Err(Error::Conflict(Problem::NameLeads { .. }))));
        // Twice renamed is still one step; renamed back, the name leads nowhere.
        rename("crew", "gang").await.unwrap();
        assert_eq!(lab.alice.allow::<Read, Project>(&old).await.unwrap().resource().entity, "gang");
        assert_eq!(rename("gang", "team").await.unwrap(), "team");
        let all: Vec<_> = org.redirects().await.unwrap().into_iter().map(|r| (r.pattern, r.target)).collect();
        assert_eq!(all, [("crew".to_owned(), "team".to_owned()), ("gang".to_owned(), "team".to_owned())]);
        assert!(lab.alice.allow::<Administer, Entity>(&EntityPath("alice".to_owned())).await.is_ok());
        let own = lab.alice.allow::<Administer, Entity>(&EntityPath("alice".to_owned())).await.unwrap();
        let user = own.edit(TeamChange { name: Some("bob".to_owned()), ..TeamChange::default() }).await;
        assert!(matches!(user, Err(Error::Invalid(Problem::PersonalSpace { .. }))));
    }
}

#[tokio::test]
async fn settings_take_effect_and_a_team_with_runs_is_not_deleted() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let of = team(&operator).await.unwrap();
        let change = TeamChange {
            hidden: Some(true),
            members_invite: Some(true),
            new_projects: Some(Visibility::Restricted),
            quota_bytes: Some(5),
            ..TeamChange::default()
        };
        of.edit(change).await.unwrap();
        let path = EntityPath("team".to_owned());
        let settings = operator.allow::<Read, Entity>(&path).await.unwrap().settings().await.unwrap();
        assert!(settings.hidden && settings.members_invite && settings.quota_bytes == Some(5));
        assert_eq!(settings.new_projects, Visibility::Restricted);
        let open = TeamChange { new_projects: Some(Visibility::Open), ..TeamChange::default() };
        assert!(matches!(of.edit(open).await, Err(Error::Invalid(Problem::BadWord { .. }))));
        lab.run("r1").await;
        let delete = operator.allow::<Delete, Entity>(&path).await.unwrap();
        assert!(matches!(delete.delete().await, Err(Error::Conflict(Problem::TeamHasRuns { runs: 1, .. }))));
        lab.domain
            .operator()
            .allow::<Delete, Project>(&ProjectPath::new("team", "p"))
            .await
            .unwrap()
            .delete()
            .await
            .unwrap();
        delete.delete().await.unwrap();
        assert_eq!((lab.count("membership").await, lab.count("project").await), (0, 0));
        let org = operator.allow::<Administer, Org>(&()).await.unwrap();
        org.create_team("team", Some("alice")).await.unwrap();
    }
}
