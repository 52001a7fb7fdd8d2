//! Notifies the service manager that the process is ready, what it does, and that it is alive. Without `sd_notify`
//! support (systemd, `Type=notify`), this does nothing.

use std::convert::Infallible;

pub(super) fn ready(status: &str) {
    notify::send(&[notify::State::Ready, notify::State::Status(status)]);
}

pub(super) fn status(status: &str) {
    notify::send(&[notify::State::Status(status)]);
}

/// The configuration is read again. [`ready`] has to follow.
pub(super) fn reloading() {
    // Both in one message, as `Type=notify-reload` requires.
    match notify::State::monotonic_usec_now() {
        Ok(now) => notify::send(&[notify::State::Reloading, now]),
        Err(error) => notify::complain(&error),
    }
}

pub(super) fn stopping() {
    notify::send(&[notify::State::Stopping]);
}

/// Reports regularly that the process is alive, if the service manager expects it. Runs on the thread that does all
/// the work, so that a hanging process is noticed.
pub(super) async fn keep_alive() -> Infallible {
    let Some(limit) = notify::watchdog() else {
        return std::future::pending().await;
    };
    loop {
        notify::send(&[notify::State::Watchdog]);
        tokio::time::sleep(limit / 2).await;
    }
}

#[cfg(unix)]
mod notify {
    use std::io;

    pub(super) use sd_notify::NotifyState as State;
    pub(super) use sd_notify::watchdog_enabled as watchdog;

    pub(super) fn send(states: &[State<'_>]) {
        if let Err(error) = sd_notify::notify(states) {
            complain(&error);
        }
    }

    pub(super) fn complain(error: &io::Error) {
        tracing::debug!(%error, "the service manager could not be notified");
    }
}

#[cfg(not(unix))]
mod notify {
    use std::io;
    use std::time::Duration;

    pub(super) enum State<'a> {
        Ready,
        Status(#[expect(dead_code, reason = "there is no one to notify")] &'a str),
        Reloading,
        Stopping,
        Watchdog,
    }

    impl State<'_> {
        pub(super) fn monotonic_usec_now() -> io::Result<Self> {
            Ok(Self::Reloading)
        }
    }

    pub(super) fn watchdog() -> Option<Duration> {
        None
    }

    pub(super) fn send(_: &[State<'_>]) {}

    pub(super) fn complain(_: &io::Error) {}
}
