//! Fragments on a union, written out.
//!
//! The library beneath applies a fragment when its condition is the object's type or an interface of it; one on a union
//! that the object belongs to it passes over. Without a condition, the same selections are applied to every member.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, FragmentDefinition, InlineFragment, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Writes out the fragments whose condition is a union. The document must have passed the limits: it has no fragment that
/// uses itself, and is not too large when written out.
pub fn write_out(document: &mut ExecutableDocument, is_union: impl Fn(&str) -> bool) {
    let on_union = |name: &Name| is_union(name.as_str());
    let all: Fragments = document.fragments.clone();
    let (of_unions, others): (Fragments, Fragments) =
        all.into_iter().partition(|(_, fragment)| on_union(&fragment.node.type_condition.node.on.node));
    document.fragments = others;
    let operations: Vec<&mut SelectionSet> = match &mut document.operations {
        async_graphql::parser::types::DocumentOperations::Single(one) => vec![&mut one.node.selection_set.node],
        async_graphql::parser::types::DocumentOperations::Multiple(all) => {
            all.values_mut().map(|one| &mut one.node.selection_set.node).collect()
        }
    };
    for set in operations {
        walk(set, &of_unions, &on_union);
    }
    for fragment in document.fragments.values_mut() {
        walk(&mut fragment.node.selection_set.node, &of_unions, &on_union);
    }
}

fn walk(set: &mut SelectionSet, of_unions: &Fragments, on_union: &impl Fn(&Name) -> bool) {
    for item in &mut set.items {
        if let Selection::FragmentSpread(spread) = &item.node
            && let Some(fragment) = of_unions.get(&spread.node.fragment_name.node)
        {
            let inline = InlineFragment {
                type_condition: None,
                directives: spread.node.directives.clone(),
                selection_set: fragment.node.selection_set.clone(),
            };
            item.node = Selection::InlineFragment(Positioned::new(inline, spread.pos));
        }
        match &mut item.node {
            Selection::Field(field) => walk(&mut field.node.selection_set.node, of_unions, on_union),
            Selection::InlineFragment(inline) => {
                let inline = &mut inline.node;
                if inline.type_condition.as_ref().is_some_and(|condition| on_union(&condition.node.on.node)) {
                    inline.type_condition = None;
                }
                walk(&mut inline.selection_set.node, of_unions, on_union);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}
