//! The encodings of one character.

/// More consecutive backslashes do not come from readable nested escapes.
const BACKSLASHES: usize = 8;

/// The possible positions after this character, if it is here in one of its encodings.
pub(super) fn ends(text: &str, at: usize, expected: char) -> Vec<usize> {
    let rest = &text[at..];
    let mut lengths = Vec::new();
    if rest.starts_with(expected) {
        lengths.push(expected.len_utf8());
    }
    match rest.as_bytes().first() {
        Some(b'+') if expected == ' ' => lengths.push(1),
        Some(b'%') => percent(rest, expected, &mut lengths),
        Some(b'\\') => backslash(rest, expected, &mut lengths),
        Some(b'&') => lengths.extend(entity(rest, expected)),
        _ => {}
    }
    let ends = lengths.into_iter().map(|length| at + length);
    ends.filter(|end| text.is_char_boundary(*end)).collect()
}

/// `%C3%A9`, also with the percent signs encoded again.
fn percent(rest: &str, expected: char, lengths: &mut Vec<usize>) {
    let mut ends = vec![0];
    for byte in expected.encode_utf8(&mut [0; 4]).bytes() {
        let mut next = Vec::new();
        for end in ends {
            let Some(mut digits) = rest[end..].strip_prefix('%') else {
                continue;
            };
            loop {
                if hex(digits, 2) == Some(byte.into()) {
                    next.push(rest.len() - digits.len() + 2);
                }
                match digits.strip_prefix("25") {
                    Some(deeper) => digits = deeper,
                    None => break,
                }
            }
        }
        ends = next;
    }
    lengths.append(&mut ends);
}

/// Escapes of JSON, Rust and LDAP after a backslash, or after several if they were escaped again.
fn backslash(rest: &str, expected: char, lengths: &mut Vec<usize>) {
    let run = rest
        .bytes()
        .take_while(|byte| *byte == b'\\')
        .take(BACKSLASHES)
        .count();
    if expected == '\\' {
        lengths.extend(1..=run);
    }
    let after = &rest[run..];
    let letter = match expected {
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\0' => Some('0'),
        other => Some(other).filter(char::is_ascii_punctuation),
    };
    if letter.is_some_and(|letter| after.starts_with(letter)) {
        lengths.push(run + 1);
    }
    lengths.extend(units(rest, run, expected));
    lengths.extend(pairs(rest, expected));
    let braces = after.strip_prefix("u{").and_then(|after| after.split_once('}'));
    if let Some((digits, _)) = braces
        && u32::from_str_radix(digits, 16) == Ok(expected.into())
    {
        lengths.push(run + digits.len() + 3);
    }
}

/// `\u00e9`, or two of them for a character with two UTF-16 units.
fn units(rest: &str, run: usize, expected: char) -> Option<usize> {
    let mut end = 0;
    for unit in expected.encode_utf16(&mut [0; 2]) {
        let digits = rest.get(end + run..)?.strip_prefix('u')?;
        if !rest[end..].starts_with('\\') || hex(digits, 4) != Some((*unit).into()) {
            return None;
        }
        end += run + 5;
    }
    Some(end)
}

/// `\c3\a9`, as in names and filters of LDAP.
fn pairs(rest: &str, expected: char) -> Option<usize> {
    let mut end = 0;
    for byte in expected.encode_utf8(&mut [0; 4]).bytes() {
        let digits = rest.get(end..)?.strip_prefix('\\')?;
        if hex(digits, 2) != Some(byte.into()) {
            return None;
        }
        end += 3;
    }
    Some(end)
}

/// `&amp;`, `&#38;` or `&#x26;`; letters only as a number, or as a name that starts with the letter.
fn entity(rest: &str, expected: char) -> Option<usize> {
    let (name, _) = rest.get(1..)?.split_once(';')?;
    let is_it = match name.strip_prefix('#') {
        Some(number) => {
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            number == Ok(expected.into())
        }
        None => match expected {
            '&' => name == "amp",
            '<' => name == "lt",
            '>' => name == "gt",
            '"' => name == "quot",
            '\'' => name == "apos",
            ' ' => name == "nbsp",
            // `&eacute;` and others: a letter outside ASCII has one of about two hundred names.
            other => !other.is_ascii() && is_name(name),
        },
    };
    is_it.then(|| name.len() + 2)
}

fn is_name(name: &str) -> bool {
    (2..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The number in the first digits.
fn hex(text: &str, digits: usize) -> Option<u32> {
    let digits = text.get(..digits)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok())?
}
