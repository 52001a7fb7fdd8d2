//! Secrets in files of their own.

use super::*;

#[test]
fn secrets_from_files_lose_their_line_break() {
    let lab = Lab::changed(
        COMPLETE,
        "bind_password: \"hunter2\"",
        "bind_password_file: DIR/password",
    )
    .variable("DIRECTORY_SYNC__SOURCES__UKT__CLIENT_SECRET_FILE", "DIR/password");
    lab.write("password", " pass word \r\n");
    let without_secret = COMPLETE
        .replace("    client_secret: \"hunter3\"\n", "")
        .replace("bind_password: \"hunter2\"", "bind_password_file: DIR/password");
    lab.write("config.yaml", &without_secret);
    assert_eq!(lab.ldap().bind_password.expose_secret(), " pass word ");
    let token = Lab::changed(SHORT, "token: hunter4", "token_file: DIR/token");
    token.write("token", "hunter5\n");
    match zitadel(&token.settings()).credentials {
        Credentials::Token(token) => assert_eq!(token.expose_secret(), "hunter5"),
        other => panic!("{other:?}"),
    }
}

/// A copied token may end with a line break. A token that was split in two is refused, and is not printed.
#[test]
fn a_token_is_one_piece_and_may_end_in_a_line_break() {
    let token = |lab: &Lab| match zitadel(&lab.settings()).credentials {
        Credentials::Token(token) => token.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    };
    for around in ["\n", "\r\n", "\n\n", " ", "\t", "\u{a0}"] {
        let of_variable =
            Lab::new(SHORT).variable("DIRECTORY_SYNC__ZITADEL__TOKEN", &format!("hunter5{around}"));
        assert_eq!(token(&of_variable), "hunter5", "{around:?}");
        let of_file = Lab::changed(SHORT, "token: hunter4", "token_file: DIR/token");
        of_file.write("token", &format!("\u{feff}hunter5{around}"));
        assert_eq!(token(&of_file), "hunter5", "{around:?}");
    }
    let of_block = Lab::changed(SHORT, "token: hunter4", "token: |\n    hunter5");
    assert_eq!(token(&of_block), "hunter5");
    for (inside, what) in [
        ("\n", "a line break"),
        ("\r\n", "a line break"),
        (" ", "a blank"),
        ("\u{200b}", "an invalid character"),
        ("\u{fc}", "an invalid character"),
    ] {
        let broken = format!("hunt{inside}er5");
        let of_variable = Lab::new(SHORT).variable("DIRECTORY_SYNC__ZITADEL__TOKEN", &broken);
        let of_file = Lab::changed(SHORT, "token: hunter4", "token_file: DIR/token");
        of_file.write("token", &format!("{broken}\n"));
        for (lab, key) in [(of_variable, "zitadel.token"), (of_file, "zitadel.token_file")] {
            let refusal = lab.refusal();
            let said = format!("error: `{key}` contains a token with {what}");
            assert!(refusal.starts_with(&said), "{refusal}");
            assert!(
                refusal.contains("\nhint: in Zitadel, open the service account"),
                "{refusal}"
            );
            assert!(!refusal.contains("hunt"), "{refusal}");
        }
    }
}
