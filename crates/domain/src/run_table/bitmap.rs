//! A set of rows, a bit each.

/// Rows. Those beyond the last word are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bitmap(Vec<u64>);

impl Bitmap {
    /// The rows of these words.
    pub fn of_words(words: Vec<u64>) -> Self {
        Self(words)
    }

    pub fn has(&self, row: u32) -> bool {
        self.0.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Whether it is new.
    pub fn insert(&mut self, row: u32) -> bool {
        let at = row as usize / 64;
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        let had = self.0[at] >> (row % 64) & 1 == 1;
        self.0[at] |= 1 << (row % 64);
        !had
    }

    /// Whether it was there.
    pub fn remove(&mut self, row: u32) -> bool {
        let had = self.has(row);
        if had {
            self.0[row as usize / 64] &= !(1 << (row % 64));
        }
        had
    }

    /// Adds the rows of the word at `at`.
    pub fn add_word(&mut self, at: usize, word: u64) {
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= word;
    }

    pub fn words(&self) -> &[u64] {
        &self.0
    }

    /// Only what is in both.
    pub fn and(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= b);
    }

    /// What is in either.
    pub fn or(&mut self, other: &Self) {
        other.0.iter().enumerate().for_each(|(at, word)| self.add_word(at, *word));
    }

    /// Without what is in the other.
    pub fn and_not(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a &= !b);
    }

    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Calls `each` for every row, in order.
    pub fn each(&self, mut each: impl FnMut(u32)) {
        for (at, word) in self.0.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                each(at as u32 * 64 + word.trailing_zeros());
                word &= word - 1;
            }
        }
    }

    /// The rows, in order.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows = Vec::with_capacity(self.count());
        self.each(|row| rows.push(row));
        rows
    }

    pub fn bytes(&self) -> usize {
        self.0.capacity() * 8
    }
}
