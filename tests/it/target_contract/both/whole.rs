//! Everything that an account holds, a line each: as it was made, as the target reads it back, as the double has stored it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory_sync::config::ZitadelSettings;
use directory_sync::model::{Desired, Detail, Existing, Lifecycle, Purpose};
use directory_sync::target::Target;
use directory_sync::target::zitadel::ZitadelTarget;
use testkit::zitadel::{UserState, UserView};

use super::super::support::{at, deletion, filled};

/// The values of an account that was created like this.
pub(super) fn as_made(settings: &ZitadelSettings, target: &ZitadelTarget, who: &Desired) -> Vec<String> {
    let held = filled(target, who);
    let text = |name: &str| held.text(at(target, name)).unwrap();
    let phone = held.text(at(target, "phone"));
    let mut lines = vec![
        format!("login {}", text("email")),
        format!("id {}", who.id.hex()),
        format!("state {:?}", who.lifecycle),
        format!("first_name {}", text("first_name")),
        format!("last_name {}", text("last_name")),
        format!("email {}", text("email")),
        format!("display_name {}, {}", text("last_name"), text("first_name")),
        "email_verified true".into(),
        format!("phone_verified {}", phone.is_some()),
        "gender GENDER_UNSPECIFIED".into(),
        "language und".into(),
        format!("metadata localpart {}", text("localpart")),
        format!("roles {} {}", settings.project_id, settings.role),
    ];
    lines.extend(phone.map(|phone| format!("phone {phone}")));
    let preferred = held.text(at(target, "preferred_username"));
    lines.extend(preferred.map(|name| format!("metadata preferred_username {name}")));
    if who.lifecycle == Lifecycle::Disabled {
        lines.push("metadata directory-sync.disabled_by directory-sync".into());
    }
    lines
}

/// What the target can read of an account, sorted.
pub(super) async fn read_back(target: &ZitadelTarget, account: &Existing) -> Vec<String> {
    let schema = target.schema();
    let mut lines = vec![
        format!("login {}", account.login(schema)),
        format!("id {}", account.id_text(schema)),
        format!("state {:?}", account.lifecycle),
    ];
    for (index, spec) in schema.iter() {
        let is_value = matches!(spec.purpose, Purpose::Plain | Purpose::Name | Purpose::Address);
        if let Some(text) = account.attributes.text(index).filter(|_| is_value) {
            lines.push(format!("{} {text}", spec.name));
        }
    }
    // What would be lost with the account is what the list does not show.
    let lost = deletion(account.clone());
    let snapshot = target.snapshot(&[lost]).await.unwrap().remove(0);
    lines.extend(snapshot.details.iter().map(line));
    lines.sort();
    lines
}

fn line(detail: &Detail) -> String {
    let mut texts: Vec<String> = detail.texts.iter().map(ToString::to_string).collect();
    if let ("metadata", [_, value]) = (&*detail.name, &mut texts[..]) {
        *value = String::from_utf8(STANDARD.decode(&*value).unwrap()).unwrap();
    }
    format!("{} {}", detail.name, texts.join(" "))
}

/// What the double has stored of an account, sorted.
pub(super) fn stored(settings: &ZitadelSettings, user: &UserView) -> Vec<String> {
    let active = user.state != UserState::Inactive;
    let mut lines = vec![
        format!("login {}", user.username),
        format!("id {}", user.nick_name),
        format!("state {}", if active { "Active" } else { "Disabled" }),
        format!("first_name {}", user.given_name),
        format!("last_name {}", user.family_name),
        format!("email {}", user.email),
        format!("display_name {}", user.display_name),
        format!("email_verified {}", user.email_verified),
        format!("phone_verified {}", user.phone_verified),
        "gender GENDER_UNSPECIFIED".into(),
        format!("language {}", user.language),
    ];
    lines.extend((!user.phone.is_empty()).then(|| format!("phone {}", user.phone)));
    let metadata = user.metadata.iter();
    lines.extend(metadata.map(|(key, value)| format!("metadata {key} {value}")));
    for link in &user.links {
        lines.push(format!(
            "link {} {} {}",
            link.idp_id, link.user_id, link.user_name
        ));
    }
    for grant in user.grants.iter().filter(|grant| grant.active) {
        let roles = grant.roles.join(" ");
        lines.push(format!("roles {} {roles}", settings.project_id));
    }
    lines.sort();
    lines
}
