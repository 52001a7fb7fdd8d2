//! Values of a known person in a text of a server.

use regex::{Regex, RegexBuilder};

use super::personal::{BEGIN, END, Personal};

/// Marks these values in a text ([`Personal`]), ignoring letter case. Parts that are marked already stay unchanged. A value
/// only counts as a whole: `may` is not a part of `maybe`.
pub fn hide_known(text: &str, values: &[String]) -> String {
    match pattern(values) {
        None => text.to_owned(),
        Some(Ok(pattern)) => unmarked(text)
            .into_iter()
            .map(|(part, is_plain)| {
                if is_plain {
                    pattern
                        .replace_all(part, |found: &regex::Captures<'_>| {
                            Personal(&found[0]).to_string()
                        })
                        .into_owned()
                } else {
                    part.to_owned()
                }
            })
            .collect(),
        // The pattern of very many or very long values is too large.
        Some(Err(_)) => Personal(text).to_string(),
    }
}

/// One of the values, the longest first.
fn pattern(values: &[String]) -> Option<Result<Regex, regex::Error>> {
    let mut values: Vec<&str> = values
        .iter()
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
        .collect();
    values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    values.dedup();
    let any: Vec<String> = values.into_iter().map(regex::escape).collect();
    if any.is_empty() {
        return None;
    }
    let whole = format!(r"\b{{start-half}}(?:{})\b{{end-half}}", any.join("|"));
    Some(RegexBuilder::new(&whole).case_insensitive(true).build())
}

/// The parts of a text, and whether each is outside of the marks.
fn unmarked(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(begin) = rest.find(BEGIN) {
        let (plain, marked) = rest.split_at(begin);
        let end = marked.find(END).map_or(marked.len(), |end| end + END.len_utf8());
        parts.push((plain, true));
        parts.push((&marked[..end], false));
        rest = &marked[end..];
    }
    parts.push((rest, true));
    parts
}

#[cfg(test)]
mod tests {
    use super::super::foreign::foreign;
    use super::*;

    fn masked(text: &str, values: &[&str]) -> String {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        hide_known(text, &values).replace(BEGIN, "<").replace(END, ">")
    }

    /// Names that are also words of error messages are hidden, in any letter case, and only as whole words.
    #[test]
    fn a_known_name_is_hidden_even_if_it_is_a_usual_word() {
        let message = foreign("User May already exists: may, maybe, Manager of Born.");
        assert_eq!(
            masked(&message, &["May", "Manager", "may@example.org"]),
            "User <May> already exists: <may>, <maybe>, <Manager> of <Born>."
        );
        assert_eq!(masked("no (x+y) here", &["(x+y)", "", " "]), "no <(x+y)> here");
        assert_eq!(masked("nothing is known", &[]), "nothing is known");
    }

    /// The longest value is one mark.
    #[test]
    fn a_full_name_is_one_value() {
        assert_eq!(
            masked("Max May is not Max", &["Max", "Max May"]),
            "<Max May> is not <Max>"
        );
    }
}
