//! Service accounts: where they work, for whom, and how they end.

use crate::db::sql;
use crate::keys::NewKeyOptions;
use crate::model::{EntityPath, Role, RunPath};
use crate::policy::{
    Account, AddService, Administer, Allowed, ClientInfo, CreateKey, Credential, Entity, Org, Place, Read,
    RemoveService, Session, Submit, Update,
};
use crate::testing::Lab;
use crate::{Error, Problem};

async fn session(lab: &Lab, name: &str, person: Option<&str>) -> (Session, String) {
    let account = lab.domain.operator().allow::<CreateKey, Account>(&EntityPath(name.to_owned())).await.unwrap();
    let key = account.create_key(NewKeyOptions::default()).await.unwrap().secret;
    let client = ClientInfo { person: person.map(str::to_owned), ..ClientInfo::default() };
    (lab.domain.session(Credential::Key(key.clone()), client).await.unwrap(), key)
}

async fn submit(session: &Session, entity: &str) -> Result<Allowed<Submit, Place>, Error> {
    session.allow::<Submit, Place>(&RunPath::new(entity, "p", "")).await
}

#[tokio::test]
async fn a_service_account_works_in_its_team_for_a_person_of_the_team_and_ends_with_its_keys() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let path = EntityPath("team".to_owned());
        let team = operator.allow::<AddService, Entity>(&path).await.unwrap();
        assert!(lab.alice.allow::<AddService, Entity>(&path).await.is_err());
        let made = team.add_service_account("ci", None).await.unwrap();
        let taken = team.add_service_account("Alice", None).await;
        assert!(matches!(taken, Err(Error::Conflict(Problem::NameTaken { .. }))), "{taken:?}");
        let org = operator.allow::<Administer, Org>(&()).await.unwrap();
        assert!(matches!(org.create_team("CI", None).await, Err(Error::Conflict(Problem::NameTaken { .. }))));

        let (ci, key) = session(&lab, "ci", Some("alice")).await;
        assert_eq!(ci.user().unwrap().home(), "team");
        assert_eq!(ci.entities().await.unwrap().iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["team"]);
        submit(&ci, "team").await.unwrap().upsert_run(Default::default()).await.unwrap();
        let text = "SELECT u.name, s.name FROM run r JOIN account u ON u.id = r.user_id JOIN account s ON s.id = r.submitted_by";
        let run: (String, String) = sql(text).one(lab.domain.db()).await.unwrap();
        assert_eq!(run, ("alice".to_owned(), "ci".to_owned()));
        org.create_team("other", None).await.unwrap();
        assert!(
            matches!(submit(&ci, "other").await, Err(Error::Denied(d)) if d.first().code() == "SERVICE_ACCOUNT_OUT_OF_TEAM")
        );
        let admin = operator.allow::<Administer, Entity>(&path).await.unwrap();
        for refused in [admin.set_member("ci", Role::Admin).await, admin.remove_member("ci").await] {
            assert!(matches!(refused, Err(Error::Invalid(Problem::ServiceAccountMember { .. }))), "{refused:?}");
        }
        let account = operator.allow::<Update, Account>(&EntityPath("ci".to_owned())).await.unwrap();
        account.set_password("a password it must not use").await.unwrap();
        assert_eq!(lab.domain.check_password("ci", "a password it must not use").await.unwrap(), None);

        let remove = operator.allow::<RemoveService, Entity>(&path).await.unwrap();
        remove.remove_service_account("ci").await.unwrap();
        assert!(matches!(lab.domain.session(Credential::Key(key), ClientInfo::default()).await, Err(Error::Denied(_))));
        let team = operator.allow::<Read, Entity>(&path).await.unwrap();
        assert!(team.service_accounts().await.unwrap().is_empty());
        assert_eq!((lab.count("run").await, made.entity.as_str()), (1, "team"));
    }
}

#[tokio::test]
async fn one_of_the_organization_works_in_every_team_and_is_deleted_by_its_admins() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let org = operator.allow::<Administer, Org>(&()).await.unwrap();
        let path = EntityPath("team".to_owned());
        let team = operator.allow::<AddService, Entity>(&path).await.unwrap();
        team.add_service_account("robot", Some(&org)).await.unwrap();
        org.create_team("other", None).await.unwrap();
        let (robot, _) = session(&lab, "robot", None).await;
        submit(&robot, "other").await.unwrap();
        operator.allow::<Administer, Entity>(&path).await.unwrap().set_member("alice", Role::Admin).await.unwrap();
        let remove = lab.alice.allow::<RemoveService, Entity>(&path).await.unwrap();
        assert!(matches!(remove.remove_service_account("robot").await, Err(Error::Denied(_))));
        assert_eq!(org.service_accounts().await.unwrap().len(), 1);
    }
}
