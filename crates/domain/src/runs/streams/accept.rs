//! Which lines of a chunk are new: pure arithmetic on line numbers.

use serde_json::json;

use crate::{Error, Problem};

/// Gaps that are remembered; when there are more, the oldest is given up, and its lines are refused should they come.
const MOST_GAPS: usize = 1000;
/// Line numbers end here, far from any overflow; also the distance between the bases of console writers.
pub(in crate::runs) const MOST_LINES: i64 = 1 << 40;

/// Where a writer stands: the first line number never seen, and the holes below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    pub next_line: i64,
    /// `[from, to)`, ascending, disjoint.
    pub gaps: Vec<(i64, i64)>,
}

/// What is taken of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// Ranges of line numbers to store, ascending.
    pub ranges: Vec<(i64, i64)>,
    /// Lines that are missing before this chunk.
    pub gap: Option<(i64, i64)>,
}

impl Standing {
    /// Takes `count` lines from line `offset` on: lines seen before are left out, unless `overwrite`.
    pub fn accept(&mut self, offset: i64, count: i64, overwrite: bool) -> Result<Accepted, Error> {
        let end = offset.checked_add(count).filter(|end| offset >= 0 && *end <= MOST_LINES);
        let Some(end) = end else {
            return Err(Error::Invalid(Problem::LineNumber { offset, most: MOST_LINES }));
        };
        let mut accepted = Accepted { ranges: Vec::new(), gap: None };
        if count == 0 {
            return Ok(accepted);
        }
        let mut left = Vec::with_capacity(self.gaps.len() + 1);
        for (from, to) in std::mem::take(&mut self.gaps) {
            let (first, last) = (from.max(offset), to.min(end));
            if first >= last {
                left.push((from, to));
                continue;
            }
            accepted.ranges.push((first, last));
            left.extend([(from, first), (last, to)].into_iter().filter(|(from, to)| from < to));
        }
        if offset > self.next_line {
            accepted.gap = Some((self.next_line, offset));
            left.push((self.next_line, offset));
        }
        if end > self.next_line {
            accepted.ranges.push((offset.max(self.next_line), end));
            self.next_line = end;
        }
        if overwrite {
            accepted.ranges = vec![(offset, end)];
        }
        left.drain(..left.len().saturating_sub(MOST_GAPS));
        self.gaps = left;
        Ok(accepted)
    }

    pub fn from_row(next_line: i64, gaps: &str) -> Result<Self, Error> {
        let gaps = serde_json::from_str(gaps).map_err(|e| Error::internal("reading the gaps of a stream", e))?;
        Ok(Self { next_line, gaps })
    }

    pub fn gaps_text(&self) -> String {
        json!(self.gaps).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn ranges(standing: &mut Standing, offset: i64, count: i64) -> Vec<(i64, i64)> {
        standing.accept(offset, count, false).unwrap().ranges
    }

    #[test]
    fn replays_are_trimmed_gaps_are_kept_and_filled() {
        let mut s = Standing::default();
        assert_eq!(ranges(&mut s, 0, 3), [(0, 3)]);
        assert_eq!(ranges(&mut s, 0, 3), []);
        assert_eq!(ranges(&mut s, 2, 3), [(3, 5)]);
        let late = s.accept(8, 2, false).unwrap();
        assert_eq!((late.ranges, late.gap), (vec![(8, 10)], Some((5, 8))));
        assert_eq!(ranges(&mut s, 6, 1), [(6, 7)]);
        assert_eq!(s.gaps, [(5, 6), (7, 8)]);
        assert_eq!(ranges(&mut s, 0, 12), [(5, 6), (7, 8), (10, 12)]);
        assert_eq!(s, Standing { next_line: 12, gaps: vec![] });
    }

    #[test]
    fn console_lines_are_taken_again() {
        let mut s = Standing { next_line: 5, gaps: vec![(1, 2)] };
        assert_eq!(s.accept(0, 3, true).unwrap().ranges, [(0, 3)]);
        assert_eq!(s, Standing { next_line: 5, gaps: vec![] });
    }

    #[test]
    fn impossible_offsets_are_refused() {
        for (offset, count) in [(-1, 1), (i64::MAX, 1), (MOST_LINES, 1)] {
            assert!(Standing::default().accept(offset, count, false).is_err());
        }
    }

    proptest! {
        #[test]
        fn every_line_is_stored_exactly_once(chunks in prop::collection::vec((0..60_i64, 0..20_i64), 0..40)) {
            let (mut standing, mut stored, mut sent) = (Standing::default(), BTreeSet::new(), BTreeSet::new());
            for (offset, count) in chunks {
                for (from, to) in ranges(&mut standing, offset, count) {
                    prop_assert!((from..to).all(|line| stored.insert(line)), "a line was stored twice");
                }
                sent.extend(offset..offset + count);
            }
            prop_assert_eq!(&stored, &sent);
            let missing: BTreeSet<i64> = standing.gaps.iter().flat_map(|(from, to)| *from..*to).collect();
            let holes: BTreeSet<i64> = (0..standing.next_line).filter(|line| !sent.contains(line)).collect();
            prop_assert_eq!(missing, holes);
        }
    }
}
