//! Which blocks there are, and where.

use std::collections::BTreeMap;

use parquet::file::reader::ChunkReader;

use super::{END, MAGIC, OLDEST, VERSION, block};
use crate::cells::Cells;
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

    /// The key's block on the next level.
    pub(super) fn block(&mut self, length: usize) {
        put_number(&mut self.keys, length as u64);
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
    keys: BTreeMap<String, (Facts, Vec<(u64, usize)>)>,
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
            let mut blocks = Vec::with_capacity(levels);
            for _ in 0..levels {
                let length = reader.number()?;
                blocks.push((at, length as usize));
                at = at.checked_add(length).ok_or(FormatError::Damaged("a block out of range"))?;
            }
            keys.insert(key.to_owned(), (facts, blocks));
        }
        Ok(Self { version, shifts, keys })
    }

    /// What is known of a key; none when no row holds a number for it.
    pub(crate) fn facts(&self, key: &str) -> Option<Facts> {
        self.keys.get(key).map(|(facts, _)| *facts)
    }

    /// Whether there is a level that is fine enough for cells of `shift`.
    pub(crate) fn reaches(&self, shift: u32) -> bool {
        self.shifts.first().is_some_and(|finest| *finest <= shift)
    }

    /// The memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let key = size_of::<(String, (Facts, Vec<(u64, usize)>))>() + self.shifts.len() * size_of::<(u64, usize)>();
        size_of::<Self>() + self.keys.keys().map(|name| name.len() + key).sum::<usize>()
    }

    /// The cells of a key on the coarsest level that is fine enough for cells of `shift`; none when no level is, or says
    /// too little.
    pub(crate) fn cells<R: ChunkReader>(
        &self,
        source: &R,
        key: &str,
        shift: u32,
    ) -> Result<Option<Cells>, SegmentError> {
        let Some(level) = self.shifts.iter().rposition(|known| *known <= shift) else { return Ok(None) };
        let Some((_, blocks)) = self.keys.get(key) else { return Ok(Some(Cells { shift, cells: Vec::new() })) };
        let (at, length) = blocks[level];
        let bytes = source.get_bytes(at, length)?;
        Ok(block::read(&bytes, self.shifts[level], self.version)?.map(|cells| cells.coarsen(shift)))
    }
}
