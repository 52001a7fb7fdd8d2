//! The effective configuration, as YAML with the origin of each value.

use std::io::{self, Write};

use crate::config::{ValueOrigin, scalar_in_yaml};
use crate::names::Names;
use crate::report::json::configuration::{ConfigurationDocument, DocumentOrigin, DocumentValue, PROTECTED};
use crate::report::text::one_line::one_line;
use crate::report::text::view::{FAINT, styled};

/// Origins are aligned, unless a value is longer than this.
const WIDEST: usize = 60;

/// Prints the configuration. If it contains no secret, the output is an equivalent configuration.
pub fn configuration(
    out: &mut dyn Write,
    document: &ConfigurationDocument,
    names: &Names,
    color: bool,
) -> io::Result<()> {
    for line in head(document) {
        writeln!(out, "{}", styled(&format!("# {}", one_line(&line)), FAINT, color))?;
    }
    let mut lines = lines(&document.values);
    for line in &mut lines {
        // A hash has another length than the name that it replaces.
        line.text = names.render(&line.text);
    }
    let lengths = lines.iter().filter(|line| !line.origin.is_empty());
    let lengths = lengths
        .map(|line| line.text.chars().count())
        .filter(|length| *length <= WIDEST);
    let column = lengths.max().unwrap_or_default();
    for Line { text, origin } in &lines {
        if origin.is_empty() {
            writeln!(out, "{text}")?;
        } else {
            let comment = styled(&format!("# {}", one_line(origin)), FAINT, color);
            writeln!(out, "{text:column$}  {comment}")?;
        }
    }
    Ok(())
}

fn head(document: &ConfigurationDocument) -> Vec<String> {
    let file = match (&document.file, document.tool) {
        (None, _) => "No configuration file; variables give all keys.".to_owned(),
        (Some(file), None) => format!("Effective configuration of {file}"),
        (Some(file), Some(tool)) => {
            format!(
                "Effective configuration of {file}, which has the form of {tool}: the keys of directory-sync, and the line and key of that file"
            )
        }
    };
    let mut lines = vec![file];
    if !document.target_was_asked {
        lines.push(
            "Limits of the target are not included: `config show --target-limits` asks for them".to_owned(),
        );
    }
    lines.extend(
        document
            .paused
            .iter()
            .map(|reason| format!("No run takes place: {reason}")),
    );
    let protected = document.policy.iter().filter(|limit| limit.setting == PROTECTED);
    lines.extend(protected.map(|limit| format!("{PROTECTED}: {} ({})", limit.value, limit.origin)));
    lines
}

struct Line {
    text: String,
    origin: String,
}

fn lines(values: &[DocumentValue]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut above: &[String] = &[];
    for value in values {
        let Some((name, sections)) = value.levels.split_last() else {
            continue;
        };
        let same = above
            .iter()
            .zip(sections)
            .take_while(|(one, other)| one == other)
            .count();
        for (depth, section) in sections.iter().enumerate().skip(same) {
            lines.push(Line {
                text: format!("{}{}:", "  ".repeat(depth), scalar_in_yaml(section)),
                origin: String::new(),
            });
        }
        let indent = "  ".repeat(sections.len());
        let text = format!("{indent}{}: {}", scalar_in_yaml(name), value.value.in_yaml());
        lines.push(Line {
            text,
            origin: origin(value),
        });
        above = sections;
    }
    lines
}

fn origin(value: &DocumentValue) -> String {
    match (&value.origin, &value.configured) {
        (DocumentOrigin::Configuration(origin), _) => describe(origin),
        (DocumentOrigin::Ceiling { name, .. }, None) => name.clone(),
        (DocumentOrigin::Ceiling { name, .. }, Some(configured)) => {
            let value = configured.value.in_yaml();
            format!("{name}; {value}: {}", describe(&configured.origin))
        }
    }
}

fn describe(origin: &ValueOrigin) -> String {
    match origin {
        ValueOrigin::Default { tool: None } => "default".to_owned(),
        ValueOrigin::Default { tool: Some(tool) } => format!("default of {tool}"),
        ValueOrigin::File {
            path,
            line,
            key: None,
        } => format!("{}:{line}", path.display()),
        ValueOrigin::File {
            path,
            line,
            key: Some(key),
        } => format!("{}:{line} {key}", path.display()),
        ValueOrigin::Variable { name } => format!("variable {name}"),
        ValueOrigin::Flag { name } => format!("option {name}"),
    }
}
