//! Who may do what, read off the decision itself: `docs/permissions.md` and `GET /api/permissions`.

use std::fmt::Write;

use axum::Json;
use domain::model::Visibility;
use domain::policy::{Operation, WHO, allowed};
use serde_json::{Value, json};

/// `{"visibilities", "who", "rows": [{"action", "object", "allowed": {VISIBILITY: [WHO…]}}]}`
pub async fn answer() -> Json<Value> {
    let rows: Vec<_> = Operation::ALL.iter().map(|action| row(*action)).collect();
    let visibilities: Vec<_> = Visibility::ALL.iter().map(|v| v.as_str()).collect();
    Json(json!({ "visibilities": visibilities, "who": WHO, "rows": rows }))
}

fn row(action: Operation) -> Value {
    let object = action.as_str().split(':').next().unwrap_or_default();
    let by = Visibility::ALL.iter().map(|v| (v.as_str().to_owned(), json!(allowed(action, *v))));
    json!({ "action": action.as_str(), "object": object, "allowed": by.collect::<serde_json::Map<_, _>>() })
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
        let _ = write!(
            page,
            "\n## {visibility}\n\n| action | {} |\n| --- |{}\n",
            WHO.join(" | "),
            " :-: |".repeat(WHO.len())
        );
        for action in Operation::ALL {
            let may = allowed(*action, *visibility);
            let cells: Vec<_> = WHO.iter().map(|who| if may.contains(who) { "✓" } else { "–" }).collect();
            let _ = writeln!(page, "| `{action}` | {} |", cells.join(" | "));
        }
    }
    page
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
