//! How much of a plan is printed, and how it looks.

use anstyle::{AnsiColor, Style};
use textwrap::Options;

use crate::names::Names;
use crate::report::describe::show::Show;

/// How many of the changes are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// None, only their number.
    Summary,
    /// All of a short plan; the first ones of each kind of a long plan.
    #[default]
    Beginning,
    All,
}

/// How the output looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Lines are wrapped after this many columns; `None` means never.
    pub width: Option<usize>,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub show: Show,
    pub extent: Extent,
    pub look: Look,
    /// Whether people are named. Lines are wrapped after names are replaced.
    pub names: &'a Names,
}

/// Removals and refusals.
pub(super) const REMOVAL: Style = AnsiColor::Red.on_default().bold();
/// Creations.
pub(super) const CREATION: Style = AnsiColor::Green.on_default();
/// Changes and warnings.
pub(super) const CHANGE: Style = AnsiColor::Yellow.on_default();
/// Less important text.
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
    /// A line in its style, wrapped if it is too long, with `indent` more columns in continued lines.
    pub(super) fn line(&self, text: &str, indent: usize, style: Style) -> String {
        let Some(width) = self.look.width else {
            return styled(text, style, self.look.color);
        };
        let below = " ".repeat(indent);
        let lines = textwrap::wrap(
            &self.names.render(text),
            Options::new(width).subsequent_indent(&below),
        )
        .iter()
        .map(|line| styled(line, style, self.look.color))
        .collect::<Vec<_>>();
        lines.join("\n")
    }
}
