//! Settings files as the client reads them: Python's `configparser`, the section `default`.

use std::collections::BTreeMap;

/// The only section that the client looks at.
const SECTION: &str = "default";

/// The settings in a file's text; where it is malformed the number of the line, and the client uses nothing of it.
pub fn parse(text: &str) -> Result<BTreeMap<String, String>, usize> {
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let (mut section, mut last): (Option<String>, Option<String>) = (None, None);
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        let words = line.trim();
        if words.is_empty() || words.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = words.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name) {
            let is_new = sections.insert(name.to_owned(), BTreeMap::new()).is_none();
            if !is_new {
                return Err(number);
            }
            (section, last) = (Some(name.to_owned()), None);
            continue;
        }
        let values = section.as_ref().and_then(|name| sections.get_mut(name)).ok_or(number)?;
        // An indented line goes on with the value before it.
        if let (true, Some(value)) = (line.starts_with([' ', '\t']), last.as_ref().and_then(|key| values.get_mut(key)))
        {
            value.push('\n');
            value.push_str(words);
            continue;
        }
        let (key, value) = words.split_once(['=', ':']).ok_or(number)?;
        let key = key.trim().to_lowercase();
        if key.is_empty() || values.insert(key.clone(), value.trim().to_owned()).is_some() {
            return Err(number);
        }
        last = Some(key);
    }
    // `[DEFAULT]` gives every section its values, but makes none.
    let common = sections.remove("DEFAULT").unwrap_or_default();
    Ok(sections.remove(SECTION).map(|own| common.into_iter().chain(own).collect()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn settings_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("", Ok("")),
            ("[default]\nbase_url = http://h:1\nEntity: lab\n", Ok("base_url=http://h:1 entity=lab")),
            ("# c\n[other]\nentity=x\n[default]\n; c\nproject=p=q\n", Ok("project=p=q")),
            ("[default]\nnotes = a\n  b\nmode=offline", Ok("mode=offline notes=a\nb")),
            ("[DEFAULT]\nentity=e\n", Ok("")),
            ("[DEFAULT]\nentity=e\nmode=m\n[default]\nmode=n\n", Ok("entity=e mode=n")),
            ("entity=lab\n", Err(1)),
            ("[default]\nentity\n", Err(2)),
            ("[default]\nentity=a\nentity=b\n", Err(3)),
            ("[default]\n[default]\n", Err(2)),
        ] {
            let found = parse(text).map(|values| {
                values.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(found.as_deref(), expected.as_deref(), "{text}");
        }
    }
}
