//! Making text that a user chose safe to print in a terminal.

/// Without control characters (terminals obey them) and without those that reorder or hide text.
pub fn strip_control(text: &str) -> String {
    let hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars().filter(|c| !c.is_control() && !hidden(*c)).collect()
}

/// Also without the characters that JSON encoders of older clients show as escapes.
pub fn plain(text: &str) -> String {
    strip_control(text)
        .chars()
        .map(|c| match c {
            '"' => '\'',
            '&' => '+',
            '<' => '(',
            '>' => ')',
            c => c,
        })
        .collect()
}

/// At most `max` characters, the last an ellipsis when something was cut.
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_obeyed() {
        assert_eq!(plain("a\u{1b}[31m\nb\"<&>\u{202e}é日"), "a[31mb'(+)é日");
        assert_eq!(shorten("abcdef", 4), "abc…");
        assert_eq!(shorten("日本", 2), "日本");
    }
}
