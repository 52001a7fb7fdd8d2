//! Determines what the CSV parser does not report: the line on which a record starts, and whether its quotes are
//! correct.
//!
//! The parser accepts any bytes as CSV. An unclosed quote makes it swallow the following people into one field,
//! possibly with the correct number of fields. Therefore the bytes are checked while they are read.

use std::collections::VecDeque;
use std::io::{self, Read};

/// How a record uses quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quoting {
    /// As in RFC 4180.
    Sound,
    /// A closing quote is followed by something other than a comma or the end of the line.
    TextAfterQuote,
    /// The file ends inside quotes.
    Unclosed {
        /// The line of the quote.
        line: u64,
        /// The record starts on another line.
        elsewhere: bool,
    },
}

impl Quoting {
    /// # Errors
    /// What is wrong, and why it matters.
    pub(super) fn ensure_sound(self) -> Result<(), String> {
        match self {
            Self::Sound => Ok(()),
            Self::TextAfterQuote => {
                Err("text follows a closing quote; a quote inside a value is written twice".to_owned())
            }
            Self::Unclosed { line, elsewhere } => {
                let location = if elsewhere {
                    format!(" in line {line}")
                } else {
                    String::new()
                };
                Err(format!(
                    "a quote is opened{location} and never closed, which hides all further rows"
                ))
            }
        }
    }
}

/// Location of a record, and its quoting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Location {
    pub(super) line: u64,
    pub(super) quoting: Quoting,
    /// The file ends with its last value: no line break and no quote shows that the value is complete.
    pub(super) open_end: bool,
}

/// Maximum bytes of a row. With an unclosed quote, the rest of the file becomes one row.
const LONGEST_ROW: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    AfterQuote,
}

/// Passes bytes on, and records where non-empty lines start.
#[derive(Debug)]
pub(super) struct Watched<R> {
    inner: R,
    state: State,
    offset: u64,
    line: u64,
    /// Offset and line at which the row starts.
    row: (u64, u64),
    /// The line of the last opening quote.
    quote: u64,
    previous: u8,
    /// Offset and number of each non-empty line.
    starts: VecDeque<(u64, u64)>,
    /// Offsets of text after a closing quote.
    strays: VecDeque<u64>,
    ended: bool,
}

impl<R: Read> Watched<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            state: State::FieldStart,
            offset: 0,
            line: 1,
            row: (0, 1),
            quote: 1,
            previous: b'\n',
            starts: VecDeque::new(),
            strays: VecDeque::new(),
            ended: false,
        }
    }

    /// Location of the record in the bytes `start..end`, including preceding line breaks. Must be called in order.
    pub(super) fn location(&mut self, start: u64, end: u64) -> Location {
        while self.starts.front().is_some_and(|(offset, _)| *offset < start) {
            self.starts.pop_front();
        }
        let line = self.starts.front().map_or(self.line, |(_, line)| *line);
        let mut quoting = Quoting::Sound;
        while self.strays.front().is_some_and(|offset| *offset < end) {
            self.strays.pop_front();
            quoting = Quoting::TextAfterQuote;
        }
        // The end is only reached once everything before it was parsed, so this is the last record.
        if self.ended && self.state == State::Quoted {
            quoting = Quoting::Unclosed {
                line: self.quote,
                elsewhere: self.quote != line,
            };
        }
        let is_open = matches!(self.state, State::Plain | State::FieldStart) && !is_break(self.previous);
        Location {
            line,
            quoting,
            open_end: self.ended && is_open,
        }
    }

    fn watch(&mut self, byte: u8) {
        const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
        let follows_break = is_break(self.previous);
        // A single carriage return ends a line too.
        if byte == b'\n' || self.previous == b'\r' {
            self.line += 1;
        }
        if follows_break && !is_break(byte) {
            self.starts.push_back((self.offset, self.line));
        }
        let in_mark = usize::try_from(self.offset)
            .ok()
            .and_then(|offset| BYTE_ORDER_MARK.get(offset));
        if in_mark != Some(&byte) {
            self.state = self.after(byte);
        }
        if is_break(byte) && self.state == State::FieldStart {
            // A following line break belongs to no row.
            self.row = (self.offset + 1, self.line + u64::from(byte == b'\r'));
        }
        self.previous = byte;
        self.offset += 1;
    }

    fn too_long(&self, line: u64) -> String {
        let row = format!("the row of line {line} is longer than {} MiB", LONGEST_ROW >> 20);
        match self.state {
            State::Quoted => format!(
                "{row}: the quote that is opened in line {} is not closed",
                self.quote
            ),
            _ => row,
        }
    }

    fn after(&mut self, byte: u8) -> State {
        match (self.state, byte) {
            (State::Quoted, b'"') => State::AfterQuote,
            (State::FieldStart, b'"') => {
                self.quote = self.line;
                State::Quoted
            }
            (State::AfterQuote, b'"') | (State::Quoted, _) => State::Quoted,
            (_, b',' | b'\n' | b'\r') => State::FieldStart,
            (State::AfterQuote, _) => {
                self.strays.push_back(self.offset);
                State::Plain
            }
            (State::FieldStart | State::Plain, _) => State::Plain,
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.ended = length == 0 && !buffer.is_empty();
        for byte in &buffer[..length] {
            self.watch(*byte);
        }
        let (start, line) = self.row;
        if self.offset - start > LONGEST_ROW {
            return Err(io::Error::new(io::ErrorKind::InvalidData, self.too_long(line)));
        }
        Ok(length)
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
