//! Values by row number: dense where most rows have one, else a tree.

use std::collections::BTreeMap;

use super::bitmap::Bitmap;

/// A value for some of the rows.
#[derive(Debug)]
pub(super) enum Store<T> {
    Sparse(BTreeMap<u32, T>),
    Dense { values: Vec<T>, valid: Bitmap, count: usize },
}

/// A dense store keeps at least one value for so many rows.
const DENSITY: usize = 8;

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self::Sparse(BTreeMap::new())
    }
}

impl<T: Copy + Default> Store<T> {
    /// How many rows have a value.
    pub fn len(&self) -> usize {
        match self {
            Self::Sparse(map) => map.len(),
            Self::Dense { count, .. } => *count,
        }
    }

    pub fn get(&self, row: u32) -> Option<T> {
        match self {
            Self::Sparse(map) => map.get(&row).copied(),
            Self::Dense { values, valid, .. } => valid.has(row).then(|| values[row as usize]),
        }
    }

    /// Gives a row that has none a value.
    #[inline]
    pub fn set(&mut self, row: u32, value: T) {
        match self {
            // Most rows come one after the other.
            Self::Dense { values, valid, count } if values.len() == row as usize => {
                values.push(value);
                *count += usize::from(valid.insert(row));
            }
            _ => self.set_any(row, value),
        }
    }

    fn set_any(&mut self, row: u32, value: T) {
        let rows = row as usize + 1;
        match self {
            Self::Sparse(map) => {
                map.insert(row, value);
                let rows = map.last_key_value().map_or(0, |(last, _)| *last as usize + 1);
                if map.len() >= 64 && map.len() * DENSITY > rows {
                    let mut dense = Self::Dense { values: Vec::new(), valid: Bitmap::default(), count: 0 };
                    std::mem::take(map).into_iter().for_each(|(row, value)| dense.set(row, value));
                    *self = dense;
                }
            }
            Self::Dense { values, valid, count } => {
                if rows > values.len() {
                    if rows > (*count + 64) * DENSITY * 2 {
                        let mut sparse = BTreeMap::new();
                        self.each(|row, value| _ = sparse.insert(row, value));
                        sparse.insert(row, value);
                        *self = Self::Sparse(sparse);
                        return;
                    }
                    values.resize(rows, T::default());
                }
                values[row as usize] = value;
                *count += usize::from(valid.insert(row));
            }
        }
    }

    /// Takes a row's value away.
    pub fn take(&mut self, row: u32) -> Option<T> {
        match self {
            Self::Sparse(map) => map.remove(&row),
            Self::Dense { values, valid, count } => {
                let had = valid.remove(row);
                *count -= usize::from(had);
                had.then(|| values[row as usize])
            }
        }
    }

    /// Calls `each` for every row that has a value, in order.
    pub fn each(&self, mut each: impl FnMut(u32, T)) {
        match self {
            Self::Sparse(map) => map.iter().for_each(|(row, value)| each(*row, *value)),
            Self::Dense { values, valid, .. } => valid.each(|row| each(row, values[row as usize])),
        }
    }

    /// The rows whose values pass, added to `into`.
    pub fn matching(&self, into: &mut Bitmap, test: impl Fn(T) -> bool) {
        match self {
            Self::Sparse(map) => {
                for (row, value) in map {
                    if test(*value) {
                        into.insert(*row);
                    }
                }
            }
            Self::Dense { values, valid, .. } => {
                for (at, (values, valid)) in values.chunks(64).zip(valid.words()).enumerate() {
                    let mut word = 0u64;
                    for (bit, value) in values.iter().enumerate() {
                        word |= u64::from(test(*value)) << bit;
                    }
                    into.add_word(at, word & valid);
                }
            }
        }
    }

    /// The rows that have a value, added to `into`.
    pub fn present(&self, into: &mut Bitmap) {
        match self {
            Self::Sparse(map) => map.keys().for_each(|row| _ = into.insert(*row)),
            Self::Dense { valid, .. } => {
                valid.words().iter().enumerate().for_each(|(at, word)| into.add_word(at, *word))
            }
        }
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Sparse(map) => map.len() * (size_of::<T>() + 12),
            Self::Dense { values, valid, .. } => values.capacity() * size_of::<T>() + valid.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_store_is_a_map(steps in prop::collection::vec((0u32..4000, prop::option::of(1u32..9)), 0..900), dense in any::<bool>()) {
            let (mut store, mut map) = (Store::default(), BTreeMap::new());
            let filled = if dense { 0..600u32 } else { 0..0 };
            for (row, value) in filled.map(|row| (row, Some(7))).chain(steps) {
                match value {
                    Some(value) => {
                        store.take(row);
                        store.set(row, value);
                        map.insert(row, value);
                    }
                    None => assert_eq!(store.take(row), map.remove(&row)),
                }
                assert_eq!(store.len(), map.len());
            }
            let mut all = BTreeMap::new();
            store.each(|row, value| _ = all.insert(row, value));
            assert_eq!(&all, &map);
            let (mut small, mut present) = (Bitmap::default(), Bitmap::default());
            store.matching(&mut small, |value| value < 5);
            store.present(&mut present);
            assert_eq!(small.rows(), map.iter().filter(|(_, v)| **v < 5).map(|(row, _)| *row).collect::<Vec<_>>());
            assert_eq!(present.rows(), map.keys().copied().collect::<Vec<_>>());
            for row in 0..4000 {
                assert_eq!(store.get(row), map.get(&row).copied());
            }
        }
    }
}
