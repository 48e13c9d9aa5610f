//! Columns of a run table as bytes, little-endian.

use std::io;

use serde_json::Value;

use super::super::bitmap::Bitmap;
use super::super::coded::Coded;
use super::super::column::Column;
use super::super::store::Store;

/// What is not there or makes no sense.
pub(super) fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// The rest of what is read.
pub(super) struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub fn take(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| damaged("too short"))?;
        self.0 = rest;
        Ok(taken)
    }

    pub fn number(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.take(8)?.try_into().unwrap_or_default()))
    }

    /// So many values of `N` bytes.
    pub fn values<T, const N: usize>(&mut self, count: usize, value: impl Fn([u8; N]) -> T) -> io::Result<Vec<T>> {
        let bytes = self.take(count.checked_mul(N).ok_or_else(|| damaged("too long"))?)?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| value(*bytes)).collect())
    }

    pub fn text(&mut self) -> io::Result<&'a str> {
        let length = self.number()?;
        str::from_utf8(self.take(length as usize)?).map_err(|_| damaged("not a text"))
    }

    pub fn bitmap(&mut self) -> io::Result<Bitmap> {
        let words = self.number()?;
        Ok(Bitmap::of_words(self.values(words as usize, u64::from_le_bytes)?))
    }
}

pub(super) fn put_number(out: &mut Vec<u8>, number: usize) {
    out.extend_from_slice(&(number as u64).to_le_bytes());
}

pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

pub(super) fn put_bitmap(out: &mut Vec<u8>, bitmap: &Bitmap) {
    put_number(out, bitmap.words().len());
    bitmap.words().iter().for_each(|word| out.extend_from_slice(&word.to_le_bytes()));
}

fn put_store<T: Copy + Default, const N: usize>(out: &mut Vec<u8>, store: &Store<T>, bytes: impl Fn(T) -> [u8; N]) {
    match store {
        Store::Sparse(map) => {
            out.push(0);
            put_number(out, map.len());
            map.keys().for_each(|row| out.extend_from_slice(&row.to_le_bytes()));
            map.values().for_each(|value| out.extend_from_slice(&bytes(*value)));
        }
        Store::Dense { values, valid, .. } => {
            out.push(1);
            put_number(out, values.len());
            values.iter().for_each(|value| out.extend_from_slice(&bytes(*value)));
            put_bitmap(out, valid);
        }
    }
}

fn store<T: Copy + Default, const N: usize>(
    input: &mut Input<'_>,
    value: impl Fn([u8; N]) -> T,
) -> io::Result<Store<T>> {
    let dense = input.take(1)? == [1];
    let count = input.number()? as usize;
    if dense {
        let values = input.values(count, value)?;
        let valid = input.bitmap()?;
        return Ok(Store::Dense { values, count: valid.count(), valid });
    }
    let rows = input.values(count, u32::from_le_bytes)?;
    Ok(Store::Sparse(rows.into_iter().zip(input.values(count, value)?).collect()))
}

/// The texts in the order of their codes, then the codes by row.
pub(super) fn put_coded<T>(out: &mut Vec<u8>, coded: &Coded<T>) {
    let texts: Vec<Option<&str>> = coded.texts().collect();
    put_number(out, texts.len());
    for text in texts {
        out.push(u8::from(text.is_some()));
        put_text(out, text.unwrap_or_default());
    }
    put_store(out, &coded.codes, u32::to_le_bytes);
}

/// `make` gives what a text stands for.
pub(super) fn coded<T>(input: &mut Input<'_>, make: impl Fn(&str) -> io::Result<T>) -> io::Result<Coded<T>> {
    let mut entries = Vec::new();
    for _ in 0..input.number()? {
        let held = input.take(1)? == [1];
        let text = input.text()?;
        entries.push(if held { Some((text.into(), make(text)?)) } else { None });
    }
    let codes = store(input, u32::from_le_bytes)?;
    Coded::of(entries, codes).ok_or_else(|| damaged("a code without a text"))
}

pub(super) fn put_column(out: &mut Vec<u8>, column: &Column) {
    out.push(u8::from(column.dates));
    put_store(out, &column.numbers, f64::to_le_bytes);
    put_coded(out, &column.texts);
    put_coded(out, &column.others);
}

pub(super) fn column(input: &mut Input<'_>) -> io::Result<Column> {
    Ok(Column {
        dates: input.take(1)? == [1],
        numbers: store(input, f64::from_le_bytes)?,
        texts: coded(input, |_| Ok(()))?,
        others: coded(input, |text| serde_json::from_str::<Value>(text).map_err(io::Error::other))?,
    })
}
