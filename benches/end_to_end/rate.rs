//! The first load of a UDM whose writes take time, beside a client that sends the same requests and thinks about nothing.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::TempDir;
use testkit::udm::{Options, RequestRecord, UdmDouble};

use crate::{run, udm};

const PEOPLE: usize = 2_000;
/// The real server needs 130 ms of one core for a new user, and 8 ms for a change.
const WORK: Duration = Duration::from_millis(5);
const PROCESSES: usize = 4;
const CONNECTIONS: [usize; 3] = [2, 3, 4];
const TURNS: usize = 3;

/// What one client needed from its first write to its last answer.
struct Pace {
    client: String,
    writes: usize,
    took: Duration,
}

impl Pace {
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    fn a_second(&self) -> f64 {
        self.writes as f64 / self.took.as_secs_f64()
    }
}

/// Measures all clients several times, and takes the best time of each: others may use the machine meanwhile.
pub(crate) fn measure() -> Result<String, Box<dyn Error>> {
    let mut paces = turn()?;
    for _ in 1..TURNS {
        for (best, pace) in paces.iter_mut().zip(turn()?) {
            best.took = best.took.min(pace.took);
        }
    }
    let best = paces[1..].iter().map(Pace::a_second).fold(0.0, f64::max);
    let mut table =
        "| client | writes | s | writes a second | share of the best raw client |\n|---|---|---|---|---|\n"
            .to_owned();
    for pace in &paces {
        writeln!(
            table,
            "| {} | {} | {:.2} | {:.0} | {:.0} % |",
            pace.client,
            pace.writes,
            pace.took.as_secs_f64(),
            pace.a_second(),
            pace.a_second() / best * 100.0
        )?;
    }
    Ok(table)
}

/// All clients one after the other, each with a fresh double.
fn turn() -> Result<Vec<Pace>, Box<dyn Error>> {
    let (synced, writes) = first_load()?;
    let raw = CONNECTIONS.iter().map(|connections| raw(&writes, *connections));
    std::iter::once(Ok(synced)).chain(raw).collect()
}

fn double() -> UdmDouble {
    UdmDouble::start(Options {
        password: udm::PASSWORD.to_owned(),
        work: WORK,
        processes: PROCESSES,
        ..Options::default()
    })
}

/// The real program, and what it wrote.
fn first_load() -> Result<(Pace, Vec<RequestRecord>), Box<dyn Error>> {
    let (folder, udm) = (TempDir::new()?, double());
    let _directory = udm::directory(PEOPLE, &udm, folder.path())?;
    run("first load", PEOPLE, folder.path())?;
    let writes = udm.writes();
    let pace = Pace {
        client: "directory-sync".to_owned(),
        writes: writes.len(),
        took: udm.time_of_writes(),
    };
    Ok((pace, writes))
}

/// The same requests over so many connections, round after round.
fn raw(writes: &[RequestRecord], connections: usize) -> Result<Pace, Box<dyn Error>> {
    let udm = double();
    let mut rounds: BTreeMap<Round, Vec<Vec<u8>>> = BTreeMap::new();
    for write in writes {
        rounds
            .entry(Round::of(write))
            .or_default()
            .push(request(&udm, write));
    }
    for (round, requests) in &rounds {
        let at_once = if *round == Round::Containers {
            1
        } else {
            connections
        };
        send_all(&udm, requests, at_once)?;
    }
    Ok(Pace {
        client: format!("raw, {connections} connections"),
        writes: writes.len(),
        took: udm.time_of_writes(),
    })
}

/// Writes that need only objects of earlier rounds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Round {
    Containers,
    Users,
    Groups,
    GroupsOfGroups,
}

impl Round {
    fn of(write: &RequestRecord) -> Self {
        let nested = write.body["properties"]["nestedGroup"].as_array();
        match write.path.as_str() {
            path if path.contains("/container/") => Self::Containers,
            path if path.contains("/users/") => Self::Users,
            _ if nested.is_none_or(Vec::is_empty) => Self::Groups,
            _ => Self::GroupsOfGroups,
        }
    }
}

fn request(udm: &UdmDouble, write: &RequestRecord) -> Vec<u8> {
    let login = BASE64_STANDARD.encode(format!("{}:{}", udm.username(), udm.password()));
    let body = write.body.to_string();
    format!(
        "{} {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {login}\r\nAccept: application/json\r\nContent-Type: \
         application/json\r\nContent-Length: {}\r\n\r\n{body}",
        write.method,
        write.path,
        body.len()
    )
    .into_bytes()
}

fn send_all(udm: &UdmDouble, requests: &[Vec<u8>], connections: usize) -> Result<(), String> {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let start = |_| scope.spawn(|| send(udm.port(), requests, &next).map_err(|error| error.to_string()));
        let threads: Vec<_> = (0..connections).map(start).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
    })
}

/// Sends whichever request is next, until none is left.
fn send(port: u16, requests: &[Vec<u8>], next: &AtomicUsize) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        stream.write_all(request)?;
        let status = take_answer(&mut answers)?;
        if !status.contains(" 201 ") {
            return Err(format!("the double answers {status}").into());
        }
    }
    Ok(())
}

/// Reads one answer to its end and gives its first line.
fn take_answer(answers: &mut BufReader<TcpStream>) -> Result<String, Box<dyn Error>> {
    let (mut status, mut length) = (String::new(), 0_u64);
    answers.read_line(&mut status)?;
    loop {
        let mut line = String::new();
        answers.read_line(&mut line)?;
        match line.trim_end().to_ascii_lowercase().split_once(':') {
            Some(("content-length", value)) => length = value.trim().parse()?,
            Some(_) => {}
            None => break,
        }
    }
    std::io::copy(&mut answers.take(length), &mut std::io::sink())?;
    Ok(status.trim_end().to_owned())
}
