//! Which blocks there are, and where.

use std::collections::BTreeMap;
use std::ops::Range;

use parquet::file::reader::ChunkReader;

use super::{BLOCK, END, MAGIC, OLDEST, VERSION, block};
use crate::cells::{Cell, Cells};
use crate::segment::SegmentError;
use crate::tail::bytes::{Reader, put_number, put_text, unzigzag, zigzag};
use crate::tail::{FormatError, compress, decompress};

/// The end of a Parquet file: the length of its footer and `PAR1`.
const PARQUET_END: u64 = 8;

pub(super) struct Writer {
    contents: Vec<u8>,
    keys: Vec<u8>,
    count: u64,
}

impl Writer {
    pub(super) fn new(shifts: &[u32]) -> Self {
        let mut contents = Vec::new();
        put_number(&mut contents, shifts.len() as u64);
        shifts.iter().for_each(|shift| put_number(&mut contents, u64::from(*shift)));
        Self { contents, keys: Vec::new(), count: 0 }
    }

    /// The next key, with its finest cells.
    pub(super) fn key(&mut self, key: &str, cells: &Cells) {
        let facts = Facts::of(cells);
        self.count += 1;
        put_text(&mut self.keys, key);
        put_number(&mut self.keys, facts.count);
        put_number(&mut self.keys, zigzag(facts.first_step));
        put_number(&mut self.keys, facts.last_step.wrapping_sub(facts.first_step) as u64);
    }

    /// The key's blocks on the next level; `write` is given the cells of one after the other and says how long it is.
    pub(super) fn level(&mut self, cells: &Cells, mut write: impl FnMut(&[Cell]) -> usize) {
        let first = cells.cells.first().map_or(0, |cell| cell.place >> BLOCK);
        let mut lengths = Vec::new();
        for part in cells.cells.chunk_by(|a, b| a.place >> BLOCK == b.place >> BLOCK) {
            lengths.resize((part[0].place >> BLOCK).abs_diff(first) as usize, 0);
            lengths.push(write(part));
        }
        put_number(&mut self.keys, zigzag(first));
        put_number(&mut self.keys, lengths.len() as u64);
        lengths.into_iter().for_each(|length| put_number(&mut self.keys, length as u64));
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        put_number(&mut self.contents, self.count);
        self.contents.append(&mut self.keys);
        compress(&self.contents)
    }
}

/// Where the finite values of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) count: u64,
    pub(crate) first_step: i64,
    pub(crate) last_step: i64,
}

impl Facts {
    fn of(cells: &Cells) -> Self {
        let held = || cells.cells.iter().filter(|cell| cell.count > 0);
        Self {
            count: held().map(|cell| cell.count).sum(),
            first_step: held().next().map_or(0, |cell| cell.first_step),
            last_step: held().next_back().map_or(0, |cell| cell.last_step),
        }
    }
}

/// The overview of a segment.
pub(crate) struct Overview {
    version: u32,
    shifts: Vec<u32>,
    keys: BTreeMap<String, (Facts, Vec<Level>)>,
}

/// The blocks of a key on a level.
struct Level {
    /// The place of the first block; none when it has all cells, as in older versions.
    first: Option<i64>,
    /// Where each is, and how long.
    blocks: Vec<(u64, usize)>,
}

impl Overview {
    /// Finds the overview of a segment; none when it has none that this version knows.
    pub(crate) fn open<R: ChunkReader>(source: &R) -> Result<Option<Self>, SegmentError> {
        let length = source.len();
        let Some(at) = length.checked_sub(PARQUET_END) else { return Ok(None) };
        let end = source.get_bytes(at, 4)?;
        let footer = u64::from(u32::from_le_bytes(end.as_ref().try_into().unwrap_or_default()));
        let Some(at) = at.checked_sub(footer).and_then(|at| at.checked_sub(END as u64)) else { return Ok(None) };
        let end = source.get_bytes(at, END)?;
        let version = u32::from_le_bytes(end[4..8].try_into().unwrap_or_default());
        if &end[16..] != MAGIC || !(OLDEST..=VERSION).contains(&version) {
            return Ok(None);
        }
        let directory = u64::from(u32::from_le_bytes(end[..4].try_into().unwrap_or_default()));
        let blocks = u64::from_le_bytes(end[8..16].try_into().unwrap_or_default());
        let start = at.checked_sub(directory).and_then(|at| at.checked_sub(blocks));
        let start = start.ok_or(FormatError::Damaged("an overview longer than its file"))?;
        let bytes = source.get_bytes(at - directory, directory as usize)?;
        Ok(Some(Self::read(version, &decompress(&bytes)?, start)?))
    }

