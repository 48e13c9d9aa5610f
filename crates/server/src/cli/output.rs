//! What commands print: results on stdout, one clear line on stderr, progress only on a terminal.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::Said;
use crate::messages::Language;
use crate::{Error, Problem};

/// Prints `error: …` on stderr.
pub fn complain(error: &Error) {
    // A closed stderr is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "{}", words(&Said::Error { text: error.in_shell() }));
}

/// A sentence in the language of the shell.
pub fn words(said: &Said) -> String {
    Language::of_shell().sentence("cli", said.code(), said.args())
}

/// Prints a sentence on stdout.
pub fn say(said: &Said) -> Result<(), Error> {
    line(words(said))
}

/// Prints one line on stdout.
pub fn line(text: impl std::fmt::Display) -> Result<(), Error> {
    writeln!(std::io::stdout(), "{text}").map_err(|e| Error::startup("writing the output", e))
}

/// A listing: aligned columns for people, or with `--json` an array of objects.
pub fn listing<T: Serialize, const N: usize>(
    rows: &[T],
    json: bool,
    columns: [Said; N],
    cells: impl Fn(&T) -> [String; N],
) -> Result<(), Error> {
    if json {
        let text = serde_json::to_string_pretty(rows).map_err(|e| Error::startup("writing the output", e))?;
        return line(text);
    }
    let cells: Vec<[String; N]> = rows.iter().map(cells).collect();
    for row in table(columns.map(|column| words(&column)), &cells) {
        line(row)?;
    }
    Ok(())
}

/// The lines of a table; the columns are as wide as their widest cell.
fn table<const N: usize>(columns: [String; N], cells: &[[String; N]]) -> Vec<String> {
    let rows: Vec<&[String; N]> = std::iter::once(&columns).chain(cells).collect();
    let widths: [usize; N] = std::array::from_fn(|i| rows.iter().map(|row| row[i].width()).max().unwrap_or(0));
    let cell = |text: &str, width: usize| format!("{text}{}", " ".repeat(width - text.width()));
    let render = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(text, width)| cell(text, width)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.into_iter().map(render).collect()
}

/// Progress that is shown on a terminal only, and goes away at the end.
pub struct Progress(ProgressBar);

/// Starts to show progress.
pub fn progress(what: &Said) -> Progress {
    if !std::io::stderr().is_terminal() {
        return Progress(ProgressBar::hidden());
    }
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(0).with_style(style).with_message(words(what));
    // Nothing is drawn before the first second is over.
    bar.enable_steady_tick(Duration::from_secs(1));
    Progress(bar)
}

impl Progress {
    /// Takes how many of how many steps are done.
    pub fn steps(&self) -> impl FnMut(u64, u64) + use<> {
        let bar = self.0.clone();
        move |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Reads a password from the first line of stdin.
pub fn password_from_stdin() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin().read_line(&mut text).map_err(|e| Error::startup("reading the password from stdin", e))?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        return Err(Error::Usage(Problem::NoPassword));
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_aligned() {
        let cells = [["ann", "yes"], ["Zoë-Marie", "no"], ["日本", "ja"]].map(|row| row.map(str::to_owned));
        let table = super::table(["NAME", "管理者"].map(str::to_owned), &cells);
        assert_eq!(table, ["NAME       管理者", "ann        yes", "Zoë-Marie  no", "日本       ja"]);
    }
}
