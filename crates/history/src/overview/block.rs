//! The cells of one key on one level, as bytes.

use crate::cells::{Cell, Cells, Found, Sum};
use crate::tail::bytes::{Reader, put_number, unzigzag, zigzag};
use crate::tail::{FormatError, compress, decompress, floats, put_floats};

pub(super) fn write(all: &[Cell], shift: u32) -> Vec<u8> {
    let mut out = Vec::new();
    put_number(&mut out, all.len() as u64);
    let mut before = 0_i64;
    for cell in all {
        put_number(&mut out, zigzag(cell.place.wrapping_sub(before)));
        before = cell.place;
    }
    // A cell without finite values has no first step, and its counts say so.
    let start = |cell: &Cell| if cell.count > 0 { cell.first_step.wrapping_sub(cell.place << shift) } else { 0 };
    all.iter().for_each(|cell| put_number(&mut out, cell.count));
    all.iter().for_each(|cell| put_number(&mut out, start(cell) as u64));
    all.iter().for_each(|cell| put_number(&mut out, cell.last_step.wrapping_sub(cell.first_step) as u64));
    for kind in 0..3 {
        all.iter().for_each(|cell| put_number(&mut out, cell.unusual[kind].count));
    }
    for kind in 0..3 {
        for cell in all.iter().filter(|cell| cell.unusual[kind].count > 0) {
            put_number(&mut out, cell.unusual[kind].step.wrapping_sub(cell.place << shift) as u64);
        }
    }
    out.extend(all.iter().map(|cell| u8::from(cell.ascending)));
    let columns: [fn(&Cell) -> f64; 6] = [|c| c.first, |c| c.last, |c| c.min, |c| c.max, |c| c.sum.high, |c| c.sum.low];
    for column in columns {
        put_floats(&mut out, &all.iter().map(column).collect::<Vec<f64>>());
    }
    compress(&out)
}

/// Reads what [`write`] wrote, in this version of the format. None where the version says too little.
pub(super) fn read(bytes: &[u8], shift: u32, version: u32) -> Result<Option<Cells>, FormatError> {
    let contents = decompress(bytes)?;
    let mut reader = Reader(&contents);
    let count = reader.count()?;
    let mut cells: Vec<Cell> = Vec::with_capacity(count);
    let mut place = 0_i64;
    for _ in 0..count {
        place = place.wrapping_add(unzigzag(reader.number()?));
        cells.push(Cell::empty(place));
    }
    if !cells.is_sorted_by(|a, b| a.place < b.place) {
        return Err(FormatError::Damaged("cells out of order"));
    }
    for cell in &mut cells {
        cell.count = reader.number()?;
    }
    for cell in &mut cells {
        let start = reader.number()? as i64;
        cell.first_step = if cell.count > 0 { (cell.place << shift).wrapping_add(start) } else { 0 };
    }
    for cell in &mut cells {
        cell.last_step = cell.first_step.wrapping_add(reader.number()? as i64);
    }
    if version == 1 {
        for _ in 0..2 * count {
            if reader.number()? > 0 {
                return Ok(None);
            }
        }
    } else {
        unusual(&mut reader, &mut cells, shift)?;
    }
    for (cell, byte) in cells.iter_mut().zip(reader.take(count)?) {
        cell.ascending = *byte != 0;
    }
    let mut column = || floats(&mut reader, count);
    let (first, last, min, max, high, low) = (column()?, column()?, column()?, column()?, column()?, column()?);
    for (at, cell) in cells.iter_mut().enumerate() {
        (cell.first, cell.last, cell.min, cell.max) = (first[at], last[at], min[at], max[at]);
        cell.sum = Sum { high: high[at], low: low[at] };
    }
    Ok(Some(Cells { shift, cells }))
}

/// Where values are not finite.
fn unusual(reader: &mut Reader<'_>, cells: &mut [Cell], shift: u32) -> Result<(), FormatError> {
    for kind in 0..3 {
        for cell in cells.iter_mut() {
            cell.unusual[kind] = Found { count: reader.number()?, step: 0 };
        }
    }
    for kind in 0..3 {
        for cell in cells.iter_mut().filter(|cell| cell.unusual[kind].count > 0) {
            cell.unusual[kind].step = (cell.place << shift).wrapping_add(reader.number()? as i64);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tail::{compress, decompress};

    /// What version 1 wrote of cells with these counts of NaN: two counts a cell, and no steps.
    fn version_one(cells: &Cells, nan: &[u8]) -> Vec<u8> {
        let (contents, count) = (decompress(&write(&cells.cells, 2)).unwrap(), cells.cells.len());
        // Small numbers take one byte: the count, then places, counts, first and last steps.
        let at = 1 + 4 * count;
        compress(&[&contents[..at], nan, &contents[at + count..at + 2 * count], &contents[at + 3 * count..]].concat())
    }

    #[test]
    fn version_one_is_read_where_it_says_enough() {
        let mut cells = Cells { shift: 2, cells: Vec::new() };
        (0..20).for_each(|step| cells.push(step, step as f64 / 2.0));
        assert_eq!(read(&version_one(&cells, &[0; 5]), 2, 1), Ok(Some(cells.clone())));
        assert_eq!(read(&version_one(&cells, &[0, 0, 1, 0, 0]), 2, 1), Ok(None));
        assert_eq!(read(&write(&cells.cells, 2), 2, 2), Ok(Some(cells)));
    }
}
