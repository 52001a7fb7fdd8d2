//! What can be at the path of a CSV file.

use super::*;

/// What was read of it may be incomplete.
#[test]
fn a_file_that_changes_meanwhile_is_an_error() {
    let (source, mut file) = source(format!("{HEADER}a@b,A,B,\n").as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut row = Some(b"c@d,C,D,\n");
    let mut write = |_| {
        if let Some(row) = row.take() {
            file.write_all(row).unwrap();
        }
    };
    let read = source.read(&mut write);
    let error = runtime.block_on(read).unwrap_err();
    assert!(
        error.what.ends_with("was changed while it was read"),
        "{}",
        error.what
    );
}

/// None of these ends, or even begins, by itself.
#[cfg(unix)]
#[test]
fn only_a_file_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/dev/urandom", &link).unwrap();
    for file_path in [pipe, link, "/dev/zero".into(), folder.path().to_owned()] {
        let settings = CsvSettings {
            file_path: file_path.clone(),
            id_column: None,
            further_columns: Vec::new(),
            list_separator: None,
        };
        let source = CsvSource::new(&"csv".into(), &settings, &schema(), &roles());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let error = runtime.block_on(source.read(&mut |_| {})).unwrap_err();
        assert!(error.what.contains("but must be a file"), "{error}");
    }
    let large = folder.path().join("large");
    std::fs::File::create(&large).unwrap().set_len(300 << 20).unwrap();
    let settings = CsvSettings {
        file_path: large,
        id_column: None,
        further_columns: Vec::new(),
        list_separator: None,
    };
    let source = CsvSource::new(&"csv".into(), &settings, &schema(), &roles());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(source.read(&mut |_| {})).unwrap_err();
    assert!(
        error
            .what
            .ends_with("is too large: it has 300 MiB, and 256 are the limit"),
        "{error}"
    );
}

#[test]
fn a_file_that_cannot_be_read_says_what_to_do() {
    let (source, file) = source(b"");
    let folder = tempfile::tempdir().unwrap();
    drop(file);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let error = runtime.block_on(source.read(&mut |_| {})).unwrap_err();
    assert!(error.what.contains("cannot be read"), "{error}");
    assert!(error.hint.unwrap().contains("working directory"));
    let settings = CsvSettings {
        file_path: folder.path().to_owned(),
        id_column: None,
        further_columns: Vec::new(),
        list_separator: None,
    };
    let source = CsvSource::new(&"csv".into(), &settings, &schema(), &roles());
    let error = runtime.block_on(source.read(&mut |_| {})).unwrap_err();
    assert!(error.what.contains("directory"), "{error}");
}

#[test]
fn check_counts_rows() {
    let (source, _file) = source(format!("{HEADER}a@b,A,B,\nc@d,C,,\n").as_bytes());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let findings = runtime.block_on(source.check());
    assert_eq!(findings[0].subject, "source `csv`: file and header");
    let problem = findings[1].result.as_ref().unwrap_err();
    assert!(
        problem.what.starts_with("1 row usable, 1 rejected"),
        "{problem:?}"
    );
}

proptest! {
    /// Any bytes lead to an answer. Each row has its own line, in rising order, and leads to one record, before which
    /// there may be warnings for the same line.
    #[test]
    fn any_bytes_are_read(rows in "[a-c@,\"\r\n\u{e4}]{0,60}", raw in proptest::collection::vec(any::<u8>(), 0..8)) {
        let content = [HEADER.as_bytes(), rows.as_bytes(), &raw].concat();
        let lines = content.split(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        let (mut last, mut is_open) = (1, false);
        for record in read(&content).unwrap() {
            let (line, _, _) = summary(&record);
            let follows = if is_open { line == last } else { line > last };
            prop_assert!(follows && line <= lines, "{line} after {last} of {lines}");
            (last, is_open) = (line, matches!(record, Record::Warning(_)));
        }
        prop_assert!(!is_open, "a warning of a row that is nobody's");
    }

    /// What the csv crate writes is read back unchanged.
    #[test]
    fn written_rows_come_back(rows in proptest::collection::vec(("[^#\u{0}-\u{8}\u{b}-\u{1f}\u{7f}-\u{9f}\u{fffd}]{1,9}", "[a-z,\"\r\n ]{1,9}", "[^\u{0}]{0,9}"), 0..9)) {
        let mut writer = csv::Writer::from_writer(HEADER.as_bytes().to_vec());
        for (number, (first, last, phone)) in rows.iter().enumerate() {
            // Names need a letter.
            writer.write_record([&format!("{number}@b"), &format!("x{first}"), &format!("x{last}"), phone]).unwrap();
        }
        let content = writer.into_inner().unwrap();
        let read = summaries(content);
        prop_assert_eq!(read.len(), rows.len());
        for (number, ((_, id, values), (first, last, phone))) in read.iter().zip(&rows).enumerate() {
            let email = format!("{number}@b");
            let phone = if phone.is_empty() { "-" } else { phone };
            prop_assert_eq!(id.as_deref(), Some(email.as_str()));
            prop_assert_eq!(values, &format!("{email}|x{first}|x{last}|{phone}|{email}|-"));
        }
    }
}
