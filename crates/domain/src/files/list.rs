//! Listing a run's files, with signed addresses to read them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Read, Run, TicketUse};
use crate::{Domain, Error, Problem, Thing};

/// More names in one question are refused.
const MOST_NAMES: usize = 10_000;

/// A file of a run.
#[derive(Clone, Debug)]
pub struct RunFile {
    /// File id; stays when the file is replaced.
    pub id: i64,
    /// Its name, as the client gave it.
    pub name: String,
    /// Size.
    pub bytes: i64,
    /// MD5 in base64.
    pub md5: String,
    /// When it was last written.
    pub updated_at: Micros,
    /// Signed address for GET, good for a day.
    pub url: String,
}

/// Which files; the default is all.
#[derive(Clone, Debug, Default)]
pub struct FileQuery {
    /// Only these names; empty means any.
    pub names: Vec<String>,
    /// SQL LIKE pattern (`%`, `_`, `\` before one that is meant literally); upper and lower case are the same.
    pub pattern: Option<String>,
    /// At most so many.
    pub first: Option<u32>,
    /// Continues after the file with this cursor.
    pub after: Option<String>,
}

/// Some files by name.
#[derive(Clone, Debug)]
pub struct FilePage {
    /// The files.
    pub files: Vec<RunFile>,
    /// Whether there are more.
    pub has_next: bool,
}

#[derive(FromRow)]
pub(super) struct Row {
    id: i64,
    name: String,
    blob: String,
    bytes: i64,
    md5: String,
    updated_at: i64,
}
pub(super) const COLUMNS: &str = "id, name, blob, bytes, md5, updated_at";

impl RunFile {
    /// Where a listing continues after this file.
    pub fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.name)
    }

    pub(super) fn from_row(domain: &Domain, row: Row) -> Result<Self, Error> {
        let shown = row.name.rsplit('/').next().unwrap_or(&row.name).to_owned();
        let ticket = domain.sign(TicketUse::Get { blob: row.blob, name: shown })?;
        let url = format!("{}/blob/{ticket}", domain.base_url());
        Ok(Self { id: row.id, name: row.name, bytes: row.bytes, md5: row.md5, updated_at: row.updated_at, url })
    }
}

impl Allowed<Read, Run> {
    /// The run's files by name. Names that are not there are simply missing.
    pub async fn files(&self, query: FileQuery) -> Result<FilePage, Error> {
        if query.names.len() > MOST_NAMES {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::FileName, most: MOST_NAMES }));
        }
        let after = query.after.as_deref().map(cursor).transpose()?;
        let pattern = query.pattern.filter(|p| !p.is_empty()).map(check_pattern).transpose()?;
        let mut text = format!("SELECT {COLUMNS} FROM file WHERE run_id = $1");
        let mut next = 2;
        for (given, condition) in
            [(after.is_some(), "name > $N"), (pattern.is_some(), "LOWER(name) LIKE LOWER($N) ESCAPE '\\'")]
        {
            if given {
                text.push_str(&format!(" AND {}", condition.replace("$N", &format!("${next}"))));
                next += 1;
            }
        }
        if !query.names.is_empty() {
            text.push_str(&format!(" AND name IN ({})", placeholders(next, query.names.len())));
        }
        text.push_str(" ORDER BY name");
        if let Some(first) = query.first {
            text.push_str(&format!(" LIMIT {}", u64::from(first) + 1));
        }
        // People write `run.file("./notes.txt")` for what the client stored as `notes.txt`.
        let names = query.names.iter().map(|name| name.trim_start_matches("./").to_owned());
        let query_sql = sql(text).bind(self.resource().id).bind_all(after).bind_all(pattern).bind_all(names);
        let mut rows: Vec<Row> = query_sql.all(self.domain().db()).await?;
        let most = query.first.map_or(usize::MAX, |n| n as usize);
        let has_next = rows.len() > most;
        rows.truncate(most);
        let files = rows.into_iter().map(|row| RunFile::from_row(self.domain(), row)).collect::<Result<_, _>>()?;
        Ok(FilePage { files, has_next })
    }

    /// How many files the run has.
    pub async fn file_count(&self) -> Result<i64, Error> {
        let text = "SELECT COUNT(*) FROM file WHERE run_id = $1";
        let (count,): (i64,) = sql(text).bind(self.resource().id).one(self.domain().db()).await?;
        Ok(count)
    }
}

/// The name in a cursor.
fn cursor(text: &str) -> Result<String, Error> {
    let wrong = || Error::Invalid(Problem::OtherCursor);
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?).map_err(|_| wrong())
}

/// A backslash must stand before a character: PostgreSQL refuses the pattern otherwise.
fn check_pattern(pattern: String) -> Result<String, Error> {
    let trailing = pattern.chars().rev().take_while(|c| *c == '\\').count();
    if trailing % 2 == 1 || pattern.contains('\0') {
        return Err(Error::Invalid(Problem::FilePattern { pattern }));
    }
    Ok(pattern)
}