    fn read(version: u32, contents: &[u8], start: u64) -> Result<Self, FormatError> {
        let mut reader = Reader(contents);
        let levels = reader.count()?;
        let shifts: Vec<u32> =
            (0..levels).map(|_| reader.number().map(|shift| shift.min(63) as u32)).collect::<Result<_, _>>()?;
        let mut keys = BTreeMap::new();
        let mut at = start;
        for _ in 0..reader.count()? {
            let key = reader.text()?;
            let (count, first_step) = (reader.number()?, unzigzag(reader.number()?));
            let facts = Facts { count, first_step, last_step: first_step.wrapping_add(reader.number()? as i64) };
            let mut all = Vec::with_capacity(levels);
            for _ in 0..levels {
                let first = if version < 3 { None } else { Some(unzigzag(reader.number()?)) };
                let count = if version < 3 { 1 } else { reader.count()? };
                let mut blocks = Vec::with_capacity(count);
                for _ in 0..count {
                    let length = reader.number()?;
                    blocks.push((at, length as usize));
                    at = at.checked_add(length).ok_or(FormatError::Damaged("a block out of range"))?;
                }
                all.push(Level { first, blocks });
            }
            keys.insert(key.to_owned(), (facts, all));
        }
        Ok(Self { version, shifts, keys })
    }

    /// What is known of a key; none when no row holds a number for it.
    pub(crate) fn facts(&self, key: &str) -> Option<Facts> {
        self.keys.get(key).map(|(facts, _)| *facts)
    }

    /// The coarsest level that is fine enough for cells of `shift`; none when no level is.
    pub(crate) fn level(&self, shift: u32) -> Option<usize> {
        self.shifts.iter().rposition(|known| *known <= shift)
    }

    /// The blocks of a key on a level that hold cells of these steps.
    pub(crate) fn blocks(&self, key: &str, level: usize, steps: &Range<i64>) -> Range<usize> {
        let Some(Level { first, blocks }) = self.keys.get(key).and_then(|(_, levels)| levels.get(level)) else {
            return 0..0;
        };
        let Some(first) = first else { return 0..blocks.len() };
        let place = |step: i64| i128::from(step >> self.shifts[level] >> BLOCK) - i128::from(*first);
        let at = |place: i128| place.clamp(0, blocks.len() as i128) as usize;
        at(place(steps.start))..at(place(steps.end.saturating_sub(1)) + 1)
    }

    /// The memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let level = |level: &Level| size_of::<Level>() + level.blocks.len() * size_of::<(u64, usize)>();
        let key = |(name, (_, levels)): (&String, &(Facts, Vec<Level>))| {
            size_of::<(String, (Facts, Vec<Level>))>() + name.len() + levels.iter().map(level).sum::<usize>()
        };
        size_of::<Self>() + self.keys.iter().map(key).sum::<usize>()
    }

    /// The cells of a block, made as large as those of `shift`; none when the version says too little.
    pub(crate) fn cells<R: ChunkReader>(
        &self,
        source: &R,
        (key, level, block): (&str, usize, usize),
        shift: u32,
    ) -> Result<Option<Cells>, SegmentError> {
        let place = self.keys.get(key).and_then(|(_, levels)| levels.get(level)?.blocks.get(block));
        let Some((at, length)) = place.filter(|(_, length)| *length > 0) else {
            return Ok(Some(Cells { shift, cells: Vec::new() }));
        };
        let bytes = source.get_bytes(*at, *length)?;
        Ok(block::read(&bytes, self.shifts[level], self.version)?.map(|cells| cells.coarsen(shift)))
    }
}
