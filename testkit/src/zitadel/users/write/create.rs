//! Creating users: `AddHumanUser` and `CreateUser`, one transaction each.

use super::input::Verification;
use super::new_human::{HumanInput, checked_human};
use crate::zitadel::access::caller::{Caller, Level};
use crate::zitadel::control::views::Channel;
use crate::zitadel::protocol::call::Call;
use crate::zitadel::protocol::errors::Failure;
use crate::zitadel::protocol::validation::Place;
use crate::zitadel::protocol::writer::Writer;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::events::{human_payload, link_payload, metadata_payload};
use crate::zitadel::state::{Human, Kind, State};

/// What was created, with codes that the caller asked for.
struct Created {
    id: String,
    email_code: String,
    phone_code: String,
}

/// `POST /v2/users/human`.
pub(crate) fn add_human(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let input = HumanInput::read(body)?;
    let (id, username) = (body.text("userId")?, body.text("username")?);
    let organization = body.object("organization")?;
    let org = match organization {
        None => None,
        Some(node) => match node.text("orgDomain")? {
            Some(domain) => Some(
                state
                    .org_of_domain(domain)
                    .unwrap_or_else(|| "unknown".to_owned()),
            ),
            None => node.text("orgId")?.map(str::to_owned),
        },
    };
    let caller = state.authenticate(call, org.as_deref())?;
    state.require(&caller, &caller.org, "user.write", Level::Endpoint)?;
    let field = |name: &str| Place::of("AddHumanUserRequest", name);
    for (name, text) in [("UserId", id), ("Username", username)] {
        if let Some(text) = text {
            field(name).runes(text, 1, 200)?;
        }
    }
    input.validate(field, "SetMetadataEntry")?;
    let org = caller.org.clone();
    let created = state.create_human(&caller, &org, (id, username), &input)?;
    let mut writer = Writer::default();
    writer.open();
    writer.text("userId", &created.id);
    state.write_change(&mut writer, &created.id);
    writer.text("emailCode", &created.email_code);
    writer.text("phoneCode", &created.phone_code);
    writer.close();
    Ok(writer.finish())
}

/// `POST /v2/users/new`.
pub(crate) fn create_user(state: &mut State, call: &Call) -> Result<String, Failure> {
    let body = call.body();
    let (id, username) = (body.text("userId")?, body.text("username")?);
    let org = body.string("organizationId")?;
    let human = body.object("human")?.map(HumanInput::read).transpose()?;
    let machine = body
        .object("machine")?
        .map(|node| node.string("name"))
        .transpose()?;
    let caller = state.authenticate(call, None)?;
    let request = "CreateUserRequest";
    Place::of(request, "OrganizationId").runes(&org, 1, 200)?;
    for (name, text) in [("UserId", id), ("Username", username)] {
        if let Some(text) = text {
            Place::of(request, name).runes(text, 1, 200)?;
        }
    }
    if let Some(human) = &human {
        human.validate(
            |name| Place::of(request, "Human").at("CreateUserRequest_Human", name),
            "Metadata",
        )?;
    } else if let Some(name) = &machine {
        let place = Place::of(request, "Machine").at("CreateUserRequest_Machine", "Name");
        place.runes(name, 1, 200)?;
    } else {
        return Err(Place::of(request, "UserType").refuse("value is required"));
    }
    state.require(&caller, &org, "user.write", Level::Command)?;
    let created = match (human, machine) {
        (Some(human), _) => state.create_human(&caller, &org, (id, username), &human)?,
        (None, name) => state.create_machine(&caller, &org, (id, username), &name.unwrap_or_default())?,
    };
    let mut writer = Writer::default();
    writer.open();
    writer.text("id", &created.id);
    writer.time(
        "creationDate",
        state.user(&created.id).map_or(0, |user| user.created),
    );
    writer.text("emailCode", &created.email_code);
    writer.text("phoneCode", &created.phone_code);
    writer.close();
    Ok(writer.finish())
}

impl State {
    fn org_of_domain(&self, domain: &str) -> Option<String> {
        self.orgs
            .iter()
            .find(|(_, org)| org.domain == domain)
            .map(|(id, _)| id.clone())
    }

    fn create_human(
        &mut self,
        caller: &Caller,
        org: &str,
        (id, username): (Option<&str>, Option<&str>),
        input: &HumanInput,
    ) -> Result<Created, Failure> {
        let (human, username) = checked_human(username, input)?;
        let id = self.free_id(id)?;
        self.check_domain(org, &username)?;
        self.check_links(org, &input.links)?;
        self.check_name(org, &username, &id)?;
        self.check_links_free(&input.links)?;
        let (events, codes) = first_events(&username, &human, input);
        self.insert(&id, org, username, Kind::Human(Box::new(human)));
        let metadata = input
            .metadata
            .iter()
            .map(|(key, value)| (key.trim().to_owned(), value.clone()));
        self.fill(&id, metadata.collect(), input.links.clone());
        self.push(&id, &caller.user, events);
        self.stamp_created(&id);
        let mut created = Created {
            id,
            email_code: String::new(),
            phone_code: String::new(),
        };
        for (channel, verification, recipient) in codes {
            let code = self.make_code(&created.id, channel, verification, recipient);
            match channel {
                Channel::Mail => created.email_code = code,
                _ => created.phone_code = code,
            }
        }
        Ok(created)
    }

    fn create_machine(
        &mut self,
        caller: &Caller,
        org: &str,
        (id, username): (Option<&str>, Option<&str>),
        name: &str,
    ) -> Result<Created, Failure> {
        let id = self.free_id(id)?;
        let username = username.map_or_else(|| id.clone(), |name| name.trim().to_owned());
        self.check_domain(org, &username)?;
        self.check_name(org, &username, &id)?;
        self.insert(
            &id,
            org,
            username,
            Kind::Machine {
                name: name.to_owned(),
            },
        );
        self.push(&id, &caller.user, vec![(EventKind::MachineAdded, String::new())]);
        self.stamp_created(&id);
        Ok(Created {
            id,
            email_code: String::new(),
            phone_code: String::new(),
        })
    }
}

/// A code to create: the channel, whether it is returned, and the recipient.
type WantedCode = (Channel, Verification, String);

/// The events of a new human in the server's order, and the codes to be made.
fn first_events(
    username: &str,
    human: &Human,
    input: &HumanInput,
) -> (Vec<(EventKind, String)>, Vec<WantedCode>) {
    let mut events = vec![(EventKind::HumanAdded, human_payload(username, human))];
    let mut codes = Vec::new();
    let email = input
        .email
        .as_ref()
        .map_or(Verification::Omitted, |email| email.verification);
    match email {
        Verification::Is(true) => events.push((EventKind::EmailVerified, String::new())),
        Verification::Is(false) => {}
        _ => {
            events.push((EventKind::EmailCodeAdded, String::new()));
            codes.push((Channel::Mail, email, human.email.clone()));
        }
    }
    if !human.phone.is_empty() {
        let phone = input
            .phone
            .as_ref()
            .map_or(Verification::Omitted, |phone| phone.verification);
        if matches!(phone, Verification::Is(_)) {
            events.push((EventKind::PhoneVerified, String::new()));
        } else {
            events.push((EventKind::PhoneCodeAdded, String::new()));
            codes.push((Channel::Sms, phone, human.phone.clone()));
        }
    }
    for (key, value) in &input.metadata {
        events.push((EventKind::MetadataSet, metadata_payload(key.trim(), Some(value))));
    }
    events.extend(
        input
            .links
            .iter()
            .map(|link| (EventKind::LinkAdded, link_payload(link, true))),
    );
    (events, codes)
}
