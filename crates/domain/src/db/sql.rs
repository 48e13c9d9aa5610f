//! A statement with its arguments, run on either database.

use std::fmt::Write as _;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Postgres, Sqlite};

use super::rows::{Column, PLACE, Rows};
use super::{Db, Tx};
use crate::Error;

/// A struct that derives `FromRow` reads from both databases.
pub(crate) trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// One argument, of the five column types we use. Options keep their type, so PostgreSQL knows what a NULL is.
#[derive(Clone, Debug)]
pub(crate) enum Arg {
    Int(Option<i64>),
    Real(Option<f64>),
    Text(Option<String>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
}

impl Arg {
    /// NULL of the same type.
    pub fn none(&self) -> Self {
        match self {
            Self::Int(_) => Self::Int(None),
            Self::Real(_) => Self::Real(None),
            Self::Text(_) => Self::Text(None),
            Self::Bool(_) => Self::Bool(None),
            Self::Bytes(_) => Self::Bytes(None),
        }
    }
}

macro_rules! arg_from {
    ($($from:ty => $variant:ident = $convert:expr),* $(,)?) => {$(
        impl From<$from> for Arg {
            fn from(v: $from) -> Self { Self::$variant(Some($convert(v))) }
        }
        impl From<Option<$from>> for Arg {
            fn from(v: Option<$from>) -> Self { Self::$variant(v.map($convert)) }
        }
    )*};
}
arg_from!(
    i64 => Int = |v| v,
    f64 => Real = |v| v,
    bool => Bool = |v| v,
    String => Text = storable,
    Vec<u8> => Bytes = |v| v,
    &str => Text = |v: &str| storable(v.to_owned()),
    &String => Text = |v: &String| storable(v.clone()),
);

/// PostgreSQL refuses texts with a zero byte, wherever they come from: none reaches a database.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// Where a statement runs: on its own, or inside a transaction.
pub(crate) enum On<'a> {
    Db(&'a Db),
    Tx(&'a mut Tx),
}
impl<'a> From<&'a Db> for On<'a> {
    fn from(db: &'a Db) -> Self {
        Self::Db(db)
    }
}
impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Self::Tx(tx)
    }
}

/// A statement being put together; see [`sql`].
pub(crate) struct Sql {
    text: String,
    args: Vec<Arg>,
    rows: Option<Rows>,
}

/// Starts a statement. The text is ours, never a user's; values go through [`Sql::bind`].
pub(crate) fn sql(text: impl Into<String>) -> Sql {
    Sql { text: text.into(), args: Vec::new(), rows: None }
}

/// `$first, $first+1, …`: placeholders for `count` values.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 7);
    put_placeholders(&mut text, first, count);
    text
}

/// Without a text for each number: a batch of requests has thousands.
fn put_placeholders(text: &mut String, first: usize, count: usize) {
    for n in first..first + count {
        // Writing to a String cannot fail.
        _ = write!(text, "{}${n}", if n == first { "" } else { ", " });
    }
}

/// Statements with more arguments than this are worth being written anew for SQLite.
const MANY: usize = 16;

/// The statement with `?` for its arguments, where these come once and in order: of those with names, and `$1` is one, SQLite
/// and its driver look through all to find each, so a thousand take a million steps.
fn positional(text: String, args: usize) -> String {
    if args <= MANY {
        return text;
    }
    let mut parts = text.split('$');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut quoted = out.matches('\'').count() % 2 == 1;
    for (part, next) in parts.zip(1_usize..) {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if quoted || part[..digits].parse() != Ok(next) {
            return text;
        }
        out.push('?');
        out += &part[digits..];
        quoted = part.matches('\'').count() % 2 == 1;
    }
    out
}

/// Most rows of one statement, well below what either database allows in arguments.
pub(crate) const MOST_ROWS: usize = 512;

/// The next power of two: statements for many rows come in few sizes, so that they stay prepared. What is too many is
/// filled with rows that match nothing.
pub(crate) fn in_steps(count: usize) -> usize {
    count.next_power_of_two()
}

