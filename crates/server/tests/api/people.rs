//! Teams, roles, invitations, service accounts and redirects, as the web app and the client ask for them.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const UPSERT: &str = "mutation($e: String, $p: String) { upsertBucket(input: {entityName: $e, modelName: $p, name: \"r1\"}) { \
    bucket { name redirectedFrom submittedBy user { username } project { name entity { name } } } } }";

async fn upsert(client: &Client, entity: &str, project: &str) -> Value {
    client.data(UPSERT, json!({ "e": entity, "p": project })).await["upsertBucket"]["bucket"].take()
}

#[tokio::test]
async fn an_invited_person_makes_an_account_and_is_in_the_team() {
    on_every_database(async |server: TestServer| {
        let (ann, mallory) = (server.user("ann").await, server.user("mallory").await);
        server.team("lab", "ann", &[]).await;
        let invite = "mutation($u: String) { invite(input: {entityName: \"lab\", userName: $u, role: \"viewer\"}) { \
                      url mailed invitation { id role userName } } }";
        let invited = ann.data(invite, json!({})).await["invite"].take();
        assert_eq!((&invited["mailed"], &invited["invitation"]["role"]), (&json!(false), &json!("viewer")));
        let (page, token) = invited["url"].as_str().unwrap().split_once("?token=").unwrap();
        assert_eq!(page, "http://runs.test/invite");
        let offer = "query($t: String!) { invitationOffer(token: $t) { entityName role needsAccount createdBy } }";
        let seen = server.anonymous().data(offer, json!({ "t": token })).await["invitationOffer"].take();
        let expected = json!({ "entityName": "lab", "role": "viewer", "needsAccount": true, "createdBy": "ann" });
        assert_eq!(seen, expected);

        let join = json!({ "token": token, "name": "nina", "password": "correct horse battery", "fullName": "Nina" });
        let joined = server.anonymous().post("/api/invitation", join.clone()).await;
        assert_eq!((joined.status, &joined.json()["user"]["name"]), (200, &json!("nina")), "{}", joined.text());
        let cookie = joined.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
        let nina = server.anonymous().with_cookie(&cookie);
        let members = "{ entity(name: \"lab\") { myRole teamMembers { name role email } invitations { id } } }";
        let lab = nina.data(members, json!({})).await["entity"].take();
        assert_eq!((&lab["myRole"], &lab["invitations"]), (&json!("viewer"), &json!([])));
        assert_eq!(lab["teamMembers"][0], json!({ "name": "ann", "role": "admin", "email": null }));
        let again = server.anonymous().post("/api/invitation", join).await;
        assert_eq!(again.status, 404, "{}", again.text());

        let id = ann.data(invite, json!({ "u": "mallory" })).await["invite"]["invitation"]["id"].take();
        let waiting = mallory.data("{ viewer { invitations { id entityName } } }", json!({})).await;
        assert_eq!(waiting["viewer"]["invitations"], json!([{ "id": id, "entityName": "lab" }]));
        let accept = "mutation($id: ID) { acceptInvitation(input: {id: $id}) { entity { name } } }";
        let accepted = mallory.data(accept, json!({ "id": id })).await;
        assert_eq!(accepted["acceptInvitation"]["entity"]["name"], "lab");
    })
    .await;
}

#[tokio::test]
async fn wrong_tokens_become_slow() {
    on_every_database(async |server: TestServer| {
        let guess = json!({ "token": "guess", "name": "eve", "password": "correct horse battery" });
        let mut last = 0;
        for _ in 0..7 {
            last = server.anonymous().post("/api/invitation", guess.clone()).await.status.into();
        }
        assert_eq!(last, 429);
    })
    .await;
}

