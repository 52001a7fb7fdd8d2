//! Names that come to be written otherwise.

use super::directory::Directory;
use super::row::{Writing, mistyped};
use crate::model::random::Random;

const OTHERWISE: [Writing; 5] = [
    Writing::Shouted,
    Writing::Spaced,
    Writing::Hidden,
    Writing::Typo,
    Writing::Good,
];

impl Directory {
    /// Writes a row or an entry of the list otherwise; gives what, in words.
    pub(crate) fn respell(&mut self, random: &mut Random) -> String {
        let file = random.below(self.files.len());
        let rows = &mut self.files[file].rows;
        if random.percent(75) && !rows.is_empty() {
            let row = random.below(rows.len());
            rows[row].1 = *random.pick(&OTHERWISE);
            return format!("row {row} of file {file} is spelt {:?}", rows[row].1);
        }
        let email = &random.pick(&self.people).email;
        let entry = match random.below(6) {
            0 => format!("{email} "),
            1 => format!("\u{200b}{email}"),
            2 => format!("mailto:{email}"),
            3 => format!("Some Body <{}>", email.to_uppercase()),
            4 => mistyped(email),
            _ => "nobody".to_owned(),
        };
        self.list.push(entry.clone());
        format!("the list names {entry:?}")
    }
}
