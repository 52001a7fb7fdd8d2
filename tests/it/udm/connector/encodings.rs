//! Encodings of values that are not UTF-8.

use serde_json::json;

use super::super::stage::PEOPLE;
use super::site::{Site, staff, text};

/// `recode_attrs` knows Python's names, also of code pages of DOS.
#[test]
fn bytes_of_any_encoding_are_recoded() {
    let site = Site::new();
    for (from, to) in [
        ("givenName, sn, mail", "audio, sn, mail"),
        ("firstname: givenName", "firstname: audio"),
        (
            "  user_trans:\n",
            "  user_trans:\n    recode_attrs: {audio: cp850, sn: latin9}\n",
        ),
    ] {
        site.set(from, to);
    }
    // "Müller" in code page 850.
    site.slapd.change(&format!(
        "dn: {}\nchangetype: modify\nadd: audio\naudio:: TYFsbGVy\n\n",
        staff()[0].dn()
    ));
    let said = site.sync();
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.get("firstname"), &json!("Müller"), "{said}");
    // What the encoding does not have is unknown, like other bytes that are not text.
    site.set("cp850", "ascii");
    let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("`firstname` is not text (UTF-8)"), "{said}");
    let ada = site.udm.object(&format!("uid=ada,{PEOPLE}")).unwrap();
    assert_eq!(ada.get("firstname"), &json!("Müller"));
    site.set("audio: ascii", "audio: rot13");
    let output = site.run("udm-directory-connector", &["config.yaml"], &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains(
            "`source.user_trans.recode_attrs.audio`: `rot13` is not a known encoding\n  at config.yaml:"
        ),
        "{said}"
    );
}
