//! Looking sentences up.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The embedded catalogues; English is complete and comes first.
pub(super) const FILES: [(&str, &str); 5] = [
    ("en", include_str!("../../../../locales/en.json")),
    ("es", include_str!("../../../../locales/es.json")),
    ("fr", include_str!("../../../../locales/fr.json")),
    ("de", include_str!("../../../../locales/de.json")),
    ("ja", include_str!("../../../../locales/ja.json")),
];

static CATALOGUES: LazyLock<Vec<Catalogue>> = LazyLock::new(|| FILES.iter().map(Catalogue::parse).collect());

/// One language.
struct Catalogue {
    code: &'static str,
    texts: BTreeMap<String, String>,
}

impl Catalogue {
    /// The texts that the server says. Those of the web app (`web.…`, some with plural forms) are the app's own.
    /// A file that cannot be read is empty here; a test refuses to build such a server.
    fn parse((code, file): &(&'static str, &str)) -> Self {
        let all: BTreeMap<String, serde_json::Value> = serde_json::from_str(file).unwrap_or_default();
        let text = |(key, value): (String, serde_json::Value)| match value {
            serde_json::Value::String(text) if !key.starts_with("web.") => Some((key, text)),
            _ => None,
        };
        Self { code, texts: all.into_iter().filter_map(text).collect() }
    }
}

/// Evidence by name.
pub type Args<'a> = [(&'a str, String)];

/// A language that there is a catalogue of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(usize);

impl Language {
    /// The language that is always complete.
    pub const ENGLISH: Self = Self(0);

    /// The catalogue of `tag` (`es`, `es-MX`), if there is one.
    pub fn of(tag: &str) -> Option<Self> {
        let code = tag.split(['-', '_', '.']).next().unwrap_or_default().to_ascii_lowercase();
        CATALOGUES.iter().position(|catalogue| catalogue.code == code).map(Self)
    }

    /// `en`, `es` …
    pub fn code(self) -> &'static str {
        CATALOGUES[self.0].code
    }

    /// The sentence at `key` with `args` filled in, in English where this language lacks it. None when there is no such
    /// sentence, or when it names evidence that is empty.
    pub fn say(self, key: &str, args: &Args<'_>) -> Option<String> {
        fill(self.text(key)?, args, Empty::Unsaid)
    }

    /// The sentence at `key` with `args` filled in, also where evidence outside brackets is empty.
    pub fn tell(self, key: &str, args: &Args<'_>) -> Option<String> {
        fill(self.text(key)?, args, Empty::Kept)
    }

    fn text(self, key: &str) -> Option<&'static String> {
        let of = |language: Self| CATALOGUES[language.0].texts.get(key);
        of(self).or_else(|| of(Self::ENGLISH))
    }
}

/// What becomes of a text whose evidence is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Unsaid,
    Kept,
}

/// Fills placeholders and drops bracketed parts whose evidence is empty.
fn fill(text: &str, args: &Args<'_>, empty: Empty) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        out.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        if rest[at..].starts_with('[') {
            let end = inside.find(']')?;
            out.push_str(&fill(&inside[..end], args, Empty::Unsaid).unwrap_or_default());
            rest = &inside[end + 1..];
        } else {
            let end = inside.find('}')?;
            let (_, value) = args.iter().find(|(name, _)| *name == &inside[..end])?;
            if value.is_empty() && empty == Empty::Unsaid {
                return None;
            }
            out.push_str(value);
            rest = &inside[end + 1..];
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Option<String> {
        fill(text, &[("user", "ann".to_owned()), ("nearest", String::new())], Empty::Unsaid)
    }

    #[test]
    fn placeholders_are_filled_and_optional_parts_dropped() {
        assert_eq!(filled("{user} may not.[ Use {nearest}.]").as_deref(), Some("ann may not."));
        assert_eq!(filled("Hello[, {user}].").as_deref(), Some("Hello, ann."));
        assert_eq!(filled("Use {nearest}."), None);
        assert_eq!(filled("Use {other}."), None);
    }

    #[test]
    fn values_are_not_templates() {
        let args = [("user", "{user}[x]".to_owned())];
        assert_eq!(fill("{user}", &args, Empty::Unsaid).as_deref(), Some("{user}[x]"));
    }

    #[test]
    fn every_catalogue_is_a_flat_object_of_texts() {
        for (code, file) in FILES {
            let all: BTreeMap<String, serde_json::Value> =
                serde_json::from_str(file).unwrap_or_else(|e| panic!("{code}: {e}"));
            let texts = Catalogue::parse(&(code, file)).texts;
            assert_eq!(texts.len(), all.keys().filter(|key| !key.starts_with("web.")).count(), "{code}");
            for (key, text) in texts {
                assert!(text.matches('[').count() == text.matches(']').count(), "{code} {key}");
                assert!(text.matches('{').count() == text.matches('}').count(), "{code} {key}");
            }
        }
    }
}
