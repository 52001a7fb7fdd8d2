//! Wraps lines to the width of a terminal.

use std::io::{self, Write};

use textwrap::core::{Word, display_width};
use textwrap::{Options, WordSeparator, WordSplitter};

/// Indentation of continued lines below the start of their line.
const HANGING: usize = 4;
/// The longest label that gets a column of its own, such as `PROBLEM`.
const LABEL: usize = 8;
/// A narrower terminal has no known width.
const NARROWEST: usize = 20;
/// The end of all styles.
const PLAIN: &str = "\u{1b}[0m";

/// A stream for people that wraps lines. A line without its line break is written with `flush`, or when the stream is
/// dropped.
pub struct WrapWriter<W: Write> {
    out: W,
    /// Columns; `None` means that nothing is wrapped.
    width: Option<usize>,
    line: Vec<u8>,
}

impl<W: Write> WrapWriter<W> {
    /// Wraps lines after this many columns; `None` means never.
    pub fn new(out: W, width: Option<usize>) -> Self {
        Self {
            out,
            width: width.filter(|width| *width >= NARROWEST),
            line: Vec::new(),
        }
    }

    fn write_line(&mut self, width: usize) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        // No character needs more columns than bytes.
        if line.len() <= width {
            return self.out.write_all(&line);
        }
        self.out
            .write_all(wrapped(&String::from_utf8_lossy(&line), width).as_bytes())
    }
}

impl<W: Write> Write for WrapWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let Some(width) = self.width else {
            return self.out.write(text);
        };
        for part in text.split_inclusive(|byte| *byte == b'\n') {
            match part.strip_suffix(b"\n") {
                Some(end) => {
                    self.line.extend_from_slice(end);
                    self.write_line(width)?;
                    self.out.write_all(b"\n")?;
                }
                None => self.line.extend_from_slice(part),
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(width) = self.width {
            self.write_line(width)?;
        }
        self.out.flush()
    }
}

impl<W: Write> Drop for WrapWriter<W> {
    fn drop(&mut self) {
        // Callers that need to know about errors have flushed before.
        let _ = self.flush();
    }
}

/// The line in pieces of this width. Long words and code between backticks stay whole, so that they can be copied.
fn wrapped(line: &str, width: usize) -> String {
    let text = line.trim_start_matches(' ');
    let lead = line.len() - text.len();
    let (first, below) = (" ".repeat(lead), " ".repeat(hanging(text, lead).min(width / 2)));
    let options = Options::new(width)
        .initial_indent(&first)
        .subsequent_indent(&below)
        .break_words(false)
        .word_separator(WordSeparator::Custom(words))
        .word_splitter(WordSplitter::NoHyphenation);
    let mut open = String::new();
    let pieces = textwrap::wrap(text, options);
    let styled = pieces.iter().map(|piece| {
        let before = open.clone();
        keep_open(piece, &mut open);
        let after = if open.is_empty() { "" } else { PLAIN };
        format!("{before}{piece}{after}")
    });
    styled.collect::<Vec<_>>().join("\n")
}

/// The indentation of continued lines: the column of the text after a short label, or below the start of the line.
fn hanging(text: &str, lead: usize) -> usize {
    let label = text.split_once("  ").filter(|(label, _)| !label.contains(' '));
    label
        .filter(|(label, _)| display_width(label) <= LABEL)
        .map_or(lead + HANGING, |(label, rest)| {
            let gap = 2 + rest.len() - rest.trim_start_matches(' ').len();
            lead + display_width(label) + gap
        })
}

/// Updates the styles that are not ended yet.
fn keep_open(piece: &str, open: &mut String) {
    for sequence in piece.split("\u{1b}[").skip(1) {
        match sequence.split_once('m') {
            Some(("0" | "", _)) => open.clear(),
            Some((style, _)) => {
                open.push_str("\u{1b}[");
                open.push_str(style);
                open.push('m');
            }
            None => {}
        }
    }
}

/// Words between spaces. Code between backticks is one word.
fn words(line: &str) -> Box<dyn Iterator<Item = Word<'_>> + '_> {
    let mut words = Vec::new();
    let (mut start, mut in_code) = (0, false);
    let mut before = '\0';
    for (index, character) in line.char_indices() {
        if before == ' ' && character != ' ' && !in_code {
            words.push(Word::from(&line[start..index]));
            start = index;
        }
        if character == '`' {
            in_code = !in_code && line[index + 1..].contains('`');
        }
        before = character;
    }
    words.push(Word::from(&line[start..]));
    Box::new(words.into_iter())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str, width: Option<usize>) -> String {
        let mut out = Vec::new();
        WrapWriter::new(&mut out, width)
            .write_all(text.as_bytes())
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn continued_lines_are_indented_below_the_text() {
        let text = "PROBLEM  source `csv`: the file cannot be read\n  + create  Ada Lovelace (ada@example.org)\nPlan: 12 to create, 3 to update\nshort\n";
        assert_eq!(
            written(text, Some(30)),
            "PROBLEM  source `csv`: the\n         file cannot be read\n  + create  Ada Lovelace\n      (ada@example.org)\nPlan: 12 to create, 3 to\n    update\nshort\n"
        );
        assert_eq!(written(text, None), text);
        assert_eq!(written(text, Some(0)), text);
    }

    #[test]
    fn what_is_to_be_copied_stays_whole() {
        assert_eq!(
            written(
                "hint: run `directory-sync undo file.json` or wait, it`s fine",
                Some(30)
            ),
            "hint: run\n    `directory-sync undo file.json`\n    or wait, it`s fine"
        );
        let url = "      https://auth.example.org/oauth/v2/token";
        assert_eq!(written(url, Some(20)), url);
    }

    #[test]
    fn a_style_is_ended_and_begun_in_each_line() {
        assert_eq!(
            written(
                "  \u{1b}[1m\u{1b}[31m- delete everybody at once\u{1b}[0m now",
                Some(20)
            ),
            "  \u{1b}[1m\u{1b}[31m- delete everybody\u{1b}[0m\n\u{1b}[1m\u{1b}[31m      at once\u{1b}[0m now"
        );
    }

    proptest! {
        /// No character but spaces is lost, in any number of pieces, and only a single long word exceeds the width.
        #[test]
        fn nothing_is_lost(text in "[ -~ä田\n]{0,200}", width in 20..60usize, piece in 1..9usize) {
            let mut out = Vec::new();
            let mut writer = WrapWriter::new(&mut out, Some(width));
            for piece in text.as_bytes().chunks(piece) {
                writer.write_all(piece).unwrap();
            }
            drop(writer);
            let out = String::from_utf8(out).unwrap();
            prop_assert_eq!(out.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
            for line in out.lines().filter(|line| !line.contains('`')) {
                let is_one_word = line.split_whitespace().count() <= 1;
                prop_assert!(display_width(line.trim_end()) <= width || is_one_word, "{line:?}");
            }
        }
    }
}
