//! Directories that answer in ways a real one cannot be made to.

mod entries;

use std::time::Duration;

use directory_sync::config::LdapSettings;
use directory_sync::model::ExternalId;
use testkit::ldap_double::{LdapDouble, Reply, last, more, person};
use testkit::zitadel::ZitadelDouble;

use crate::program::Installation;
use crate::sources::reader::{assert_failed, check_ldap, count_ldap, ldap, read_ldap};

fn settings(double: &LdapDouble) -> LdapSettings {
    ldap(&double.url())
}

async fn assert_ends(script: Vec<Vec<Reply>>, what: &[&str], hint: &str) {
    let double = LdapDouble::start(script);
    assert_failed(read_ldap(&settings(&double)).await, what, hint);
}

#[tokio::test]
async fn pages_are_read_to_the_last() {
    let script = vec![
        vec![person("a"), more()],
        vec![more()],
        vec![
            person("b"),
            Reply::Reference("ldap://a/CN=Configuration,DC=example,DC=org"),
            person("c"),
            last(),
        ],
    ];
    let double = LdapDouble::start(script);
    let desired = read_ldap(&settings(&double)).await.unwrap();
    assert_eq!(desired.objects.len(), 3);
    assert!(
        desired.complete,
        "a reference to a partition without people is no loss"
    );
    assert_eq!(double.searches(), 3);
}

/// Each of them looks like the end of the list to a client that does not look closely.
#[tokio::test]
async fn a_lost_connection_is_never_the_end_of_the_list() {
    let ends = [
        vec![Reply::HangUp],
        vec![person("b"), Reply::HangUp],
        vec![person("b"), Reply::Reset],
        vec![Reply::HalfAnEntry, Reply::HangUp],
        vec![person("b"), Reply::NoticeOfDisconnection("going down")],
    ];
    for end in ends {
        let entries = 1 + end
            .iter()
            .filter(|reply| matches!(reply, Reply::Entry(..)))
            .count();
        let stopped = format!("stopped after {entries} entries");
        let script = vec![vec![person("a"), more()], end];
        assert_ends(
            script,
            &[&stopped, "the server closed the connection"],
            "try again",
        )
        .await;
    }
}

/// The default limits of 389-ds: 4,995 of 6,000 entries, then this code beside a cookie that promises more.
#[tokio::test]
async fn a_limit_that_strikes_a_later_page_counts_even_beside_a_cookie() {
    let script = vec![
        vec![person("a"), person("b"), more()],
        vec![person("c"), Reply::Done(11, "", Some(b"MA==".to_vec()))],
    ];
    let what = ["stopped after 3 entries", "adminLimitExceeded (11)"];
    assert_ends(script, &what, "size=unlimited").await;
}

#[tokio::test]
async fn a_refusal_counts_even_beside_a_cookie() {
    for (code, name, hint) in [
        (3, "timeLimitExceeded (3)", "time=unlimited"),
        (4, "sizeLimitExceeded (4)", "size=unlimited"),
        (11, "adminLimitExceeded (11)", "size=unlimited"),
        (12, "unavailableCriticalExtension (12)", "`page_size: 0`"),
        (51, "busy (51)", "try again later"),
        (52, "unavailable (52)", "try again later"),
        (53, "unwillingToPerform (53)", "TLS or a bind"),
        (77, "an error (77)", "log of the server"),
    ] {
        for cookie in [Some(b"MA==".to_vec()), Some(Vec::new()), None] {
            let script = vec![vec![person("a"), Reply::Done(code, "so it is", cookie)]];
            let what = ["stopped after 1 entries", name, "so it is"];
            assert_ends(script, &what, hint).await;
        }
    }
}