/// `($first, …), (…), …`: `rows` rows of `width` values, for `VALUES`.
pub(crate) fn values(first: usize, rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * (width * 7 + 4));
    for row in 0..rows {
        text += if row == 0 { "(" } else { ", (" };
        put_placeholders(&mut text, first + row * width, width);
        text.push(')');
    }
    text
}

macro_rules! bound {
    ($query:expr, $self:expr) => {{
        let mut query = $query;
        for arg in $self.args {
            query = match arg {
                Arg::Int(v) => query.bind(v),
                Arg::Real(v) => query.bind(v),
                Arg::Text(v) => query.bind(v),
                Arg::Bool(v) => query.bind(v),
                Arg::Bytes(v) => query.bind(v),
            };
        }
        query
    }};
}

/// With each column of the rows as an array.
macro_rules! bound_arrays {
    ($query:expr, $self:expr) => {{
        let rows = $self.rows.take();
        let mut query = bound!($query, $self);
        for column in rows.into_iter().flat_map(Rows::columns) {
            query = match column {
                Column::Int(v) => query.bind(v),
                Column::Real(v) => query.bind(v),
                Column::Text(v) => query.bind(v),
                Column::Bool(v) => query.bind(v),
                Column::Bytes(v) => query.bind(v),
            };
        }
        query
    }};
}

impl Sql {
    /// The next argument.
    pub fn bind(mut self, value: impl Into<Arg>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Several arguments of one type, in order.
    pub fn bind_all<T: Into<Arg>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.args.extend(values.into_iter().map(Into::into));
        self
    }

    /// A table of arguments, `v`, in the place of `{rows}` in the text, behind all other arguments, which come once and in
    /// order. What is written with it must skip rows of which `v.column1` is not above 0.
    pub fn rows(mut self, rows: Rows) -> Self {
        self.rows = Some(rows);
        self
    }

    fn text_for(&mut self, on: &On<'_>) -> AssertSqlSafe<String> {
        let mut text = std::mem::take(&mut self.text);
        AssertSqlSafe(match on {
            On::Db(Db::Sqlite { .. }) | On::Tx(Tx::Sqlite(_)) => {
                let Some(rows) = self.rows.take() else {
                    return AssertSqlSafe(positional(text, self.args.len()));
                };
                // One with a name would be counted with those of the rows, which have none.
                text = positional(text, usize::MAX);
                debug_assert!(!text.contains('$'), "arguments beside rows come once and in order: {text}");
                let (values, args) = rows.into_values();
                self.args.extend(args);
                text.replacen(PLACE, &values, 1)
            }
            On::Db(Db::Postgres(_)) | On::Tx(Tx::Postgres(_)) => match &self.rows {
                Some(rows) => text.replacen(PLACE, &rows.as_arrays(self.args.len() + 1), 1),
                None => text,
            },
        })
    }

    /// Every row. On a bare [`Db`] this reads; a statement that writes and returns rows needs a transaction.
    pub async fn all<T: Row>(mut self, on: impl Into<On<'_>>) -> Result<Vec<T>, Error> {
        let on = on.into();
        let text = self.text_for(&on);
        Ok(match on {
            On::Db(Db::Sqlite { read, .. }) => bound!(sqlx::query_as::<Sqlite, T>(text), self).fetch_all(read).await?,
            On::Db(Db::Postgres(pool)) => {
                bound_arrays!(sqlx::query_as::<Postgres, T>(text), self).fetch_all(pool).await?
            }
            On::Tx(Tx::Sqlite(tx)) => bound!(sqlx::query_as::<Sqlite, T>(text), self).fetch_all(&mut **tx).await?,
            On::Tx(Tx::Postgres(tx)) => {
                bound_arrays!(sqlx::query_as::<Postgres, T>(text), self).fetch_all(&mut **tx).await?
            }
        })
    }

