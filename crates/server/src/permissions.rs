//! Who may do what, read off the decision itself: `docs/permissions.md` and `GET /api/permissions`.

use std::fmt::Write;

use axum::Json;
use domain::model::Visibility;
use domain::policy::{IN_REGISTRY, Operation, WHO, allowed, allowed_in_registry, registry_actions};
use serde_json::{Value, json};

/// What a registry can be: everybody's to read, or of those who were added.
const REGISTRIES: [Visibility; 2] = [Visibility::Team, Visibility::Restricted];

/// `{"visibilities", "who", "rows": [{"action", "object", "allowed": {VISIBILITY: [WHO…]}}]}`, and `registry` with the same.
pub async fn answer() -> Json<Value> {
    let mut all = matrix(Visibility::ALL, &WHO, Operation::ALL.iter().copied(), allowed);
    all["registry"] = matrix(&REGISTRIES, &IN_REGISTRY, registry_actions(), allowed_in_registry);
    Json(all)
}

fn matrix(
    visibilities: &[Visibility],
    who: &[&str],
    actions: impl Iterator<Item = Operation>,
    allowed: fn(Operation, Visibility) -> Vec<&'static str>,
) -> Value {
    let row = |action: Operation| {
        let object = action.as_str().split(':').next().unwrap_or_default();
        let by = visibilities.iter().map(|v| (v.as_str().to_owned(), json!(allowed(action, *v))));
        json!({ "action": action.as_str(), "object": object, "allowed": by.collect::<serde_json::Map<_, _>>() })
    };
    let names: Vec<_> = visibilities.iter().map(|v| v.as_str()).collect();
    json!({ "visibilities": names, "who": who, "rows": actions.map(row).collect::<Vec<_>>() })
}

/// The page.
pub fn page() -> String {
    let mut page = String::from(
        "# Permissions\n\n<!-- Written by `runstead reference permissions`. -->\n\n\
         Read off the decision itself, one table for each visibility of a project. *user* is anybody signed in; *owner* is a\n\
         member who made the project and the run (or whose account it is). In a restricted project, viewers, members and admins\n\
         are those who were added to it with that role. Custom roles start from viewer or member and add actions; keys only\n\
         narrow what their owner may do.\n",
    );
    for visibility in Visibility::ALL {
        let rows = Operation::ALL.iter().map(|action| (*action, allowed(*action, *visibility)));
        table(&mut page, visibility.as_str(), &WHO, rows);
    }
    page.push_str(
        "\n# Registries\n\nTheir projects belong to the organization and hold links alone. *user* is anybody signed in to whom nothing was\n\
         given there; the roles are those that people and teams get in a registry; *owner* is a member who made the collection.\n",
    );
    for (visibility, name) in REGISTRIES.into_iter().zip(["organization", "restricted"]) {
        let rows = registry_actions().map(|action| (action, allowed_in_registry(action, visibility)));
        table(&mut page, &format!("{name} registry"), &IN_REGISTRY, rows);
    }
    page
}

fn table(page: &mut String, title: &str, who: &[&str], rows: impl Iterator<Item = (Operation, Vec<&'static str>)>) {
    let _ = write!(page, "\n## {title}\n\n| action | {} |\n| --- |{}\n", who.join(" | "), " :-: |".repeat(who.len()));
    for (action, may) in rows {
        let cells: Vec<_> = who.iter().map(|who| if may.contains(who) { "✓" } else { "–" }).collect();
        let _ = writeln!(page, "| `{action}` | {} |", cells.join(" | "));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(page == super::page(), "run `runstead reference permissions > docs/permissions.md`");
    }
}
