//! How much of a plan is printed, and how it looks.

use anstyle::{AnsiColor, Style};

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

/// How a stream looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Lines are wrapped after this many columns; `None` means never.
    pub width: Option<usize>,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub show: Show,
    pub extent: Extent,
    pub color: bool,
}

/// Removals and refusals.
pub(super) const REMOVAL: Style = AnsiColor::Red.on_default().bold();
/// Creations.
pub(super) const CREATION: Style = AnsiColor::Green.on_default();
/// Changes and warnings.
pub(super) const CHANGE: Style = AnsiColor::Yellow.on_default();
/// Less important text.
pub(super) const FAINT: Style = Style::new().dimmed();

/// The text in its style, if there are colours. Spaces at the start have no style.
pub(super) fn styled(text: &str, style: Style, color: bool) -> String {
    if color {
        let (lead, text) = text.split_at(text.len() - text.trim_start_matches(' ').len());
        format!("{lead}{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

impl View {
    /// A line in its style.
    pub(super) fn line(self, text: &str, style: Style) -> String {
        styled(text, style, self.color)
    }
}
