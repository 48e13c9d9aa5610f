//! Whether the key's owner may write where the runs would go.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::login::Account;
use super::net::{Key, Net};
use super::report::{Finding, Mark, Report};
use crate::messages::strip_control;

/// Asks any server whether entity and project are there for the key's owner.
const PLACE: &str = "query Place($entity: String!, $project: String!) {
    entity(name: $entity) { id name } project(name: $project, entityName: $entity) { id readOnly } }";

/// What examples and templates leave in scripts instead of an entity.
const PLACEHOLDERS: [&str; 14] = [
    "entity",
    "entityname",
    "myawesometeamname",
    "myentity",
    "myteam",
    "myteamname",
    "myusername",
    "teamname",
    "username",
    "yourentity",
    "yourentityname",
    "yourteam",
    "yourteamname",
    "yourusername",
];

/// Where the runs would go.
pub struct Place {
    /// The entity.
    pub entity: String,
    /// The project.
    pub project: String,
}

/// Asks a Runstead, which says why; false when it is too old to know the question.
pub async fn explain(net: &Net, key: &Key, place: &Place, report: &mut Report) -> bool {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("action", "run:create")
        .append_pair("target", &format!("{}/{}", place.entity, place.project))
        .finish();
    let Ok(answer) = net.get_as(key, &format!("/api/explain?{query}")).await else { return false };
    let Some(body) = answer.json().filter(|body| answer.status.is_success() && body["allowed"].is_boolean()) else {
        return false;
    };
    let text = |value: &Value| value.as_str().map(strip_control).unwrap_or_default();
    for check in body["checks"].as_array().into_iter().flatten() {
        // What failed is said below, with its fix.
        if check["ok"] == true && !matches!(check["name"].as_str(), Some("key" | "user")) {
            let words = [&check["text"], &check["name"]].into_iter().map(text).find(|words| !words.is_empty());
            let finding = Finding {
                check: text(&check["name"]),
                result: Mark::Passed,
                code: "access.check".to_owned(),
                text: words.unwrap_or_default(),
                more: Vec::new(),
                facts: BTreeMap::new(),
            };
            report.push(finding);
        }
    }
    if body["allowed"] == true {
        say_allowed(&text(&body["user"]), place, report);
        return true;
    }
    let message = body["message"].as_str().unwrap_or_default();
    let mut lines = message.lines().map(strip_control).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_else(|| text(&body["reason"]));
    let code = text(&body["reason"]);
    report.push(Finding {
        check: "access".to_owned(),
        result: Mark::Failed,
        code,
        text: first,
        more: lines.collect(),
        facts: BTreeMap::new(),
    });
    true
}

/// Asks any other server what it tells the client.
pub async fn look(net: &Net, key: &Key, account: &Account, place: &Place, report: &mut Report) {
    let variables = json!({ "entity": place.entity, "project": place.project });
    let answer = net.graphql(Some(key), PLACE, variables).await;
    let data = answer.ok().and_then(|answer| answer.json()).map(|mut body| body["data"].take()).unwrap_or_default();
    let project = &data["project"];
    match (account.entities.contains(&place.entity), project["readOnly"].as_bool()) {
        (_, Some(true)) => return report.failed("access.read_only", &args(account, place)),
        (_, Some(false)) => return say_allowed(&account.user, place, report),
        (true, None) if project.is_object() => return say_allowed(&account.user, place, report),
        (true, None) => return report.passed("access.new_project", &args(account, place)),
        (false, None) => {}
    }
    let code = match (is_placeholder(&place.entity), data["entity"].is_object()) {
        (true, false) => "access.placeholder",
        (false, false) => "access.unknown",
        (_, true) => "access.not_member",
    };
    report.failed(code, &args(account, place));
}

fn say_allowed(user: &str, place: &Place, report: &mut Report) {
    let args = [("user", user.to_owned()), ("entity", place.entity.clone()), ("project", place.project.clone())];
    report.passed("access.allowed", &args);
}

fn args(account: &Account, place: &Place) -> [(&'static str, String); 5] {
    let own = account.entities.iter().filter(|entity| **entity != place.entity);
    let nearest = own.max_by(|a, b| likeness(a, place).total_cmp(&likeness(b, place)));
    // Nothing like it: the account's own is the safest.
    let nearest = nearest.filter(|entity| likeness(entity, place) > 0.8).unwrap_or(&account.default_entity);
    [
        ("user", account.user.clone()),
        ("entity", place.entity.clone()),
        ("project", place.project.clone()),
        ("nearest", nearest.clone()),
        ("own", account.entities.join(", ")),
    ]
}

fn likeness(entity: &str, place: &Place) -> f64 {
    strsim::jaro_winkler(&entity.to_lowercase(), &place.entity.to_lowercase())
}

/// Whether a name is one that stands for a name.
fn is_placeholder(entity: &str) -> bool {
    let letters: String = entity.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    PLACEHOLDERS.contains(&letters.as_str()) || entity.starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_known() {
        for name in ["your_entity", "my-awesome-team-name", "<team>", "YOUR-USERNAME", "entity"] {
            assert!(is_placeholder(name), "{name}");
        }
        for name in ["vision", "ann", "teamwork"] {
            assert!(!is_placeholder(name), "{name}");
        }
    }

    #[test]
    fn the_nearest_entity_is_one_like_it_else_the_own_one() {
        let entities = ["ann", "vision", "speech"].map(str::to_owned).to_vec();
        let account = Account { user: "ann".to_owned(), default_entity: "ann".to_owned(), entities };
        for (entity, nearest) in [("Vison", "vision"), ("speach", "speech"), ("your_entity", "ann")] {
            let place = Place { entity: entity.to_owned(), project: "p".to_owned() };
            assert_eq!(args(&account, &place)[3].1, nearest, "{entity}");
        }
    }
}
