//! The file for cron. Its line is run unchanged.

use std::fs::File;
use std::process::Output;

use super::host::{Host, mode};
use super::*;

const FILE: &str = "deploy/cron/directory-sync";

/// Runs the command of the line as cron does: by `sh`, at home, with the variables of the file alone.
fn run_by_cron(host: &Host) -> Output {
    let (mut variables, mut commands) = (Vec::new(), Vec::new());
    let text = text(FILE);
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let name = line.split('=').next().unwrap();
        if name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            variables.push((name, &line[name.len() + 1..]));
        } else {
            commands.push(line);
        }
    }
    assert_eq!(commands.len(), 1, "{commands:?}");
    let mut words = commands[0].splitn(7, ' ');
    assert_eq!(
        words.by_ref().take(5).collect::<Vec<_>>(),
        ["0", "3", "*", "*", "*"]
    );
    assert_eq!(words.next(), Some("root"));
    let command = words.next().unwrap();
    assert!(!command.contains('%'), "cron ends a command at `%`");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &host.localized(command)])
        .env_clear()
        .current_dir(host.path("home"));
    shell.env("SSL_CERT_FILE", "/dev/null");
    for (name, value) in variables {
        // Where the program was installed.
        let value = value.replace("/usr/local/bin", host.path("bin").to_str().unwrap());
        shell.env(name, host.localized(&value));
    }
    shell.output().unwrap()
}

#[test]
fn the_line_of_cron_makes_a_run_and_sends_no_mail() {
    let host = Host::zitadel();
    host.write("etc/approval", "");
    let output = run_by_cron(&host);
    host.has_run(&output, "state/");
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.as_slice()),
        (&b""[..], &b""[..])
    );
    let log = host.path("log/directory-sync.log");
    assert_eq!(mode(&log), 0o600);
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("Done: 1 created"), "{log}");
    assert!(
        !log.contains("WARN"),
        "an approval that is not given is nothing unusual: {log}"
    );
}

#[test]
fn the_line_of_cron_makes_a_run_for_univention() {
    let host = Host::udm();
    host.write("etc/approval", "");
    host.has_run(&run_by_cron(&host), "state/");
}

/// What cron sends as a mail.
#[test]
fn the_line_of_cron_says_how_a_run_failed() {
    let host = Host::zitadel();
    host.write("etc/approval", "");
    assert!(run_by_cron(&host).stdout.is_empty());
    let other_run = File::open(host.lock_file().unwrap()).unwrap();
    other_run.lock().unwrap();
    let mail = String::from_utf8(run_by_cron(&host).stdout).unwrap();
    assert!(mail.starts_with("directory-sync: exit code 5, see "), "{mail}");
    drop(other_run);
    host.write("etc/config.yaml", "zitadel: nothing\n");
    let mail = String::from_utf8(run_by_cron(&host).stdout).unwrap();
    assert!(mail.starts_with("directory-sync: exit code 2, see "), "{mail}");
}
