//! Lines of the log: in the journal, in a trace, and about records.

use std::fs::File;
use std::os::unix::fs::MetadataExt as _;

use serde_json::{Value, json};
use testkit::raw::{RawServer, Say};

use crate::cli::stage::Stage;

/// What a run says on stderr, which is a file. `journal` is what the variable says, with the device and inode of the file as
/// `FILE`.
fn logged(stage: &Stage, arguments: &str, journal: &str) -> String {
    let file = File::create(stage.path("log")).unwrap();
    let found = file.metadata().unwrap();
    let journal = journal.replace("FILE", &format!("{}:{}", found.dev(), found.ino()));
    let mut command = stage.command(env!("CARGO_BIN_EXE_directory-sync"), arguments);
    command.env("JOURNAL_STREAM", journal).stderr(file);
    command.output().unwrap();
    let log = stage.read("log");
    assert!(!log.is_empty(), "{arguments}");
    log
}

fn priorities(log: &str) -> Vec<&str> {
    let mut found: Vec<_> = log.lines().map(|line| line.get(..3).unwrap_or(line)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[test]
fn lines_of_the_journal_begin_with_their_priority() {
    let stage = Stage::new();
    for format in ["text", "json"] {
        let log = logged(&stage, &format!("-v --log-format {format}"), "FILE");
        assert_eq!(priorities(&log), ["<6>", "<7>"], "{log}");
    }
    stage.add_rows(",No,Address,\n");
    for format in ["text", "json"] {
        let log = logged(&stage, &format!("users --log-format {format}"), "FILE");
        assert_eq!(priorities(&log), ["<4>"], "{log}");
    }
    stage.write("users.csv", "email,first_name,last_name,phone\n");
    let log = logged(&stage, "", "FILE");
    assert!(log.starts_with("<3>refused: "), "{log}");
    assert_eq!(priorities(&log), ["<3>", "<4>"], "{log}");
    stage.write("other.yaml", "zitadel: 5\n");
    let log = logged(&stage, "-c other.yaml --log-format json", "FILE");
    assert_eq!(priorities(&log), ["<3>"], "{log}");
}

/// The variable is inherited by whatever a unit starts, with its stderr elsewhere.
#[test]
fn a_stderr_that_is_not_the_journal_has_no_priorities() {
    let stage = Stage::new();
    for journal in ["1:1", "", "FILE1"] {
        let log = logged(&stage, "-v", journal);
        assert!(!log.contains('<'), "{journal}: {log}");
    }
}

fn events(err: &str) -> Vec<Value> {
    err.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_rejected_record_has_fields() {
    let stage = Stage::new();
    stage.add_rows(",No,Address,\n");
    for command in ["sync", "users"] {
        let run = stage.run(&format!("{command} --log-format json"));
        assert_eq!(run.exit, 1, "{run:?}");
        let events = events(&run.err);
        let mut rejected = events.iter().filter(|event| event["message"] == "rejected");
        let event = rejected.next().unwrap();
        assert_eq!(rejected.next(), None);
        assert_eq!(
            [&event["level"], &event["source"], &event["at"], &event["id"]],
            [&json!("WARN"), &json!("csv"), &json!("users.csv:4"), &Value::Null],
            "{command}"
        );
        let reason = event["reason"].as_str().unwrap();
        assert!(!reason.is_empty() && !reason.contains("users.csv"), "{reason}");
    }
}

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn a_trace_goes_to_the_target_and_into_the_log() {
    let stage = Stage::new();
    let server = RawServer::start(vec![Say::http("403 Forbidden", &[], "{}")]);
    let url = format!("url: {}", stage.zitadel.url());
    stage.reconfigure(&url, &format!("url: {}", server.url("")));
    for (given, is_trace) in [(TRACE, true), ("00-nonsense", false)] {
        let before = server.asked().len();
        let run = stage.run_with("--log-format json", &[("TRACEPARENT", given)]);
        assert_eq!(run.exit, 3, "{run:?}");
        let asked = server.asked().split_off(before);
        assert!(!asked.is_empty());
        for request in asked {
            let header = format!("\r\ntraceparent: {given}\r\n");
            assert_eq!(request.contains(&header), is_trace, "{request}");
        }
        let events = events(&run.err);
        assert!(events.len() > 2, "{run:?}");
        for event in events {
            let expected = if is_trace { json!(given) } else { Value::Null };
            assert_eq!(event["traceparent"], expected, "{event}");
        }
    }
}
