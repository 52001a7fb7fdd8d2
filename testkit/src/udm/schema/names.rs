//! User names and group names.

/// What is wrong with a user name; the empty one passes, it is missed later (recorded: create-user/username with …).
pub(super) fn wrong_username(name: &str) -> Option<&'static str> {
    if name.contains(' ') {
        return Some("Spaces are not allowed in the username!");
    }
    let words_only = name.chars().all(is_word);
    if !words_only && !starts_and_ends_with_words(name, |character| matches!(character, ' '..='.')) {
        return Some("Username must only contain numbers, letters and dots!");
    }
    digits_only(name).then_some("Usernames must not consist only of numbers!")
}

/// What is wrong with a group name (recorded: group-create/name with …).
///
/// The pattern of the server has a range from the blank to the dot: quotes, brackets, `&`, `+` and comma pass inside.
pub(super) fn wrong_group_name(name: &str) -> Option<&'static str> {
    if !starts_and_ends_with_words(name, |character| matches!(character, ' '..='.' | '’')) {
        return Some(
            "A group name must start and end with a letter, number or underscore. In between additionally spaces, \
             dashes and dots are allowed.",
        );
    }
    digits_only(name).then_some("Group names must not consist only of numbers!")
}

fn starts_and_ends_with_words(name: &str, inside: impl Fn(char) -> bool) -> bool {
    let edges = name.chars().next().is_some_and(is_word) && name.chars().next_back().is_some_and(is_word);
    edges
        && name
            .chars()
            .all(|character| is_word(character) || inside(character))
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn digits_only(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Latin letters by what they become.
const LETTERS: [(&str, &str); 33] = [
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("Ä", "Ae"),
    ("Ö", "Oe"),
    ("Ü", "Ue"),
    ("ß", "ss"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("áàâãåăą", "a"),
    ("ÁÀÂÃÅĂĄ", "A"),
    ("çćč", "c"),
    ("ÇĆČ", "C"),
    ("đď", "d"),
    ("éèêëęěė", "e"),
    ("ÉÈÊËĘĚĖ", "E"),
    ("ğ", "g"),
    ("íìîïıį", "i"),
    ("ÍÌÎÏİĮ", "I"),
    ("ł", "l"),
    ("Ł", "L"),
    ("ñńň", "n"),
    ("ÑŃŇ", "N"),
    ("óòôõøő", "o"),
    ("ÓÒÔÕØŐ", "O"),
    ("ř", "r"),
    ("śšşș", "s"),
    ("ŚŠŞȘ", "S"),
    ("ťţț", "t"),
    ("úùûůűų", "u"),
    ("ÚÙÛŮŰŲ", "U"),
    ("ýÿ", "y"),
    ("źżž", "z"),
];

/// A text in ASCII, as the GECOS field needs it (recorded: create-user/get umlauts).
pub(crate) fn transliterated(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            plain.push(character);
        } else if let Some((_, letters)) = LETTERS.iter().find(|(from, _)| from.contains(character)) {
            plain.push_str(letters);
        }
    }
    plain
}
