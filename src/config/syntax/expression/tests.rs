use super::*;

fn holds(filter: &str) -> bool {
    let values = |name: &str| -> Vec<&'static [u8]> {
        match name {
            "uac" => vec![b"514"],
            "type" => vec![b"Staff", b"External"],
            "end" => vec![b"20300101000000Z"],
            _ => vec![],
        }
    };
    Expression::parse(filter).unwrap().matches(&values)
}

#[test]
fn filters_hold_as_on_a_server() {
    for filter in [
        "(type=staff)",
        "(type=EXTERNAL)",
        "(&(type=staff)(uac=514))",
        "(|(type=no)(uac=*))",
        "(!(absent=1))",
        "(!(absent=*))",
        "(type=st*f)",
        "(type=*a*f*)",
        "(uac>=100)",
        "(uac<=1000)",
        "(end>=20290101000000Z)",
        "(uac:1.2.840.113556.1.4.803:=2)",
        "(uac:1.2.840.113556.1.4.804:=3)",
        "(&)",
    ] {
        assert!(holds(filter), "{filter}");
        assert!(!holds(&format!("(!{filter})")), "not {filter}");
    }
    for filter in [
        "(absent=*)",
        "(type=sta)",
        "(type=*ff*ff)",
        "(type=st*staff)",
        "(uac>=1000)",
        "(uac:1.2.840.113556.1.4.803:=3)",
        "(|)",
    ] {
        assert!(!holds(filter), "{filter}");
    }
}

#[test]
fn what_is_unknown_may_settle_nothing_or_not_matter() {
    let values = |name: &str| match name {
        "lock" => None,
        "type" => Some(vec![b"staff".to_vec()]),
        _ => Some(Vec::new()),
    };
    for (filter, settled) in [
        ("(lock=0)", None),
        ("(!(lock=*))", None),
        ("(&(type=staff)(!(lock=1)))", None),
        ("(&(type=guest)(!(lock=1)))", Some(false)),
        ("(|(type=staff)(lock=0))", Some(true)),
        ("(|(type=guest)(lock=0))", None),
        ("(&(lock=0)(type=guest))", Some(false)),
        ("(!(absent=*))", Some(true)),
    ] {
        assert_eq!(
            Expression::parse(filter).unwrap().settled(&values),
            settled,
            "{filter}"
        );
    }
}

#[test]
fn what_needs_a_server_is_refused() {
    for filter in ["(memberOf:1.2.840.113556.1.4.1941:=cn=a)", "(cn:dn:=x)", "(uid=a"] {
        assert!(Expression::parse(filter).is_err(), "{filter}");
    }
    let names = Expression::parse("(&(a=1)(!(b=*)))").unwrap();
    assert_eq!(names.names(), ["a", "b"]);
}
