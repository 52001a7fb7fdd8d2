//! Rust source text as tokens.

/// The words and signs of `text`; `::` is one sign, texts and comments are none.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = skipped(rest);
        if length > 0 {
            rest = &rest[length..];
            continue;
        }
        let length = if is_word(first) {
            rest.find(|sign| !is_word(sign)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
    tokens
}

pub(super) fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// How much of the beginning of `rest` is white space, a comment or a literal; 0: none of these.
fn skipped(rest: &str) -> usize {
    let white = rest.len() - rest.trim_start().len();
    if white > 0 {
        return white;
    }
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    if let Some(length) = raw_text(rest) {
        return length;
    }
    let opening = usize::from(rest.starts_with(['b', 'c']));
    match rest[opening..].chars().next() {
        Some('"') => opening + quoted(&rest[opening..], '"'),
        Some('\'') if is_character(&rest[opening..]) => opening + quoted(&rest[opening..], '\''),
        _ => 0,
    }
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, `br##"…"##`; not the raw word `r#type`.
fn raw_text(rest: &str) -> Option<usize> {
    let marker = ["br", "cr", "r"]
        .into_iter()
        .find(|marker| rest.starts_with(marker))?;
    let after = &rest[marker.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(marker.len() + hashes + 1 + length)
}

/// `'a'` and `'\n'`, but not the lifetime `'a`.
fn is_character(rest: &str) -> bool {
    let mut signs = rest.chars().skip(1);
    signs.next() == Some('\\') || signs.next() == Some('\'')
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, sign) in rest.char_indices().skip(1) {
        if !escaped && sign == quote {
            return at + 1;
        }
        escaped = !escaped && sign == '\\';
    }
    rest.len()
}
