//! How much of a plan is printed, and how it looks.

use anstyle::{AnsiColor, Style};
use textwrap::Options;

use crate::names::Names;

/// What is printed of the people in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Nothing that tells who somebody is, and which attributes change.
    Nobody,
    /// Who somebody is, and which attributes change.
    Names,
    /// Their values too.
    Values,
}

/// How many of the changes are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// None, only how many there are.
    Summary,
    /// All of a short plan; of a long one the first of each kind.
    #[default]
    Beginning,
    /// All.
    All,
}

/// How the output looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether there are colours.
    pub color: bool,
    /// After so many columns a line is continued below; `None`: never.
    pub width: Option<usize>,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// What of its people.
    pub show: Show,
    /// How many of its changes.
    pub extent: Extent,
    /// How it looks.
    pub look: Look,
    /// Who is named in what leaves the process: lines are broken behind that.
    pub names: &'a Names,
}

/// What ends, or may not be.
pub(super) const REMOVAL: Style = AnsiColor::Red.on_default().bold();
/// What begins.
pub(super) const CREATION: Style = AnsiColor::Green.on_default();
/// What changes, or deserves a look.
pub(super) const CHANGE: Style = AnsiColor::Yellow.on_default();
/// What is of less weight.
pub(super) const FAINT: Style = Style::new().dimmed();

/// The text in its style, if there are colours.
pub(super) fn styled(text: &str, style: Style, color: bool) -> String {
    if color {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

impl View<'_> {
    /// A line in its style and continued below where it is too long, `indent` columns further right.
    pub(super) fn line(&self, text: &str, indent: usize, style: Style) -> String {
        let Some(width) = self.look.width else {
            return styled(text, style, self.look.color);
        };
        let below = " ".repeat(indent);
        let lines = textwrap::wrap(
            &self.names.told(text),
            Options::new(width).subsequent_indent(&below),
        )
        .iter()
        .map(|line| styled(line, style, self.look.color))
        .collect::<Vec<_>>();
        lines.join("\n")
    }
}
