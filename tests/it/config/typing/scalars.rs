//! How the kinds of values are written.

use super::*;

/// Text takes numbers and booleans without quotes, exactly as they are written.
#[test]
fn text_keeps_its_spelling() {
    for text in [
        "278274756195721220",
        "0123",
        "000000000000000000",
        "1.10",
        "0x1F",
        "1e5",
        "+49",
        "12345678901234567890",
        "TRUE",
        "yes",
    ] {
        let in_file = Lab::changed(SHORT, "organization_id: 1", &format!("organization_id: {text}"));
        assert_eq!(zitadel(&in_file.settings()).organization_id, text);
        let in_variable = Lab::new(SHORT).variable("FAMEDLY_SYNC__ZITADEL__ORGANIZATION_ID", text);
        assert_eq!(zitadel(&in_variable.settings()).organization_id, text);
        let password = Lab::changed(
            COMPLETE,
            "bind_password: \"hunter2\"",
            &format!("bind_password: {text}"),
        );
        assert_eq!(password.ldap().bind_password.expose_secret(), text);
    }
    for text in ["00123", "[a]", "{a: b}", " sp ", "a: b", "#x", "null", "~"] {
        let lab = Lab::new(COMPLETE).variable("FAMEDLY_SYNC__SOURCES__LDAP__BIND_PASSWORD", text);
        assert_eq!(lab.ldap().bind_password.expose_secret(), text);
    }
}

#[test]
fn booleans_in_every_spelling() {
    let part = "use_attribute_filter: true";
    for (text, value) in [
        ("true", true),
        ("True", true),
        ("\"yes\"", true),
        ("ON", true),
        ("1", true),
        ("\"1\"", true),
        ("7", true),
        ("false", false),
        ("No", false),
        ("\"off\"", false),
        ("0", false),
        ("0.0", false),
        ("~", false),
    ] {
        let lab = Lab::changed(COMPLETE, part, &format!("use_attribute_filter: {text}"));
        assert_eq!(lab.ldap().use_attribute_filter, value, "{text}");
    }
    for text in ["yes", "1", "TRUE"] {
        let lab =
            Lab::new(COMPLETE).variable("FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__STATUS__IS_BINARY", text);
        assert!(status(&lab).0.is_binary, "{text}");
    }
}

#[test]
fn integers_and_durations() {
    for (text, pages) in [
        ("500", 500),
        ("\"500\"", 500),
        ("2.5", 3),
        ("true", 1),
        ("0x10", 16),
        ("~", 1000),
    ] {
        let lab = Lab::changed(COMPLETE, "page_size: 500", &format!("page_size: {text}"));
        assert_eq!(lab.ldap().page_size, NonZeroU32::new(pages), "{text}");
    }
    let off = Lab::changed(COMPLETE, "page_size: 500", "page_size: 0");
    assert_eq!(off.ldap().page_size, None);
    for (text, milliseconds) in [
        ("5", 5_000),
        ("\"5\"", 5_000),
        ("30s", 30_000),
        ("2m", 120_000),
        ("true", 1_000),
        ("~", 30_000),
    ] {
        let lab = Lab::changed(
            COMPLETE,
            "timeout: 5",
            &format!("timeout: {text}\n    deadline: {text}"),
        );
        let ldap = lab.ldap();
        assert_eq!(ldap.timeout, Duration::from_millis(milliseconds), "{text}");
        // Without a value the default counts.
        let deadline = if text == "~" { 3_600_000 } else { milliseconds };
        assert_eq!(ldap.deadline, Some(Duration::from_millis(deadline)), "{text}");
    }
}

