//! SIGTERM, SIGINT and SIGHUP. The first signal stops the run gracefully, a second one ends it at once. A closed
//! terminal sends SIGHUP, often twice, so SIGHUP never counts as the second one. It does not end a process that stays
//! running ([`Hangup::Reloads`]).
//!
//! A separate thread listens, so that signals are noticed while the run is busy. With handlers installed, signals
//! also reach a process with the id 1 in a container.

use std::process;
use std::sync::{OnceLock, mpsc};
use std::thread;

use tokio::sync::watch;

/// Name and number of the received signal; set once.
type Received = Option<(&'static str, i32)>;

/// What SIGHUP means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hangup {
    /// The terminal was closed: the run ends.
    Ends,
    /// The configuration is read again.
    Reloads,
}

/// Number of received SIGHUPs that request a new configuration.
static HANGUPS: OnceLock<watch::Sender<u64>> = OnceLock::new();

fn hangups() -> &'static watch::Sender<u64> {
    HANGUPS.get_or_init(|| watch::Sender::new(0))
}

static SIGNALS: OnceLock<watch::Sender<Received>> = OnceLock::new();

fn sender() -> &'static watch::Sender<Received> {
    SIGNALS.get_or_init(|| watch::Sender::new(None))
}

/// Starts to listen. Until then, signals have their default effect.
pub fn listen(hangup: Hangup) {
    let (ready, is_ready) = mpsc::channel();
    let listener = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(forward(&ready, hangup)),
            Err(error) => tracing::warn!(%error, "signals will end the program at once"),
        }
    };
    match thread::Builder::new().name("signals".to_owned()).spawn(listener) {
        // Nothing may be written before signals are handled.
        Ok(_) => drop(is_ready.recv()),
        Err(error) => tracing::warn!(%error, "signals will end the program at once"),
    }
}

async fn forward(ready: &mpsc::Sender<()>, hangup: Hangup) {
    let mut listener = match Listener::new() {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "signals will end the program at once"),
    };
    // The caller may have given up, but signals are still handled.
    let _ = ready.send(());
    let first = loop {
        let signal = listener.next().await;
        if signal.0 != HANGUP || hangup == Hangup::Ends {
            break signal;
        }
        hangups().send_modify(|count| *count += 1);
    };
    tracing::warn!(
        signal = first.0,
        "stopping; a second signal ends the program at once"
    );
    sender().send_replace(Some(first));
    loop {
        let (name, number) = listener.next().await;
        if name != HANGUP {
            process::exit(128 + number);
        }
    }
}

const HANGUP: &str = "SIGHUP";

#[cfg(unix)]
struct Listener {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    /// `None` for a program that was started with `nohup`, because it should outlive its terminal.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Listener {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: if is_hangup_ignored() {
                None
            } else {
                Some(signal(SignalKind::hangup())?)
            },
        })
    }

    async fn next(&mut self) -> (&'static str, i32) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => ("SIGTERM", 15),
            _ = self.interrupt.recv() => ("SIGINT", 2),
            _ = hangup => (HANGUP, 1),
        }
    }
}

/// Returns whether the parent process made this one ignore SIGHUP: the lowest bit of the mask in Linux's process
/// status.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Listener;

#[cfg(not(unix))]
impl Listener {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> (&'static str, i32) {
        match tokio::signal::ctrl_c().await {
            Ok(()) => ("SIGINT", 2),
            Err(_) => std::future::pending().await,
        }
    }
}

/// SIGHUP for a process that reads its configuration again.
#[derive(Clone, Debug)]
pub struct Hangups(watch::Receiver<u64>);

impl Hangups {
    /// The signals of this process; none unless [`listen`] was called with [`Hangup::Reloads`].
    pub fn of_process() -> Self {
        Self(hangups().subscribe())
    }

    /// Returns whether there was one since the last call.
    pub fn take(&mut self) -> bool {
        let is_new = self.0.has_changed().unwrap_or(false);
        self.0.mark_unchanged();
        is_new
    }

    /// Returns when there was one since the last call of `take`.
    pub async fn wait(&self) {
        let mut receiver = self.0.clone();
        if receiver.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Signals that ask this process to end.
#[derive(Clone, Debug)]
pub struct Signals(watch::Receiver<Received>);

impl Signals {
    /// The signals of this process; none unless [`listen`] was called.
    pub fn of_process() -> Self {
        Self(sender().subscribe())
    }

    /// The name of the signal, once there was one.
    pub fn received(&self) -> Option<&'static str> {
        self.0.borrow().map(|(name, _)| name)
    }

    /// Returns when there was one.
    pub async fn wait(&self) -> &'static str {
        let mut receiver = self.0.clone();
        match receiver.wait_for(Option::is_some).await {
            Ok(first) => first.map_or("", |(name, _)| name),
            Err(_) => std::future::pending().await,
        }
    }
}
