//! Rows in order, as many as a page needs.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::bitmap::Bitmap;
use super::view::{Source, View};
use crate::runs::document::Datum;
use crate::runs::filter::infinity;
use crate::runs::order::{Order, Position, SortKey};

/// [`SortKey`], borrowed from the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank<'a> {
    Number(i64),
    Text(Cow<'a, str>),
    Bool(bool),
}

impl<'a> Rank<'a> {
    fn of_key(key: SortKey) -> Self {
        match key {
            SortKey::Number(n) => Self::Number(n),
            SortKey::Text(text) => Self::Text(text.into()),
            SortKey::Bool(flag) => Self::Bool(flag),
        }
    }

    fn of_text(text: &'a str, json: bool) -> Option<Self> {
        match text {
            "NaN" if json => None,
            text if json => Some(infinity(text).map_or(Self::Text(text.into()), |x| Self::Number(SortKey::bits(x)))),
            text => Some(Self::Text(text.into())),
        }
    }

    fn of_value(value: &Value) -> Option<Self> {
        SortKey::of(&Datum::Json(value)).map(Self::of_key)
    }

    fn to_key(&self) -> SortKey {
        match self {
            Self::Number(n) => SortKey::Number(*n),
            Self::Text(text) => SortKey::Text(text.to_string()),
            Self::Bool(flag) => SortKey::Bool(*flag),
        }
    }
}

impl View<'_> {
    /// Where the first `most` of these rows after a position stand, in order.
    pub fn page(&self, rows: &Bitmap, order: &Order, after: Option<&Position>, most: usize) -> Vec<Position> {
        let keys: Vec<Keys<'_>> = order
            .keys()
            .map(|(field, descending)| Keys { ranks: self.ranks(&self.source(field), rows), descending })
            .collect();
        let reverse = order.keys().next().is_some_and(|(_, descending)| descending);
        let ids = &self.table.ids;
        let compare = |a: u32, b: u32| {
            let by_keys = keys.iter().map(|keys| keys.compare(keys.at(a), keys.at(b))).find(|order| order.is_ne());
            by_keys.unwrap_or_else(|| by_id(reverse, ids[a as usize], ids[b as usize]))
        };
        let after = after.map(|at| {
            let ranks = at.keys.iter().map(|key| key.clone().map(Rank::of_key)).collect::<Vec<_>>();
            (ranks, at.id)
        });
        let is_after = |row: u32| {
            let Some((ranks, id)) = &after else { return true };
            let by_keys = keys.iter().zip(ranks).map(|(keys, rank)| keys.compare(keys.at(row), rank.as_ref()));
            let order = by_keys.into_iter().find(|order| order.is_ne());
            order.unwrap_or_else(|| by_id(reverse, ids[row as usize], *id)).is_gt()
        };
        let mut best = Vec::new();
        // Once there are enough, the worst of them keeps most others out.
        let mut worst: Option<u32> = None;
        let room = most.saturating_mul(2).max(1024);
        rows.each(|row| {
            if worst.is_some_and(|worst| compare(row, worst).is_gt()) || !is_after(row) {
                return;
            }
            best.push(row);
            if best.len() >= room && most > 0 {
                best.select_nth_unstable_by(most - 1, |a, b| compare(*a, *b));
                best.truncate(most);
                worst = best.last().copied();
            }
        });
        best.sort_unstable_by(|a, b| compare(*a, *b));
        best.truncate(most);
        let place = |row: u32| {
            let keys = keys.iter().map(|keys| keys.at(row).map(Rank::to_key)).collect();
            Position { keys, id: ids[row as usize] }
        };
        best.into_iter().map(place).collect()
    }

    /// What rows are sorted by, by row.
    fn ranks<'s>(&'s self, source: &Source<'s>, rows: &Bitmap) -> Vec<Option<Rank<'s>>> {
        let mut ranks = vec![None; self.table.ids.len()];
        match source {
            Source::Column(column, json) => {
                column.numbers.each(|row, x| ranks[row as usize] = Some(Rank::Number(SortKey::bits(x))));
                let (column, json) = (*column, *json);
                column.texts.codes.each(|row, code| {
                    ranks[row as usize] = column.texts.entry(code).and_then(|(text, ())| Rank::of_text(text, json));
                });
                column.others.codes.each(|row, code| {
                    ranks[row as usize] = column.others.entry(code).and_then(|(_, value)| Rank::of_value(value));
                });
            }
            Source::State => rows.each(|row| ranks[row as usize] = Some(Rank::Text(self.state(row).as_str().into()))),
            Source::Duration => {
                rows.each(|row| ranks[row as usize] = Some(Rank::Number(SortKey::bits(self.duration(row)))));
            }
            Source::Tags => rows.each(|row| {
                let tags = self.table.tags.get(row).filter(|(_, tags)| !tags.is_empty());
                ranks[row as usize] = tags.map(|(_, tags)| Rank::Text(tags.join(",").into()));
            }),
            Source::NoTexts => {}
            source => rows.each(|row| {
                ranks[row as usize] = self.value(source, row).and_then(|value| Rank::of_value(&value));
            }),
        }
        ranks
    }
}

/// One key of the order, by row.
struct Keys<'a> {
    ranks: Vec<Option<Rank<'a>>>,
    descending: bool,
}

impl Keys<'_> {
    fn at(&self, row: u32) -> Option<&Rank<'_>> {
        self.ranks[row as usize].as_ref()
    }

    /// Rows without the key come last in both directions.
    fn compare(&self, a: Option<&Rank<'_>>, b: Option<&Rank<'_>>) -> Ordering {
        match (a, b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) if self.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
        }
    }
}

fn by_id(reverse: bool, a: i64, b: i64) -> Ordering {
    if reverse { b.cmp(&a) } else { a.cmp(&b) }
}
