//! Creating users: `AddHumanUser` and `CreateUser`, one transaction each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::access::{Caller, Level};
use super::body::Node;
use super::email;
use super::errors::{EXISTS, Failure, INVALID, PRECONDITION};
use super::events::{EventKind, human_payload, metadata_payload};
use super::language;
use super::phone;
use super::routes::Call;
use super::state::{Entry, Human, Kind, Link, State, User, UserState};
use super::users_input::{ContactInput, ProfileInput, Verification, read_link, read_metadata, validate_link};
use super::validation::Place;
use super::views::Channel;
use super::wire::Writer;

/// A human as the two create calls describe it.
struct HumanInput {
    profile: Option<ProfileInput>,
    email: Option<ContactInput>,
    phone: Option<ContactInput>,
    metadata: Vec<(String, Vec<u8>)>,
    links: Vec<Link>,
}

impl HumanInput {
    fn read(node: Node<'_>) -> Result<Self, Failure> {
        let links = node.list("idpLinks")?;
        Ok(Self {
            profile: node.object("profile")?.map(ProfileInput::read).transpose()?,
            email: ContactInput::read(node, "email")?,
            phone: ContactInput::read(node, "phone")?,
            metadata: read_metadata(node)?,
            links: links.into_iter().map(read_link).collect::<Result<_, _>>()?,
        })
    }

    /// `field` gives the place of a field; `entry` is the proto message of a metadata entry.
    fn validate(&self, field: impl Fn(&str) -> Place, entry: &str) -> Result<(), Failure> {
        let needed = |name: &str| field(name).refuse("value is required");
        self.profile
            .as_ref()
            .ok_or_else(|| needed("Profile"))?
            .validate_whole(&field("Profile"))?;
        self.email
            .as_ref()
            .ok_or_else(|| needed("Email"))?
            .validate_email(&field("Email"))?;
        if let Some(phone) = &self.phone {
            phone.validate_phone(&field("Phone"))?;
        }
        for (index, (key, value)) in self.metadata.iter().enumerate() {
            field("Metadata").item(index).entry(entry, key, value)?;
        }
        for (index, link) in self.links.iter().enumerate() {
            validate_link(link, &field("IdpLinks").item(index))?;
        }
        Ok(())
    }
}

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
        let mut events = vec![(EventKind::HumanAdded, human_payload(&username, &human))];
        let mut codes = Vec::new();
        let email = input
            .email
            .as_ref()
            .map_or(Verification::Omitted, |email| email.verification);
        match email {
            Verification::Is(true) => events.push((EventKind::EmailVerified, String::new())),
            Verification::Is(false) => {}
            _ => codes.push((
                EventKind::EmailCodeAdded,
                Channel::Mail,
                email,
                human.email.clone(),
            )),
        }
        if !human.phone.is_empty() {
            match input
                .phone
                .as_ref()
                .map_or(Verification::Omitted, |phone| phone.verification)
            {
                Verification::Is(_) => events.push((EventKind::PhoneVerified, String::new())),
                other => codes.push((
                    EventKind::PhoneCodeAdded,
                    Channel::Sms,
                    other,
                    human.phone.clone(),
                )),
            }
        }
        events.extend(codes.iter().map(|(kind, ..)| (*kind, String::new())));
        for (key, value) in &input.metadata {
            events.push((EventKind::MetadataSet, metadata_payload(key.trim(), Some(value))));
        }
        events.extend(input.links.iter().map(|_| (EventKind::LinkAdded, String::new())));
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
        for (_, channel, verification, recipient) in codes {
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

    fn free_id(&mut self, id: Option<&str>) -> Result<String, Failure> {
        match id {
            None => Ok(self.new_id()),
            Some(id) if self.users.contains_key(id) => Err(Failure::of(
                PRECONDITION,
                "COMMAND-7yiox1isql",
                "Errors.User.AlreadyExisting",
            )),
            Some(id) => Ok(id.to_owned()),
        }
    }

    /// A user name whose domain another organization has verified is refused.
    pub(crate) fn check_domain(&self, org: &str, username: &str) -> Result<(), Failure> {
        let Some((_, domain)) = username.rsplit_once('@') else {
            return Ok(());
        };
        let domain = domain.to_lowercase();
        if self
            .orgs
            .iter()
            .any(|(id, other)| id != org && other.domain == domain)
        {
            let text = "Domain is already reserved and cannot be used";
            return Err(Failure::of(INVALID, "COMMAND-SFd21", text));
        }
        Ok(())
    }

    pub(crate) fn check_name(&self, org: &str, username: &str, id: &str) -> Result<(), Failure> {
        match self.user_names.get(&self.name_key(org, username)) {
            Some(holder) if holder != id => Err(Failure::of(EXISTS, "V3-DKcYh", "User already exists")),
            _ => Ok(()),
        }
    }

    /// The providers must belong to the organization or the instance.
    pub(crate) fn check_links(&self, org: &str, links: &[Link]) -> Result<(), Failure> {
        let usable = |link: &Link| match self.idps.get(&link.idp) {
            Some(owner) => owner.as_deref().is_none_or(|owner| owner == org),
            None => false,
        };
        if links.iter().all(usable) {
            return Ok(());
        }
        let text = "Identity Provider Configuration doesn't exist";
        Err(Failure::of(PRECONDITION, "COMMAND-39nf2", text))
    }

    /// Nobody may hold the links yet, not even another link of the same request.
    pub(crate) fn check_links_free(&self, links: &[Link]) -> Result<(), Failure> {
        for (index, link) in links.iter().enumerate() {
            let twice = links[..index].iter().any(|other| other.key() == link.key());
            if twice || self.links.contains_key(&link.key()) {
                return Err(Failure::of(EXISTS, "V3-DKcYh", "External IDP already taken"));
            }
        }
        Ok(())
    }

    /// Puts in a user without events; the unique sets must have been checked.
    pub(crate) fn insert(&mut self, id: &str, org: &str, username: String, kind: Kind) {
        self.user_names
            .insert(self.name_key(org, &username), id.to_owned());
        let user = User {
            id: id.to_owned(),
            org: org.to_owned(),
            state: UserState::Active,
            username,
            kind,
            sequence: self.removed.get(id).copied().unwrap_or_default(),
            touched: 0,
            shown_sequence: 0,
            changed: 0,
            created: 0,
            metadata: BTreeMap::new(),
            links: Vec::new(),
        };
        self.users.insert(id.to_owned(), Arc::new(user));
    }

    /// Gives a new user its metadata (the last value of a key wins) and links.
    pub(crate) fn fill(&mut self, id: &str, metadata: Vec<(String, Vec<u8>)>, links: Vec<Link>) {
        for link in &links {
            self.links.insert(link.key(), id.to_owned());
        }
        let Some(user) = self.user_mut(id) else { return };
        for (key, value) in metadata {
            user.metadata.insert(
                key,
                Entry {
                    value,
                    sequence: 0,
                    created: 0,
                    changed: 0,
                },
            );
        }
        user.links = links;
    }

    /// After the first push: everything was created at its time.
    pub(crate) fn stamp_created(&mut self, id: &str) {
        let Some(user) = self.user_mut(id) else { return };
        let (at, sequence) = (user.touched, user.sequence);
        user.created = at;
        for entry in user.metadata.values_mut() {
            (entry.sequence, entry.created, entry.changed) = (sequence, at, at);
        }
    }
}

