//! Registries on every database: who may do what there, what they take, what is found.

use super::*;
use crate::artifacts::tests::log;
use crate::artifacts::{ArtifactVersion, EntryQuery, LinkTarget, NewArtifact};
use crate::model::{ArtifactPath, CollectionPath, EntityPath, ProjectPath, RegistryRole, Role, RunPath, Visibility};
use crate::policy::{
    Administer, Allowed, Artifact, ClientInfo, Collection, Create, Credential, Delete, Download, Entity, LogArtifact,
    Place, Project, Read, Run, Session, Submit, Update,
};
use crate::testing::Lab;
use crate::{Error, Problem};

const ORG: &str = "runstead";

fn at() -> ProjectPath {
    ProjectPath::new(ORG, "wandb-registry-models")
}

fn draft(visibility: Visibility, types: &[&str]) -> RegistryDraft {
    let types: Vec<_> = types.iter().map(|name| (*name).to_owned()).collect();
    RegistryDraft { visibility: Some(visibility), all_types: Some(types.is_empty()), types, ..Default::default() }
}

/// A registry of the operator's.
async fn registry(lab: &Lab, draft: RegistryDraft) -> Allowed<Update, Project> {
    let place = lab.domain.operator().allow::<Create, Place>(&at().place()).await.unwrap();
    assert!(place.create_registry(draft).await.unwrap().inserted);
    lab.domain.operator().allow::<Update, Project>(&at()).await.unwrap()
}

async fn give(registry: &Allowed<Update, Project>, who: &Session, role: RegistryRole) {
    registry.set_registry_user(who.user().unwrap().id, Some(role)).await.unwrap();
}

async fn link(who: &Session, version: &ArtifactVersion, aliases: &[&str]) -> Result<ArtifactVersion, Error> {
    let place = who.allow::<LogArtifact, Place>(&at().place()).await?;
    let aliases = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    let target = LinkTarget { collection: "good".to_owned(), aliases };
    Ok(place.link(version, target).await?.unwrap())
}

async fn found(who: &Session) -> Result<ArtifactVersion, Error> {
    let project = who.allow::<Read, Project>(&at()).await?;
    Ok(project.artifact("good:v0").await?.unwrap())
}

fn code(result: Result<impl std::fmt::Debug, Error>) -> &'static str {
    match result {
        Err(Error::Invalid(problem)) => problem.code(),
        Err(Error::Denied(denied)) => denied.first().code(),
        Err(Error::NotFound { .. }) => "NOT_FOUND",
        other => panic!("{other:?}"),
    }
}

/// What somebody may do, as letters: see, take files, link, move an alias, move a protected one, manage.
async fn letters(who: &Session, version: &ArtifactVersion) -> String {
    let collection = CollectionPath::new(ORG, "wandb-registry-models", "good");
    let id = version.row.artifact_id;
    let update = |alias: &'static str| {
        let collection = &collection;
        async move {
            let collection = who.allow::<Update, Collection>(collection).await?;
            collection.add_aliases(id, &[alias.to_owned()]).await
        }
    };
    let files = async || found(who).await?.files(EntryQuery::default()).await;
    let all = [
        ('s', found(who).await.is_ok()),
        ('f', files().await.is_ok()),
        ('l', link(who, version, &[]).await.is_ok()),
        ('a', update("free").await.is_ok()),
        ('p', update("gold").await.is_ok()),
        ('m', who.allow::<Update, Project>(&at()).await.is_ok()),
    ];
    all.into_iter().filter(|(_, may)| *may).map(|(letter, _)| letter).collect()
}