#[tokio::test]
async fn a_team_is_changed_and_left() {
    on_every_database(async |server: TestServer| {
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &["bob"]).await;
        let update = "mutation { updateTeam(input: {entityName: \"lab\", newName: \"crew\", hidden: true, quotaBytes: 1000000}) { \
                      entity { name kind roles teamSettings { hidden membersMayInvite newProjects quotaBytes usedBytes } } } }";
        let entity = ann.data(update, json!({})).await["updateTeam"]["entity"].take();
        assert_eq!((&entity["name"], &entity["roles"]), (&json!("crew"), &json!(["viewer", "member", "admin"])));
        let settings = json!({ "hidden": true, "membersMayInvite": false, "newProjects": "team", "quotaBytes": 1e6, "usedBytes": 0.0 });
        assert_eq!(entity["teamSettings"], settings);
        let may = "{ entity(name: \"crew\") { mayUpdate { allowed } mayInvite { allowed } mayCreateServiceAccount { allowed } } }";
        assert_eq!(bob.data(may, json!({})).await["entity"]["mayUpdate"]["allowed"], false);
        let run = upsert(&bob, "lab", "p").await;
        assert_eq!((&run["redirectedFrom"], &run["project"]["entity"]["name"]), (&json!("lab"), &json!("crew")));

        let leave = "mutation { removeTeamMember(input: {entityName: \"crew\", userName: \"bob\"}) { entity { name } } }";
        assert_eq!(bob.data(leave, json!({})).await["removeTeamMember"]["entity"]["name"], "bob");
        assert_eq!(bob.data(may, json!({})).await["entity"], Value::Null);
        let delete = "mutation { deleteTeam(input: {entityName: \"crew\"}) { success } }";
        let refused = ann.graphql(delete, json!({})).await;
        assert!(refused.message().contains("crew still has runs (1)"), "{}", refused.text());
    })
    .await;
}

