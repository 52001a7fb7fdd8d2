//! Invisible characters.

/// Returns whether a character is invisible or controls the display: controls, line and paragraph separators, text
/// direction, characters without a width (the Unicode categories Cc, Cf, Zl and Zp, and default-ignorable
/// characters).
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table matches the Unicode properties.
    #[test]
    fn the_table_holds_whole_classes() {
        let class = regex::Regex::new(
            r"^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]$",
        )
        .unwrap();
        for character in char::MIN..=char::MAX {
            let of_class = class.is_match(character.encode_utf8(&mut [0; 4]));
            assert_eq!(is_unseen(character), of_class, "{:x}", u32::from(character));
        }
    }
}
