//! Reading a large directory: `users --count` beside the `ldapsearch` of `OpenLDAP`, same server, page size
//! and attributes.
//!
//! `cargo bench --bench ldap_read` reads 100,000 entries; another number can be named. Both are run in turn, five times, and
//! the medians are compared: what the machine does beside it then disturbs both alike. The server lives in a process of its
//! own: Linux counts the memory of whoever starts a child as the child's, up to its `exec`.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use testkit::people::people;
use testkit::slapd::{Options, Slapd};
use wait4::Wait4 as _;

const ROUNDS: usize = 5;
const SERVE: &str = "--serve";
const ATTRIBUTES: [&str; 7] = [
    "givenName",
    "sn",
    "mail",
    "displayName",
    "telephoneNumber",
    "uid",
    "shadowFlag",
];
const FILTER: &str = "(objectClass=inetOrgPerson)";

struct Cost {
    wall: Duration,
    peak_bytes: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    if let [flag, size] = &arguments[..]
        && flag == SERVE
    {
        return serve(size.parse()?);
    }
    let size: usize = match arguments.first() {
        Some(size) => size.parse()?,
        None => 100_000,
    };
    let mut server = Command::new(std::env::current_exe()?)
        .args([SERVE, &size.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut url = String::new();
    BufReader::new(server.stdout.take().ok_or("piped")?).read_line(&mut url)?;
    let measured = compare(url.trim(), size);
    // Its input ends, and so does the server.
    drop(server.stdin.take());
    server.wait()?;
    measured
}

/// Prints the address and serves until the input ends.
fn serve(size: usize) -> Result<(), Box<dyn Error>> {
    let slapd = Options::people(&people(1, size))
        .limits("size=unlimited time=unlimited")
        .start();
    println!("{}", slapd.url());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

fn compare(url: &str, size: usize) -> Result<(), Box<dyn Error>> {
    let folder = TempDir::new()?;
    fs::write(folder.path().join("config.yaml"), config(url))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(run(&mut ldapsearch(url), folder.path())?);
        ours.push(run(&mut users(folder.path()), folder.path())?);
        let counted = fs::read_to_string(folder.path().join("out"))?;
        assert_eq!(counted.trim(), size.to_string(), "everybody was read");
    }
    let peak = ours.iter().map(|cost| cost.peak_bytes).max().unwrap_or_default();
    let (ours, theirs) = (median(ours), median(theirs));
    println!("entries  users --count  ldapsearch  ratio  peak of users --count");
    println!(
        "{size:>7}  {:>11.2} s  {:>8.2} s  {:>5.2}  {:>19} MB",
        ours.as_secs_f64(),
        theirs.as_secs_f64(),
        ours.as_secs_f64() / theirs.as_secs_f64(),
        peak.div_ceil(1_000_000)
    );
    Ok(())
}

fn median(costs: Vec<Cost>) -> Duration {
    let mut walls: Vec<Duration> = costs.into_iter().map(|cost| cost.wall).collect();
    walls.sort();
    walls[walls.len() / 2]
}

fn run(command: &mut Command, folder: &Path) -> Result<Cost, Box<dyn Error>> {
    let ours = command.get_program().to_string_lossy().contains("directory-sync");
    let out = if ours {
        Stdio::from(File::create(folder.join("out"))?)
    } else {
        Stdio::null()
    };
    let start = Instant::now();
    let used = command.stdout(out).stderr(Stdio::null()).spawn()?.wait4()?;
    if !used.status.success() {
        return Err(format!("{command:?}: {}", used.status).into());
    }
    Ok(Cost {
        wall: start.elapsed(),
        peak_bytes: used.rusage.maxrss,
    })
}

fn users(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_directory-sync"));
    command
        .args(["users", "--count", "-c"])
        .arg(folder.join("config.yaml"));
    command
}

fn ldapsearch(url: &str) -> Command {
    let mut command = Command::new("ldapsearch");
    command
        .args(["-x", "-LLL", "-E", "pr=1000/noprompt", "-H", url])
        .args([
            "-D",
            Slapd::BIND_DN,
            "-w",
            Slapd::BIND_PASSWORD,
            "-b",
            Slapd::BASE_DN,
            FILTER,
        ])
        .args(ATTRIBUTES);
    command
}

fn config(url: &str) -> String {
    let [first_name, last_name, email, name, phone, id, status] = ATTRIBUTES;
    format!(
        "sources:\n  ldap:\n    url: {url}\n    base_dn: {}\n    bind_dn: {}\n    bind_password: {}\n    \
         user_filter: \"{FILTER}\"\n    use_attribute_filter: true\n    attributes:\n      first_name: {first_name}\n      \
         last_name: {last_name}\n      email: {email}\n      preferred_username: {name}\n      phone: {phone}\n      \
         user_id: {id}\n      status: {status}\n      disable_bitmasks: [2]\n",
        Slapd::BASE_DN,
        Slapd::BIND_DN,
        Slapd::BIND_PASSWORD
    )
}
