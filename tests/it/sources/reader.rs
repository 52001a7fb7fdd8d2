//! How the tests of sources configure and read one.

use std::time::Duration;

use directory_sync::config::{
    LdapActive, LdapAttribute, LdapAttributes, LdapAuthentication, LdapSearch, LdapSettings, LdapTls,
    PassingState, SourceKind, SourceSettings,
};
use directory_sync::http::Backoff;
use directory_sync::model::{
    AttributeSpec, Cardinality, Catalog, Desired, DesiredState, Diagnosis, Mutability, Purpose, Schema,
    Screening,
};
use directory_sync::source::{AnySource, Record, Source, SourceError, read_all};
use testkit::slapd::Slapd;

/// People who have these names.
pub(crate) fn catalog() -> Catalog {
    Catalog::of_users(schema())
}

/// The names that sources know.
pub(crate) fn schema() -> Schema {
    let text = |name| AttributeSpec {
        purpose: match name {
            "email" => Purpose::Address,
            "preferred_username" => Purpose::ShownName,
            _ => Purpose::Plain,
        },
        required: matches!(name, "email" | "first_name" | "last_name"),
        screening: match name {
            "first_name" | "last_name" => Screening::NonNames,
            "phone" | "localpart" => Screening::Nothing,
            _ => Screening::ErrorValues,
        },
        mutability: match name {
            "localpart" => Mutability::SetOnce,
            _ => Mutability::ReadWrite,
        },
        ..AttributeSpec::text(name)
    };
    let [first_name, last_name, email, phone, preferred_username, localpart] = [
        "first_name",
        "last_name",
        "email",
        "phone",
        "preferred_username",
        "localpart",
    ]
    .map(text);
    let roles = AttributeSpec {
        purpose: Purpose::Access,
        cardinality: Cardinality::Many,
        ..AttributeSpec::text("roles")
    };
    Schema::new([
        first_name,
        last_name,
        email,
        phone,
        preferred_username,
        localpart,
        roles,
    ])
}

/// One value of a person.
pub(crate) fn text<'a>(person: &'a Desired, name: &str) -> Option<&'a str> {
    person
        .attributes
        .text(schema().index(name).expect("a name of the schema"))
}

/// A source of this kind.
pub(crate) fn build(kind: SourceKind) -> Result<AnySource, SourceError> {
    let settings = SourceSettings {
        name: "staff".into(),
        kind,
    };
    let source = AnySource::build(&settings, &catalog(), &["User".into()].into())?;
    // Without pauses between tries.
    Ok(source.with_backoff(Backoff {
        first: Duration::ZERO,
        ..Backoff::default()
    }))
}

/// Reads one source through the same door as a run.
pub(crate) async fn read(kind: SourceKind) -> Result<DesiredState, SourceError> {
    let sources = [build(kind)?];
    let read = read_all(&catalog(), &sources).await;
    let users = read.map(|mut all| all.remove(0));
    users.map_err(|mut errors| errors.remove(0))
}

/// Reads an LDAP source.
pub(crate) async fn read_ldap(settings: &LdapSettings) -> Result<DesiredState, SourceError> {
    read(SourceKind::Ldap(Box::new(settings.clone()))).await
}

/// Reads an LDAP source and is called for each record as it arrives.
pub(crate) async fn stream_ldap(
    settings: &LdapSettings,
    each: &mut dyn FnMut(Record),
) -> Result<(), SourceError> {
    build(SourceKind::Ldap(Box::new(settings.clone())))?
        .read(each)
        .await
}

/// Counts the people of an LDAP source, as `users --count` does.
pub(crate) async fn count_ldap(settings: &LdapSettings) -> Result<usize, SourceError> {
    let mut people = 0;
    let source = build(SourceKind::Ldap(Box::new(settings.clone())))?;
    source
        .read_to_count(&mut |record| people += usize::from(matches!(record, Record::Person(_))))
        .await?;
    Ok(people)
}

/// What `check` finds about an LDAP source.
pub(crate) async fn check_ldap(settings: &LdapSettings) -> Vec<Diagnosis> {
    build(SourceKind::Ldap(Box::new(settings.clone())))
        .expect("usable")
        .check()
        .await
}

/// An attribute that holds text.
pub(crate) fn attribute(name: &str) -> LdapAttribute {
    LdapAttribute {
        name: name.to_owned(),
        is_binary: false,
    }
}

/// The usual settings for the harness, with this address.
pub(crate) fn ldap(url: &str) -> LdapSettings {
    LdapSettings {
        urls: vec![url.parse().expect("an address")],
        base_dn: Slapd::BASE_DN.to_owned(),
        bind_dn: Slapd::BIND_DN.to_owned(),
        bind_password: Slapd::BIND_PASSWORD.into(),
        bind_external: false,
        user_filter: "(objectClass=inetOrgPerson)".to_owned(),
        search: LdapSearch::default(),
        authentication: LdapAuthentication::default(),
        transform: None,
        timeout: Duration::from_secs(20),
        connect_timeout: None,
        deadline: None,
        page_size: 1000.try_into().ok(),
        use_attribute_filter: true,
        attributes: LdapAttributes {
            texts: [
                ("first_name", "givenName"),
                ("last_name", "sn"),
                ("email", "mail"),
                ("preferred_username", "displayName"),
                ("phone", "telephoneNumber"),
            ]
            .map(|(name, of)| (name.to_owned(), attribute(of).into()))
            .into(),
            user_id: attribute("uid"),
            active: LdapActive::Status {
                attribute: attribute("shadowFlag"),
                disable_mask: 2,
            },
            last_modified: None,
        },
        entitlements: Vec::new(),
        passing: PassingState::Unknown,
        groups: None,
        expected_references: Vec::new(),
        tls: LdapTls::default(),
    }
}

/// Asserts that a read failed with these words, and told this way on.
#[track_caller]
pub(crate) fn assert_failed<T: std::fmt::Debug>(result: Result<T, SourceError>, what: &[&str], hint: &str) {
    let error = result.expect_err("the read cannot succeed");
    for words in what {
        assert!(error.what.contains(words), "{words}: {error:?}");
    }
    let told = error.hint.as_deref().unwrap_or_default();
    assert!(told.contains(hint), "{hint}: {error:?}");
}
