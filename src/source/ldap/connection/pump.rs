//! Carries bytes between a server and the LDAP crate, and checks them: the crate accepts any length and nesting, and
//! queues messages faster than they are read.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::ber::{Fault, LONGEST, Scanner};

/// Maximum number of messages that the crate has and that were not read yet.
const WAITING: usize = 4096;
/// Maximum bytes of these messages, without the newest one.
const WAITING_BYTES: usize = LONGEST;

/// The stream of a connection: plain or encrypted, over a network or not.
pub(in crate::source::ldap) trait Stream:
    AsyncRead + AsyncWrite + Send + Unpin
{
}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Why the connection ended.
#[derive(Debug)]
pub(in crate::source::ldap) enum Ended {
    /// The server closed it.
    ByServer,
    /// The crate closed it.
    ByUs,
    Broken(io::Error),
    Refused(Fault),
}

/// Number of messages on their way to the reader.
#[derive(Debug, Default)]
struct Flow {
    handed: AtomicUsize,
    taken: AtomicUsize,
    wake: Notify,
}

/// A running pump. It ends when it is dropped.
#[derive(Debug)]
pub(in crate::source::ldap) struct Pump {
    flow: Arc<Flow>,
    /// `None` once it has reported why it ended.
    task: Option<JoinHandle<Ended>>,
}

impl Pump {
    /// Carries bytes between a server and the crate's end.
    pub(in crate::source::ldap) fn start(server: Box<dyn Stream>, near: impl Stream + 'static) -> Self {
        let flow = Arc::new(Flow::default());
        let task = Some(tokio::spawn(carry(server, near, flow.clone())));
        Self { flow, task }
    }

    /// One message was read.
    pub(in crate::source::ldap) fn taken(&self) {
        self.flow.taken.fetch_add(1, Ordering::Relaxed);
        self.flow.wake.notify_one();
    }

    /// Starts another operation. The remaining messages of the one before will not be read.
    pub(in crate::source::ldap) fn begin_operation(&self) {
        let handed = self.flow.handed.load(Ordering::Relaxed);
        self.flow.taken.store(handed, Ordering::Relaxed);
        self.flow.wake.notify_one();
    }

