//! Data on stdout, everything else on stderr, and as much of it as was asked for.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use testkit::zitadel::{Fault, FaultKind};

use crate::cli::stage::{FAILED, START, Stage};
use crate::program::side_by_side;

#[test]
fn a_json_log_is_json_line_by_line() {
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy\n");
    stage.write("other.yaml", "zitadel: 5\n");
    for (arguments, exit) in [
        ("-vv", 1),
        ("plan --format json", 1),
        ("users", 1),
        ("users --count", 1),
        ("-c other.yaml", 2),
        ("-c nowhere.yaml", 2),
        ("--report nowhere/report.json", 2),
    ] {
        let run = stage.run(&format!("{arguments} --log-format json"));
        assert_eq!(run.exit, exit, "{run:?}");
        assert!(!run.err.is_empty(), "{run:?}");
        for line in run.err.lines() {
            let event: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{arguments}: {error}: {line}"));
            assert!(
                event["timestamp"].is_string() && event["level"].is_string() && event["message"].is_string()
            );
        }
    }
}

#[test]
fn a_json_log_tells_the_run() {
    let run = Stage::new().run("--log-format json");
    let messages: Vec<Value> = run
        .err
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].take())
        .collect();
    assert_eq!(messages, ["started", "source was read", "finished"]);
}

#[test]
fn as_much_as_was_asked_for() {
    let stage = Stage::new();
    let count = |arguments: &str| {
        let run = stage.run(arguments);
        assert_eq!(run.exit, 0, "{run:?}");
        assert!(run.out.starts_with(START), "{run:?}");
        run.err.lines().count()
    };
    assert_eq!(count(""), 0);
    assert!(count("-v") >= 4);
    assert!(count("-vv") >= count("-v"));
    stage.reconfigure("sources:", "log_level: debug\nsources:");
    assert!(count("") >= 4);
    for quiet in ["-q", "-qq", "-qqq"] {
        assert_eq!(count(quiet), 0);
    }
    stage.reconfigure("log_level: debug", "log_level: off");
    assert_eq!(count(""), 0);
    assert_eq!(count("--log-format json"), 0);
}

/// The reason why a run stops is reported at every log level.
#[test]
fn errors_are_never_silenced() {
    let stage = Stage::new();
    stage.reconfigure("users.csv", "nobody.csv");
    let loud = stage.run("");
    assert!(
        loud.err.starts_with("error: could not read source `csv`") && loud.err.ends_with(FAILED),
        "{loud:?}"
    );
    assert_eq!(stage.run("-qqq").err, loud.err);
}

/// `NO_COLOR` or not: a log file has no colours, which `Stage::finish` sees to.
#[test]
fn a_pipe_gets_no_colours() {
    let stage = Stage::new();
    for value in ["", "1"] {
        let run = stage.run_with(
            "-vv",
            &[("NO_COLOR", value), ("TERM", "xterm-256color"), ("CLICOLOR", "1")],
        );
        assert_eq!(run.exit, 0, "{run:?}");
    }
}

/// Runs with a stdout that is never read.
fn run_unread(stage: &Stage, arguments: &str) -> crate::cli::stage::Run {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = stage.command(env!("CARGO_BIN_EXE_directory-sync"), arguments);
    command.stdout(writer).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    stage.told(&output)
}

/// The changes could not be shown, so none is made.
#[test]
fn a_sync_whose_plan_has_no_reader_writes_nothing() {
    let stage = Stage::empty();
    run_unread(&stage, "--report report.json").assert(
        3,
        "",
        &format!(
            "error: the plan could not be printed: Broken pipe (os error 32)\nhint: redirect stdout to something \
             that reads all of it, such as a file: `>>FILE`\n{FAILED}"
        ),
    );
    stage.assert_untouched();
    let report: Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    assert_eq!(report["outcome"], "failed");
}

/// The reader of a dry run has seen enough when closing the pipe.
#[test]
fn a_plan_without_a_reader_is_silent() {
    let stage = Stage::empty();
    run_unread(&stage, "plan").assert(3, "", "");
    run_unread(&stage, "plan --format json").assert(3, "", "");
    run_unread(&stage, "users").assert(1, "", "");
    stage.assert_untouched();
}

#[test]
fn a_full_disk_is_reported() {
    let stage = Stage::empty();
    let mut command = stage.command(env!("CARGO_BIN_EXE_directory-sync"), "");
    command.stdout(File::options().write(true).open("/dev/full").unwrap());
    let output = command
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    stage.told(&output).assert(
        3,
        "",
        &format!("error: the plan could not be printed: No space left on device (os error 28)\n{FAILED}"),
    );
    stage.assert_untouched();
}

