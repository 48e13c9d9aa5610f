//! Reading a tail.

use std::cell::RefCell;
use std::io::Read as _;

use zstd::bulk::Decompressor;
use zstd::zstd_safe::{find_frame_compressed_size, get_frame_content_size};

use super::bytes::{Reader, unzigzag};
use super::{FormatError, MAX_SIZE, VERSION};
use crate::batch::Batch;
use crate::column::{Column, ColumnValues};
use crate::value::Value;

/// The batch that [`super::encode`] was given.
///
/// # Errors
/// When the bytes are of a later version, truncated or changed. Bytes of any origin are safe to try: memory grows
/// only with what was really there.
pub fn decode(bytes: &[u8]) -> Result<Batch, FormatError> {
    match bytes.split_first() {
        None => Err(FormatError::Damaged("empty")),
        Some((&VERSION, frame)) => payload(&decompress(frame)?),
        Some((version, _)) => Err(FormatError::Version(*version)),
    }
}

thread_local! {
    /// Making one takes as long as decompressing a small tail.
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Frames that say that they hold more than so many times their size are read bit by bit, so that memory is not taken at
/// their word.
const TRUSTED: usize = 64;

/// The contents of a frame that has no more than these bytes, in place of what was there.
pub(crate) fn decompress_into(frame: &[u8], most: usize, contents: &mut Vec<u8>) -> Result<(), FormatError> {
    DECOMPRESSOR.with_borrow_mut(|kept| {
        let decompressor = match kept {
            Some(decompressor) => decompressor,
            None => kept.insert(Decompressor::new().map_err(|_| FormatError::Damaged("no memory for zstd"))?),
        };
        contents.clear();
        contents.reserve(most);
        let done = decompressor.decompress_to_buffer(frame, contents);
        done.map(drop).map_err(|_| FormatError::Damaged("checksum or compression"))
    })
}

/// The contents of exactly one frame.
pub(crate) fn decompress(frame: &[u8]) -> Result<Vec<u8>, FormatError> {
    let size = get_frame_content_size(frame).ok().flatten().and_then(|size| usize::try_from(size).ok());
    if let Some(size) = size.filter(|size| *size <= TRUSTED * frame.len()) {
        return match find_frame_compressed_size(frame) {
            Ok(length) if length == frame.len() => {
                let mut contents = Vec::new();
                decompress_into(frame, size, &mut contents).map(|()| contents)
            }
            Ok(_) => Err(FormatError::Damaged("bytes after the end")),
            Err(_) => Err(FormatError::Damaged("checksum or compression")),
        };
    }
    let mut contents = Vec::new();
    let decoder = zstd::stream::read::Decoder::with_buffer(frame).map_err(|_| FormatError::Damaged("zstd"))?;
    let mut bounded = decoder.single_frame().take(MAX_SIZE);
    // The checksum is verified at the end of the frame, so the end must be reached within the bound.
    let size = bounded.read_to_end(&mut contents).map_err(|_| FormatError::Damaged("checksum or compression"))?;
    if size as u64 >= MAX_SIZE {
        return Err(FormatError::Damaged("too large"));
    }
    if !bounded.into_inner().finish().is_empty() {
        return Err(FormatError::Damaged("bytes after the end"));
    }
    Ok(contents)
}

/// Reads the contents of the frame.
pub(super) fn payload(contents: &[u8]) -> Result<Batch, FormatError> {
    let mut reader = Reader(contents);
    let len = u32::try_from(reader.number()?).map_err(|_| FormatError::Damaged("too many rows"))? as usize;
    let count = reader.count()?;
    let mut columns = Vec::new();
    for _ in 0..count {
        columns.push(column(&mut reader, len)?);
    }
    if !reader.0.is_empty() {
        return Err(FormatError::Damaged("too long"));
    }
    // As they were written; so no key comes twice.
    if !columns.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err(FormatError::Damaged("keys out of order"));
    }
    Ok(Batch::from_columns(len, columns))
}

fn column(reader: &mut Reader<'_>, len: usize) -> Result<(String, Column), FormatError> {
    let key = reader.text()?.to_owned();
    let flags = reader.byte()?;
    if flags >= 1 << 5 {
        return Err(FormatError::Damaged("unknown flags"));
    }
    let path = if flags & 1 << 3 == 0 { None } else { Some(path(reader)?) };
    let rows = if flags & 1 << 4 == 0 { sparse_rows(reader)? } else { dense_rows(reader, len)? };
    let values = values(reader, flags & 7, rows.len())?;
    let column = Column::from_parts(path, rows, values, len).ok_or(FormatError::Damaged("rows out of order"))?;
    Ok((key, column))
}

fn path(reader: &mut Reader<'_>) -> Result<Vec<String>, FormatError> {
    let parts = reader.count()?;
    if parts < 2 {
        return Err(FormatError::Damaged("a path that is none"));
    }
    (0..parts).map(|_| reader.text().map(str::to_owned)).collect()
}

fn dense_rows(reader: &Reader<'_>, len: usize) -> Result<Vec<u32>, FormatError> {
    if len > reader.0.len() {
        return Err(FormatError::Damaged("more rows than bytes"));
    }
    Ok((0..len as u32).collect())
}

fn sparse_rows(reader: &mut Reader<'_>) -> Result<Vec<u32>, FormatError> {
    let count = reader.count()?;
    let mut next = 0_u32;
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        let row = u32::try_from(reader.number()?).ok().and_then(|distance| next.checked_add(distance));
        let row = row.filter(|row| *row < u32::MAX).ok_or(FormatError::Damaged("a row out of range"))?;
        rows.push(row);
        next = row + 1;
    }
    Ok(rows)
}

fn values(reader: &mut Reader<'_>, kind: u8, count: usize) -> Result<ColumnValues, FormatError> {
    Ok(match kind {
        0 => ColumnValues::Int(ints(reader, count)?),
        1 => ColumnValues::Float(floats(reader, count)?),
        2 => ColumnValues::Bool(reader.take(count)?.iter().map(|byte| *byte != 0).collect()),
        3 => ColumnValues::Text(texts(reader, count)?),
        4 => ColumnValues::Json(texts(reader, count)?),
        5 => {
            let values = texts(reader, count)?.iter().map(|text| Value::from_stored(text)).collect::<Option<_>>();
            ColumnValues::Mixed(values.ok_or(FormatError::Damaged("not a stored value"))?)
        }
        _ => return Err(FormatError::Damaged("an unknown kind of column")),
    })
}

fn ints(reader: &mut Reader<'_>, count: usize) -> Result<Vec<i64>, FormatError> {
    let mut before = 0_i64;
    (0..count)
        .map(|_| {
            before = before.wrapping_add(unzigzag(reader.number()?));
            Ok(before)
        })
        .collect()
}

pub(crate) fn floats(reader: &mut Reader<'_>, count: usize) -> Result<Vec<f64>, FormatError> {
    let size = count.checked_mul(8).ok_or(FormatError::Damaged("too many values"))?;
    let mut values = Vec::new();
    super::planes::add_floats(reader.take(size)?, &mut values);
    Ok(values)
}

fn texts(reader: &mut Reader<'_>, count: usize) -> Result<Vec<String>, FormatError> {
    let lengths: Vec<u64> = (0..count).map(|_| reader.number()).collect::<Result<_, _>>()?;
    lengths
        .into_iter()
        .map(|length| {
            let bytes =
                reader.take(usize::try_from(length).map_err(|_| FormatError::Damaged("a text out of range"))?)?;
            String::from_utf8(bytes.to_vec()).map_err(|_| FormatError::Damaged("not UTF-8"))
        })
        .collect()
}
