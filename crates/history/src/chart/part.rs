//! One segment of the run.

use std::ops::Range;
use std::sync::Arc;

use super::{Stored, finite};
use crate::FormatError;
use crate::batch::Batch;
use crate::cache::{self, Cache};
use crate::cells::Cells;
use crate::overview::Overview;
use crate::segment::{self, SegmentError, Source};

pub(super) struct Part {
    name: Arc<str>,
    source: Arc<Source>,
    /// First and last step.
    pub(super) steps: (i64, i64),
    overview: Arc<Option<Overview>>,
    /// The rows that were read last, of the steps asked for, with all keys: other lines need the same.
    loaded: Option<(Range<i64>, Batch)>,
}

impl Part {
    /// Reads what the segment says of these keys.
    pub(super) fn open(stored: Stored, keys: &[&str], cache: &Cache) -> Result<Self, SegmentError> {
        let Stored { name, source, steps } = stored;
        let part = cache::Part::Overview(keys.iter().map(|key| (*key).to_owned()).collect());
        let bytes = |overview: &Option<Overview>| overview.as_ref().map_or(0, Overview::bytes);
        let overview = cache.get(&name, part, bytes, || Overview::open(&source, keys))?;
        Ok(Self { name, source: Arc::new(source), steps, overview, loaded: None })
    }

    pub(super) fn overlaps(&self, steps: &Range<i64>) -> bool {
        self.steps.0 < steps.end && self.steps.1 >= steps.start
    }

    /// The first and the last step with a finite value for the key.
    pub(super) fn extent_of(
        &mut self,
        key: &str,
        keys: &[String],
        cache: &Cache,
    ) -> Result<Option<(i64, i64)>, SegmentError> {
        match self.overview.as_ref() {
            Some(overview) => {
                let facts = overview.facts(key).filter(|facts| facts.count > 0);
                Ok(facts.map(|facts| (facts.first_step, facts.last_step)))
            }
            None => Ok(finite(self.load(keys, &(i64::MIN..i64::MAX), cache)?, key)),
        }
    }

    /// All cells of a key that the overview has; none where it is not fine enough.
    pub(super) fn cells(&self, key: &str, shift: u32, cache: &Cache) -> Result<Arc<Option<Cells>>, SegmentError> {
        let Some(overview) = self.overview.as_ref().as_ref().filter(|overview| overview.reaches(shift)) else {
            return Ok(Arc::new(None));
        };
        let bytes = |cells: &Option<Cells>| cells.as_ref().map_or(0, Cells::bytes);
        let part = cache::Part::Cells(key.to_owned(), shift);
        cache.get(&self.name, part, bytes, || overview.cells(self.source.as_ref(), key, shift))
    }

    /// The rows at these steps, with only these keys.
    pub(super) fn rows(&self, keys: &[&str], steps: &Range<i64>, cache: &Cache) -> Result<Batch, SegmentError> {
        let read = || segment::metadata(self.source.as_ref());
        let footer = cache.get(&self.name, cache::Part::Footer, segment::Metadata::memory_size, read)?;
        segment::read_part(&self.source, &footer, Some(keys), Some(steps.clone()))
    }

    /// The rows at these steps, at least, with all keys: read once for all lines.
    pub(super) fn load(&mut self, keys: &[String], steps: &Range<i64>, cache: &Cache) -> Result<&Batch, SegmentError> {
        let (first, last) = (steps.start.max(self.steps.0), steps.end.min(self.steps.1.saturating_add(1)));
        let known = |(known, _): &(Range<i64>, Batch)| known.start <= first && known.end >= last;
        if !self.loaded.as_ref().is_some_and(known) {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            self.loaded = Some((first..last, self.rows(&keys, &(first..last), cache)?));
        }
        self.loaded.as_ref().map(|(_, rows)| rows).ok_or(FormatError::Damaged("nothing was read").into())
    }
}