#[tokio::test]
async fn each_role_may_do_what_it_says() {
    for lab in Lab::all().await {
        let version = log(&lab, &[("a", b"one")]).await;
        let registry = registry(&lab, draft(Visibility::Team, &[])).await;
        registry.set_protected_aliases(vec!["gold".to_owned()]).await.unwrap();
        let operator = lab.domain.operator();
        link(&operator, &version, &["gold"]).await.unwrap();
        let mallory = &lab.mallory;
        assert_eq!(letters(&operator, &version).await, "sflapm");
        assert_eq!(letters(mallory, &version).await, "sf", "the whole organization reads it");
        let nobody = lab.domain.session(Credential::Anonymous, ClientInfo::default()).await.unwrap();
        assert_eq!(code(found(&nobody).await), "KEY_MISSING");
        registry.edit_registry(draft(Visibility::Restricted, &[])).await.unwrap();
        assert_eq!(letters(mallory, &version).await, "");
        assert_eq!(code(found(mallory).await), "PROJECT_RESTRICTED");
        for (role, letters_) in [
            (RegistryRole::RestrictedViewer, "s"),
            (RegistryRole::Viewer, "sf"),
            (RegistryRole::Member, "sfla"),
            (RegistryRole::Admin, "sflapm"),
        ] {
            give(&registry, mallory, role).await;
            // Who may not read where it came from finds it where it is linked.
            assert_eq!(letters(mallory, &version).await.replace('l', ""), letters_.replace('l', ""), "{role}");
            give(&registry, &lab.alice, role).await;
            let own = letters(&lab.alice, &version).await;
            assert_eq!(own.contains('l'), letters_.contains('l'), "{role}");
        }
        give(&registry, mallory, RegistryRole::RestrictedViewer).await;
        let files = found(mallory).await.unwrap().files(EntryQuery::default()).await;
        let Err(Error::Denied(denied)) = files else { panic!() };
        let told = denied.first().args();
        assert!(told.contains(&("role", "restricted_viewer".to_owned())), "{told:?}");
        assert!(told.contains(&("needed", "viewer".to_owned())), "{told:?}");
        registry.set_registry_user(mallory.user().unwrap().id, None).await.unwrap();
        assert_eq!(letters(mallory, &version).await, "");
    }
}

#[tokio::test]
async fn a_team_gives_its_people_its_role_and_its_viewers_no_more_than_theirs() {
    for lab in Lab::all().await {
        let version = log(&lab, &[("a", b"one")]).await;
        let registry = registry(&lab, draft(Visibility::Restricted, &[])).await;
        link(&lab.domain.operator(), &version, &[]).await.unwrap();
        let team = lab.domain.operator().allow::<Read, Entity>(&EntityPath("team".to_owned())).await.unwrap();
        registry.set_registry_team(team.resource().id, Some(RegistryRole::Admin)).await.unwrap();
        assert_eq!(letters(&lab.alice, &version).await, "sflapm");
        assert_eq!(letters(&lab.victor, &version).await, "sf");
        assert_eq!(letters(&lab.mallory, &version).await, "");
        let listed = found(&lab.victor).await.unwrap().project.registry_teams().await.unwrap();
        assert_eq!((listed[0].name.as_str(), listed[0].role.as_str()), ("team", "admin"));
        registry.set_registry_team(team.resource().id, Some(RegistryRole::RestrictedViewer)).await.unwrap();
        // He takes the files where they came from, not from here.
        assert_eq!(letters(&lab.victor, &version).await, "sf");
        assert_eq!(code(lab.victor.allow::<Download, Project>(&at()).await), "ROLE_TOO_LOW");
        registry.set_registry_team(team.resource().id, None).await.unwrap();
        assert_eq!(letters(&lab.alice, &version).await, "");
        assert_eq!(code(registry.set_registry_team(987, Some(RegistryRole::Viewer)).await), "NOT_FOUND");
    }
}

