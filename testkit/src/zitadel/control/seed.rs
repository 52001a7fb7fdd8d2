//! Putting things in and taking them out without the API.

use std::collections::BTreeMap;

use super::options::Options;
use super::views::{GrantView, LinkView, UserSeed, UserView};
use crate::zitadel::access::caller::Access;
use crate::zitadel::access::token::{SERVICE_KEY, public_key};
use crate::zitadel::grants::change::Wanted;
use crate::zitadel::state::event::EventKind;
use crate::zitadel::state::events::{human_payload, link_payload, metadata_payload};
use crate::zitadel::state::{
    Fixtures, Human, Key, Kind, Link, Organization, Project, Role, State, Token, User, UserState,
};

impl State {
    /// A server with two organizations, a project, a provider, a service account and an owner.
    pub(crate) fn furnished(options: Options) -> Self {
        let mut state = Self::empty(options);
        let instance = state.new_id();
        let name = state.options.organization.clone();
        let org = state.add_organization(&name);
        let other_org = state.add_organization("Other Org");
        let (project, roles) = (state.options.project.clone(), state.options.roles.clone());
        let project = state.add_project(&org, &project, &roles);
        let idp = state.new_id();
        state.idps.insert(idp.clone(), Some(org.clone()));
        state.fixtures = Fixtures {
            instance,
            org,
            other_org,
            project,
            idp,
            ..Fixtures::default()
        };
        state.fixtures.service_user = state.add_machine("sync", &Access::OrgUserManager);
        state.fixtures.owner = state.add_machine("owner", &Access::IamOwner);
        state
    }

    pub(crate) fn add_organization(&mut self, name: &str) -> String {
        let id = self.new_id();
        let label: String = name
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect();
        let created = self.clock.tick();
        let org = Organization {
            name: name.to_owned(),
            domain: format!("{label}.localhost"),
            created,
        };
        self.orgs.insert(id.clone(), org);
        id
    }

    pub(crate) fn add_project(&mut self, org: &str, name: &str, roles: &[String]) -> String {
        let id = self.new_id();
        let created = self.clock.tick();
        let role = |key: &String| {
            (
                key.clone(),
                Role {
                    display_name: key.clone(),
                    created,
                },
            )
        };
        let project = Project {
            name: name.to_owned(),
            org: org.to_owned(),
            created,
            roles: roles.iter().map(role).collect(),
            grants: BTreeMap::new(),
        };
        self.projects.insert(id.clone(), project);
        id
    }

    /// A machine user of the synced organization with a key and a personal access token.
    pub(crate) fn add_machine(&mut self, name: &str, access: &Access) -> String {
        let id = self.new_id();
        let org = self.fixtures.org.clone();
        self.insert(
            &id,
            &org,
            name.to_owned(),
            Kind::Machine {
                name: name.to_owned(),
            },
        );
        self.push(&id, &id, vec![(EventKind::MachineAdded, String::new())]);
        self.stamp_created(&id);
        let membership = access.membership(&org, self.options.version);
        self.memberships.insert(id.clone(), membership);
        let key = Key {
            user: id.clone(),
            expires: i64::MAX,
            public: public_key(SERVICE_KEY),
        };
        self.keys.insert(format!("key-{id}"), key);
        let token = Token {
            user: id.clone(),
            expires: i64::MAX,
            for_api: true,
            personal: true,
        };
        self.tokens.insert(format!("pat-{id}"), token);
        id
    }

