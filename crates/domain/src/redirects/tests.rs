//! Names that lead elsewhere, and those left behind by renaming.

use crate::model::{EntityPath, ProjectPath, RunPath};
use crate::policy::{Administer, Entity, Org, Project, Read, Submit, Update};
use crate::teams::TeamChange;
use crate::testing::Lab;
use crate::{Error, Problem};

#[tokio::test]
async fn admins_lead_names_elsewhere_and_mistakes_are_refused() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let org = lab.domain.operator().allow::<Administer, Org>(&()).await.unwrap();
        org.create_redirect("old-*", "TEAM").await.unwrap();
        org.create_redirect("your-entity", "@me").await.unwrap();
        let place = async |entity: &str| {
            let place = lab.alice.allow::<Submit, _>(&RunPath::new(entity, "p", "")).await.unwrap();
            (place.resource().entity.clone(), place.resource().redirected_from.clone())
        };
        assert_eq!(place("old-lab").await, ("team".to_owned(), Some("old-lab".to_owned())));
        assert_eq!(place("your-entity").await.0, "alice");
        let problem = async |pattern: &str, target: &str| match org.create_redirect(pattern, target).await {
            Err(Error::Conflict(problem) | Error::Invalid(problem) | Error::NotFound(problem)) => problem.code(),
            other => panic!("{pattern} to {target}: {other:?}"),
        };
        assert_eq!(problem("old-*", "alice").await, "REDIRECT_EXISTS");
        assert_eq!(problem("te*", "team").await, "REDIRECT_LOOP");
        assert_eq!(problem("x", "nowhere").await, "NOT_FOUND");
        assert_eq!(problem("x", "team/nothing").await, "NOT_FOUND");
        assert_eq!(problem("a*/p", "team").await, "REDIRECT_PATTERN");
        assert_eq!(problem("@me", "team").await, "REDIRECT_PATTERN");
        assert_eq!(problem("team", "alice").await, "REDIRECT_HOP");
        org.create_redirect("victor", "team").await.unwrap();
        assert_eq!(problem("y", "victor").await, "REDIRECT_HOP");
        let id = org.redirects().await.unwrap().into_iter().find(|r| r.pattern == "old-*").unwrap().id;
        org.delete_redirect(id).await.unwrap();
        assert!(lab.alice.allow::<Submit, _>(&RunPath::new("old-lab", "p", "")).await.is_err());
        assert!(matches!(org.delete_redirect(id).await, Err(Error::NotFound(Problem::NotFound { .. }))));
    }
}

#[tokio::test]
async fn a_renamed_project_is_found_under_its_old_name_which_nobody_takes() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let operator = lab.domain.operator();
        let project =
            async |name: &str| operator.allow::<Update, Project>(&ProjectPath::new("team", name)).await.unwrap();
        assert_eq!(project("p").await.rename("q").await.unwrap().to_string(), "team/q");
        let old = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
        assert_eq!(old.resource().name, "q");
        lab.run("r2").await;
        assert_eq!(lab.count("project").await, 1);
        let other = operator.allow::<crate::policy::Create, _>(&RunPath::new("team", "other", "")).await.unwrap();
        other.create_project(None, None).await.unwrap();
        let taken = project("other").await.rename("p").await;
        assert!(matches!(taken, Err(Error::Conflict(Problem::NameLeads { .. }))), "{taken:?}");
        let taken = project("other").await.rename("q").await;
        assert!(matches!(taken, Err(Error::Conflict(Problem::ProjectExists { .. }))), "{taken:?}");
        project("q").await.rename("p").await.unwrap();
        let paths = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "q")).await.unwrap();
        assert_eq!(paths.resource().name, "p");
    }
}

#[tokio::test]
async fn what_was_renamed_twice_over_is_one_step_away() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let operator = lab.domain.operator();
        let team = operator.allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap();
        team.edit(TeamChange { name: Some("crew".to_owned()), ..TeamChange::default() }).await.unwrap();
        let project = operator.allow::<Update, Project>(&ProjectPath::new("crew", "p")).await.unwrap();
        project.rename("q").await.unwrap();
        for (entity, name) in [("team", "p"), ("crew", "p"), ("team", "q")] {
            let place = lab.alice.allow::<Submit, _>(&RunPath::new(entity, name, "")).await.unwrap();
            assert_eq!(
                (place.resource().entity.as_str(), place.resource().name.as_str()),
                ("crew", "q"),
                "{entity}/{name}"
            );
            assert!(place.resource().project.is_some());
        }
    }
}
