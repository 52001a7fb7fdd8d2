//! `config show`: the effective configuration, with the origin of each value.

use std::io;

use crate::config::{self, Ceiling, Needs};
use crate::exit::Exit;
use crate::report::{self, ConfigurationDocument};
use crate::run::outcome;
use crate::run::planning::ceiling;
use crate::run::session::error::RunError;
use crate::run::session::process::Process;
use crate::run::session::request::Request;
use crate::run::session::{connect, refusal, settings};

/// Prints the configuration. With `asks`, reads the limits from the target.
pub(in crate::run) async fn show(
    asks: bool,
    request: Request<'_>,
    process: &mut Process<'_>,
) -> io::Result<Exit> {
    let wanted = settings::request(request.global, Needs::Everything);
    let shown = match config::show(&wanted, &process.environment) {
        Ok(shown) => shown,
        Err(errors) => {
            return refusal::mistakes(request.global, process, &errors).map(|report| report.exit());
        }
    };
    let limits = match limits(asks, request).await {
        Ok(limits) => limits,
        Err(error) => return outcome::print_error(&error, request, process),
    };
    let under = request.settings.under(&limits);
    let document = ConfigurationDocument::new(shown, under.changed, under.paused, asks);
    if request.is_json() {
        report::write_json(process.out, &document)?;
    } else {
        let color = request.terminal.out.color;
        report::configuration(process.out, &document, &process.names, color)?;
    }
    process.out.flush()?;
    Ok(Exit::Ok)
}

async fn limits(asks: bool, request: Request<'_>) -> Result<Vec<Ceiling>, RunError> {
    match &request.settings.target {
        Some(target) if asks => {
            let target = connect::connect(request, target)?;
            ceiling::ceilings(&target, request).await
        }
        _ => ceiling::of_machine(request),
    }
}