#[test]
fn lists_single_values_and_nothing() {
    let part = "[0x2, 16]";
    for (text, mask) in [
        ("[2, 16]", 18),
        ("[\"2\", \"0x10\"]", 18),
        ("[-2147483648, 2]", i32::MIN | 2),
        ("2", 2),
        ("0x10", 16),
        ("\"2 16\"", 18),
        ("[]", 0),
        ("[0]", 0),
        ("", 0),
        ("\n      # - 2", 0),
    ] {
        let lab = Lab::changed(COMPLETE, part, text);
        assert_eq!(status(&lab).1, mask, "{text}");
    }
    for (text, mask) in [
        ("2", 2),
        ("0x2 0x10", 18),
        ("  2\t16 \n", 18),
        ("", 0),
        ("-2147483648", i32::MIN),
    ] {
        let lab =
            Lab::new(COMPLETE).variable("FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__DISABLE_BITMASKS", text);
        assert_eq!(status(&lab).1, mask, "{text:?}");
    }
    for (text, urls) in [
        ("ldap://a", vec!["ldap://a"]),
        (
            "[ldaps://a, ldapi://%2Frun%2Fldapi]",
            vec!["ldaps://a", "ldapi://%2Frun%2Fldapi"],
        ),
        ("ldap://a ldap://b:1389", vec!["ldap://a", "ldap://b:1389"]),
    ] {
        let lab = Lab::changed(COMPLETE, "url: ldaps://dc1.example.org", &format!("url: {text}"));
        let given: Vec<_> = lab.ldap().urls.iter().map(ToString::to_string).collect();
        assert_eq!(given, urls);
    }
}

#[test]
fn flags() {
    let flags = |text: &str| {
        let settings = Lab::changed(COMPLETE, "[verify_email, sso_login]", text).settings();
        let zitadel = zitadel(&settings);
        (
            [zitadel.sso_login, zitadel.verify_email, zitadel.verify_phone],
            [
                settings.dry_run,
                settings.policy.restrict_to == Restriction::RemovalsOnly,
            ],
        )
    };
    let none = ([false; 3], [false; 2]);
    for nothing in ["", "[]", "~", "\n  # - dry_run"] {
        assert_eq!(flags(nothing), none);
    }
    assert_eq!(flags("dry_run"), ([false; 3], [true, false]));
    assert_eq!(flags("[DRY_RUN, dry_run]"), ([false; 3], [true, false]));
    assert_eq!(
        flags("[SsoLogin, VerifyPhone]"),
        ([true, false, true], [false; 2])
    );
    let all = "sso_login verify_email verify_phone dry_run deactivate_only plain_localpart";
    assert_eq!(flags(all), ([true; 3], [true; 2]));
}

#[test]
fn attributes_are_names_or_tables() {
    let lab = Lab::changed(COMPLETE, "first_name: givenName", "first_name: {Name: givenName}")
        .variable("FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__USER_ID", "uid")
        .variable(
            "FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__STATUS__NAME",
            "shadowFlag",
        )
        .variable(
            "FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__LAST_NAME__NAME",
            "surname",
        )
        .variable(
            "FAMEDLY_SYNC__SOURCES__LDAP__ATTRIBUTES__LAST_NAME__IS_BINARY",
            "false",
        );
    let attributes = lab.ldap().attributes;
    assert!(is_plain(&attributes, "first_name", "givenName"));
    assert_eq!(attributes.user_id, named("uid"));
    assert_eq!(status(&lab).0, named("shadowFlag"));
    assert!(is_plain(&attributes, "last_name", "surname"));
}

#[test]
fn what_is_optional_may_be_null_or_absent() {
    let (before, after) = COMPLETE.split_once("    tls:\n").unwrap();
    let without_tls = format!("{before}    tls:\n{}", &after[after.find("  csv:").unwrap()..]);
    let config = without_tls
        .replace("  idp_id: 281430143275106308\n", "  idp_id:\n")
        .replace(", sso_login", "")
        .replace(
            "      preferred_username: displayName\n",
            "      preferred_username:\n",
        )
        .replace("      phone: telephoneNumber\n", "")
        .replace("      last_modified: whenChanged\n", "")
        .replace("    check_for_deleted_entries: true\n", "")
        .replace("    use_attribute_filter: true\n", "")
        .replace("    page_size: 500\n", "")
        .replace("    timeout: 5\n", "");
    let lab = Lab::new(&config);
    let mut expected = directory(lab.dir());
    expected.tls = LdapTls::default();
    let optional = ["preferred_username", "phone"];
    let texts = &mut expected.attributes.texts;
    texts.retain(|(name, _)| !optional.contains(&name.as_str()));
    expected.attributes.last_modified = None;
    expected.use_attribute_filter = false;
    expected.page_size = NonZeroU32::new(1000);
    expected.timeout = Duration::from_secs(30);
    assert_eq!(format!("{:#?}", lab.ldap()), format!("{expected:#?}"));
    let settings = lab.settings();
    assert_eq!(settings.notes, Vec::<String>::new());
    assert_eq!(zitadel(&settings).idp_id, None);
}
