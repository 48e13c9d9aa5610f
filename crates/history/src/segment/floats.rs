//! Columns of floats, as they lie in the file: each page's planes of bytes (the lowest of all values, then the second, …)
//! are blocks of their own in its zstd frame.
//!
//! The library would compress a page as one text. Then planes of noise, which cannot shrink, share their codes with planes
//! that have few different bytes, and small pages, which a zoom wants, make that worse: 32-bit floats take 3.1 bytes so, and
//! 2.65 in blocks of their own, whatever the size of the page.

use std::cell::RefCell;
use std::ops::Range;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{self, CompressedPage, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::stream::raw::{Encoder, InBuffer, Operation, OutBuffer};
use zstd::zstd_safe::compress_bound;

use super::numbers::Values;
use super::pages::{Page, Pages};
use super::{LEVEL, PAGE_ROWS, SegmentError};
use crate::tail::bytes::{Reader, put_number};
use crate::tail::{FormatError, add_floats, decompress_into, put_floats, singles};

/// Planes that are shorter are worth no block: each begins with the table of its codes.
const SHORT: usize = 512;
/// A frame's own bytes, and those of its blocks.
const FRAME: usize = 256;

/// Makes the chunks of columns. Kept for its memory.
pub(super) struct Floats {
    encoder: Encoder<'static>,
    contents: Vec<u8>,
    frame: Vec<u8>,
}

impl Floats {
    pub(super) fn new() -> Result<Self, ParquetError> {
        Ok(Self { encoder: Encoder::new(LEVEL)?, contents: Vec::new(), frame: Vec::new() })
    }

    /// The pages of a column in the rows of one group, and what the footer says of them. `rows` are those of the group that
    /// hold a value, ascending.
    pub(super) fn chunk(
        &mut self,
        column: ColumnDescPtr,
        group: Range<usize>,
        rows: &[u32],
        values: &[f64],
    ) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        let mut sink = TrackedWrite::new(Vec::new());
        let (mut written, mut contents, mut first) = (0, 0, 0);
        for start in group.clone().step_by(PAGE_ROWS) {
            let page = start..group.end.min(start + PAGE_ROWS);
            let last = first + rows[first..].partition_point(|row| (*row as usize) < page.end);
            let page = self.page(page, &rows[first..last], &values[first..last])?;
            let done = SerializedPageWriter::new(&mut sink).write_page(page)?;
            (written, contents, first) = (written + done.compressed_size, contents + done.uncompressed_size, last);
        }
        let metadata = ColumnChunkMetaData::builder(column)
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
            .set_encodings(vec![Encoding::RLE, Encoding::BYTE_STREAM_SPLIT])
            .set_num_values(group.len() as i64)
            .set_total_compressed_size(written as i64)
            .set_total_uncompressed_size(contents as i64)
            .set_data_page_offset(0)
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: written as u64,
            rows_written: group.len() as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok((sink.into_inner()?.into(), close))
    }

    fn page(&mut self, page: Range<usize>, rows: &[u32], values: &[f64]) -> Result<CompressedPage, ParquetError> {
        self.contents.clear();
        put_levels(&mut self.contents, &page, rows);
        let levels = self.contents.len();
        put_floats(&mut self.contents, values);
        let plane = if values.len() < SHORT { usize::MAX } else { values.len() };
        let frame = compress(&mut self.encoder, &mut self.frame, &self.contents, levels, plane)?;
        let page = page::Page::DataPage {
            buf: Bytes::copy_from_slice(frame),
            num_values: page.len() as u32,
            encoding: Encoding::BYTE_STREAM_SPLIT,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        Ok(CompressedPage::new(page, self.contents.len()))
    }
}

/// Which of the page's rows hold a value: a bit each, or one word that says that all do (Parquet's hybrid of runs and bits).
fn put_levels(out: &mut Vec<u8>, page: &Range<usize>, rows: &[u32]) {
    out.extend_from_slice(&[0; 4]);
    if rows.len() == page.len() {
        put_number(out, (page.len() as u64) << 1);
        out.push(1);
    } else {
        let eights = page.len().div_ceil(8);
        put_number(out, (eights as u64) << 1 | 1);
        let start = out.len();
        out.resize(start + eights, 0);
        for row in rows {
            let at = *row as usize - page.start;
            out[start + at / 8] |= 1 << (at % 8);
        }
    }
    let length = (out.len() - 4) as u32;
    out[..4].copy_from_slice(&length.to_le_bytes());
}

/// One frame, in which what comes first and then each plane are blocks of their own; short ones are not.
fn compress<'a>(
    encoder: &mut Encoder<'static>,
    frame: &'a mut Vec<u8>,
    contents: &[u8],
    first: usize,
    plane: usize,
) -> Result<&'a [u8], ParquetError> {
    encoder.reinit()?;
    encoder.set_pledged_src_size(Some(contents.len() as u64))?;
    let room = compress_bound(contents.len()) + FRAME;
    frame.resize(room, 0);
    let mut out = OutBuffer::around(&mut frame[..]);
    let full = || ParquetError::General("a frame is larger than it can be".to_owned());
    let mut at = 0;
    // A few bytes before the first plane belong to it.
    let mut end = if first < SHORT { first.saturating_add(plane) } else { first };
    while at < contents.len() {
        let mut block = InBuffer::around(&contents[at..contents.len().min(end)]);
        while block.pos < block.src.len() {
            encoder.run(&mut block, &mut out)?;
            if block.pos < block.src.len() && out.pos() == room {
                return Err(full());
            }
        }
        at += block.src.len();
        if at < contents.len() {
            encoder.flush(&mut out)?;
        }
        end = end.saturating_add(plane);
    }
    if encoder.finish(&mut out, true)? > 0 {
        return Err(full());
    }
    let length = out.pos();
    Ok(&frame[..length])
}

