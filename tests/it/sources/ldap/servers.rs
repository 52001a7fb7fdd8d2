//! Servers, addresses and size limits.

use super::*;

/// A page smaller than the server's limit returns all people, whatever the limit.
#[tokio::test]
async fn pages_get_round_a_size_limit_that_allows_paging() {
    let slapd = Options::people(&people(1, 2500))
        .limits("size.hard=500 size.prtotal=unlimited")
        .start();
    let mut settings = ldap(&slapd.url());
    settings.page_size = 400.try_into().ok();
    let desired = read_ldap(&settings).await.unwrap();
    assert_eq!(desired.objects.len(), 2500);
    assert!(desired.complete);
}

#[tokio::test]
async fn a_size_limit_is_an_error_with_the_line_that_lifts_it() {
    let staff = people(1, 600);
    let cases = [
        (
            "size.hard=500 size.pr=200 size.prtotal=500",
            Some(100),
            "sizeLimitExceeded (4)",
            500,
        ),
        (
            "size.hard=500 size.pr=200 size.prtotal=500",
            Some(300),
            "adminLimitExceeded (11)",
            0,
        ),
        ("size.prtotal=disabled", Some(100), "adminLimitExceeded (11)", 0),
        ("size.hard=500", None, "sizeLimitExceeded (4)", 500),
    ];
    for (limits, page, answer, entries) in cases {
        let slapd = Options::people(&staff).limits(limits).start();
        let mut settings = ldap(&slapd.url());
        settings.page_size = page.and_then(|size: u32| size.try_into().ok());
        let place = format!(
            "search below `{}` (whole subtree) for `{}`",
            settings.base_dn, settings.user_filter
        );
        let stopped = format!("stopped after {entries} entries");
        assert_failed(
            read_ldap(&settings).await,
            &[&place, &stopped, answer],
            &format!("limits dn.exact=\"{}\" size=unlimited", Slapd::BIND_DN),
        );
    }
}

#[tokio::test]
async fn without_pages_everyone_is_read_too() {
    let slapd = Options::people(&people(1, 700)).limits("size=unlimited").start();
    let mut settings = ldap(&slapd.url());
    settings.page_size = None;
    assert_eq!(read_ldap(&settings).await.unwrap().objects.len(), 700);
}

/// The trap of the crate's own paging: a server that dies between two pages looks like the end of the list.
#[tokio::test]
async fn a_server_that_dies_between_pages_ends_the_read() {
    type End = fn(&mut Slapd);
    for end in [Slapd::kill as End, Slapd::stop] {
        let mut slapd = Slapd::with_people(&people(1, 1000));
        let mut settings = ldap(&slapd.url());
        settings.page_size = 100.try_into().ok();
        let mut records = 0;
        let read = stream_ldap(&settings, &mut |_| {
            records += 1;
            if records == 100 {
                end(&mut slapd);
            }
        })
        .await;
        assert_failed(
            read,
            &["stopped after", "the server closed the connection"],
            "try again",
        );
        assert!((100..1000).contains(&records), "{records}");
    }
}

#[tokio::test]
async fn a_socket_of_the_file_system_and_an_anonymous_bind_work() {
    let slapd = Slapd::with_people(&[ada()]);
    let mut settings = ldap(&slapd.ldapi_url());
    assert_eq!(read_ldap(&settings).await.unwrap().objects.len(), 1);
    settings.bind_dn.clear();
    settings.bind_password = "".into();
    assert_eq!(read_ldap(&settings).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn a_mistake_in_the_settings_is_named() {
    let slapd = Slapd::with_people(&[ada()]);
    let good = ldap(&slapd.url());
    let mut wrong_password = good.clone();
    wrong_password.bind_password = "wrong".into();
    assert_failed(
        read_ldap(&wrong_password).await,
        &[
            "binding at ldap://localhost:",
            Slapd::BIND_DN,
            "invalidCredentials (49)",
        ],
        "bind_password",
    );
    let mut no_password = good.clone();
    no_password.bind_password = "".into();
    assert_failed(
        read_ldap(&no_password).await,
        &["`bind_password` is empty"],
        "leave `bind_dn` empty",
    );
    let mut no_base = good.clone();
    no_base.base_dn = "ou=nowhere,dc=example,dc=com".to_owned();
    assert_failed(
        read_ldap(&no_base).await,
        &["noSuchObject (32)", "ou=nowhere"],
        "`base_dn`",
    );
    let mut odd_base = good.clone();
    odd_base.base_dn = "nowhere".to_owned();
    assert_failed(
        read_ldap(&odd_base).await,
        &["invalidDNSyntax (34)"],
        "distinguished name",
    );
    let mut bad_filter = good.clone();
    bad_filter.user_filter = "(uid=a".to_owned();
    assert_failed(read_ldap(&bad_filter).await, &["(uid=a", "filter"], "user_filter");
}

#[tokio::test]
async fn a_server_that_wants_encryption_says_so() {
    let slapd = Options::people(&[ada()])
        .server_line("security simple_bind=128")
        .start();
    assert_failed(
        read_ldap(&ldap(&slapd.url())).await,
        &["confidentialityRequired (13)"],
        "use an `ldaps://` address",
    );
}

/// The second server takes over when the first cannot be reached, but a refused bind is final.
#[tokio::test]
async fn servers_are_tried_in_order() {
    let slapd = Slapd::with_people(&[ada()]);
    let mut gone = Slapd::with_people(&[]);
    gone.stop();
    let mut settings = ldap(&gone.url());
    assert_failed(
        read_ldap(&settings).await,
        &["connecting to", "connection refused"],
        "`url`",
    );
    settings.urls.push(slapd.url().parse().unwrap());
    assert_eq!(read_ldap(&settings).await.unwrap().objects.len(), 1);
    gone.restart();
    assert_eq!(
        read_ldap(&settings).await.unwrap().objects.len(),
        0,
        "the first one answers again"
    );
    settings.bind_password = "wrong".into();
    let error = read_ldap(&settings).await.unwrap_err();
    assert!(error.what.contains("invalidCredentials"), "{error:?}");
    assert!(
        !error.what.contains(slapd.url().as_str()),
        "the second was asked too: {error:?}"
    );
    settings.urls.reverse();
    settings.urls.pop();
    settings.urls.insert(0, "ldap://nowhere.invalid".parse().unwrap());
    drop(slapd);
    let error = read_ldap(&settings).await.unwrap_err();
    for url in &settings.urls {
        assert!(error.what.contains(url.as_str()), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn an_address_that_names_nothing_is_reported() {
    let error = read_ldap(&ldap("ldap://nowhere.invalid")).await.unwrap_err();
    assert!(
        error.what.contains("connecting to ldap://nowhere.invalid"),
        "{error:?}"
    );
    assert!(error.hint.unwrap().contains("check host and port"));
}
