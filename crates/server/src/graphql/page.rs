//! Forward paging over a list that is at hand.

use serde::Deserialize;

use super::Connection;

/// `first` and `after`; a missing `first` means all.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Page {
    /// At most this many.
    pub first: Option<i64>,
    /// The cursor of the last item of the page before.
    pub after: Option<String>,
}

impl Page {
    /// The page of `all`; cursors are positions.
    pub fn of<T>(&self, all: Vec<T>) -> Connection<T> {
        let total = all.len();
        let start =
            self.after.as_ref().and_then(|after| after.parse::<usize>().ok()).map_or(0, |n| n.saturating_add(1));
        let most = self.first.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(0));
        let items: Vec<_> =
            all.into_iter().enumerate().skip(start).take(most).map(|(n, x)| (n.to_string(), x)).collect();
        let has_next_page = start.saturating_add(items.len()) < total;
        Connection { items, has_next_page, total: Some(total as u64) }
    }
}
