//! Invalid input: bytes that are almost a file of people, or almost an answer of Zitadel. Nothing panics, nothing is
//! removed because of it, and memory is limited. (LDAP entries, paging controls, the configuration and lists in
//! pieces have such tests beside their code.)

mod kept_files;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use directory_sync::config::{CsvSettings, SourceKind};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use testkit::zitadel::{Fault, FaultKind, Matches, Options, UserSeed, ZitadelDouble};

use crate::program::Installation;
use crate::sources::reader;

/// How a text is spoilt.
#[derive(Debug, Clone)]
enum Spoil {
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, Vec<u8>),
    Repeat(Index, usize),
    Swap(Index, u8),
}

fn any_spoil() -> impl Strategy<Value = Spoil> {
    let odd = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..6),
        proptest::sample::select(vec![
            &b"\""[..],
            b",",
            b"\n",
            b"\r",
            b"\0",
            b"\xff",
            b"{",
            b"}",
            b"[",
            b"]",
            b"null",
            b"-1",
            b"1e999",
            b"\\ud800",
            b"\"result\":[",
            b"\xef\xbb\xbf",
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    prop_oneof![
        any::<Index>().prop_map(Spoil::Cut),
        (any::<Index>(), 1..40usize).prop_map(|(at, count)| Spoil::Remove(at, count)),
        (any::<Index>(), odd).prop_map(|(at, bytes)| Spoil::Insert(at, bytes)),
        (any::<Index>(), 1..80usize).prop_map(|(at, count)| Spoil::Repeat(at, count)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Spoil::Swap(at, byte)),
    ]
}

fn spoilt(text: &[u8], spoils: &[Spoil]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for spoil in spoils {
        let length = bytes.len();
        match spoil {
            Spoil::Insert(at, odd) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, odd.iter().copied());
            }
            _ if length == 0 => {}
            Spoil::Cut(at) => bytes.truncate(at.index(length)),
            Spoil::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..(at + count).min(length));
            }
            Spoil::Repeat(at, count) => {
                let at = at.index(length);
                let piece = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, piece);
            }
            Spoil::Swap(at, byte) => bytes[at.index(length)] = *byte,
        }
    }
    bytes
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a corpus");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

fn corpus() -> Vec<Vec<u8>> {
    let files = files(&folder("corpus/csv"));
    files.iter().map(|file| fs::read(file).expect("a file")).collect()
}

/// All answers of a real server that were recorded.
fn recorded() -> Vec<String> {
    let files = files(&folder("recordings/zitadel/exchanges"));
    let texts = files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "json"));
    let texts = texts.map(|file| fs::read_to_string(file).expect("a file"));
    let recordings = texts.map(|text| serde_json::from_str::<Value>(&text).expect("JSON"));
    let bodies = recordings.flat_map(|recording| {
        let exchanges = recording["exchanges"].as_array().cloned().unwrap_or_default();
        exchanges
            .into_iter()
            .map(|exchange| exchange["response"]["body"].to_string())
    });
    bodies.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn any_bytes_as_a_file_of_people(
        text in proptest::sample::select(corpus()),
        spoils in proptest::collection::vec(any_spoil(), 0..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file_path = folder.path().join("users.csv");
        fs::write(&file_path, spoilt(&text, &spoils)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let read = runtime.block_on(reader::read(SourceKind::Csv(CsvSettings { file_path, id_column: None, further_columns: Vec::new(), list_separator: None })));
        if let Ok(desired) = read {
            // A file with a row that may belong to any person proves no absence.
            let anybodys = desired.rejected.iter().any(|rejected| rejected.id.is_none());
            prop_assert_eq!(desired.complete, !anybodys);
        }
    }
}

const REST: &str = "\
sources:
  csv:
    file_path: FOLDER/users.csv
policy:
  absent: delete
guard:
  max_removals: 100%
";

fn small_world() -> (ZitadelDouble, Installation) {
    let zitadel = ZitadelDouble::start(Options::default());
    for name in ["ada", "bob"] {
        let email = format!("{name}@example.org");
        zitadel.add_user(UserSeed {
            nick_name: hex::encode(&email),
            email,
            given_name: "A".to_owned(),
            family_name: "B".to_owned(),
            metadata: vec![("localpart".to_owned(), name.as_bytes().to_vec())],
            roles: vec!["User".to_owned()],
            ..UserSeed::default()
        });
    }
    let installation = Installation::new(&zitadel, REST);
    let people = ["ada", "bob", "eve"].map(|name| format!("{name}@example.org,A,B,\n"));
    installation.write(
        "users.csv",
        format!("email,first_name,last_name,phone\n{}", people.concat()),
    );
    (zitadel, installation)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// For any single answer, no one in the file loses the account.
    #[test]
    fn any_answer_of_zitadel(
        text in proptest::sample::select(recorded()),
        spoils in proptest::collection::vec(any_spoil(), 0..4),
        request in 1..24u64,
        status in proptest::sample::select(vec![200u16, 200, 200, 400, 401, 404, 409, 429, 500]),
    ) {
        let (zitadel, installation) = small_world();
        let body = String::from_utf8_lossy(&spoilt(text.as_bytes(), &spoils)).into_owned();
        zitadel.inject(Fault {
            matches: Matches::NthRequest(request),
            skip: 0,
            times: 1,
            kind: FaultKind::json(status, body),
        });
        let ran = installation.run(&["sync"]);
        prop_assert!([0, 1, 3].contains(&ran.exit), "{:?}", ran);
        let names: Vec<String> = zitadel.users().into_iter().map(|user| user.username).collect();
        for name in ["ada@example.org", "bob@example.org"] {
            prop_assert!(names.iter().any(|held| held == name), "{name}: {ran:?}");
        }
    }
}

/// Answers every request with JSON that does not end.
fn endless(piece: &'static str) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let sent = Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let count = count.clone();
            std::thread::spawn(move || pour(client, piece, &count));
        }
    });
    (url, sent)
}

fn pour(mut client: TcpStream, piece: &str, sent: &AtomicUsize) {
    let _ = client.read(&mut [0; 4096]);
    let mut to_send = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{\"result\":[\"".to_vec();
    // Until the client has enough, or a whole run would have been out of memory.
    while sent.load(Ordering::Relaxed) < 1 << 30 && client.write_all(&to_send).is_ok() {
        sent.fetch_add(to_send.len(), Ordering::Relaxed);
        to_send = piece.repeat(1 << 14).into_bytes();
    }
}

#[test]
fn an_answer_without_end_is_given_up() {
    for credentials in ["key_file", "token"] {
        let (zitadel, installation) = small_world();
        let (url, sent) = endless("xxxx");
        let config = fs::read_to_string(installation.path("config.yaml")).expect("a file");
        let mut config = config.replace(&zitadel.url(), &url);
        if credentials == "token" {
            let key = installation.path("key.json");
            config = config.replace(&format!("key_file: {}", key.display()), "token: secret");
        }
        installation.write("config.yaml", config);
        let ran = installation.run(&["sync"]);
        assert_eq!(ran.exit, 3, "{ran:?}");
        let sent = sent.load(Ordering::Relaxed);
        assert!(sent < 1 << 29, "{sent} bytes were taken in");
    }
}
