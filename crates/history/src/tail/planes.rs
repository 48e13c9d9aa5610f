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

/// Adds the values of which [`put_floats`] made these planes: eight bytes a value.
pub(crate) fn add_floats(planes: &[u8], values: &mut Vec<f64>) {
    let count = planes.len() / 8;
    values.reserve(count);
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
}

/// Floats of 32 bits that are put together at once.
const TOGETHER: usize = 64;

/// The same values as floats of 32 bits, where all of them are such: their lowest three planes are 0 then.
pub(crate) fn singles(planes: &[u8]) -> Option<Vec<f32>> {
    let count = planes.len() / 8;
    let (low, planes) = planes.split_at(3 * count);
    if low.iter().fold(0, |any, byte| any | byte) != 0 {
        return None;
    }
    let (mut values, mut lost) = (vec![0.0; count], 0);
    let (whole, rest) = values.as_chunks_mut::<TOGETHER>();
    let mut parts: [[u8; TOGETHER]; 5] = [[0; TOGETHER]; 5];
    for (at, values) in (0..).step_by(TOGETHER).zip(whole) {
        parts.iter_mut().enumerate().for_each(|(plane, part)| {
            part.copy_from_slice(&planes[plane * count + at..][..TOGETHER]);
        });
        lost |= put_together(&parts, values);
    }
    let (at, mut last) = (count - rest.len(), [0.0; TOGETHER]);
    parts.iter_mut().enumerate().for_each(|(plane, part)| {
        part[..rest.len()].copy_from_slice(&planes[plane * count + at..][..rest.len()]);
    });
    lost |= put_together(&parts, &mut last);
    rest.copy_from_slice(&last[..rest.len()]);
    (lost == 0).then_some(values)
}

/// Floats of their five highest planes. What is not 0 then is lost of some.
fn put_together(planes: &[[u8; TOGETHER]; 5], values: &mut [f32; TOGETHER]) -> u64 {
    let pair = |low: &[u8; TOGETHER], high: &[u8; TOGETHER]| -> [u16; TOGETHER] {
        std::array::from_fn(|at| u16::from(high[at]) << 8 | u16::from(low[at]))
    };
    let (low, high) = (pair(&planes[1], &planes[2]), pair(&planes[3], &planes[4]));
    let mut lost = 0;
    for at in 0..TOGETHER {
        let upper = u32::from(high[at]) << 16 | u32::from(low[at]);
        let bits = u64::from(upper) << 32 | u64::from(u32::from(planes[0][at]) << 24);
        values[at] = f64::from_bits(bits) as f32;
        lost |= f64::from(values[at]).to_bits() ^ bits;
    }
    lost
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
    fn values_that_need_no_more_are_read_as_floats_of_32_bits() {
        for count in [0, 1, 63, 64, 65, 1000] {
            let values: Vec<f32> = (0..count).map(|n| (n as f32 - 300.5) * 1.1e-3_f32.powi(n % 9)).collect();
            let special = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MIN_POSITIVE / 8.0, f32::MAX];
            let values: Vec<f32> = values.into_iter().chain(special).collect();
            let wide: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
            let planes = |values: &[f64]| {
                let mut out = Vec::new();
                put_floats(&mut out, values);
                out
            };
            let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&singles(&planes(&wide)).unwrap()), bits(&values));
            for other in [0.1, 1e300, f64::MIN_POSITIVE, 1.0 + f64::from(f32::EPSILON) / 2.0] {
                assert_eq!(singles(&planes(&[&wide[..], &[other]].concat())), None, "{other}");
            }
        }
    }

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
            let mut read = vec![0.5];
            add_floats(&out[1..], &mut read);
            assert_eq!(bits(&read[1..]), bits(&values));
        }
    }
}
