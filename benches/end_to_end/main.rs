//! What whole runs cost: N people in a CSV file, N accounts in the Zitadel double, the real binary. With `--udm`: N people
//! and N/10 groups in an LDAP server, the UDM double, the real binary; and how fast its writes are beside a client that only
//! writes.
//!
//! `cargo bench --bench end_to_end` measures 1,000 and 10,000 people; sizes can be named:
//! `cargo bench --bench end_to_end -- 1000 10000 100000`. With `--write` the table replaces the one in
//! `docs/performance.md`. CPU seconds and peak memory are those of the finished child. The double and the people live in
//! a process of their own: Linux counts the memory of whoever starts a child as the child's, up to its `exec`.

mod rate;
mod udm;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::files::write_private;
use testkit::people::{Person, people, to_csv};
use testkit::zitadel::{Options, ZitadelDouble};
use wait4::Wait4 as _;

const SEED: u64 = 42;
const STAGE: &str = "--stage";
const PAGE: &str = "docs/performance.md";
const TABLE_START: &str = "<!-- the table is written by the bench -->";
const UDM_TABLE_START: &str = "<!-- the table of UDM is written by the bench -->";
const RATE_TABLE_START: &str = "<!-- the table of rates is written by the bench -->";
const UDM: &str = "--udm";

/// What one run cost.
struct Cost {
    case: &'static str,
    people: usize,
    requests: u64,
    by_operation: BTreeMap<String, u64>,
    wall: Duration,
    cpu: Duration,
    peak_bytes: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let is_udm = arguments.iter().any(|argument| argument == UDM);
    if let [flag, size, folder, ..] = &arguments[..]
        && flag == STAGE
    {
        let (size, folder) = (size.parse()?, Path::new(folder));
        return if is_udm {
            udm::stage(size, folder)
        } else {
            stage(size, folder)
        };
    }
    let sizes: Vec<usize> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![1_000, 10_000]
    } else {
        sizes
    };
    let mut costs = Vec::new();
    for size in sizes {
        costs.extend(measure(size, is_udm)?);
    }
    let is_written = arguments.iter().any(|argument| argument == "--write");
    show(
        &table(&costs),
        if is_udm { UDM_TABLE_START } else { TABLE_START },
        is_written,
    )?;
    if is_udm {
        show(&rate::measure()?, RATE_TABLE_START, is_written)?;
    }
    Ok(())
}

/// Prints a table, and puts it into the page if it is to be written.
fn show(table: &str, start: &str, is_written: bool) -> Result<(), Box<dyn Error>> {
    println!("{table}");
    if is_written {
        write_page(table, start)?;
    }
    Ok(())
}

/// First load into an empty organization, nothing changed, then 1 % changed.
fn measure(size: usize, is_udm: bool) -> Result<Vec<Cost>, Box<dyn Error>> {
    let folder = TempDir::new()?;
    let mut stage = Command::new(std::env::current_exe()?)
        .args([
            STAGE.as_ref(),
            size.to_string().as_ref(),
            folder.path().as_os_str(),
        ])
        .args(is_udm.then_some(UDM))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut ready = BufReader::new(stage.stdout.take().ok_or("no pipe")?).lines();
    let mut go_on = stage.stdin.take().ok_or("no pipe")?;
    let mut costs = Vec::new();
    for case in ["first load", "no change", "1 % changed"] {
        ready.next().ok_or("the stage ended")??;
        costs.push(run(case, size, folder.path())?);
        writeln!(go_on)?;
    }
    drop(go_on);
    stage.wait()?;
    Ok(costs)
}

/// Runs the double and lays out the files of one case after the other, each when a line comes in.
fn stage(size: usize, folder: &Path) -> Result<(), Box<dyn Error>> {
    let zitadel = ZitadelDouble::start(Options::default());
    let mut everybody = people(SEED, size);
    write_private(&folder.join("service-user.json"), zitadel.key_file_json())?;
    fs::write(folder.join("config.yaml"), zitadel.csv_config(folder))?;
    let mut go_on = io::stdin().lines();
    for changed in [false, false, true] {
        if changed {
            change_one_percent(&mut everybody);
        }
        fs::write(folder.join("users.csv"), to_csv(&everybody))?;
        println!("ready");
        go_on.next().transpose()?;
    }
    Ok(())
}

/// 0.2 % new, 0.7 % changed, 0.1 % gone.
fn change_one_percent(everybody: &mut Vec<Person>) {
    let size = everybody.len();
    for person in everybody.iter_mut().take(size * 7 / 1_000) {
        person.last_name.push_str("-Changed");
    }
    everybody.truncate(size - size / 1_000);
    everybody.extend(people(SEED + 1, size * 2 / 1_000));
}

fn run(case: &'static str, people: usize, folder: &Path) -> Result<Cost, Box<dyn Error>> {
    let report = folder.join("report.json");
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_directory-sync"))
        .arg("--config")
        .arg(folder.join("config.yaml"))
        .arg("--report")
        .arg(&report)
        .stdout(Stdio::null())
        .spawn()?;
    let used = child.wait4()?;
    let wall = started.elapsed();
    if !used.status.success() {
        return Err(format!("{case} with {people} people ended with {}", used.status).into());
    }
    let report: serde_json::Value = serde_json::from_slice(&fs::read(report)?)?;
    let operations = report["requests"]["by_operation"]
        .as_object()
        .cloned()
        .unwrap_or_default();
    Ok(Cost {
        case,
        people,
        requests: report["requests"]["total"].as_u64().unwrap_or_default(),
        by_operation: operations
            .into_iter()
            .map(|(name, n)| (name, n.as_u64().unwrap_or_default()))
            .collect(),
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        peak_bytes: used.rusage.maxrss,
    })
}

fn table(costs: &[Cost]) -> String {
    let mut table = "| people | case | requests | wall s | CPU s | peak MB | requests by operation |\n\
                     |---|---|---|---|---|---|---|\n"
        .to_owned();
    for cost in costs {
        let operations: Vec<String> = cost
            .by_operation
            .iter()
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let _ = writeln!(
            table,
            "| {} | {} | {} | {:.2} | {:.2} | {} | {} |",
            cost.people,
            cost.case,
            cost.requests,
            cost.wall.as_secs_f64(),
            cost.cpu.as_secs_f64(),
            cost.peak_bytes / 1_000_000,
            operations.join(", "),
        );
    }
    table
}

/// Puts the table where the last one stood, up to the next heading.
fn write_page(table: &str, start: &str) -> Result<(), Box<dyn Error>> {
    let page = fs::read_to_string(PAGE)?;
    let (before, after) = page
        .split_once(start)
        .ok_or("the page has no place for the table")?;
    let rest = after.find("\n## ").map_or("", |next| &after[next..]);
    fs::write(PAGE, format!("{before}{start}\n\n{table}{rest}"))?;
    Ok(())
}
