//! A server that sends exactly the given bytes, however wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// An answer to one request. The connection is closed after it.
#[derive(Clone, Debug)]
pub enum Say {
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes, and then one more after each pause, without end.
    Drip(Vec<u8>, Duration),
    /// Nothing.
    Nothing,
}

impl Say {
    /// An answer in HTTP, with lines of headers.
    pub fn http(status: &str, headers: &[&str], body: &str) -> Self {
        let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
        let length = body.len();
        Self::Bytes(
            format!(
                "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            )
            .into_bytes(),
        )
    }

    /// JSON with status 200.
    pub fn json(body: &str) -> Self {
        Self::http("200 OK", &["Content-Type: application/json"], body)
    }

    /// The same, cut after so many bytes.
    #[must_use]
    pub fn cut(self, length: usize) -> Self {
        match self {
            Self::Bytes(mut bytes) => {
                bytes.truncate(length);
                Self::Bytes(bytes)
            }
            other => other,
        }
    }
}

/// A running server. It stops when it is dropped.
#[derive(Debug)]
pub struct RawServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl RawServer {
    /// Gives these answers one after the other, whatever it is asked; the last one again and again.
    ///
    /// # Panics
    /// Without an answer.
    pub fn start(answers: Vec<Say>) -> Self {
        assert!(!answers.is_empty(), "an answer");
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let stopped = Arc::new(AtomicBool::new(false));
        let (requests, stop) = (asked.clone(), stopped.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let Some(request) = request(&mut stream) else {
                    continue;
                };
                let place = {
                    let mut requests = requests.lock().expect("no panic while locked");
                    requests.push(request);
                    requests.len().min(answers.len()) - 1
                };
                let (answer, stop) = (answers[place].clone(), stop.clone());
                std::thread::spawn(move || say(&mut stream, answer, &stop));
            }
        });
        Self {
            address,
            asked,
            stopped,
            thread: Some(thread),
        }
    }

    /// An address of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests so far: head and body.
    ///
    /// # Panics
    /// After a panic of the server.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic while locked").clone()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes it up.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Head and body of a request.
fn request(stream: &mut TcpStream) -> Option<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(length) => bytes.extend_from_slice(&buffer[..length]),
        }
    }
}

fn say(stream: &mut TcpStream, answer: Say, stopped: &AtomicBool) {
    match answer {
        Say::Nothing => {}
        Say::Bytes(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Say::Drip(bytes, pause) => {
            let mut written = stream.write_all(&bytes);
            while written.is_ok() && !stopped.load(Ordering::SeqCst) {
                std::thread::sleep(pause);
                written = stream.write_all(b" ");
            }
        }
    }
}
