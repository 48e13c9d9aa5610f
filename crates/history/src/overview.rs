//! What a segment says about itself, so that a chart of it needs none of its rows: the [cells](crate::cells) of every
//! key with numbers, on several levels.
//!
//! It lies in the segment's file between the last row group and Parquet's footer, where other readers pass over it:
//!
//! - for each key in byte order and each level, fine to coarse, its blocks: zstd frames with a checksum, each of the cells
//!   whose places agree in all but their lowest 9 bits, so that a zoom reads few of a long run's;
//! - the directory, such a frame too: the number of levels and the shift of each, the number of keys, then per key its
//!   name (length, UTF-8), how many finite values it has, the first and the last step that has one (zigzag distances from
//!   0 and from the first), and for each level the place of its first block (without those bits, zigzag), how many blocks
//!   there are, and the length of each, which is 0 where there is no cell;
//! - 24 bytes: u32 length of the directory, u32 version, u64 length of all blocks, and `rs-cells`. Little-endian; numbers
//!   are LEB128 where not said otherwise.
//!
//! A block holds the number of cells and then, column by column: places (zigzag distances), counts, first steps (from the
//! start of the cell), last steps (from the first), counts of NaN, of positive and of negative infinity, for each kind the
//! first step (from the start of the cell) in the cells that have it, one byte each for "ascending", and first, last,
//! smallest, largest value and the two parts of the sum, as eight planes of one byte each.
//!
//! Version 2 has one block a key and level, and the directory only its length. Version 1, moreover, counts NaN and infinities, whatever their sign, and says nothing of their steps: rows are read where it has any.

mod block;
mod directory;

pub(crate) use directory::Overview;

use crate::batch::Batch;
use crate::cells::{Cells, shift_for};

/// The version that [`write`] writes.
const VERSION: u32 = 3;
/// The oldest version that is understood.
const OLDEST: u32 = 1;
const MAGIC: &[u8; 8] = b"rs-cells";
/// Bytes of the fixed end.
const END: usize = 24;
/// A segment with fewer rows has no overview: reading its rows is as fast.
pub(crate) const FEWEST_ROWS: usize = if cfg!(test) { 16 } else { 64 << 10 };
/// Rows for each cell of the finest level, at least.
const ROWS_A_CELL: usize = if cfg!(test) { 2 } else { 128 };
/// The lowest bits of a cell's place that say nothing of its block.
const BLOCK: u32 = if cfg!(test) { 2 } else { 9 };
/// Each level's cells are so many times (as a power of two) as wide as those of the one before.
const LEVEL: u32 = 3;
/// A level with fewer cells is the last.
const FEW_CELLS: usize = if cfg!(test) { 4 } else { 256 };

/// The overview of a batch that is sorted by step; nothing for a small one.
pub(crate) fn write(batch: &Batch) -> Option<Vec<u8>> {
    let steps = batch.steps().filter(|steps| steps.len() >= FEWEST_ROWS)?;
    let (first, last) = (*steps.first()?, *steps.last()?);
    let shifts = levels(first, last, steps.len());
    let (mut blocks, mut directory) = (Vec::new(), directory::Writer::new(&shifts));
    for (key, column) in batch.columns() {
        let mut cells = Cells::of(Some(column), steps, shifts[0]);
        if cells.cells.is_empty() {
            continue;
        }
        directory.key(key, &cells);
        for shift in &shifts {
            cells = cells.coarsen(*shift);
            directory.level(&cells, |part| {
                let block = block::write(part, *shift);
                blocks.extend_from_slice(&block);
                block.len()
            });
        }
    }
    let directory = directory.finish();
    let mut end = Vec::with_capacity(END);
    end.extend_from_slice(&u32::try_from(directory.len()).ok()?.to_le_bytes());
    end.extend_from_slice(&VERSION.to_le_bytes());
    end.extend_from_slice(&(blocks.len() as u64).to_le_bytes());
    end.extend_from_slice(MAGIC);
    Some([blocks, directory, end].concat())
}

/// The shifts of the levels, fine to coarse.
fn levels(first: i64, last: i64, rows: usize) -> Vec<u32> {
    // A run hardly ever begins where a cell does: one more keeps cells from being twice as large.
    let base = shift_for(first, last, rows / ROWS_A_CELL + 2);
    let cells = |shift: u32| (i128::from(last >> shift) - i128::from(first >> shift)) as u128;
    let coarser =
        (1..).map(|n| base + n * LEVEL).take_while(|shift| *shift < 63 && cells(*shift - LEVEL) > FEW_CELLS as u128);
    std::iter::once(base).chain(coarser).collect()
}