    /// The first row, if any.
    pub async fn optional<T: Row>(self, on: impl Into<On<'_>>) -> Result<Option<T>, Error> {
        Ok(self.all(on).await?.into_iter().next())
    }

    /// The one row that must be there.
    pub async fn one<T: Row>(self, on: impl Into<On<'_>>) -> Result<T, Error> {
        self.optional(on).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Runs a writing statement; the number of rows it touched.
    pub async fn run(mut self, on: impl Into<On<'_>>) -> Result<u64, Error> {
        let on = on.into();
        let text = self.text_for(&on);
        Ok(match on {
            On::Db(Db::Sqlite { write, .. }) => {
                bound!(sqlx::query::<Sqlite>(text), self).execute(write).await?.rows_affected()
            }
            On::Db(Db::Postgres(pool)) => {
                bound_arrays!(sqlx::query::<Postgres>(text), self).execute(pool).await?.rows_affected()
            }
            On::Tx(Tx::Sqlite(tx)) => {
                bound!(sqlx::query::<Sqlite>(text), self).execute(&mut **tx).await?.rows_affected()
            }
            On::Tx(Tx::Postgres(tx)) => {
                bound_arrays!(sqlx::query::<Postgres>(text), self).execute(&mut **tx).await?.rows_affected()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::databases;

    #[test]
    fn many_arguments_lose_their_names_only_where_they_come_in_order() {
        let many = |text: &str| positional(text.to_owned(), 99);
        assert_eq!(many("a = $1 AND b IN ($2, $3)"), "a = ? AND b IN (?, ?)");
        assert_eq!(many("VALUES ($1, $2), ($3, $4)"), "VALUES (?, ?), (?, ?)");
        for other in ["a = $2 AND b = $1", "a = $1 OR b = $1", "a = '$1' AND b = $2", "json(a, '$.x') = $1", "a = '$"] {
            assert_eq!(many(other), other);
        }
        assert_eq!(positional("a = $1".to_owned(), 1), "a = $1");
    }

    #[test]
    fn rows_of_placeholders_are_numbered_through() {
        assert_eq!(placeholders(3, 2), "$3, $4");
        assert_eq!(values(2, 2, 3), "($2, $3, $4), ($5, $6, $7)");
        assert_eq!((placeholders(1, 0), values(1, 0, 2)), (String::new(), String::new()));
    }

    #[tokio::test]
    async fn many_arguments_reach_their_places() {
        for db in databases().await {
            let text =
                "INSERT INTO meta (name, value) SELECT $1 || v.column2, v.column3 FROM {rows} WHERE v.column1 > 0";
            let rows = (0..500).map(|n| [Arg::from(n + 1_i64), format!("me-{n}").into(), n.to_string().into()]);
            assert_eq!(sql(text).bind("na").rows(Rows::new(rows)).run(&db).await.unwrap(), 500);
            let text = format!("SELECT name, value FROM meta WHERE name IN ({}) ORDER BY name", placeholders(1, 300));
            let found: Vec<(String, String)> =
                sql(text).bind_all((0..300).map(|n| format!("name-{n}"))).all(&db).await.unwrap();
            assert!(found.len() == 300 && found.iter().all(|(name, value)| *name == format!("name-{value}")));
        }
    }

    #[tokio::test]
    async fn a_text_with_a_zero_byte_is_only_a_text_that_is_not_there() {
        for db in databases().await {
            let found: Option<(String,)> =
                sql("SELECT name FROM entity WHERE name = $1").bind("a\0").optional(&db).await.unwrap();
            assert_eq!(found, None);
            sql("INSERT INTO meta (name, value) VALUES ($1, $2)")
                .bind("a\0")
                .bind(String::from("\0"))
                .run(&db)
                .await
                .unwrap();
            let value: (String,) =
                sql("SELECT value FROM meta WHERE name = $1").bind("a\0".to_owned()).one(&db).await.unwrap();
            assert_eq!(value.0, "\u{fffd}");
        }
    }
}
