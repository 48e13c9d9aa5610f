//! Parts and orders of a batch: which rows, which columns.

use std::ops::Range;

use super::Batch;

impl Batch {
    /// The rows of a range; what lies beyond the end is left out.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.len);
        let range = range.start.min(end)..end;
        Self::from_columns(range.len(), self.columns.iter().map(|(key, column)| (key.clone(), column.slice(&range))))
    }

    /// The given rows in the given order. A row that is repeated or does not exist is left out.
    #[must_use]
    pub fn take(&self, rows: &[usize]) -> Self {
        let mut places = vec![u32::MAX; self.len];
        let mut len = 0;
        for row in rows {
            if let Some(place) = places.get_mut(*row).filter(|place| **place == u32::MAX) {
                *place = len;
                len += 1;
            }
        }
        Self::from_columns(len as usize, self.columns.iter().map(|(key, column)| (key.clone(), column.gather(&places))))
    }

    /// The rows by ascending `_step`; rows with the same step keep their order, rows without one come first.
    #[must_use]
    pub fn sort_by_step(self) -> Self {
        if self.steps().is_some_and(|steps| steps.is_sorted()) {
            return self;
        }
        let mut rows: Vec<usize> = (0..self.len).collect();
        let step = self.step_of();
        rows.sort_by_key(|row| step(*row));
        self.take(&rows)
    }

    /// The rows with `min <= _step < max`, in their order.
    #[must_use]
    pub fn filter_step(&self, min: i64, max: i64) -> Self {
        self.within(|step| step < min, |step| step < max)
    }

    /// The rows with `first <= _step <= last`, in their order.
    #[must_use]
    pub fn between_steps(&self, first: i64, last: i64) -> Self {
        self.within(|step| step < first, |step| step <= last)
    }

    /// The rows with a step that is not before the range, but before its end.
    fn within(&self, before: impl Fn(i64) -> bool, before_end: impl Fn(i64) -> bool) -> Self {
        if let Some(steps) = self.steps().filter(|steps| steps.is_sorted()) {
            let start = steps.partition_point(|step| before(*step));
            return self.slice(start..steps.partition_point(|step| before_end(*step)));
        }
        let step = self.step_of();
        let inside = |row: &usize| step(*row).is_some_and(|step| !before(step) && before_end(step));
        self.take(&(0..self.len).filter(inside).collect::<Vec<_>>())
    }

    /// All rows with only these keys; keys that no row holds are left out.
    #[must_use]
    pub fn select(&self, keys: &[&str]) -> Self {
        let columns = keys.iter().filter_map(|key| self.columns.get_key_value(*key));
        Self::from_columns(self.len, columns.map(|(key, column)| (key.clone(), column.clone())))
    }

    /// The rows by ascending `_step`, of several rows with the same step only the last: how console lines overwrite
    /// each other.
    #[must_use]
    pub fn dedupe_last_by_step(self) -> Self {
        let sorted = self.sort_by_step();
        let step = sorted.step_of();
        let last = |row: &usize| row + 1 == sorted.len || step(*row).is_none() || step(*row) != step(row + 1);
        let rows: Vec<usize> = (0..sorted.len).filter(last).collect();
        sorted.take(&rows)
    }

    /// The rows by ascending `_step`, rows with the same step as one: of each key the last value, as when the client logs
    /// a step several times.
    #[must_use]
    pub fn merge_by_step(self) -> Self {
        let sorted = self.sort_by_step();
        let Some(steps) = sorted.steps().filter(|steps| !steps.is_sorted_by(|a, b| a < b)) else { return sorted };
        let mut places = Vec::with_capacity(steps.len());
        let mut place = 0;
        for (row, step) in steps.iter().enumerate() {
            place += u32::from(row > 0 && steps[row - 1] != *step);
            places.push(place);
        }
        let columns = sorted.columns.iter().map(|(key, column)| (key.clone(), column.collapse(&places)));
        Self::from_columns(place as usize + 1, columns)
    }

    fn step_of(&self) -> impl Fn(usize) -> Option<i64> {
        let column = self.column(crate::STEP);
        move |row| match column?.get(row)? {
            crate::Value::Int(step) => Some(step),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::NonFinite::Bare;

    fn batch(lines: &[&str]) -> Batch {
        Batch::from_lines(lines, 0).0
    }

    fn rows(batch: &Batch) -> Vec<String> {
        batch.to_json_rows(None, Bare)
    }

    #[test]
    fn sorting_is_stable() {
        let sorted = batch(&[r#"{"_step":2,"a":1}"#, r#"{"_step":1}"#, r#"{"_step":2,"a":2}"#]).sort_by_step();
        assert_eq!(rows(&sorted), [r#"{"_step":1}"#, r#"{"_step":2,"a":1}"#, r#"{"_step":2,"a":2}"#]);
    }

    #[test]
    fn later_rows_of_a_step_overwrite_earlier_ones_as_a_whole() {
        let last = batch(&[r#"{"_step":2,"a":1}"#, r#"{"_step":1}"#, r#"{"_step":2,"b":2}"#]).dedupe_last_by_step();
        assert_eq!(rows(&last), [r#"{"_step":1}"#, r#"{"_step":2,"b":2}"#]);
        assert!(last.column("a").is_none());
    }

    #[test]
    fn rows_of_one_step_are_one_row_in_which_later_values_win() {
        let lines =
            [r#"{"_step":2,"a":1,"b":[1]}"#, r#"{"_step":1,"a":0}"#, r#"{"_step":2,"a":2,"c":"x"}"#, r#"{"_step":3}"#];
        let merged = batch(&lines).merge_by_step();
        assert_eq!(rows(&merged), [r#"{"_step":1,"a":0}"#, r#"{"_step":2,"a":2,"b":[1],"c":"x"}"#, r#"{"_step":3}"#]);
        assert_eq!(merged.clone().merge_by_step(), merged);
    }

    #[test]
    fn step_ranges_include_their_start_only() {
        for lines in [
            [r#"{"_step":1}"#, r#"{"_step":2}"#, r#"{"_step":3}"#],
            [r#"{"_step":2}"#, r#"{"_step":3}"#, r#"{"_step":1}"#],
        ] {
            assert_eq!(rows(&batch(&lines).filter_step(2, 3)), [r#"{"_step":2}"#]);
            assert!(batch(&lines).filter_step(3, 2).is_empty());
            assert_eq!(rows(&batch(&lines).between_steps(2, 2)), [r#"{"_step":2}"#]);
            assert_eq!(batch(&lines).between_steps(i64::MIN, i64::MAX), batch(&lines));
        }
    }

    #[test]
    fn slices_keep_sparse_columns_in_place() {
        let all = batch(&[r#"{"a":1}"#, r#"{"b":2}"#, r#"{"a":3}"#]);
        assert_eq!(rows(&all.slice(1..9)), [r#"{"_step":1,"b":2}"#, r#"{"_step":2,"a":3}"#]);
        assert!(all.slice(1..2).column("a").is_none());
        assert_eq!(rows(&all.take(&[2, 7, 0, 2])), [r#"{"_step":2,"a":3}"#, r#"{"_step":0,"a":1}"#]);
        assert_eq!(rows(&all.select(&["b", "nope", "b"])), ["{}", r#"{"b":2}"#, "{}"]);
    }
}