    /// Puts in one user, with the events a create would have written.
    pub(crate) fn plant(&mut self, seed: UserSeed) -> String {
        let id = seed.id.clone().unwrap_or_else(|| self.new_id());
        let org = seed
            .organization
            .clone()
            .unwrap_or_else(|| self.fixtures.org.clone());
        let username = if seed.username.is_empty() {
            seed.email.clone()
        } else {
            seed.username.clone()
        };
        let editor = self.fixtures.owner.clone();
        let holder = self.user_names.get(&self.name_key(&org, &username));
        assert!(holder.is_none(), "seed: the user name {username} is taken");
        let (kind, mut events) = seeded(&seed, &username);
        let link = |(idp, user_id, user_name)| Link {
            idp,
            user_id,
            user_name,
        };
        let links: Vec<Link> = seed.links.into_iter().map(link).collect();
        events.extend(
            links
                .iter()
                .map(|link| (EventKind::LinkAdded, link_payload(link, true))),
        );
        self.insert(&id, &org, username, kind);
        self.fill(&id, seed.metadata, links);
        self.push(&id, &editor, events);
        self.stamp_created(&id);
        match seed.state {
            None | Some(UserState::Active) => {}
            Some(UserState::Inactive) => {
                self.set_state(&id, &editor, UserState::Inactive, EventKind::Deactivated);
            }
            Some(state) => self.set_state(&id, &editor, state, EventKind::Locked),
        }
        if !seed.roles.is_empty() {
            let project = self.fixtures.project.clone();
            let project_grant = String::new();
            let wanted = Wanted {
                org,
                user: id.clone(),
                project,
                project_grant,
                roles: seed.roles,
            };
            self.add_grant(wanted)
                .expect("seed: the roles exist on the project");
        }
        id
    }

    pub(crate) fn view(&self, user: &User) -> UserView {
        let human = user.human().cloned().unwrap_or_default();
        let text = |value: &[u8]| match std::str::from_utf8(value) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("base64:{}", base64_text(value)),
        };
        let grants = self
            .grants_of
            .get(&user.id)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let project = |id: &str| {
            self.projects
                .get(id)
                .map_or_else(|| id.to_owned(), |p| p.name.clone())
        };
        UserView {
            id: user.id.clone(),
            organization: self
                .orgs
                .get(&user.org)
                .map(|org| org.name.clone())
                .unwrap_or_default(),
            state: user.state,
            username: user.username.clone(),
            machine: user.human().is_none(),
            display_name: user.display_name().to_owned(),
            given_name: human.given_name,
            family_name: human.family_name,
            nick_name: human.nick_name,
            language: human.language,
            email: human.email,
            email_verified: human.email_verified,
            phone: human.phone,
            phone_verified: human.phone_verified,
            metadata: user
                .metadata
                .iter()
                .map(|(key, entry)| (key.clone(), text(&entry.value)))
                .collect(),
            links: links(user),
            grants: grants
                .iter()
                .filter_map(|id| self.grants.get(id))
                .map(|grant| GrantView {
                    id: grant.id.clone(),
                    project: project(&grant.project),
                    roles: grant.roles.clone(),
                    active: grant.active,
                })
                .collect(),
        }
    }
}

fn links(user: &User) -> Vec<LinkView> {
    let links = user.links.iter().map(|link| LinkView {
        idp_id: link.idp.clone(),
        user_id: link.user_id.clone(),
        user_name: link.user_name.clone(),
    });
    links.collect()
}

fn base64_text(value: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(value)
}

/// What kind of user a seed makes, with the events of its creation.
fn seeded(seed: &UserSeed, username: &str) -> (Kind, Vec<(EventKind, String)>) {
    let mut events = Vec::with_capacity(4 + seed.metadata.len());
    let kind = if seed.machine {
        events.push((EventKind::MachineAdded, String::new()));
        Kind::Machine {
            name: username.to_owned(),
        }
    } else {
        let human = human_of(seed);
        events.push((EventKind::HumanAdded, human_payload(username, &human)));
        if human.email_verified {
            events.push((EventKind::EmailVerified, String::new()));
        }
        if human.phone_verified {
            events.push((EventKind::PhoneVerified, String::new()));
        }
        Kind::Human(Box::new(human))
    };
    for (key, value) in &seed.metadata {
        events.push((EventKind::MetadataSet, metadata_payload(key, Some(value))));
    }
    (kind, events)
}

fn human_of(seed: &UserSeed) -> Human {
    let display_name = if seed.display_name.is_empty() {
        format!("{} {}", seed.given_name, seed.family_name)
    } else {
        seed.display_name.clone()
    };
    Human {
        given_name: seed.given_name.clone(),
        family_name: seed.family_name.clone(),
        nick_name: seed.nick_name.clone(),
        display_name,
        language: if seed.language.is_empty() {
            "und".to_owned()
        } else {
            seed.language.clone()
        },
        gender: 0,
        email: seed.email.clone(),
        email_verified: seed.email_verified,
        phone: seed.phone.clone(),
        phone_verified: seed.phone_verified && !seed.phone.is_empty(),
    }
}
