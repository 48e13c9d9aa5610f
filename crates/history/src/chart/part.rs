//! One segment of the run.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use super::{Open, Stored};
use crate::STEP;
use crate::batch::Batch;
use crate::cache::{self, Cache};
use crate::cells::{Cells, MOST_SHIFT};
use crate::overview::Overview;
use crate::segment::{self, Footer, Numbers, Pages, Rows, SegmentError, Source, Steps};

/// Cells of a whole segment that are made of its rows are kept when they are no more than these.
const MOST_CELLS: i128 = if cfg!(test) { 8 } else { 4096 };

pub(super) struct Part {
    name: Arc<str>,
    open: Open,
    source: OnceCell<Arc<Source>>,
    /// First and last step.
    pub(super) steps: (i64, i64),
    cache: Arc<Cache>,
}

/// Some rows of the segment, with some numbers of each.
struct Block {
    steps: Arc<Steps>,
    /// Which of them are in the range asked for.
    within: Range<usize>,
    /// By key; none for `_step`.
    numbers: Vec<Option<Arc<Numbers>>>,
}

impl Block {
    fn get(&self, key: usize, row: usize) -> Option<f64> {
        self.numbers[key].as_ref().map_or(Some(self.steps.at(row) as f64), |numbers| numbers.get(row))
    }

    /// The rows that hold the number of a key, with it.
    fn each(&self, key: usize, mut seen: impl FnMut(usize, f64)) {
        match &self.numbers[key] {
            None => self.within.clone().for_each(|row| seen(row, self.steps.at(row) as f64)),
            Some(numbers) => numbers.each(self.within.clone(), seen),
        }
    }
}

impl Block {
    /// Adds the numbers of a key to cells.
    fn count(&self, key: usize, cells: &mut Cells) {
        match (self.steps.as_ref(), &self.numbers[key]) {
            (Steps::Dense(first), Some(numbers)) if numbers.all_rows() => {
                numbers.count(self.within.clone(), first + self.within.start as i64, cells);
            }
            _ => self.each(key, |row, number| cells.push(self.steps.at(row), number)),
        }
    }
}

impl Part {
    pub(super) fn new(stored: Stored, cache: &Arc<Cache>) -> Self {
        let Stored { name, open, steps } = stored;
        Self { name, open, source: OnceCell::new(), steps, cache: Arc::clone(cache) }
    }

    pub(super) fn overlaps(&self, steps: &Range<i64>) -> bool {
        self.steps.0 < steps.end && self.steps.1 >= steps.start
    }

    /// The first and the last step with a finite value for the key.
    pub(super) fn extent_of(&self, key: &str) -> Result<Option<(i64, i64)>, SegmentError> {
        if let Some(overview) = self.overview()?.as_ref() {
            let facts = overview.facts(key).filter(|facts| facts.count > 0);
            return Ok(facts.map(|facts| (facts.first_step, facts.last_step)));
        }
        let cells = self.cells(key, MOST_SHIFT, &(i64::MIN..i64::MAX))?;
        let held = || cells.cells.iter().filter(|cell| cell.count > 0);
        Ok(held().next().zip(held().next_back()).map(|(first, last)| (first.first_step, last.last_step)))
    }

    /// The cells of a key at these steps, which are whole cells.
    pub(super) fn cells(&self, key: &str, shift: u32, steps: &Range<i64>) -> Result<Cells, SegmentError> {
        if !self.has(key)? {
            return Ok(Cells { shift, cells: Vec::new() });
        }
        if let Some(overview) = self.overview()?.as_ref()
            && let Some(cells) = self.held(overview, key, shift, steps)?
        {
            return Ok(cells);
        }
        let count = i128::from(self.steps.1 >> shift) - i128::from(self.steps.0 >> shift) + 1;
        if count <= MOST_CELLS { Ok(self.kept(key, shift)?.within(steps)) } else { self.counted(key, shift, steps) }
    }

    /// The same, of the overview; none when it has no cells that are fine enough, or says too little.
    fn held(
        &self,
        overview: &Overview,
        key: &str,
        shift: u32,
        steps: &Range<i64>,
    ) -> Result<Option<Cells>, SegmentError> {
        let Some(level) = overview.level(shift) else { return Ok(None) };
        let bytes = |cells: &Option<Cells>| cells.as_ref().map_or(0, Cells::bytes);
        let mut blocks = Vec::new();
        for block in overview.blocks(key, level, steps) {
            let part = cache::Part::Cells(key.to_owned(), shift, block);
            let read = || overview.cells(self.source()?.as_ref(), (key, level, block), shift);
            let cells = self.cache.get(&self.name, part, bytes, read)?;
            if cells.is_none() {
                return Ok(None);
            }
            blocks.push(cells);
        }
        let blocks = || blocks.iter().filter_map(|cells| cells.as_ref().as_ref());
        let mut all = Cells { shift, cells: Vec::with_capacity(blocks().map(|block| block.cells.len()).sum()) };
        blocks().for_each(|block| all.append(block, steps));
        Ok(Some(all))
    }

