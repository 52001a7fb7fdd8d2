//! What the process tells the service manager, and the names by which it is called.

use std::fs;
use std::io::Seek as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use super::stay::Stay;
use crate::safety::lab::{Lab, finish, staff};

/// A socket as systemd has it. Each message is one or more lines.
struct Systemd(UnixDatagram);

impl Systemd {
    fn listen(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(socket)
    }

    /// The messages up to the first one that contains a text.
    fn until(&self, text: &str) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let mut message = [0; 4096];
            let length = self
                .0
                .recv(&mut message)
                .unwrap_or_else(|error| panic!("{error}: {text}: {told:?}"));
            let message = String::from_utf8_lossy(&message[..length]).into_owned();
            let is_last = message.contains(text);
            told.push(message);
            if is_last {
                return told;
            }
        }
    }
}

#[test]
fn systemd_learns_what_the_process_does_and_that_it_is_alive() {
    let lab = Lab::csv(&staff(2));
    lab.configure("run: {every: 1h}\n");
    let systemd = Systemd::listen(&lab.path("notify"));
    let mut command = lab.command("run");
    command
        .env("NOTIFY_SOCKET", lab.path("notify"))
        .env("WATCHDOG_USEC", "100000");
    let mut stay = Stay::of(command);
    assert!(systemd.until("READY=1")[0].contains("READY=1\nSTATUS=starting\n"));
    systemd.until("STATUS=running: sync");
    stay.run_ends("applied", 0);
    let idle = systemd.until("STATUS=idle, ");
    let idle = idle.last().unwrap();
    assert!(
        idle.starts_with("STATUS=idle, next run ")
            && idle.ends_with(" UTC, last run: applied (exit code 0)\n"),
        "{idle}"
    );
    assert_eq!(systemd.until("WATCHDOG=1").len(), 1);
    assert_eq!(systemd.until("WATCHDOG=1").len(), 1);
    stay.send("-HUP");
    let reloading = systemd.until("RELOADING=1");
    assert!(
        reloading.last().unwrap().contains("\nMONOTONIC_USEC="),
        "{reloading:?}"
    );
    systemd.until("READY=1");
    systemd.until("last run: in sync (exit code 0)");
    stay.send("-TERM");
    systemd.until("STOPPING=1");
    assert_eq!(stay.ended().0, 0);
}

/// The process only opens connections. Its stdin is never read.
#[test]
fn nothing_listens_and_nothing_is_read_from_stdin() {
    let lab = Lab::csv(&staff(2));
    lab.configure("run: {every: 1h, poll: 50ms}\n");
    fs::write(lab.path("input"), "yes\n").unwrap();
    let mut input = fs::File::open(lab.path("input")).unwrap();
    let mut command = lab.command("run");
    command.stdin(input.try_clone().unwrap());
    let mut stay = Stay::of(command);
    stay.run_ends("applied", 0);
    lab.zitadel
        .set_organization_metadata("directory-sync.command", r#"{"id": "1", "run": "sync"}"#);
    stay.run_ends("in_sync", 0);
    assert_eq!(listening(stay.id()), Vec::<String>::new());
    assert_eq!(stay.end().0, 0);
    // Both are one open file, so they share the place up to which it was read.
    assert_eq!(input.stream_position().unwrap(), 0);
}

/// The sockets of a process that wait for connections, as Linux tells.
fn listening(process: u32) -> Vec<String> {
    let links = fs::read_dir(format!("/proc/{process}/fd")).unwrap();
    let links = links.filter_map(|link| fs::read_link(link.unwrap().path()).ok());
    let own: Vec<String> = links
        .filter_map(|to| {
            Some(
                to.to_str()?
                    .strip_prefix("socket:[")?
                    .strip_suffix(']')?
                    .to_owned(),
            )
        })
        .collect();
    let tables = ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{process}/net/{table}")));
    let tables = tables.map(Result::unwrap_or_default);
    let rows = || tables.iter().flat_map(|table| table.lines().skip(1));
    assert!(rows().next().is_some(), "the target listens");
    let is_listening = |row: &&str| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        columns[3] == "0A" && own.iter().any(|socket| socket == columns[9])
    };
    rows().filter(is_listening).map(str::to_owned).collect()
}

/// A name of the program means a command.
#[test]
fn the_program_of_other_days_stays_or_imports() {
    let lab = Lab::csv(&staff(2));
    fs::create_dir(lab.path("bin")).unwrap();
    let adc = lab.path("bin/adc");
    symlink(env!("CARGO_BIN_EXE_directory-sync"), &adc).unwrap();
    let called = |arguments: &[&str]| {
        let ours = lab.command("");
        let mut command = std::process::Command::new(&adc);
        command
            .env_clear()
            .env("TMPDIR", lab.path(""))
            .env("DIRECTORY_SYNC_CONFIG", lab.path("config.yaml"))
            .args(arguments)
            .current_dir(ours.get_current_dir().unwrap())
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        command
    };
    finish(called(&["imp", "--dry-run"]))
        .exits(0)
        .says("2 changes are pending");
    finish(called(&["imp"])).exits(0).says("Done: 2 created");
    lab.run("imp").exits(0).says("in sync");
    for arguments in [&[][..], &["run"]] {
        let mut stay = Stay::of(called(arguments));
        stay.run_ends("in_sync", 0);
        stay.send("-HUP");
        stay.run_ends("in_sync", 0);
        assert_eq!(stay.end().0, 0);
    }
}
