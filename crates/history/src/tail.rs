//! The binary form of a batch for the rows that are not in a segment yet: one small value in the database per
//! request.
//!
//! Version 1: the byte `1`, then one zstd frame with a checksum. In it, little-endian, numbers as LEB128 where not said
//! otherwise: rows, columns, then per column
//!
//! - the key (length, UTF-8) and one byte: the kind in bits 0–2 (int, float, bool, text, json, mixed), bit 3 for
//!   "has a path", bit 4 for "every row holds a value";
//! - the path, if any: the number of parts, then each (length, UTF-8);
//! - the rows that hold a value, unless all do: their number, then the distance from each to the next;
//! - the values: ints as zigzag distances, floats as eight planes of one byte each (they compress better so), bools
//!   as bytes, all others as their lengths and then their UTF-8 texts (those of mixed columns as extended JSON).

pub(crate) mod bytes;
mod decode;
mod encode;
mod planes;

pub use decode::decode;
pub(crate) use decode::{decompress, decompress_into, floats};
pub(crate) use encode::compress;
pub use encode::encode;
pub(crate) use planes::{add_floats, put_floats, singles};

/// The version that [`encode`] writes.
pub const VERSION: u8 = 1;
/// The most bytes that a tail may hold before compression: a bound for the memory of [`decode`].
const MAX_SIZE: u64 = 2 << 30;

/// Why bytes are not a tail. Stored tails are never changed, so any of these means damage or a newer program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Written by a later version of this program, or not a tail at all.
    #[error("tail version {0} is unknown to this version of the program")]
    Version(u8),
    /// Truncated or changed.
    #[error("the tail is damaged: {0}")]
    Damaged(&'static str),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{batches, golden};
    use crate::{Batch, NonFinite};

    #[test]
    fn a_row_of_ten_metrics_is_small() {
        let line = r#"{"_step":1234,"_runtime":12.345678,"_timestamp":1.7952998730534449e+09,"train/loss":0.123456789,"train/accuracy":0.987654321,"val/loss":0.13579,"val/accuracy":0.97531,"lr":0.0003,"epoch":3,"grad_norm":1.23456789}"#;
        let size = encode(&Batch::from_lines(&[line], 0).0).len();
        assert!(size < 250, "{size} bytes");
    }

    #[test]
    fn version_one_is_readable_for_ever() {
        let (bytes, rows) = golden("tail-v1.bin", encode);
        assert_eq!(decode(&bytes).unwrap().sort_by_step().to_json_rows(None, NonFinite::Bare), rows);
    }

    #[test]
    fn other_versions_are_named() {
        assert_eq!(decode(&[]), Err(FormatError::Damaged("empty")));
        assert_eq!(decode(&[2, 0]), Err(FormatError::Version(2)));
    }

    proptest! {
        #[test]
        fn every_batch_comes_back(batch in batches()) {
            prop_assert_eq!(decode(&encode(&batch)).unwrap(), batch);
        }

        #[test]
        fn random_bytes_are_errors_and_no_more(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&bytes).is_err());
            prop_assert!(decode(&[&[VERSION], &bytes[..]].concat()).is_err());
        }

        #[test]
        fn damage_is_found(batch in batches(), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
            let mut bytes = encode(&batch);
            let at = at.index(bytes.len());
            prop_assert!(decode(&bytes[..at]).is_err());
            bytes[at] ^= 1_u8 << bit;
            // Some bits of a frame mean nothing; then the batch must be unharmed.
            prop_assert!(decode(&bytes).map_or(true, |decoded| decoded == batch));
        }

        #[test]
        fn hostile_contents_are_errors_or_batches(contents in prop::collection::vec(0..40_u8, 0..60)) {
            _ = decode::payload(&contents);
        }
    }
}
