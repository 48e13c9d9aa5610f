//! Where the pages of a column of floats are. The file says it only in front of each page: whoever keeps what was found
//! reads later exactly the pages that are wanted.

use std::ops::Range;

use parquet::basic::{Compression, Type};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::ChunkReader;

use super::{Footer, ROW_GROUP_ROWS, SegmentError};
use crate::tail::FormatError;
use crate::tail::bytes::{Reader, unzigzag};

/// What is read of a page to know its header, which takes some 25 bytes.
const HEADER: u64 = 128;
/// A data page of the first kind, and the encoding that splits bytes, as Parquet numbers them.
const DATA_PAGE: i64 = 0;
const BYTE_STREAM_SPLIT: i64 = 9;

/// Some pages of a column in one row group, from the first on.
#[derive(Debug, Default)]
pub(crate) struct Pages(Vec<Page>);

#[derive(Debug, PartialEq)]
pub(super) struct Page {
    /// Its rows, counted from the first of the group.
    pub(super) rows: Range<usize>,
    /// Where its bytes are, behind its header.
    pub(super) bytes: Range<u64>,
}

impl Pages {
    /// Finds all pages of a key in a row group; nothing as [`Self::find`] says, or without the key.
    pub(crate) fn of_group<R: ChunkReader>(
        source: &R,
        footer: &Footer,
        key: &str,
        group: usize,
    ) -> Result<Option<Self>, SegmentError> {
        let Some(place) = footer.place(key) else { return Ok(None) };
        let group = footer.parquet.row_group(group);
        Self::find(source, group, place, group.num_rows() as usize)
    }

    /// Finds the pages up to a row of the group; nothing when the column is not made of pages as [`super::floats`] makes
    /// them.
    pub(super) fn find<R: ChunkReader>(
        source: &R,
        group: &RowGroupMetaData,
        place: usize,
        end: usize,
    ) -> Result<Option<Self>, SegmentError> {
        let column = group.column(place);
        if !matches!(column.compression(), Compression::ZSTD(_)) || column.column_type() != Type::DOUBLE {
            return Ok(None);
        }
        let (mut at, length) = column.byte_range();
        let limit = at.saturating_add(length);
        let (mut found, mut row) = (Vec::new(), 0);
        while row < end {
            let start = source.get_bytes(at, HEADER.min(limit.saturating_sub(at)) as usize)?;
            let Ok(header) = Header::read(&start) else { return Ok(None) };
            let Some(rows) = header.rows() else { return Ok(None) };
            let start = at + header.length;
            at = start + header.size;
            if at > limit || !(1..=ROW_GROUP_ROWS).contains(&rows) {
                return Err(FormatError::Damaged("fewer rows than promised").into());
            }
            found.push(Page { rows: row..row + rows, bytes: start..at });
            row += rows;
        }
        Ok(Some(Self(found)))
    }

    /// Those that hold some of these rows.
    pub(super) fn of(&self, rows: &Range<usize>) -> &[Page] {
        let first = self.0.partition_point(|page| page.rows.end <= rows.start);
        let count = self.0[first..].partition_point(|page| page.rows.start < rows.end);
        &self.0[first..first + count]
    }

    /// The memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Page>()
    }
}

/// What is in front of a page: a Thrift struct in its compact form.
#[derive(Debug, Default)]
struct Header {
    length: u64,
    kind: i64,
    size: u64,
    values: i64,
    encoding: i64,
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, FormatError> {
        let (mut reader, mut found) = (Reader(bytes), Self::default());
        integers(&mut reader, 0, &mut |field, value| match field {
            0x1 => found.kind = value,
            0x3 => found.size = value.unsigned_abs(),
            0x51 => found.values = value,
            0x52 => found.encoding = value,
            _ => {}
        })?;
        found.length = (bytes.len() - reader.0.len()) as u64;
        Ok(found)
    }

    /// How many rows the page has, if it is such a one.
    fn rows(&self) -> Option<usize> {
        let known = self.kind == DATA_PAGE && self.encoding == BYTE_STREAM_SPLIT;
        usize::try_from(self.values).ok().filter(|_| known)
    }
}

/// The integers of a struct by the number of their field; those of a struct within by a hexadecimal digit for each of both.
fn integers(reader: &mut Reader<'_>, outer: i64, seen: &mut impl FnMut(i64, i64)) -> Result<(), FormatError> {
    let mut field = 0;
    loop {
        let byte = reader.byte()?;
        field = match byte >> 4 {
            0 if byte == 0 => return Ok(()),
            0 => unzigzag(reader.number()?),
            delta => field + i64::from(delta),
        };
        let place = outer << 4 | field;
        match byte & 0xf {
            // Truth values stand in the byte that was read.
            1 | 2 => {}
            3 => _ = reader.byte()?,
            4..=6 => seen(place, unzigzag(reader.number()?)),
            8 => {
                let length = reader.count()?;
                reader.take(length)?;
            }
            12 if outer == 0 => integers(reader, place, seen)?,
            _ => return Err(FormatError::Damaged("the header of a page")),
        }
    }
}