    /// The rows at these steps that hold both keys: their steps and numbers, in order.
    pub(super) fn pairs(
        &self,
        (x, y): (&str, &str),
        steps: &Range<i64>,
        mut seen: impl FnMut(i64, f64, f64),
    ) -> Result<(), SegmentError> {
        self.each_block(&[x, y], steps, |block| {
            block.each(1, |row, y| {
                if let Some(x) = block.get(0, row) {
                    seen(block.steps.at(row), x, y);
                }
            });
        })
    }

    /// The rows at these steps as they were stored, with only these keys.
    pub(super) fn rows(&self, keys: &[&str], steps: &Range<i64>) -> Result<Batch, SegmentError> {
        segment::read_part(&self.source()?, self.footer()?.as_ref(), Some(keys), Some(steps.clone()))
    }

    /// All cells of a key, from the rows.
    fn kept(&self, key: &str, shift: u32) -> Result<Arc<Cells>, SegmentError> {
        let part = cache::Part::Counted(key.to_owned(), shift);
        let read = || {
            let mut cells = self.counted(key, shift, &(i64::MIN..i64::MAX))?;
            cells.cells.shrink_to_fit();
            Ok(cells)
        };
        self.cache.get(&self.name, part, Cells::bytes, read)
    }

    /// The same, of some of the cells, and not kept.
    fn counted(&self, key: &str, shift: u32, steps: &Range<i64>) -> Result<Cells, SegmentError> {
        let (first, last) = (steps.start.max(self.steps.0), steps.end.saturating_sub(1).min(self.steps.1));
        let most = (i128::from(last >> shift) - i128::from(first >> shift) + 1).clamp(0, MOST_CELLS);
        let mut cells = Cells { shift, cells: Vec::with_capacity(most as usize) };
        self.each_block(&[key], steps, |block| block.count(0, &mut cells))?;
        Ok(cells)
    }

    /// Whether any row may hold the key; mostly known without a look at the file.
    fn has(&self, key: &str) -> Result<bool, SegmentError> {
        if let Some(overview) = self.overview()?.as_ref() {
            return Ok(overview.facts(key).is_some());
        }
        let names = || Ok(self.footer()?.columns().map(|(key, _)| key.into()).collect::<Vec<Box<str>>>());
        let bytes = |names: &Vec<Box<str>>| names.iter().map(|name| name.len() + size_of::<Box<str>>()).sum();
        let names = self.cache.get(&self.name, cache::Part::Names, bytes, names)?;
        Ok(names.binary_search_by(|known| (**known).cmp(key)).is_ok())
    }

    fn each_block(&self, keys: &[&str], steps: &Range<i64>, mut seen: impl FnMut(Block)) -> Result<(), SegmentError> {
        let footer = self.footer()?;
        for rows in footer.rows(steps) {
            let all = self.steps_of(&footer, &rows)?;
            let within = all.within(steps, rows.count());
            if within.is_empty() {
                continue;
            }
            let numbers = keys.iter().map(|key| match *key {
                STEP => Ok(None),
                key => self.numbers(&footer, key, &rows).map(Some),
            });
            let numbers = numbers.collect::<Result<_, SegmentError>>()?;
            seen(Block { steps: all, within, numbers });
        }
        Ok(())
    }

    fn steps_of(&self, footer: &Footer, rows: &Rows) -> Result<Arc<Steps>, SegmentError> {
        let part = cache::Part::Steps(rows.clone());
        self.cache.get(&self.name, part, Steps::bytes, || Steps::read(|| self.source(), footer, rows))
    }

    fn numbers(&self, footer: &Footer, key: &str, rows: &Rows) -> Result<Arc<Numbers>, SegmentError> {
        let part = cache::Part::Numbers(key.to_owned(), rows.clone());
        let read = || {
            let pages = self.pages(footer, key, rows.group)?;
            Numbers::read(&self.source()?, footer, key, rows, pages.as_ref().as_ref())
        };
        self.cache.get(&self.name, part, Numbers::bytes, read)
    }

    fn pages(&self, footer: &Footer, key: &str, group: usize) -> Result<Arc<Option<Pages>>, SegmentError> {
        let bytes = |pages: &Option<Pages>| pages.as_ref().map_or(0, Pages::bytes);
        let read = || Pages::of_group(self.source()?.as_ref(), footer, key, group);
        self.cache.get(&self.name, cache::Part::Pages(key.to_owned(), group), bytes, read)
    }

    fn footer(&self) -> Result<Arc<Footer>, SegmentError> {
        self.cache.get(&self.name, cache::Part::Footer, Footer::bytes, || Footer::open(self.source()?.as_ref()))
    }

    fn overview(&self) -> Result<Arc<Option<Overview>>, SegmentError> {
        let bytes = |overview: &Option<Overview>| overview.as_ref().map_or(0, Overview::bytes);
        let read = || Overview::open(self.source()?.as_ref());
        self.cache.get(&self.name, cache::Part::Overview, bytes, read)
    }

    /// The file, opened when something is not known yet.
    fn source(&self) -> Result<Arc<Source>, SegmentError> {
        if let Some(source) = self.source.get() {
            return Ok(Arc::clone(source));
        }
        let opened = Arc::new((self.open)().map_err(parquet::errors::ParquetError::from)?);
        Ok(Arc::clone(self.source.get_or_init(|| opened)))
    }
}