#[tokio::test]
async fn what_is_no_registry_is_not_made_in_the_organization() {
    for lab in Lab::all().await {
        let operator = lab.domain.operator();
        let place = |name: &str| ProjectPath::new(ORG, name).place();
        let denied = lab.alice.allow::<Create, Place>(&place("wandb-registry-mine")).await;
        assert_eq!(code(denied), "ROLE_TOO_LOW");
        let made = operator.allow::<Create, Place>(&place("vision")).await.unwrap();
        assert_eq!(code(made.create_project(None, None).await), "REGISTRY_NAME");
        assert_eq!(code(operator.allow::<Submit, Place>(&place("vision")).await), "REGISTRY_ONLY");
        let registry = registry(&lab, draft(Visibility::Team, &[])).await;
        assert_eq!(
            code(operator.allow::<Submit, Place>(&RunPath::new(ORG, at().project, "r1")).await),
            "REGISTRY_ONLY"
        );
        let version = log(&lab, &[("a", b"one")]).await;
        assert_eq!(code(registry.rename("models").await), "REGISTRY_NAME");
        assert_eq!(code(registry.edit_registry(draft(Visibility::Public, &[])).await), "REGISTRY_VISIBILITY");
        let nowhere = ProjectPath::new(ORG, "wandb-registry-none");
        assert_eq!(code(lab.alice.allow::<LogArtifact, Place>(&nowhere.place()).await), "PROJECT_UNKNOWN");
        let log_here = operator.allow::<LogArtifact, Place>(&at().place()).await.unwrap();
        let new = NewArtifact { collection: "x".to_owned(), type_name: "t".to_owned(), ..Default::default() };
        assert_eq!(code(log_here.create_artifact(new).await), "REGISTRY_ONLY");
        let team = operator.allow::<Administer, Entity>(&EntityPath(ORG.to_owned())).await.unwrap();
        assert_eq!(code(team.set_member("alice", Role::Member).await), "REGISTRY_ONLY");
        let plain = operator.allow::<Update, Project>(&ProjectPath::new("team", "p")).await.unwrap();
        assert_eq!(code(plain.set_protected_aliases(Vec::new()).await), "NO_REGISTRY");
        drop(version);
    }
}

#[tokio::test]
async fn a_registry_takes_its_types_and_types_are_only_added() {
    for lab in Lab::all().await {
        let version = log(&lab, &[("a", b"one")]).await;
        let registry = registry(&lab, draft(Visibility::Team, &["model"])).await;
        let operator = lab.domain.operator();
        assert_eq!(code(link(&operator, &version, &[]).await), "REGISTRY_TYPE");
        registry.edit_registry(draft(Visibility::Team, &["dataset"])).await.unwrap();
        link(&operator, &version, &[]).await.unwrap();
        let details = found(&lab.mallory).await.unwrap().project.registry().await.unwrap().unwrap();
        assert_eq!((details.all_types, details.types), (false, vec!["dataset".to_owned(), "model".to_owned()]));
        assert_eq!((details.collections, details.versions, details.bytes), (1, 1, 3));
    }
}

#[tokio::test]
async fn what_holds_a_protected_alias_is_deleted_by_who_may_move_it() {
    for lab in Lab::all().await {
        let version = log(&lab, &[("a", b"one")]).await;
        let registry = registry(&lab, draft(Visibility::Restricted, &[])).await;
        registry.set_protected_aliases(vec!["gold".to_owned()]).await.unwrap();
        assert_eq!(code(registry.set_protected_aliases(vec!["latest".to_owned()]).await), "ALIAS_RESERVED");
        link(&lab.domain.operator(), &version, &["gold", "free"]).await.unwrap();
        let path: ArtifactPath = lab.alice.artifact_path(version.row.artifact_id).await.unwrap().unwrap();
        let mine = lab.alice.allow::<Delete, Artifact>(&path).await.unwrap();
        assert_eq!(code(mine.delete(true).await), "ALIAS_PROTECTED");
        let seen = lab.alice.artifact(version.row.artifact_id).await.unwrap().unwrap();
        let preview = seen.deletion(true).await.unwrap();
        assert!(matches!(preview.obstacle, Some(Error::Invalid(Problem::AliasProtected { .. }))));
        assert!(preview.aliases.is_empty(), "aliases of a registry that she may not read: {:?}", preview.aliases);
        give(&registry, &lab.alice, RegistryRole::Member).await;
        let collection = CollectionPath::new(ORG, "wandb-registry-models", "good");
        let good = lab.alice.allow::<Update, Collection>(&collection).await.unwrap();
        assert_eq!(code(good.unlink(version.row.artifact_id).await), "ROLE_TOO_LOW");
        assert_eq!(code(good.delete_aliases(version.row.artifact_id, &["gold".to_owned()]).await), "ROLE_TOO_LOW");
        let project = lab.alice.allow::<Read, Project>(&at()).await.unwrap();
        let row = project.artifact_collection("good").await.unwrap().unwrap();
        let preview = project.collection_deletion(&row).await.unwrap();
        assert_eq!((preview.versions, preview.bytes, preview.links), (1, 0, 0));
        assert!(matches!(preview.obstacle, Some(Error::Denied(_))));
        good.delete_aliases(version.row.artifact_id, &["free".to_owned()]).await.unwrap();
        give(&registry, &lab.alice, RegistryRole::Admin).await;
        let preview = seen.deletion(false).await.unwrap();
        assert_eq!((preview.versions, preview.bytes, preview.links, preview.used_by), (1, 3, 1, 0));
        assert_eq!(preview.aliases, ["gold"]);
        assert!(matches!(preview.obstacle, Some(Error::Invalid(Problem::ArtifactHasAliases { .. }))));
        assert!(seen.deletion(true).await.unwrap().obstacle.is_none());
        mine.delete(true).await.unwrap();
    }
}

