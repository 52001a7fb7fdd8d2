//! An LDAP server that follows a script, for what no real server can be made to do.
//!
//! Every bind gets the same answer, normally success; each search gets the next list of replies, or what a function makes
//! of the question. A connection that is out of script stays silent.

mod asked;
mod ber;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use self::asked::holds;
use ber::{BIND, SEARCH, UNBIND, entry, message, octets, request, result, tlv};

pub use self::asked::Asked;

/// One thing the server does during a search.
#[derive(Clone, Debug)]
pub enum Reply {
    /// An entry: name and attributes.
    Entry(Vec<u8>, Vec<(&'static str, Vec<Vec<u8>>)>),
    /// A reference to another server.
    Reference(&'static str),
    /// The end of the search, with the cookie of the paging control if there is to be one.
    Done(u8, &'static str, Option<Vec<u8>>),
    /// The end of the search with this paging control.
    DoneWith(Vec<u8>),
    /// A referral to other servers ends the search.
    Referral(&'static str),
    /// The end of the last page, which says in passing that there is more on another server.
    LastWithReferral(&'static str),
    /// The server says that it will hang up.
    NoticeOfDisconnection(&'static str),
    /// Entries one by one with this pause after each, until the client has enough.
    Drip(Duration),
    /// These bytes.
    Raw(Vec<u8>),
    /// An entry of which only the first half is sent.
    HalfAnEntry,
    /// The connection ends.
    HangUp,
    /// The connection is torn down (RST).
    Reset,
    /// Nothing more, but the connection stays.
    Silence,
}

/// A person's entry that the usual mapping accepts.
pub fn person(uid: &str) -> Reply {
    let text = |value: &str| vec![value.as_bytes().to_vec()];
    Reply::Entry(
        format!("uid={uid},dc=example,dc=com").into_bytes(),
        vec![
            ("uid", text(uid)),
            ("givenName", text("F")),
            ("sn", text("L")),
            ("mail", text(&format!("{uid}@example.com"))),
            ("shadowFlag", text("0")),
        ],
    )
}

/// The end of a page with a cookie for the next one.
pub fn more() -> Reply {
    Reply::Done(0, "", Some(b"cookie".to_vec()))
}

/// The end of the last page.
pub fn last() -> Reply {
    Reply::Done(0, "", Some(Vec::new()))
}

/// What the double and its thread share.
#[derive(Debug, Default)]
struct Shared {
    /// The message of each search.
    searches: Vec<Vec<u8>>,
    connection: Option<TcpStream>,
    ended: bool,
}

/// A running double. It ends when it is dropped.
#[derive(Debug)]
pub struct LdapDouble {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
}

impl LdapDouble {
    /// Serves connections one after the other; the script goes on from one to the next.
    pub fn start(script: Vec<Vec<Reply>>) -> Self {
        let mut script = script.into_iter();
        Self::answering(0, "", move |_| script.next())
    }

    /// Answers each search by what was asked.
    pub fn serving(mut answer: impl FnMut(&Asked<'_>) -> Vec<Reply> + Send + 'static) -> Self {
        Self::answering(0, "", move |message| {
            Asked::new(message).map(|asked| answer(&asked))
        })
    }

    /// Answers every bind with this code and text.
    pub fn refusing_binds(code: u8, text: &'static str) -> Self {
        Self::answering(code, text, |_| None)
    }

    fn answering(
        code: u8,
        text: &'static str,
        mut script: impl FnMut(&[u8]) -> Option<Vec<Reply>> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("bound");
        let shared = Arc::new(Mutex::new(Shared::default()));
        let theirs = shared.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut shared = lock(&theirs);
                if shared.ended {
                    break;
                }
                // Otherwise each small reply would wait for the client's word about the one before.
                let _ = stream.set_nodelay(true);
                shared.connection = stream.try_clone().ok();
                drop(shared);
                serve(stream, &result(0x61, code, text, &[]), &mut script, &theirs);
                lock(&theirs).connection = None;
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    /// `ldap://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// Searches so far.
    pub fn searches(&self) -> usize {
        lock(&self.shared).searches.len()
    }

    /// Whether each search held these words, such as a base or an attribute, in their order.
    pub fn asked(&self, words: &str) -> Vec<bool> {
        let shared = lock(&self.shared);
        shared
            .searches
            .iter()
            .map(|message| holds(message, words))
            .collect()
    }
}

impl Drop for LdapDouble {
    fn drop(&mut self) {
        let mut shared = lock(&self.shared);
        shared.ended = true;
        // A client may still hold its end, and never let go before this drop has returned.
        if let Some(connection) = shared.connection.take() {
            let _ = connection.shutdown(Shutdown::Both);
        }
        drop(shared);
        // Wakes the thread that waits for the next connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().expect("no panic while locked")
}

fn serve(
    mut stream: TcpStream,
    bound: &[u8],
    script: &mut impl FnMut(&[u8]) -> Option<Vec<Reply>>,
    shared: &Mutex<Shared>,
) {
    while let Some((id, operation, body)) = request(&mut stream) {
        match operation {
            BIND => send(&mut stream, &message(&id, bound.to_vec(), None)),
            SEARCH => {
                let replies = script(&body);
                lock(shared).searches.push(body);
                for reply in replies.unwrap_or_else(|| vec![Reply::Silence]) {
                    if !answer(&mut stream, &id, reply) {
                        return;
                    }
                }
            }
            UNBIND => return,
            _ => {}
        }
    }
}

/// Sends a reply; false ends the connection.
fn answer(stream: &mut TcpStream, id: &[u8], reply: Reply) -> bool {
    match reply {
        Reply::Entry(dn, attributes) => send(stream, &message(id, entry(&dn, &attributes), None)),
        Reply::Reference(url) => send(stream, &message(id, tlv(0x73, &octets(url.as_bytes())), None)),
        Reply::Done(code, text, cookie) => {
            let control = cookie.map(|cookie| tlv(0x30, &[tlv(2, &[0]), octets(&cookie)].concat()));
            send(
                stream,
                &message(id, result(0x65, code, text, &[]), control.as_deref()),
            );
        }
        Reply::DoneWith(control) => send(stream, &message(id, result(0x65, 0, "", &[]), Some(&control))),
        Reply::Referral(url) => {
            let referral = tlv(0xa3, &octets(url.as_bytes()));
            send(stream, &message(id, result(0x65, 10, "", &referral), None));
        }
        Reply::LastWithReferral(url) => {
            let referral = tlv(0xa3, &octets(url.as_bytes()));
            let control = tlv(0x30, &[tlv(2, &[0]), octets(b"")].concat());
            send(
                stream,
                &message(id, result(0x65, 0, "", &referral), Some(&control)),
            );
        }
        Reply::NoticeOfDisconnection(text) => {
            let name = tlv(0x8a, b"1.3.6.1.4.1.1466.20036");
            send(stream, &message(&[0], result(0x78, 52, text, &name), None));
            return false;
        }
        Reply::Drip(pause) => {
            drip(stream, id, pause);
            return false;
        }
        Reply::Raw(bytes) => send(stream, &bytes),
        Reply::HalfAnEntry => {
            let whole = message(id, entry(b"uid=half", &[("uid", vec![b"half".to_vec()])]), None);
            send(stream, &whole[..whole.len() / 2]);
        }
        Reply::HangUp => return false,
        Reply::Reset => {
            // Nothing is left to be sent, and the socket must not wait for anything either.
            let _ = socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
            return false;
        }
        Reply::Silence => {
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
            return false;
        }
    }
    true
}

fn send(stream: &mut TcpStream, bytes: &[u8]) {
    // The client may be gone; the test then sees what it made of the replies before.
    let _ = stream.write_all(bytes);
}

/// A pause that the client can end by hanging up.
fn drip(stream: &mut TcpStream, id: &[u8], pause: Duration) {
    let _ = stream.set_read_timeout(Some(pause));
    for number in 0.. {
        let Reply::Entry(dn, attributes) = person(&format!("drop{number}")) else {
            return;
        };
        send(stream, &message(id, entry(&dn, &attributes), None));
        match stream.read(&mut [0; 64]) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            _ => return,
        }
    }
}