#[tokio::test]
async fn an_answer_without_a_paging_control_is_refused() {
    let malformed = [
        Reply::Done(0, "", None),
        Reply::DoneWith(vec![0x30, 0x00]),
        Reply::DoneWith(Vec::new()),
    ];
    for end in malformed {
        let script = vec![vec![person("a"), end]];
        assert_ends(
            script,
            &["did not say whether this was the last page"],
            "`page_size: 0`",
        )
        .await;
    }
    let double = LdapDouble::start(vec![vec![person("a"), Reply::Done(0, "", None)]]);
    let mut unpaged = settings(&double);
    unpaged.page_size = None;
    assert_eq!(read_ldap(&unpaged).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn a_referral_names_the_other_server() {
    let script = vec![vec![Reply::Referral("ldap://other.example")]];
    assert_ends(script, &["referral (10)"], "ldap://other.example").await;
}

#[tokio::test]
async fn silence_ends_the_read() {
    for script in [
        vec![vec![Reply::Silence]],
        vec![vec![person("a"), Reply::Silence]],
        vec![
            vec![person("a"), more()],
            vec![Reply::HalfAnEntry, Reply::Silence],
        ],
    ] {
        let double = LdapDouble::start(script);
        let mut settings = settings(&double);
        settings.timeout = Duration::from_millis(300);
        assert_failed(
            read_ldap(&settings).await,
            &["no answer within 300ms"],
            "`timeout`",
        );
    }
}

/// A server that drips never is silent, so the whole read has a limit of its own.
#[tokio::test]
async fn the_deadline_bounds_the_whole_read() {
    let double = LdapDouble::start(vec![vec![person("a"), Reply::Drip(Duration::from_millis(20))]]);
    let mut settings = settings(&double);
    settings.timeout = Duration::from_secs(10);
    settings.deadline = Some(Duration::from_millis(200));
    assert_failed(
        read_ldap(&settings).await,
        &["took longer than 200ms"],
        "`deadline`",
    );
}

/// Active Directory tells the reason in hexadecimal, a server that wants encryption by a code.
#[tokio::test]
async fn a_refused_bind_is_reported_in_words() {
    for (code, text, words) in [
        (8, "BindSimple: Transport encryption required.", "`ldaps://`"),
        (
            49,
            "80090308: LdapErr: DSID-0C09050F, data 52e, v4563\0",
            "the password is wrong",
        ),
        (
            49,
            "80090308: LdapErr: DSID-0C09050F, data 533, v4563",
            "is disabled",
        ),
        (
            49,
            "80090308: LdapErr: DSID-0C09050F, data 775, v4563",
            "is locked",
        ),
    ] {
        let double = LdapDouble::refusing_binds(code, text);
        let what = [
            "binding at",
            text.trim_end_matches('\0'),
            &format!("({code})"),
            &double.url(),
        ];
        assert_failed(read_ldap(&settings(&double)).await, &what, words);
    }
}

/// The password, as it was sent, in base64 and in hex.
#[tokio::test]
async fn a_password_that_the_server_repeats_is_masked() {
    const ECHO: &str = "user cn=sync with password syncpw (c3luY3B3, 73796e637077) is unknown";
    let double = LdapDouble::refusing_binds(49, ECHO);
    let error = read_ldap(&settings(&double)).await.unwrap_err();
    assert!(
        error.what.contains("with password *** (***, ***) is unknown"),
        "{error:?}"
    );
    let findings = check_ldap(&settings(&double)).await;
    let problem = findings[0].result.as_ref().unwrap_err();
    assert!(!format!("{problem:?}").contains("syncpw"), "{problem:?}");
    for reply in [
        Reply::Done(53, ECHO, None),
        Reply::Referral("ldap://syncpw.example/c3luY3B3"),
    ] {
        let double = LdapDouble::start(vec![vec![person("a"), reply]]);
        let error = read_ldap(&settings(&double)).await.unwrap_err();
        let told = format!("{error:?}");
        assert!(
            told.contains("***") && !told.contains("syncpw") && !told.contains("c3luY3B3"),
            "{told}"
        );
    }
}

/// A server that accepts connections and stays silent delays the run only for a short time.
#[tokio::test]
async fn a_server_that_is_silent_at_first_passes_its_turn_on() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let double = LdapDouble::start(vec![vec![person("a"), last()]]);
    let mut settings = settings(&double);
    let address = format!("ldaps://{}", silent.local_addr().unwrap());
    settings.urls.insert(0, address.parse().unwrap());
    settings.connect_timeout = Some(Duration::from_millis(50));
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.objects.len(), 1);
    let server = desired.sources[0].server.as_deref();
    assert_eq!(server, Some(&*format!("{}, no encryption", double.url())));
}

#[tokio::test]
async fn bytes_that_are_not_ldap_end_the_read() {
    let not_ldap = |bytes: &[u8]| vec![vec![person("a"), Reply::Raw(bytes.to_vec()), Reply::HangUp]];
    let unknown_operation = [0x30, 5, 2, 1, 2, 0x7f, 0];
    for bytes in [&b"\x30\x00"[..], &unknown_operation, b"\x30\x03\x02\x01\x02"] {
        assert_ends(not_ldap(bytes), &["stopped after", "not LDAP"], "").await;
    }
    let absurd_length = b"\x30\x84\x7f\xff\xff\xff\x02\x01\x02";
    let read = read_ldap(&settings(&LdapDouble::start(not_ldap(absurd_length)))).await;
    assert_failed(read, &["stopped after 1 entries"], "");
    let http = b"HTTP/1.1 400 Bad Request\r\n\r\n";
    let read = read_ldap(&settings(&LdapDouble::start(not_ldap(http)))).await;
    assert_failed(read, &["stopped after 1 entries"], "");
}

/// Fewer entries than asked for are no end of the list, and `check` tells of them.
#[tokio::test]
async fn check_tells_of_pages_that_are_smaller_than_asked_for() {
    let script = vec![
        vec![Reply::Done(0, "", None)],
        vec![person("a"), person("b"), more()],
        vec![person("c"), Reply::Reference("ldap://other"), person("d"), more()],
        vec![person("e"), last()],
    ];
    let double = LdapDouble::start(script);
    let findings = check_ldap(&settings(&double)).await;
    let limits = findings
        .iter()
        .find(|one| one.subject.ends_with(": limits"))
        .unwrap();
    assert_eq!(
        limits.result.as_ref().unwrap(),
        "no page held more than 3 entries of the 1000 asked for, so the server limits pages; nothing was cut off"
    );
}

#[tokio::test]
async fn empty_pages_without_end_are_noticed() {
    let script = (0..1_100).map(|_| vec![more()]).collect();
    assert_ends(
        script,
        &["stopped after 0 entries", "empty page after another"],
        "",
    )
    .await;
}
