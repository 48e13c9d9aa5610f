//! `docs/compatibility.md`, written from the schema and the registered resolvers.

use std::fmt::Write;

use super::engine::Engine;
use super::{SDL, resolvers};
use crate::Error;

/// The page: every root field that the client may ask for, and whether it is offered.
pub fn page() -> Result<String, Error> {
    let fields = Engine::root_fields(&SDL, &resolvers()).map_err(|e| Error::startup("reading the schema", e))?;
    let mut page = String::from(
        "# Compatibility\n\n\
         <!-- Written by `runstead reference compatibility`. -->\n\n\
         The whole GraphQL contract of the `wandb` client is part of Runstead's schema, so documents of every supported\n\
         version are understood. A root field that is not offered yet answers with a sentence that says so; nothing is\n\
         changed by such a request.\n",
    );
    for (root, title) in [("Query", "Queries"), ("Mutation", "Mutations")] {
        let of_root = || fields.iter().filter(|(of, _, _)| of == root);
        let count = of_root().filter(|(_, _, has)| *has).count();
        let _ =
            write!(page, "\n## {title}\n\n{count} of {} offered.\n\n| field | |\n| --- | --- |\n", of_root().count());
        for (_, name, has) in of_root() {
            let _ = writeln!(page, "| `{name}` | {} |", if *has { "offered" } else { "not yet" });
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/compatibility.md");
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(page == super::page().unwrap(), "run `runstead reference compatibility > docs/compatibility.md`");
    }
}
