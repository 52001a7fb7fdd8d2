//! What has to be right before anything is read.

use directory_sync::target::{Target, TargetErrorKind as Kind};

use super::super::support::cost_of;
use super::stage::{Stage, unprepared};

/// Rights, organization, role and grants: a request each, beside the one for a token.
pub(super) async fn preparing_is_four_requests(stage: &Stage) {
    let target = unprepared(&stage.settings);
    let (prepared, cost) = cost_of(&target, target.prepare()).await;
    prepared.unwrap();
    let requests = [
        ("list_grants", 1),
        ("organization", 1),
        ("permissions", 1),
        ("project_roles", 1),
    ];
    assert_eq!(cost, requests);
}

/// Each step of a check is independent.
pub(super) async fn a_check_tries_each_step(stage: &Stage) {
    let findings = unprepared(&stage.settings).check().await;
    let steps: Vec<_> = findings
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.result.is_ok()))
        .collect();
    let good = ["token", "permissions", "organization", "role", "users"]
        .map(|step| (format!("target zitadel: {step}"), true));
    let good: Vec<_> = good.iter().map(|(step, works)| (step.as_str(), *works)).collect();
    assert_eq!(steps, good);
}

/// A role that is not there is named beside those that are.
pub(super) async fn a_missing_role_is_named_with_the_others(stage: &Stage) {
    let mut settings = stage.settings.clone();
    settings.role = "nobody has heard of it".into();
    let error = unprepared(&settings).prepare().await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(
        error.what.contains("has no role `nobody has heard of it`"),
        "{error}"
    );
    let (_, others) = error.what.split_once("it has ").unwrap();
    assert!(others.contains(&format!("`{}`", stage.settings.role)), "{error}");
}

/// A project or an organization that is not there is named by its key.
pub(super) async fn an_unknown_place_is_named(stage: &Stage) {
    let mut settings = stage.settings.clone();
    settings.project_id = "1".into();
    let error = unprepared(&settings).prepare().await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.hint.unwrap().contains("zitadel.project_id"));

    let mut settings = stage.settings.clone();
    settings.organization_id = "1".into();
    let error = unprepared(&settings).prepare().await.unwrap_err();
    assert_eq!(error.kind, Kind::Misconfigured);
    assert!(error.hint.unwrap().contains("zitadel.organization_id"));
}

/// Accounts are not read before it is proved that they can be seen.
pub(super) async fn reading_comes_after_preparing(stage: &Stage) {
    let target = unprepared(&stage.settings);
    let (read, cost) = cost_of(&target, target.read(&mut |_| {})).await;
    assert_eq!(read.unwrap_err().kind, Kind::Protocol);
    assert_eq!(cost, []);
}
