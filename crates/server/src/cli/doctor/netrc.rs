//! Netrc files as the client reads them: Python's `netrc`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::machine::Machine;

/// Passwords by machine; `default` is for every other one.
pub type Entries = BTreeMap<String, String>;

/// The file: the one that `NETRC` names, else `~/.netrc`, else `~/_netrc`, each only if it is there.
pub fn file(machine: &Machine) -> PathBuf {
    if let Some(named) = machine.var("NETRC") {
        return machine.path(named);
    }
    let usual = machine.home.join(".netrc");
    [usual.clone(), machine.home.join("_netrc")].into_iter().find(|path| path.exists()).unwrap_or(usual)
}

/// The passwords in a file's text; where it is malformed the number of the line, and the client uses nothing of it.
pub fn parse(text: &str) -> Result<Entries, usize> {
    let mut lexer = Lexer { rest: text.chars().peekable(), line: 1, pushed: None };
    let mut entries = Entries::new();
    loop {
        let begun_at = lexer.line;
        let word = lexer.token();
        match word.as_str() {
            "" => return Ok(entries),
            word if word.starts_with('#') => {
                // A lone `#` ends its own token only when the line goes on.
                if lexer.line == begun_at && word.len() == 1 {
                    lexer.skip_line();
                }
            }
            "machine" | "default" => {
                let name = if word == "machine" { lexer.token() } else { word };
                if name.is_empty() {
                    return Err(lexer.line);
                }
                let password = entry(&mut lexer)?;
                entries.insert(name, password);
            }
            "macdef" => {
                lexer.token();
                while !matches!(lexer.skip_line().as_deref(), None | Some("")) {}
            }
            _ => return Err(lexer.line),
        }
    }
}

/// The password of one entry.
fn entry(lexer: &mut Lexer<'_>) -> Result<String, usize> {
    let mut password = String::new();
    loop {
        let begun_at = lexer.line;
        let word = lexer.token();
        match word.as_str() {
            "" | "machine" | "default" | "macdef" => {
                lexer.pushed = Some(word);
                return Ok(password);
            }
            "login" | "user" | "account" => drop(lexer.token()),
            "password" => password = lexer.token(),
            word if word.starts_with('#') => {
                if lexer.line == begun_at {
                    lexer.skip_line();
                }
            }
            _ => return Err(lexer.line),
        }
    }
}

/// Splits at white space; knows double quotes and backslashes.
struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    pushed: Option<String>,
}

impl Lexer<'_> {
    fn read(&mut self) -> Option<char> {
        let c = self.rest.next();
        self.line += usize::from(c == Some('\n'));
        c
    }

    /// The next word, empty at the end.
    fn token(&mut self) -> String {
        if let Some(word) = self.pushed.take() {
            return word;
        }
        let is_space = |c: char| matches!(c, '\n' | '\t' | '\r' | ' ');
        while self.rest.peek().is_some_and(|c| is_space(*c)) {
            self.read();
        }
        let quoted = self.rest.next_if_eq(&'"').is_some();
        let mut word = String::new();
        while let Some(c) = self.read() {
            match c {
                '"' if quoted => return word,
                c if is_space(c) && !quoted => return word,
                '\\' => word.extend(self.read()),
                c => word.push(c),
            }
        }
        word
    }

    /// The rest of the line, or none at the end of the text.
    fn skip_line(&mut self) -> Option<String> {
        self.rest.peek()?;
        Some(std::iter::from_fn(|| self.read().filter(|c| *c != '\n')).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("", Ok("")),
            ("machine h\n  login user\n  password k\n", Ok("h=k")),
            ("machine h:8080 login user password k machine i password \"l m\"", Ok("h:8080=k i=l m")),
            ("machine h password old\nmachine h password new", Ok("h=new")),
            ("default login x password d", Ok("default=d")),
            ("# a comment\nmachine h password a\\ b", Ok("h=a b")),
            ("machine h # comment\n password k", Ok("h=k")),
            ("macdef init\ncd /tmp\n\nmachine h password k", Ok("h=k")),
            ("machine h login user", Ok("h=")),
            ("host h password k", Err(1)),
            ("machine h\npasswort k\n", Err(2)),
            ("machine", Err(1)),
        ] {
            let found = parse(text).map(|all| {
                all.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(found.as_deref(), expected.as_deref(), "{text}");
        }
    }

    #[test]
    fn the_file_is_found_as_python_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut machine = Machine { home: folder.path().to_owned(), ..Machine::default() };
        assert_eq!(file(&machine), folder.path().join(".netrc"));
        std::fs::write(folder.path().join("_netrc"), "").unwrap();
        assert_eq!(file(&machine), folder.path().join("_netrc"));
        std::fs::write(folder.path().join(".netrc"), "").unwrap();
        assert_eq!(file(&machine), folder.path().join(".netrc"));
        machine.env.insert("NETRC".to_owned(), "~/other".to_owned());
        assert_eq!(file(&machine), folder.path().join("other"));
    }
}
