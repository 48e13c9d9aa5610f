//! Several batches as one.

use super::Batch;

impl Batch {
    /// The rows of all batches, in order. A key whose kinds differ gets the kind that holds both, see
    /// [`crate::ColumnValues`]; of different paths the first stays.
    #[must_use]
    pub fn concat(batches: Vec<Self>) -> Self {
        let mut batches = batches.into_iter();
        let mut all = batches.next().unwrap_or_default();
        for later in batches {
            let offset = all.len as u32;
            all.len += later.len;
            for (key, column) in later.columns {
                match all.columns.get_mut(&key) {
                    Some(earlier) => earlier.append(column, offset),
                    None => _ = all.columns.insert(key, column.moved(offset)),
                }
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{rows, same_json};
    use crate::value::NonFinite::Quoted;

    proptest! {
        #[test]
        fn parts_render_as_the_whole(lines in rows(), cut in 0..12_usize, second in 0..12_usize) {
            let cut = cut.min(lines.len());
            let second = cut + second.min(lines.len() - cut);
            let part = |from: usize, to: usize| Batch::from_lines(&lines[from..to], from as u64).0;
            let whole = part(0, lines.len());
            let joined = Batch::concat(vec![part(0, cut), part(cut, second), part(second, lines.len())]);
            // An exact integer is a float where its part or the whole has floats, so compare by value.
            let rows = |batch: &Batch| -> Vec<serde_json::Value> {
                batch.to_json_rows(None, Quoted).iter().map(|row| serde_json::from_str(row).unwrap()).collect()
            };
            for (joined, whole) in rows(&joined).iter().zip(rows(&whole)) {
                prop_assert!(same_json(joined, &whole), "{joined} and not {whole}");
            }
            prop_assert_eq!(joined.len(), whole.len());
        }
    }
}
