use super::*;

/// In the languages of Excel and `LibreOffice`, with blanks around it, in lower case, beside other words.
#[test]
fn error_values_are_known_in_any_language() {
    let values = "#N/A #NV #REF! #NAME? #VALUE! #DIV/0! #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA #FIELD! #BLOCKED! #BUSY! \
         #CONNECT! #UNKNOWN! #EXTERNAL! #PYTHON! #TIMEOUT! #ERROR! #BEZUG! #WERT! #ZAHL! #ÜBERLAUF! #KALK! #FELD! \
         #DATEN_ABRUFEN #NUL! #VALEUR! #NOM? #NOMBRE! #PROPAGATION! #¡VALOR! #¡REF! #¿NOMBRE? #¡NUM! #¡DIV/0! #N/D \
         #¡DESBORDAMIENTO! #VALORE! #RIF! #NOME? #NULLO! #NÚM! #WAARDE! #VERW! #NAAM? #GETAL! #DEEL/0! #N/B #ARG! #ADR! \
         #LICZBA! #NAZWA? #DZIEL/0! #ЗНАЧ! #ССЫЛКА! #ИМЯ? #Н/Д #YOK #BAŞV! #DEĞER! #VÄRDEFEL! #REFERENS! #SAKNAS! #I/T \
         #PUUTTUU! #VIITTAUS! #HIÁNYZIK #n/a #nv #ref! #Name? #REF #VALUE #＃N/A ＃N/A Err:502 Err:522 Fehler:509";
    for value in values.split(' ').filter(|value| !value.starts_with("#＃")) {
        for written in [
            value.to_owned(),
            format!(" \u{a0}{value}\u{200b}\t"),
            value.to_lowercase(),
        ] {
            assert!(is_error_value(&written), "{written:?}");
        }
        if value.starts_with('#') {
            assert!(is_error_value(&format!("Ada {value}")), "{value}");
        }
    }
    for text in [
        "",
        "N/A",
        "NULL",
        "None",
        "n/a",
        "#",
        "##",
        "#1",
        "# 7",
        "Room #12",
        "#hashtag",
        "C#",
        "Err",
        "Err:",
        "Error 502",
        "Err:50",
        "NV",
        "Ada?",
        "Ada!",
    ] {
        assert!(!is_error_value(text), "{text:?}");
    }
}

#[test]
fn names_of_people_are_fine() {
    for text in [
        "Ada",
        "X Æ A-12",
        "O'Brien",
        "Jean-Luc",
        "李",
        "3rd",
        "J.",
        "Ng",
        "I\u{307}pek",
        "عمر",
        "de la Cruz",
        "Smith, Jr.",
        "\"Q\"",
        "Anne\nMarie",
        "Jan",
        "May",
        "1st Lt. Jan",
        "Null Island",
        "Åsa",
        "E",
        "2E",
        "Mar 2",
        "Room 12",
        "#hashtag",
        "",
        " ",
        "D’Arcy",
        "Ⅲ",
        "T",
        "M-T",
        "Mai-Linh",
        "@da",
        "+Ada",
    ] {
        assert_eq!(name(text), Name::Fine, "{text:?}");
    }
    for text in [
        "NULL", "None", "nan", "NaN", "n/a", " N/A ", "nil", "True", "WAHR", "(null)", "-", ".", "---", "–",
    ] {
        assert!(matches!(name(text), Name::Odd(_)), "{text:?}");
    }
}

#[test]
fn what_no_person_is_called_is_unusable() {
    for (text, why) in [
        ("#N/A", ERROR_VALUE),
        (" Ada #REF! ", ERROR_VALUE),
        ("=HYPERLINK(\"https://example.org\",\"Ada\")", "a formula"),
        ("=A2", "a formula"),
        ("@SUM(A1)", "a formula"),
        ("-2+3(A1)", "a formula"),
        ("0", "a number"),
        ("12345", "a number"),
        ("٣٤", "a number"),
        ("45123,5", "a number"),
        ("2026-01-01", "a number"),
        ("01.02.2026", "a number"),
        ("4.93E+11", "a number"),
        ("4,93e11", "a number"),
        ("2026-01-01T00:00:00Z", "a date"),
        ("1-Jan", "a date"),
        ("01. Mrz 26", "a date"),
        ("???", "a text without any letter"),
        ("#####", "a text without any letter"),
        ("----", "a text without any letter"),
        ("🙂", "a text without any letter"),
        (
            "M\u{fffd}ller",
            "a text that lost characters when it was converted (U+FFFD)",
        ),
        ("A\u{1b}[31m", "a text with control characters"),
        ("A\0", "a text with control characters"),
    ] {
        assert_eq!(name(text), Name::Unusable(why), "{text:?}");
    }
}

#[test]
fn what_is_invisible_is_blank() {
    for text in [
        "",
        " ",
        "\u{a0}\t",
        "\u{200b}\u{feff}",
        "\r\n",
        "\u{1a}",
        "\u{3000}",
    ] {
        assert!(is_blank(text), "{text:?}");
    }
    assert!(!is_blank(" - "));
}