/// The checks of the command before it looks at anything stored, in its order.
fn checked_human(username: Option<&str>, input: &HumanInput) -> Result<(Human, String), Failure> {
    let profile = input.profile.clone().unwrap_or_default();
    let address = input
        .email
        .as_ref()
        .map(|email| email.value.clone())
        .unwrap_or_default();
    let username = username.unwrap_or(&address).trim().to_owned();
    if username.is_empty() {
        return Err(Failure::of(INVALID, "V2-zzad3", "Errors.Invalid.Argument"));
    }
    email::check(&address)?;
    let trimmed = |text: Option<String>| text.unwrap_or_default().trim().to_owned();
    let (given_name, family_name) = (trimmed(profile.given_name), trimmed(profile.family_name));
    if given_name.is_empty() {
        return Err(Failure::of(
            INVALID,
            "USER-UCej2",
            "Given name in profile is empty",
        ));
    }
    if family_name.is_empty() {
        return Err(Failure::of(
            INVALID,
            "USER-4hB7d",
            "Family name in profile is empty",
        ));
    }
    let number = input
        .phone
        .as_ref()
        .map(|phone| phone.value.as_str())
        .unwrap_or_default();
    let phone = if number.is_empty() {
        String::new()
    } else {
        normalised(number)?
    };
    if input.metadata.iter().any(|(key, _)| key.trim().is_empty()) {
        return Err(Failure::of(
            INVALID,
            "USER-Drght",
            "Errors.User.Metadata.KeyEmpty",
        ));
    }
    let display_name = profile.display_name.filter(|name| !name.trim().is_empty());
    let human = Human {
        display_name: display_name.unwrap_or_else(|| format!("{given_name} {family_name}")),
        given_name,
        family_name,
        nick_name: profile.nick_name.unwrap_or_default(),
        language: language::canonical(&profile.language.unwrap_or_default()),
        gender: profile.gender.unwrap_or_default(),
        email: address,
        email_verified: input
            .email
            .as_ref()
            .is_some_and(|e| e.verification == Verification::Is(true)),
        phone_verified: !phone.is_empty()
            && input
                .phone
                .as_ref()
                .is_some_and(|p| p.verification == Verification::Is(true)),
        phone,
    };
    refuse_nul(&human)?;
    Ok((human, username))
}

/// E.164, or the error of the command.
pub(crate) fn normalised(number: &str) -> Result<String, Failure> {
    phone::normalise(number).ok_or_else(|| Failure::of(INVALID, "PHONE-so0wa", "Phone is invalid"))
}

/// PostgreSQL refuses NUL in JSON.
pub(crate) fn refuse_nul(human: &Human) -> Result<(), Failure> {
    let texts = [
        &human.given_name,
        &human.family_name,
        &human.nick_name,
        &human.display_name,
    ];
    if texts.iter().any(|text| text.contains('\0')) {
        let text = "unknown database error: ERROR: unsupported Unicode escape sequence (SQLSTATE 22P05)";
        return Err(Failure::go(text));
    }
    Ok(())
}
