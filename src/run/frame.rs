//! What every run does around its job: the report, the first line, the lock, the target, the end.

use std::io;
use std::time::Instant;

use super::desired::providers;
use super::ending::{self, Stop};
use super::request::{Mode, Request};
use super::{World, keeping};
use crate::config::ZitadelSettings;
use crate::exit::Exit;
use crate::lock;
use crate::report::{self, Report};
use crate::target::Target as _;
use crate::target::zitadel::ZitadelTarget;
use crate::telemetry::MILESTONE;

/// Does the job with a target that nobody else is changing, and reports what came of it.
pub(super) async fn run(
    request: Request<'_>,
    mut report: Report,
    world: &mut World<'_>,
    job: impl AsyncFnOnce(&ZitadelTarget, &mut World<'_>, &mut Report) -> Result<(), Stop>,
) -> io::Result<Exit> {
    let started = Instant::now();
    let opened = keeping::check(request).and_then(|()| super::open_report(request.global));
    let file = match opened {
        Ok(file) => file,
        Err(what) => {
            let hint = "choose a file in a folder that can be written";
            return super::refuse(request.global, world, &what, hint);
        }
    };
    let stop = steps(request, world, &mut report, job).await.err();
    report.seconds = started.elapsed().as_secs_f64();
    ending::settle(&mut report, stop.as_ref(), request.mode);
    ending::tell(&report, stop.as_ref(), file, request, world)
}

async fn steps(
    request: Request<'_>,
    world: &mut World<'_>,
    report: &mut Report,
    job: impl AsyncFnOnce(&ZitadelTarget, &mut World<'_>, &mut Report) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let Some(zitadel) = &request.settings.zitadel else {
        return Ok(());
    };
    say_start(zitadel, request, world, report)?;
    // Before anything is read: a plan of what another run is changing would be wrong.
    let _lock = match request.mode {
        Mode::Write => {
            let folder = request.settings.lock_dir.as_deref();
            Some(lock::take(folder, &request.scope()).map_err(Stop::Locked)?)
        }
        Mode::DryRun | Mode::DetailedDryRun => None,
    };
    let target = ZitadelTarget::new(zitadel, &request.settings.apply)?.with_backoff(request.pauses);
    target.looks_after(providers(request.settings));
    let result = job(&target, world, report).await;
    report.add_requests(target.requests());
    report.add_warnings(&target.warnings());
    result
}

/// The first line, at once: reading may take its time.
fn say_start(
    zitadel: &ZitadelSettings,
    request: Request<'_>,
    world: &mut World<'_>,
    report: &Report,
) -> io::Result<()> {
    let (version, organization) = (env!("CARGO_PKG_VERSION"), &zitadel.organization_id);
    let url = zitadel.url.as_str().trim_end_matches('/');
    tracing::info!(
        target: MILESTONE, version, command = request.title, target_url = url, organization, "started"
    );
    if super::is_json(request.global) {
        return Ok(());
    }
    let dry = if request.mode == Mode::Write {
        ""
    } else {
        " (dry run)"
    };
    let command = format!("{}{dry}", request.title);
    report::header(
        world.out,
        &command,
        &format!("organization {organization} at {url}"),
        report,
    )?;
    world.out.flush()
}