/// Which rows, counted from the first, hold a float; no list where all do.
pub(super) type Held = Option<Vec<u32>>;

thread_local! {
    /// The contents of the page that is being read. Memory for each anew would be given back and taken again and again.
    static CONTENTS: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Adds the floats of some rows of a group, of which all pages up to the last row are known.
pub(super) fn read<R: ChunkReader>(
    source: &R,
    pages: &Pages,
    wanted: &Range<usize>,
    numbers: &mut Vec<f64>,
) -> Result<Held, SegmentError> {
    CONTENTS.with_borrow_mut(|contents| {
        let (mut rows, mut all, before) = (Vec::new(), true, numbers.len());
        for page in pages.of(wanted) {
            load(source, page, contents)?;
            let part = page.rows.start.max(wanted.start)..page.rows.end.min(wanted.end);
            let known = numbers.len() - before;
            let held = add_page(contents, &page.rows, &part, numbers)?;
            if all && held.is_some() {
                all = false;
                rows.extend(0..known as u32);
            }
            let moved = |row: usize| (row - wanted.start) as u32;
            match held {
                _ if all => {}
                None => rows.extend(part.map(moved)),
                Some(held) => rows.extend(held.into_iter().map(|row| moved(page.rows.start + row as usize))),
            }
        }
        Ok((!all).then_some(rows))
    })
}

/// The floats of all rows of one page; nothing where other rows are wanted.
pub(super) fn read_page<R: ChunkReader>(
    source: &R,
    pages: &Pages,
    wanted: &Range<usize>,
) -> Result<Option<(Held, Values)>, SegmentError> {
    let [page] = pages.of(wanted) else { return Ok(None) };
    if page.rows != *wanted {
        return Ok(None);
    }
    CONTENTS.with_borrow_mut(|contents| {
        load(source, page, contents)?;
        let (held, planes) = parts(contents, page.rows.len())?;
        let double = || {
            let mut values = Vec::new();
            add_floats(planes, &mut values);
            Values::Double(values)
        };
        Ok(Some((held, singles(planes).map_or_else(double, Values::Single))))
    })
}

/// Adds the floats of some rows of a page with these contents. Which of its rows hold them, counted from its first; no list
/// where all of those asked for do.
fn add_page(
    contents: &[u8],
    page: &Range<usize>,
    part: &Range<usize>,
    numbers: &mut Vec<f64>,
) -> Result<Held, FormatError> {
    let (held, planes) = parts(contents, page.len())?;
    let first = numbers.len();
    add_floats(planes, numbers);
    let before = |row: usize| match &held {
        None => row - page.start,
        Some(held) => held.partition_point(|known| page.start + (*known as usize) < row),
    };
    let chosen = before(part.start)..before(part.end);
    numbers.truncate(first + chosen.end);
    numbers.drain(first..first + chosen.start);
    Ok(held.filter(|_| chosen.len() < part.len()).map(|held| held[chosen].to_vec()))
}

/// Reads and decompresses a page.
fn load<R: ChunkReader>(source: &R, page: &Page, contents: &mut Vec<u8>) -> Result<(), SegmentError> {
    let bytes = source.get_bytes(page.bytes.start, (page.bytes.end - page.bytes.start) as usize)?;
    Ok(decompress_into(&bytes, 10 * page.rows.len() + FRAME, contents)?)
}

/// Which of a page's rows hold a float, none when all do, and the planes of the floats.
fn parts(contents: &[u8], count: usize) -> Result<(Held, &[u8]), FormatError> {
    let mut reader = Reader(contents);
    let length = u32::from_le_bytes(reader.take(4)?.try_into().unwrap_or_default());
    let held = levels(reader.take(length as usize)?, count)?;
    let planes = reader.take(8 * held.as_ref().map_or(count, Vec::len))?;
    Ok((held, planes))
}

/// The rows of a page that hold a value; nothing when all do.
fn levels(bytes: &[u8], count: usize) -> Result<Option<Vec<u32>>, FormatError> {
    let mut reader = Reader(bytes);
    let (mut at, mut rows) = (0, Vec::new());
    while at < count {
        let header = reader.number()?;
        let length = usize::try_from(header >> 1).map_err(|_| FormatError::Damaged("a run without end"))?;
        if header & 1 == 0 {
            let end = count.min(at.saturating_add(length));
            if length == 0 {
                return Err(FormatError::Damaged("an empty run"));
            }
            if reader.byte()? == 1 {
                if at == 0 && end == count {
                    return Ok(None);
                }
                rows.extend(at as u32..end as u32);
            }
            at = end;
        } else {
            for byte in reader.take(length)? {
                rows.extend((0..8).filter(|bit| byte >> bit & 1 == 1).map(|bit| at as u32 + bit));
                at += 8;
            }
            rows.truncate(rows.partition_point(|row| (*row as usize) < count));
            if length == 0 {
                return Err(FormatError::Damaged("an empty run"));
            }
        }
    }
    Ok((rows.len() < count).then_some(rows))
}