#[test]
fn a_report_on_a_full_disk_is_reported_and_the_run_goes_on() {
    let stage = Stage::empty();
    let run = stage.run("--report /dev/full");
    assert_eq!(
        run.err,
        "error: the report /dev/full could not be written: No space left on device (os error 28)\nhint: check that \
         the disk is not full\n"
    );
    assert_eq!(run.exit, 1);
    assert_eq!(stage.zitadel.users().len(), 2);
}

/// The exit codes of a run are what a job acts on: none of them depends on whether stderr can be written.
#[test]
fn an_exit_code_does_not_depend_on_where_stderr_goes() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    let stage = Stage::new();
    stage.add_rows("cy@example.org,Cy\n");
    stage.write("other.yaml", "zitadel: 5\n");
    let of_files = |policy: &str, file: &str| {
        let sources = format!("sources:\n  csv:\n    file_path: {file}\n");
        stage.config_with(&format!("{policy}{sources}"))
    };
    stage.write("nobody.yaml", of_files("", "nobody.csv"));
    stage.write(
        "one.csv",
        "email,first_name,last_name,phone\nada@example.org,Ada,Archer,\n",
    );
    stage.write(
        "fewer.yaml",
        of_files("policy: {absent: delete}\nguard: {max_removals: 0}\n", "one.csv"),
    );
    for (arguments, exit) in [
        ("", 1),
        ("plan", 1),
        ("users", 1),
        ("-c other.yaml", 2),
        ("--verify plan", 2),
        ("-c nobody.yaml", 3),
        ("-c fewer.yaml", 4),
        ("-c fewer.yaml check", 0),
        ("-c fewer.yaml --approve !", 4),
    ] {
        for more in ["", "-vv", "-vv --log-format json"] {
            for stderr in [full(), closed()] {
                let mut command = stage.command(
                    env!("CARGO_BIN_EXE_directory-sync"),
                    &format!("{arguments} {more}"),
                );
                let output = command.stderr(stderr).output().unwrap();
                assert_eq!(output.status.code(), Some(exit), "{arguments} {more}");
            }
        }
        // Even if no output can be written, the program does not panic (101), and does not report success.
        let mut command = stage.command(env!("CARGO_BIN_EXE_directory-sync"), &format!("{arguments} -vv"));
        let status = command.stdout(full()).stderr(full()).status().unwrap();
        assert!(matches!(status.code(), Some(1..=5)), "{arguments}: {status}");
    }
}

/// What steers a terminal or cannot be seen, as a server may send it: raw, and in each form that JSON has for it.
const HOSTILE: &str =
    "no\u{9b}31m \u{61c}\u{200b}\u{202e}\u{2028}\u{85}\u{feff}\u{e0041}\u{7f}\\u001b]8;;http://evil\\u0007x";

/// Whatever part of the program prints it, and at whatever level.
#[test]
fn texts_of_servers_steer_no_terminal() {
    let answers = [
        ("POST", "/v2/users", 503),
        ("POST", "/v2/users", 400),
        ("POST", "", 403),
        ("", "", 500),
    ];
    // Each waits for its further tries.
    let wrong = side_by_side(0..2 * answers.len(), 2 * answers.len(), |number| {
        let more = ["-vv", "-vv --log-format json --format json"][number % 2];
        say_something_hostile(answers[number / 2], more);
        Ok(())
    });
    assert_eq!(wrong, Vec::<String>::new());
}

fn say_something_hostile((method, path, status): (&str, &str, u16), more: &str) {
    let stage = Stage::empty();
    let kind = FaultKind::Answer {
        status,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: format!("{{\"code\":3,\"message\":\"{HOSTILE}\",\"details\":[{{\"id\":\"{HOSTILE}\"}}]}}"),
    };
    stage
        .zitadel
        .inject(Fault::once(method, path, kind).times(u64::MAX));
    let run = stage.run(&format!("--report report.json {more}"));
    assert!(matches!(run.exit, 1 | 3), "{run:?}");
    let report = stage.read("report.json");
    for text in [&run.out, &run.err, &report] {
        let unsafe_one = text.chars().find(|one| {
            *one != '\n'
                && (one.is_control() || "\u{61c}\u{200b}\u{202e}\u{2028}\u{feff}\u{e0041}".contains(*one))
        });
        assert_eq!(unsafe_one, None, "{text}");
    }
    assert!(
        format!("{}{}", run.err, run.out).contains("]8;;http://evil"),
        "{run:?}"
    );
}
