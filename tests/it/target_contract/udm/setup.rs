//! What has to be right before anything is read.

use directory_sync::target::{Target as _, TargetErrorKind as Kind};

use super::super::support::cost_of;
use super::stage::{Stage, target_of};

/// The base, the container and the template: a request each.
pub(super) async fn preparing_is_three_requests(stage: &Stage) {
    let target = stage.unprepared();
    let (prepared, cost) = cost_of(&target, target.prepare()).await;
    prepared.unwrap();
    assert_eq!(
        cost,
        [("read_base", 1), ("read_container", 1), ("read_template", 1)]
    );
}

/// Each step of a check is independent.
pub(super) async fn a_check_tries_each_step(stage: &Stage) {
    let findings = stage.unprepared().check().await;
    let steps: Vec<_> = findings
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.result.is_ok()))
        .collect();
    let good = [
        "sign in",
        "properties of users",
        "container of users",
        "users",
        "right to write",
        "mail domains",
    ]
    .map(|step| (format!("target udm: {step}"), true));
    let good: Vec<_> = good.iter().map(|(step, works)| (step.as_str(), *works)).collect();
    assert_eq!(steps, good);
}

/// A property that is not there is named beside the one that was meant.
pub(super) async fn an_unknown_property_is_named_with_a_similar_one(stage: &Stage) {
    let mut settings = stage.settings.clone();
    settings.users.properties.push("descripton".to_owned());
    let error = target_of(&settings).prepare().await.unwrap_err();
    assert_eq!((error.kind, error.stops_run()), (Kind::Misconfigured, true));
    assert!(error.what.contains("no property `descripton`"), "{error}");
    assert!(error.hint.unwrap().contains("did you mean `description`?"));
}

/// A server that is no UDM is named by its key. A container that is missing is made by the run that needs it.
pub(super) async fn an_unknown_place_is_named(stage: &Stage) {
    let mut settings = stage.settings.clone();
    settings.url.set_path("/nothing/");
    let error = target_of(&settings).prepare().await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.hint.unwrap().contains("udm.url"));

    let mut settings = stage.settings.clone();
    settings.users.ou = "ou=nobody,ou=has heard of it".to_owned();
    let target = target_of(&settings);
    target.prepare().await.unwrap();
    target.read(&mut |_| panic!("nobody is there")).await.unwrap();
}

/// Accounts are not read before it is known that they can be seen.
pub(super) async fn reading_comes_after_preparing(stage: &Stage) {
    let target = stage.unprepared();
    let (read, cost) = cost_of(&target, target.read(&mut |_| {})).await;
    assert_eq!(read.unwrap_err().kind, Kind::Protocol);
    assert_eq!(cost, []);
}