    /// Why it ended, if it ends within this time. Reported once.
    pub(in crate::source::ldap) async fn ended(&mut self, patience: Duration) -> Option<Ended> {
        let ended = timeout(patience, self.task.as_mut()?).await.ok()?;
        self.task = None;
        ended.ok()
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn carry(server: Box<dyn Stream>, near: impl Stream, flow: Arc<Flow>) -> Ended {
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let (mut from_us, mut to_us) = tokio::io::split(near);
    let up = async {
        match tokio::io::copy(&mut from_us, &mut to_server).await {
            Ok(_) => {
                // Ends TLS properly, so that the server does not report an attack.
                let _ = to_server.shutdown().await;
                Ended::ByUs
            }
            Err(error) => Ended::Broken(error),
        }
    };
    let down = async {
        let ended = down(&mut from_server, &mut to_us, &flow).await;
        let _ = to_us.shutdown().await;
        ended
    };
    tokio::select! {
        ended = up => ended,
        ended = down => ended,
    }
}

/// From the server to us.
async fn down(
    server: &mut (impl AsyncRead + Unpin),
    us: &mut (impl AsyncWrite + Unpin),
    flow: &Flow,
) -> Ended {
    let mut scanner = Scanner::new();
    let mut waiting = Waiting::default();
    let mut buffer = vec![0; 32 * 1024];
    loop {
        let length = match server.read(&mut buffer).await {
            Ok(0) => return Ended::ByServer,
            Ok(length) => length,
            // TLS reports this if the server just closes the connection.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ended::ByServer,
            Err(error) => return Ended::Broken(error),
        };
        let messages = match scanner.scan(&buffer[..length]) {
            Ok(messages) => messages,
            Err(fault) => {
                let _ = us.write_all(&buffer[..scanner.whole]).await;
                return Ended::Refused(fault);
            }
        };
        flow.handed.fetch_add(messages, Ordering::Relaxed);
        if us.write_all(&buffer[..length]).await.is_err() {
            return Ended::ByUs;
        }
        waiting.add(messages, length);
        while waiting.is_enough(flow) {
            flow.wake.notified().await;
        }
    }
}

/// What was passed on, part by part.
#[derive(Debug, Default)]
struct Waiting {
    /// Number of messages passed on at the end of a part, and its bytes.
    parts: VecDeque<(usize, usize)>,
    messages: usize,
    bytes: usize,
}

impl Waiting {
    fn add(&mut self, messages: usize, bytes: usize) {
        self.messages = self.messages.wrapping_add(messages);
        self.bytes += bytes;
        self.parts.push_back((self.messages, bytes));
    }

    /// Returns whether the reader has to catch up first. The bytes of an incomplete message are still needed.
    fn is_enough(&mut self, flow: &Flow) -> bool {
        let taken = flow.taken.load(Ordering::Relaxed);
        while let Some((messages, bytes)) = self.parts.front().copied()
            && messages <= taken
        {
            self.parts.pop_front();
            self.bytes -= bytes;
        }
        let waiting = self.messages.saturating_sub(taken);
        waiting >= WAITING || waiting > 0 && self.bytes >= WAITING_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: [u8; 7] = [0x30, 5, 2, 1, 1, 0x42, 0];

    fn pumped() -> (Pump, tokio::io::DuplexStream, tokio::io::DuplexStream) {
        let (server, far) = tokio::io::duplex(1 << 20);
        let (near, us) = tokio::io::duplex(1 << 20);
        (Pump::start(Box::new(far), near), server, us)
    }

    #[tokio::test]
    async fn both_ways_are_carried_to_the_end() {
        let (mut pump, mut server, mut us) = pumped();
        server.write_all(&MESSAGE).await.unwrap();
        us.write_all(b"question").await.unwrap();
        let (mut up, mut down) = ([0; 8], [0; MESSAGE.len()]);
        server.read_exact(&mut up).await.unwrap();
        us.read_exact(&mut down).await.unwrap();
        assert_eq!((&up, down), (b"question", MESSAGE));
        drop(server);
        assert_eq!(us.read(&mut down).await.unwrap(), 0);
        assert!(matches!(
            pump.ended(Duration::from_secs(5)).await,
            Some(Ended::ByServer)
        ));
    }

    #[tokio::test]
    async fn nothing_of_a_bad_message_is_handed_over() {
        let (mut pump, mut server, mut us) = pumped();
        server
            .write_all(&[&MESSAGE[..], &[0x30, 0x84, 0x7f, 0, 0, 0]].concat())
            .await
            .unwrap();
        let mut all = Vec::new();
        us.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, MESSAGE);
        let ended = pump.ended(Duration::from_secs(5)).await;
        assert!(
            matches!(ended, Some(Ended::Refused(Fault::TooLong(_)))),
            "{ended:?}"
        );
    }

    /// Twice as many as may wait: the second half arrives after the first was read.
    #[tokio::test(start_paused = true)]
    async fn messages_wait_until_they_are_read() {
        let (pump, mut server, mut us) = pumped();
        let some = MESSAGE.repeat(WAITING);
        server.write_all(&some).await.unwrap();
        server.write_all(&some).await.unwrap();
        let mut first = vec![0; some.len()];
        us.read_exact(&mut first).await.unwrap();
        let mut arrived = 0;
        let mut rest = vec![0; some.len()];
        while let Ok(Ok(more)) = timeout(Duration::from_secs(60), us.read(&mut rest)).await {
            arrived += more;
        }
        assert!(arrived < some.len() / 2, "{arrived} of {}", some.len());
        pump.begin_operation();
        us.read_exact(&mut rest[arrived..]).await.unwrap();
    }
}
