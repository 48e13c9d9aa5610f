//! Floats as eight planes of one byte each: all lowest bytes, then all second ones, and so on. Alike bytes lie together so,
//! and compress better.

/// Appends the planes of the values.
pub(crate) fn put_floats(out: &mut Vec<u8>, values: &[f64]) {
    let (start, count) = (out.len(), values.len());
    out.resize(start + 8 * count, 0);
    let planes = &mut out[start..];
    let (eights, rest) = values.as_chunks::<8>();
    for (at, eight) in eights.iter().enumerate() {
        for (plane, bytes) in transposed(eight.map(f64::to_bits)).into_iter().enumerate() {
            let place = plane * count + 8 * at;
            planes[place..place + 8].copy_from_slice(&bytes.to_le_bytes());
        }
    }
    for (at, value) in (8 * eights.len()..).zip(rest) {
        for (plane, byte) in value.to_le_bytes().into_iter().enumerate() {
            planes[plane * count + at] = byte;
        }
    }
}

/// The values of which [`put_floats`] made these planes: eight bytes a value.
pub(super) fn floats(planes: &[u8]) -> Vec<f64> {
    let count = planes.len() / 8;
    let mut values = Vec::with_capacity(count);
    for at in (0..count / 8 * 8).step_by(8) {
        let rows = std::array::from_fn(|plane| {
            let place = plane * count + at;
            planes[place..place + 8].iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte))
        });
        values.extend(transposed(rows).map(f64::from_bits));
    }
    for at in count / 8 * 8..count {
        values.push(f64::from_le_bytes(std::array::from_fn(|plane| planes[plane * count + at])));
    }
    values
}

/// Eight rows of eight bytes, the lowest first, turned: byte *j* of row *i* becomes byte *i* of row *j*. Blocks of one byte
/// change places, then those of two, then those of four.
fn transposed(mut rows: [u64; 8]) -> [u64; 8] {
    const STAGES: [(usize, u64); 3] =
        [(1, 0x00ff_00ff_00ff_00ff), (2, 0x0000_ffff_0000_ffff), (4, 0x0000_0000_ffff_ffff)];
    for (distance, mask) in STAGES {
        let shift = 8 * distance;
        for row in (0..8).filter(|row| row & distance == 0) {
            let differing = ((rows[row] >> shift) ^ rows[row + distance]) & mask;
            rows[row + distance] ^= differing;
            rows[row] ^= differing << shift;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_the_bytes_of_all_values_in_order_and_come_back() {
        for count in [0, 1, 7, 8, 9, 16, 1000, 1003] {
            let values: Vec<f64> =
                (0..count).map(|n| f64::from_bits(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(n + 1))).collect();
            let mut out = vec![7];
            put_floats(&mut out, &values);
            let plain = (0..8).flat_map(|plane| values.iter().map(move |value| value.to_le_bytes()[plane]));
            assert_eq!(out[1..], plain.collect::<Vec<u8>>());
            let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&floats(&out[1..])), bits(&values));
        }
    }
}
