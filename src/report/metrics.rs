//! Metrics of a run for Prometheus.

use std::collections::BTreeMap;

use prometheus::{Encoder as _, GaugeVec, Opts, Registry, TextEncoder};

use super::json::Report;
use super::json::counts::Changes;
use super::run_outcome::RunOutcome;
use crate::model::ActionKind;

/// Values besides the report.
#[derive(Clone, Copy, Debug)]
pub struct RunFigures<'a> {
    /// Title of the target.
    pub target: &'a str,
    /// `sync`, `plan`, `apply`, `undo`, `link-ids`.
    pub mode: &'a str,
    /// The end of the run, in seconds since 1970 (UTC).
    pub finished: i64,
    /// When runs of this target last succeeded before this one, by mode.
    pub last_success: &'a BTreeMap<String, i64>,
}

/// The metric whose values are kept from run to run.
pub const LAST_SUCCESS: &str = "directory_sync_last_success_timestamp_seconds";

/// The metrics in Prometheus' text format. No label identifies a person.
///
/// # Errors
/// A label is invalid. The names are constants.
pub fn metrics(report: &Report, run: RunFigures<'_>) -> Result<String, prometheus::Error> {
    let figures = Figures(Registry::new());
    figures.run(report, run)?;
    figures.sources(report, run.target)?;
    figures.credentials(report, run.target)?;
    figures.target(report, run.target)?;
    let mut text = Vec::new();
    TextEncoder::new().encode(&figures.0.gather(), &mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

struct Figures(Registry);

type Done = Result<(), prometheus::Error>;

/// The labels of a value in order, and the value.
type Labelled<'a> = (Vec<&'a str>, f64);

impl Figures {
    /// One metric with all its values; omitted if there are none.
    fn add(&self, name: &str, help: &str, labels: &[&str], values: &[Labelled<'_>]) -> Done {
        if values.is_empty() {
            return Ok(());
        }
        let gauge = GaugeVec::new(Opts::new(name, help), labels)?;
        for (labels, value) in values {
            gauge.get_metric_with_label_values(labels)?.set(*value);
        }
        self.0.register(Box::new(gauge))
    }

    fn run(&self, report: &Report, run: RunFigures<'_>) -> Done {
        let finished = float(run.finished);
        let is_good = matches!(report.exit_code, 0 | 10);
        let before = run.last_success.iter();
        let mut success: BTreeMap<&str, f64> = before.map(|(mode, time)| (&**mode, float(*time))).collect();
        if is_good {
            success.insert(run.mode, finished);
        }
        let of_target = |(mode, value)| (vec![run.target, mode], value);
        let last_run = "directory_sync_last_run_timestamp_seconds";
        let both = &["target", "mode"];
        self.add(
            last_run,
            "End of the last run.",
            both,
            &[of_target((run.mode, finished))],
        )?;
        let success: Vec<Labelled<'_>> = success.into_iter().map(of_target).collect();
        self.add(
            LAST_SUCCESS,
            "End of the last run with exit code 0 or 10.",
            both,
            &success,
        )?;
        let refused = f64::from(u8::from(report.outcome == RunOutcome::Refused));
        for (name, help, value) in [
            (
                "exit_code",
                "Exit code of the last run.",
                f64::from(report.exit_code),
            ),
            ("duration_seconds", "Duration of the last run.", report.seconds),
            ("refused", "1 if the guard refused the last run.", refused),
        ] {
            let name = format!("directory_sync_last_run_{name}");
            self.add(&name, help, &["target"], &[(vec![run.target], value)])?;
        }
        let version = (vec![run.target, env!("CARGO_PKG_VERSION")], 1.0);
        self.add(
            "directory_sync_build_info",
            "Version of the program.",
            &["target", "version"],
            &[version],
        )
    }

    /// Only the earliest expiry of each kind. After that one is replaced, the next one is shown.
    fn credentials(&self, report: &Report, target: &str) -> Done {
        let mut ends: BTreeMap<&str, i64> = BTreeMap::new();
        for credential in &report.credentials {
            let end = credential.expires.as_second();
            let first = ends.entry(credential.what).or_insert(end);
            *first = end.min(*first);
        }
        let ends: Vec<Labelled<'_>> = ends
            .into_iter()
            .map(|(what, end)| (vec![target, what], float(end)))
            .collect();
        self.add(
            "directory_sync_credential_expiry_timestamp_seconds",
            "End of the first key or certificate of a kind.",
            &["target", "what"],
            &ends,
        )
    }

    /// With the target, so that two configurations on one machine can have sources with the same name.
    fn sources(&self, report: &Report, target: &str) -> Done {
        let (mut records, mut complete, mut seconds) = (Vec::new(), Vec::new(), Vec::new());
        for source in &report.sources {
            let name = &*source.name;
            let states = [
                ("read", source.read),
                ("rejected", source.rejected),
                ("disabled", source.disabled),
            ];
            records.extend(states.map(|(state, count)| (vec![target, name, state], size(count))));
            complete.push((vec![target, name], f64::from(u8::from(source.complete))));
            seconds.push((vec![target, name], source.seconds));
        }
        let (source, state) = (&["target", "source"], &["target", "source", "state"]);
        self.add(
            "directory_sync_source_records",
            "Records of a source.",
            state,
            &records,
        )?;
        let help = "1 if a source was read in full.";
        self.add("directory_sync_source_complete", help, source, &complete)?;
        let help = "Time to read a source.";
        self.add("directory_sync_source_duration_seconds", help, source, &seconds)
    }

    fn target(&self, report: &Report, target: &str) -> Done {
        let (mut resources, mut changes) = (Vec::new(), Vec::new());
        for of_type in types(report) {
            let name = of_type.name;
            let states = [
                ("managed", of_type.managed),
                ("skipped", of_type.skipped(report)),
                ("foreign", of_type.objects.saturating_sub(of_type.managed)),
            ];
            resources.extend(states.map(|(state, count)| (vec![target, name, state], size(count))));
            for (action, count) in of_type.changes.by_kind() {
                let results = [
                    ("planned", count.planned),
                    ("applied", count.applied),
                    ("failed", count.failed),
                    ("not_started", count.not_started),
                    ("withheld", of_type.withheld(report, action)),
                ];
                changes.extend(
                    results.map(|(result, count)| (vec![target, name, action.name(), result], size(count))),
                );
            }
        }
        let help = "Objects at the target.";
        self.add(
            "directory_sync_resources",
            help,
            &["target", "type", "state"],
            &resources,
        )?;
        let labels = &["target", "type", "action", "result"];
        self.add(
            "directory_sync_changes",
            "Changes of the last run.",
            labels,
            &changes,
        )?;
        self.requests(report, target)
    }

    fn requests(&self, report: &Report, target: &str) -> Done {
        let requests = &report.requests;
        let results = [
            ("ok", requests.total.saturating_sub(requests.failed)),
            ("retried", requests.retried),
            ("failed", requests.failed.saturating_sub(requests.retried)),
        ];
        let values = results.map(|(result, count)| {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            (vec![target, result], size(count))
        });
        let labels = &["target", "result"];
        self.add(
            "directory_sync_requests",
            "Requests to the target.",
            labels,
            &values,
        )
    }
}

/// One resource type of a report.
struct OfType<'a> {
    name: &'a str,
    objects: usize,
    managed: usize,
    changes: &'a Changes,
}

/// A report of a target that only stores people has no list of types.
fn types(report: &Report) -> Vec<OfType<'_>> {
    if report.types.is_empty() {
        return vec![OfType {
            name: "user",
            objects: report.target.accounts,
            managed: report.target.managed,
            changes: &report.changes,
        }];
    }
    let types = report.types.iter().map(|of_type| OfType {
        name: of_type.name,
        objects: of_type.objects,
        managed: of_type.managed,
        changes: &of_type.changes,
    });
    types.collect()
}

impl OfType<'_> {
    fn is(&self, resource: Option<&str>) -> bool {
        resource.unwrap_or("user") == self.name
    }

    fn skipped(&self, report: &Report) -> usize {
        let skipped = report.kept_accounts.iter();
        skipped.filter(|skipped| self.is(skipped.resource)).count()
    }

    fn withheld(&self, report: &Report, action: ActionKind) -> usize {
        let withheld = report.withheld.iter();
        withheld
            .filter(|withheld| withheld.action == action && self.is(withheld.resource))
            .count()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 are exact for millions of years"
)]
fn float(seconds: i64) -> f64 {
    seconds as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
fn size(count: usize) -> f64 {
    count as f64
}