#[tokio::test]
async fn a_service_account_works_for_its_team() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        server.team("lab", "ann", &[]).await;
        let add = "mutation { addServiceAccount(input: {entityName: \"lab\", name: \"ci\"}) { secret serviceAccount { name \
                   organizationWide keys { name } } } }";
        let added = ann.data(add, json!({})).await["addServiceAccount"].take();
        assert_eq!(added["serviceAccount"]["keys"][0]["name"], "first key");
        let ci = server.anonymous().with_key(added["secret"].as_str().unwrap());
        let viewer = ci.data("{ viewer { username entity } entities { name } }", json!({})).await;
        assert_eq!(viewer, json!({ "viewer": { "username": "ci", "entity": "lab" }, "entities": [{ "name": "lab" }] }));
        let person = axum::http::HeaderName::from_static("x-wandb-username");
        let run = upsert(&ci.clone().with_header(person, "ann"), "", "p").await;
        assert_eq!((&run["user"]["username"], &run["submittedBy"]), (&json!("ann"), &json!("ci")));

        let create = "mutation { createServiceAccount(input: {entityName: \"lab\", description: \"Nightly jobs\"}) { user { id } } }";
        ann.data(create, json!({})).await;
        let members = "{ entity(name: \"lab\") { members { username accountType } teamMembers { name } } }";
        let entity = ann.data(members, json!({})).await["entity"].take();
        assert_eq!(entity["members"][2], json!({ "username": "nightly-jobs", "accountType": "SERVICE" }));
        assert_eq!(entity["teamMembers"], json!([{ "name": "ann" }]));
        let wide = add.replace("\"ci\"", "\"all\", organizationWide: true");
        assert_eq!(ann.graphql(&wide, json!({})).await.reason(), "ADMIN_ONLY");
        let remove = "mutation { removeServiceAccount(input: {entityName: \"lab\", name: \"ci\"}) { entity { serviceAccounts { name } } } }";
        let left = ann.data(remove, json!({})).await["removeServiceAccount"]["entity"].take();
        assert_eq!(left, json!({ "serviceAccounts": [{ "name": "nightly-jobs" }] }));
        assert_eq!(ci.graphql("{ viewer { id } }", json!({})).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn roles_redirects_and_projects() {
    on_every_database(async |server: TestServer| {
        let (ann, root) = (server.user("ann").await, server.admin("root").await);
        server.user("bob").await;
        server.team("lab", "ann", &[]).await;
        let role = "mutation { saveCustomRole(input: {name: \"runner\", base: \"viewer\", adds: [\"run:create\"]}) { \
                    administration { customRoles { id name adds } actions teams { name } } } }";
        let org = root.data(role, json!({})).await["saveCustomRole"]["administration"].take();
        assert_eq!((&org["customRoles"][0]["adds"], &org["teams"]), (&json!(["run:create"]), &json!([{ "name": "lab" }])));
        assert!(org["actions"].as_array().unwrap().contains(&json!("team:invite")));
        let give = "mutation { setTeamMember(input: {entityName: \"lab\", userName: \"bob\", role: \"runner\"}) { entity { teamMembers { name role } } } }";
        let members = ann.data(give, json!({})).await["setTeamMember"]["entity"]["teamMembers"].take();
        assert_eq!(members[1], json!({ "name": "bob", "role": "runner" }));
        let delete = "mutation($id: ID!) { deleteCustomRole(input: {id: $id}) { administration { actions } } }";
        let refused = root.graphql(delete, json!({ "id": org["customRoles"][0]["id"] })).await;
        assert_eq!(refused.message(), "The role runner is in use in lab; give other roles there first.");

        let redirect = "mutation { createRedirect(input: {pattern: \"example-*\", target: \"@me\"}) { administration { redirects { pattern target origin } } } }";
        let redirects = root.data(redirect, json!({})).await["createRedirect"]["administration"]["redirects"].take();
        assert_eq!(redirects, json!([{ "pattern": "example-*", "target": "@me", "origin": "admin" }]));
        let run = upsert(&ann, "example-team", "p").await;
        assert_eq!((&run["redirectedFrom"], &run["project"]["entity"]["name"]), (&json!("example-team"), &json!("ann")));

        upsert(&ann, "lab", "p").await;
        let rename = "mutation { renameProject(input: {entityName: \"lab\", oldProjectName: \"p\", newProjectName: \"q\"}) { project { name } } }";
        assert_eq!(ann.data(rename, json!({})).await["renameProject"]["project"]["name"], "q");
        assert_eq!(upsert(&ann, "lab", "p").await["project"]["name"], "q");
        let archive = "mutation { archiveProject(input: {entityName: \"lab\", projectName: \"q\", archived: true}) { project { archivedAt ownerName } } }";
        let project = ann.data(archive, json!({})).await["archiveProject"]["project"].take();
        assert!(project["archivedAt"].is_string() && project["ownerName"] == "ann", "{project}");
        let upserted = ann.graphql(UPSERT, json!({ "e": "lab", "p": "q2" })).await;
        assert_eq!(upserted.status, 200, "{}", upserted.text());
        let owner = "mutation { setProjectOwner(input: {entityName: \"lab\", projectName: \"q\", userName: \"bob\"}) { project { ownerName } } }";
        assert_eq!(ann.data(owner, json!({})).await["setProjectOwner"]["project"]["ownerName"], "bob");
        let member = "mutation { setProjectMember(input: {entityName: \"lab\", projectName: \"q\", userName: \"bob\", role: \"runner\"}) { project { projectMembers { name role kind } } } }";
        let members = ann.data(member, json!({})).await["setProjectMember"]["project"]["projectMembers"].take();
        assert_eq!(members, json!([{ "name": "bob", "role": "runner", "kind": "user" }]));
    })
    .await;
}

#[tokio::test]
async fn a_service_account_of_the_organization_invites_where_members_may() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        server.team("robots", "ann", &[]).await;
        server.team("lab", "ann", &[]).await;
        server.service_account("robots", "robot").await;
        server.sql("UPDATE account SET org_wide = TRUE WHERE name = 'robot'").await;
        server.sql("UPDATE entity SET members_invite = TRUE WHERE name = 'lab'").await;
        let path = domain::model::EntityPath("robot".to_owned());
        let operator = server.domain.operator();
        let account = operator.allow::<domain::policy::CreateKey, domain::policy::Account>(&path).await.unwrap();
        let robot = server.anonymous().with_key(&account.create_key(Default::default()).await.unwrap().secret);
        let invite = "mutation($r: String!) { invite(input: {entityName: \"lab\", role: $r}) { url } }";
        robot.data(invite, json!({ "r": "member" })).await;
        assert_eq!(robot.graphql(invite, json!({ "r": "admin" })).await.reason(), "ROLE_TOO_LOW");
    })
    .await;
}

#[tokio::test]
async fn a_team_admin_changes_a_restricted_project_without_seeing_into_it() {
    on_every_database(async |server: TestServer| {
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &["bob"]).await;
        upsert(&bob, "lab", "p").await;
        server.sql("UPDATE project SET visibility = 'restricted'").await;
        server.sql("DELETE FROM project_member").await;
        let change = "mutation { updateProject(input: {entityName: \"lab\", projectName: \"p\", description: \"ours\"}) { \
                      project { description } } }";
        assert_eq!(ann.data(change, json!({})).await["updateProject"], json!({ "project": null }));
        let add = "mutation { setProjectMember(input: {entityName: \"lab\", projectName: \"p\", userName: \"ann\", \
                   role: \"viewer\"}) { project { description } } }";
        let added = ann.data(add, json!({})).await["setProjectMember"].take();
        assert_eq!(added, json!({ "project": { "description": "ours" } }));
    })
    .await;
}
