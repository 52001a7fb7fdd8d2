//! A run as a single-file page for a browser. It loads nothing, and can be read without its script.

mod chart;
mod groups;

use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value, context};
use minijinja::{Output, escape_formatter, filters, tests};
use sha2::{Digest as _, Sha256};

use super::data::data;
use super::json::Report;
use super::json::plan_view::{PlanView, Row, Section};
use super::text::one_line::one_line;
use super::text::verdict::{Listed, verdict};
use crate::model::ActionKind;
use crate::names::Names;
use crate::report::describe::show::Show;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of a completed run. `command` is the name of the run; empty if it never started.
///
/// # Errors
/// The template does not fit the data.
pub fn page(report: &Report, command: &str, names: &Names) -> Result<String, Error> {
    let view = report.view.as_deref();
    let environment = environment(names.clone())?;
    environment.get_template("page")?.render(context! {
        version => env!("CARGO_PKG_VERSION"),
        policy => policy(),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        command => command,
        title => report.title.as_str(),
        started => report.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        report => data(report),
        verdict => verdict_of(report),
        proof => report.proof.clone(),
        is_from_file => report.is_from_file || report.undoes.is_some(),
        is_unread => report.sources.iter().all(|source| source.seconds == 0.0),
        bars => data(chart::bars(report)),
        has_not_started => report.failures.iter().any(|failure| !failure.is_tried()),
        planned => report.changes.planned(),
        has_plan => view.is_some(),
        cost => view.map_or("", |view| view.cost.trim_end()),
        limits => limits(view),
        sections => sections(view),
        kept => data(groups::kept(&report.kept_accounts, &marked(view))),
        rejected => data(groups::notes(&report.rejected)),
        warnings => data(groups::notes(&report.warnings)),
        hides_names => view.is_some_and(|view| view.show == Show::NoNames),
        hides_values => view.is_some_and(|view| view.show != Show::Values),
    })
}

/// Every value passes here on its way into the page. It is limited to one line, its names are shown or hidden, and it
/// is escaped.
fn environment(names: Names) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()?;
    environment.set_syntax(syntax);
    environment.add_filter("length", filters::length);
    environment.add_filter("verb", verb);
    environment.add_test("undefined", tests::is_undefined);
    environment.set_formatter(move |out, state, value| put(&names, out, state, value));
    environment.add_template("page", PAGE)?;
    Ok(environment)
}

/// The verb of a kind of change, which has its name for programs in the data.
fn verb(name: &str) -> &'static str {
    ActionKind::of_name(name).map_or("", ActionKind::verb)
}

fn put(names: &Names, out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_safe() || value.is_number() {
        return escape_formatter(out, state, value);
    }
    match value.as_str() {
        Some(text) => {
            let shown = names.render(&one_line(text));
            escape_formatter(out, state, &Value::from(shown))
        }
        None => Err(Error::new(
            ErrorKind::InvalidOperation,
            "a page can only contain texts and numbers",
        )),
    }
}

/// The page may only load its own style and script.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

/// The first word, the sentence and the next step.
fn verdict_of(report: &Report) -> Value {
    let verdict = verdict(report, Listed::Below);
    let (what, next) = verdict.split_once("\nNext: ").unwrap_or((&verdict, ""));
    let (word, text) = what.split_once(": ").unwrap_or(("", what));
    let text = text.strip_suffix('.').unwrap_or(text);
    context! { word => word, text => format!("{text}."), next => next }
}

/// Accounts that get an absence marker.
fn marked(view: Option<&PlanView>) -> HashSet<String> {
    let rows = view.map_or(&[][..], |view| &view.rows);
    rows.iter().filter_map(Row::marked).collect()
}

fn limits(view: Option<&PlanView>) -> Vec<Value> {
    let limits = view.map_or(&[][..], |view| &view.limits).iter();
    limits
        .map(|limit| {
            context! {
                key => limit.key.as_str(),
                limit => limit.limit.as_str(),
                noun => limit.noun,
                count => limit.count,
                whole => limit.whole,
                allowed => limit.allowed,
                is_exceeded => limit.count > limit.allowed,
            }
        })
        .collect()
}

/// The sections with changes, in order.
fn sections(view: Option<&PlanView>) -> Vec<Value> {
    let Some(view) = view else {
        return Vec::new();
    };
    let sections = Section::ALL.into_iter().filter_map(|section| {
        let mut rows: Vec<&Row> = view.rows.iter().filter(|row| row.section == section).collect();
        rows.sort_by(|one, other| one.compare(other));
        let (id, title, about) = section.words();
        let count = rows.len();
        (count > 0).then(|| {
            context! { id => id, title => title, about => about, count => count, rows => data(rows) }
        })
    });
    sections.collect()
}