#[tokio::test]
async fn registries_collections_and_versions_are_found_by_filters() {
    for lab in Lab::all().await {
        let version = log(&lab, &[("a", b"one")]).await;
        registry(&lab, draft(Visibility::Team, &[])).await;
        let closed = ProjectPath::new(ORG, "wandb-registry-closed").place();
        let closed = lab.domain.operator().allow::<Create, Place>(&closed).await.unwrap();
        closed.create_registry(draft(Visibility::Restricted, &[])).await.unwrap();
        link(&lab.domain.operator(), &version, &["best"]).await.unwrap();
        let names = async |who: &Session, filter: Option<&str>| {
            let found = who.registries(filter, Some("-name")).await.unwrap();
            found.iter().map(|r| r.resource().name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&lab.mallory, None).await, ["wandb-registry-models"]);
        assert_eq!(names(&lab.domain.operator(), None).await, ["wandb-registry-models", "wandb-registry-closed"]);
        let id = found(&lab.mallory).await.unwrap().project.resource().id;
        assert_eq!(names(&lab.mallory, Some(&format!(r#"{{"id": {id}}}"#))).await.len(), 1);
        assert!(names(&lab.mallory, Some(r#"{"name": {"$regex": "closed$"}}"#)).await.is_empty());
        let collections = async |filters: &str| {
            let filters = Some(filters.to_owned());
            let query = RegistryCollectionQuery { filters, ..Default::default() };
            lab.mallory.registry_collections(query).await.unwrap().len()
        };
        assert_eq!((collections(r#"{"name": "good"}"#).await, collections(r#"{"name": "bad"}"#).await), (1, 0));
        let versions = async |filters: &str| {
            let filters = Some(filters.to_owned());
            let query = RegistryVersionQuery { filters, order: Some("-created_at".to_owned()), ..Default::default() };
            lab.mallory.registry_versions(query).await.unwrap().len()
        };
        assert_eq!((versions(r#"{"alias": "best"}"#).await, versions(r#"{"alias": "worst"}"#).await), (1, 0));
        let other = RegistryVersionQuery { collections: Some(r#"{"name": "bad"}"#.to_owned()), ..Default::default() };
        assert!(lab.mallory.registry_versions(other).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_time_of_a_sequence_is_that_of_its_versions() {
    for lab in Lab::all().await {
        let version = log(&lab, &[("a", b"one")]).await;
        let path = CollectionPath::new("team", "p", "data");
        let collection = lab.alice.allow::<Update, Collection>(&path).await.unwrap();
        assert_eq!(code(collection.set_ttl(Some(0)).await), "TTL");
        collection.set_ttl(Some(3600)).await.unwrap();
        registry(&lab, draft(Visibility::Team, &[])).await;
        link(&lab.domain.operator(), &version, &[]).await.unwrap();
        let seen = found(&lab.mallory).await.unwrap();
        assert_eq!((seen.row.source_ttl, seen.row.collection.ttl_seconds), (Some(3600), None));
        let portfolio = CollectionPath::new(ORG, "wandb-registry-models", "good");
        let portfolio = lab.domain.operator().allow::<Update, Collection>(&portfolio).await.unwrap();
        assert_eq!(code(portfolio.set_ttl(Some(60)).await), "ARTIFACT_PORTFOLIO");
        assert_eq!(code(lab.victor.allow::<Update, Collection>(&path).await), "ROLE_TOO_LOW");
        let run = lab.run("r1").await;
        run.use_artifact(&lab.alice.artifact(version.row.artifact_id).await.unwrap().unwrap(), None).await.unwrap();
        let run: Allowed<Read, Run> = run.read();
        assert_eq!(run.used_artifacts().await.unwrap().len(), 1);
    }
}
