//! Writing a tail.

use std::sync::{Mutex, PoisonError};

use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use super::VERSION;
use super::bytes::{put_number, put_text, zigzag};
use super::planes::put_floats;
use crate::batch::Batch;
use crate::column::{Column, ColumnValues};

/// The batch as bytes that [`super::decode`] reads back exactly.
#[must_use]
pub fn encode(batch: &Batch) -> Vec<u8> {
    let mut contents =
        Vec::with_capacity(batch.columns().map(|(key, column)| key.len() + 16 + 8 * column.count()).sum());
    put_number(&mut contents, batch.len() as u64);
    put_number(&mut contents, batch.columns().count() as u64);
    for (key, column) in batch.columns() {
        put_column(&mut contents, batch.len(), key, column);
    }
    let frame = compress_at(QUICKLY, &contents);
    let mut out = Vec::with_capacity(1 + frame.len());
    out.push(VERSION);
    out.extend_from_slice(&frame);
    out
}

/// The level of tails, which are compressed again soon: without codes for single bytes, which floats hardly get shorter by.
/// It takes a tenth of the time.
const QUICKLY: i32 = -1;
/// The level of what stays.
const WELL: i32 = 1;

/// One zstd frame. Compression only fails when zstd itself finds no memory; what was to be stored is then stored
/// uncompressed.
pub(crate) fn compress(contents: &[u8]) -> Vec<u8> {
    compress_at(WELL, contents)
}

fn compress_at(level: i32, contents: &[u8]) -> Vec<u8> {
    let idle = || COMPRESSORS.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh = || {
        let mut compressor = Compressor::new(level)?;
        compressor.include_checksum(true)?;
        Ok::<_, std::io::Error>(compressor)
    };
    let kept = idle().pop();
    let compressed = kept.map_or_else(fresh, Ok).and_then(|mut compressor| {
        compressor.set_parameter(CParameter::CompressionLevel(level))?;
        let compressed = compressor.compress(contents)?;
        let mut idle = idle();
        if idle.len() < IDLE {
            idle.push(compressor);
        }
        Ok(compressed)
    });
    compressed.unwrap_or_else(|_| raw_frame(contents))
}

/// Compressors that nobody uses: making one takes longer than compressing the few numbers of a row.
static COMPRESSORS: Mutex<Vec<Compressor<'static>>> = Mutex::new(Vec::new());

/// Most compressors that are kept; each holds up to a megabyte or so.
const IDLE: usize = 8;

/// A zstd frame of raw blocks, without a checksum (RFC 8878, 3.1.1).
fn raw_frame(contents: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 128 << 10;
    // The magic number, a header without options, and a window of 128 KiB.
    let mut out = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
    for block in contents.chunks(BLOCK) {
        out.extend_from_slice(&((block.len() as u32) << 3).to_le_bytes()[..3]);
        out.extend_from_slice(block);
    }
    // An empty last block.
    out.extend_from_slice(&[1, 0, 0]);
    out
}

fn put_column(out: &mut Vec<u8>, len: usize, key: &str, column: &Column) {
    let dense = column.count() == len;
    put_text(out, key);
    out.push(kind(column.values()) | u8::from(column.path().is_some()) << 3 | u8::from(dense) << 4);
    if let Some(path) = column.path() {
        put_number(out, path.len() as u64);
        path.iter().for_each(|part| put_text(out, part));
    }
    if !dense {
        put_number(out, column.count() as u64);
        let mut next = 0;
        for row in column.rows() {
            put_number(out, u64::from(row - next));
            next = row + 1;
        }
    }
    put_values(out, column.values());
}

fn kind(values: &ColumnValues) -> u8 {
    match values {
        ColumnValues::Int(_) => 0,
        ColumnValues::Float(_) => 1,
        ColumnValues::Bool(_) => 2,
        ColumnValues::Text(_) => 3,
        ColumnValues::Json(_) => 4,
        ColumnValues::Mixed(_) => 5,
    }
}

fn put_values(out: &mut Vec<u8>, values: &ColumnValues) {
    match values {
        ColumnValues::Int(values) => {
            let mut before = 0;
            for int in values {
                put_number(out, zigzag(int.wrapping_sub(before)));
                before = *int;
            }
        }
        ColumnValues::Float(values) => put_floats(out, values),
        ColumnValues::Bool(values) => out.extend(values.iter().map(|flag| u8::from(*flag))),
        ColumnValues::Text(values) | ColumnValues::Json(values) => put_texts(out, values),
        ColumnValues::Mixed(values) => put_texts(out, &values.iter().map(crate::Value::to_stored).collect::<Vec<_>>()),
    }
}

fn put_texts(out: &mut Vec<u8>, texts: &[String]) {
    texts.iter().for_each(|text| put_number(out, text.len() as u64));
    texts.iter().for_each(|text| out.extend_from_slice(text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_raw_blocks_are_readable_too() {
        for size in [0, 1, 128 << 10, (128 << 10) + 1, 1 << 20] {
            let contents: Vec<u8> = (0..size).map(|at| at as u8).collect();
            assert_eq!(zstd::decode_all(&raw_frame(&contents)[..]).unwrap(), contents);
        }
    }
}
