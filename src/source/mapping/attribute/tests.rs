use super::*;
use crate::config::LdapAttribute;
use crate::source::fixture::record;

fn rule(names: &[&str]) -> TextRule {
    let attribute = LdapAttribute {
        name: String::new(),
        is_binary: false,
    };
    TextRule {
        from: TextOrigin::Attributes(names.iter().map(ToString::to_string).collect()),
        ..TextRule::from(attribute)
    }
}

fn make(rule: &TextRule) -> Result<Option<String>, String> {
    let mut record = record(&[
        ("mail", &[b"z@other.org", b"b@example.org", b"a@example.org"]),
        ("uid", &[b"Ada"]),
        ("empty", &[b""]),
        ("odd", &[b"\xff"]),
        ("cn", &["E\u{301}va".as_bytes()]),
        ("member", &[b"x", b"y"]),
    ]);
    record.set_incomplete("member", true);
    record.set_incomplete("unread", true);
    match AttributeRule::new("email", rule).extract(&record)? {
        Extracted::Value(text) => Ok(Some(text.into_owned())),
        Extracted::Empty => Ok(None),
        Extracted::Unreadable(why) => Ok(Some(why.to_owned())),
    }
}

fn found(rule: &TextRule) -> String {
    make(rule).unwrap().unwrap_or_default()
}

#[test]
fn the_first_attribute_that_is_not_empty_wins() {
    assert_eq!(found(&rule(&["absent", "empty", "UID", "mail"])), "Ada");
    assert_eq!(make(&rule(&["absent", "empty"])), Ok(None));
    assert_eq!(found(&rule(&["odd", "uid"])), NOT_TEXT);
}

#[test]
fn one_of_several_values_is_chosen() {
    let mut mail = rule(&["mail"]);
    assert_eq!(found(&mail), "z@other.org");
    mail.choice = Choice::FirstSorted;
    assert_eq!(found(&mail), "a@example.org");
    mail.choice = Choice::Only;
    assert_eq!(
        make(&mail).unwrap_err(),
        "several values of `mail`, and `value: only` allows one"
    );
    mail.matching = Regex::new("@other[.]org$").ok();
    assert_eq!(found(&mail), "z@other.org");
    mail.choice = Choice::First;
    mail.matching = Regex::new("@example").ok();
    assert_eq!(found(&mail), "b@example.org");
    mail.matching = Regex::new("@nowhere").ok();
    assert_eq!(make(&mail), Ok(None));
}

/// Active Directory sends 1,500 values and keeps the others back.
#[test]
fn a_choice_among_values_that_were_not_all_sent_is_none() {
    let mut member = rule(&["member"]);
    assert_eq!(found(&member), "x", "the first one is there");
    assert_eq!(
        found(&rule(&["unread", "uid"])),
        NOT_READ,
        "not even the first one"
    );
    member.choice = Choice::FirstSorted;
    assert!(
        make(&member)
            .unwrap_err()
            .contains("only the first values of `member`")
    );
}

#[test]
fn constants_templates_case_and_unicode() {
    let mut text = rule(&["uid"]);
    text.case = Some(Case::Upper);
    assert_eq!(found(&text), "ADA");
    text.from = TextOrigin::Constant("Mr".to_owned());
    text.case = Some(Case::Lower);
    assert_eq!(found(&text), "mr");
    text.from = TextOrigin::Template(Template::parse("{{ uid }}.{{ mail | split('@') | first }}").unwrap());
    assert_eq!(found(&text), "ada.z");
    text.from = TextOrigin::Template(Template::parse("{{ uid }} {{ absent }}").unwrap());
    assert_eq!(
        make(&text).unwrap_err(),
        "`attributes.email`: the template needs `absent`, which has no value"
    );
    let mut name = rule(&["cn"]);
    name.nfc = true;
    assert_eq!(found(&name), "\u{c9}va");
}
