//! Expected files: what differs from run to run is taken out, the rest is compared to the last letter.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Compares a text with the file, or writes the file when asked to. Nothing is expected where there is no text.
///
/// Returns what is wrong.
pub(super) fn compare(file: &Path, actual: &str) -> Option<String> {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(file, actual).expect("a writable folder");
        return None;
    }
    compare_only(file, actual)
}

/// The same for a run that has to come to what another one came to: its file is never written.
pub(super) fn compare_only(file: &Path, actual: &str) -> Option<String> {
    let expected = fs::read_to_string(file).unwrap_or_default();
    (expected != actual).then(|| difference(file, &expected, actual))
}

fn difference(file: &Path, expected: &str, actual: &str) -> String {
    let mut text = format!("{} (- expected, + actual)\n", file.display());
    let (before, after): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - same;
    let same_at_end = before
        .iter()
        .rev()
        .zip(after.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    for line in &before[same.saturating_sub(3)..same] {
        let _ = writeln!(text, "  {line}");
    }
    for line in &before[same..before.len() - same_at_end] {
        let _ = writeln!(text, "- {line}");
    }
    for line in &after[same..after.len() - same_at_end] {
        let _ = writeln!(text, "+ {line}");
    }
    text
}

/// Standard output, and below it what was said on standard error: errors, and log lines from `warn` up.
pub(super) fn transcript(stdout: &str, stderr: &str) -> String {
    let mut text = String::new();
    for line in stdout.lines() {
        let _ = writeln!(text, "{}", without_measures(line));
    }
    let mut said = String::new();
    for line in stderr.lines() {
        match log_line(line) {
            None => {
                let _ = writeln!(said, "{}", without_measures(line));
            }
            Some(line) if line.starts_with("WARN") || line.starts_with("ERROR") => {
                let _ = writeln!(said, "{line}");
            }
            Some(_) => {}
        }
    }
    if !said.trim().is_empty() {
        let _ = write!(text, "--- stderr\n{said}");
    }
    text
}

/// A log line without its time; `None` for other lines.
fn log_line(line: &str) -> Option<&str> {
    let (time, rest) = line.split_once('Z')?;
    let is_time = time.len() > 18 && time.chars().all(|c| c.is_ascii_digit() || "-:.T".contains(c));
    is_time.then(|| rest.trim_start())
}

/// `12 requests, 0.3 s.` is another every time, and so is when the program ran.
fn without_measures(line: &str) -> String {
    if let Some((_, what)) = line
        .strip_prefix("directory-sync ")
        .and_then(|rest| rest.split_once(" UTC: "))
    {
        return format!("directory-sync VERSION, TIME: {what}");
    }
    if let Some((before, _)) = line.split_once(" took ").filter(|_| line.ends_with(" s")) {
        return format!("{before} took S s");
    }
    let Some((before, after)) = line.split_once(" requests, ") else {
        return line.to_owned();
    };
    let (before, count) = before.rsplit_once(' ').unwrap_or(("", before));
    match after.split_once(" s") {
        Some((_, rest)) if count.parse::<u64>().is_ok() => format!("{before} N requests, S s{rest}"),
        _ => line.to_owned(),
    }
}

/// The token of a refusal.
pub(super) fn approval_token(text: &str) -> Option<String> {
    let (_, after) = text.split_once("--approve ")?;
    let token: String = after
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    (!token.is_empty()).then_some(token)
}

/// The day in the message about a list of leavers that was not read.
pub(super) fn day_of_list(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("the list of that day was not read (")?;
    let (day, _) = rest.split_once(')')?;
    Some(day.to_owned())
}
