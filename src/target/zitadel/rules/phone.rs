//! The form in which Zitadel stores a phone number.
//!
//! Zitadel parses with libphonenumber's Go port, default region Switzerland, and stores E.164. Only the parse has to
//! succeed; whether a number is valid does not matter, so that `12` becomes `+4112`.

use rlibphonenumber::{
    CountryCodeSource, NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region,
    ValidationError,
};

use super::phone_text::one_number;

/// More characters are refused before they are parsed.
const LONGEST_INPUT: usize = 200;

/// Digits of a number with its country code, at the most.
const LONGEST: usize = 15;

/// Digits of a number without a country code, where areas have codes: fewer are internal numbers, or lack their area.
const SHORTEST_ASSUMED: usize = 7;

const IMPOSSIBLE: &str = "is no possible one";
const REFUSED: &str = "is not one that Zitadel takes";

/// How numbers are read.
#[derive(Clone, Copy)]
pub(in crate::target::zitadel) struct Numbers {
    /// Where numbers without a country code are from.
    home: Region,
    /// Whether that is configured.
    chosen: bool,
}

/// A number as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) struct Stored {
    /// In E.164.
    pub(in crate::target::zitadel) number: String,
    /// It has no country code, and no country is configured for such numbers.
    pub(in crate::target::zitadel) assumed: bool,
}

impl Numbers {
    /// Numbers without a country code are of this region, or of Switzerland, as the server has it.
    pub(in crate::target::zitadel) fn of(region: Option<&str>) -> Self {
        let region = region.and_then(|region| Region::from_code(region).ok());
        Self {
            home: region.unwrap_or(Region::CH),
            chosen: region.is_some(),
        }
    }

    /// What is stored for a cell.
    ///
    /// # Errors
    /// Why it is no number, to follow "the phone number".
    pub(in crate::target::zitadel) fn read(self, cell: &str) -> Result<Stored, &'static str> {
        let Some(text) = one_number(cell) else {
            return Err(if cell.contains(char::is_numeric) {
                IMPOSSIBLE
            } else {
                REFUSED
            });
        };
        let parsed = normalize(&text, self.home).ok_or(REFUSED)?;
        let assumed = parsed.country_code_source() == CountryCodeSource::FromDefaultCountry;
        if !exists(&parsed, assumed.then_some(self.home)) {
            return Err(IMPOSSIBLE);
        }
        Ok(Stored {
            number: e164(&parsed),
            assumed: assumed && !self.chosen,
        })
    }
}

/// What Zitadel would store; `None` if it would refuse the text. What is stored is parsed to itself.
fn normalize(text: &str, home: Region) -> Option<PhoneNumber> {
    let parse = |text: &str| {
        let fits = text.chars().count() <= LONGEST_INPUT;
        fits.then(|| PHONE_NUMBER_UTIL.parse_and_keep_raw_input(text, Some(home)).ok())?
    };
    let first = parse(text)?;
    let mut number = first.clone();
    // Taking `0` off `+49 00 30…` leaves another one, and the server would take that off when it is sent.
    for _ in 0..LONGEST {
        let again = parse(&e164(&number))?;
        if e164(&again) == e164(&number) {
            number.country_code_source = first.country_code_source;
            return Some(number);
        }
        number = again;
    }
    None
}

fn e164(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL
        .format(number, PhoneNumberFormat::E164)
        .into_owned()
}

/// Whether there can be such a number; `assumed` is the region of one without a country code.
fn exists(number: &PhoneNumber, assumed: Option<Region>) -> bool {
    let digits = e164(number).len() - 1;
    let national = digits - number.country_code.to_string().len();
    let length = PHONE_NUMBER_UTIL.is_possible_number_with_reason(number);
    let is_short = national < SHORTEST_ASSUMED && assumed.is_some_and(has_trunk_prefix);
    let fits = matches!(
        length,
        Ok(NumberLengthType::IsPossible) | Err(ValidationError::InvalidLength)
    );
    digits <= LONGEST && fits && !is_short
}

/// Whether numbers are dialled at home with a digit before them, such as the `0` of `030 901820`.
fn has_trunk_prefix(region: Region) -> bool {
    PHONE_NUMBER_UTIL.get_example_number(region).is_ok_and(|example| {
        let at_home = PHONE_NUMBER_UTIL.format(&example, PhoneNumberFormat::National);
        !e164(&example).ends_with(&PHONE_NUMBER_UTIL.normalize_digits_only(at_home))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a real Zitadel stored for what it was sent.
    const RECORDED: &str = include_str!("../../../../tests/recordings/zitadel/phone-normalisation.txt");

    /// The pairs of the recording; `None` where Zitadel refused. Inputs too long to be written down are left out.
    fn recorded() -> Vec<(String, Option<String>)> {
        let lines = RECORDED
            .lines()
            .filter(|line| line.starts_with('"') && !line.contains("201 characters"));
        lines
            .map(|line| {
                let (input, answer) = line.split_once(" -> ").expect("a pair");
                let input = serde_json::from_str(input.trim()).expect("a JSON text");
                let stored = answer
                    .split("\"phone\": \"")
                    .nth(1)
                    .and_then(|rest| rest.split('"').next());
                (input, stored.map(str::to_owned))
            })
            .collect()
    }

    fn of(region: Option<&str>, input: &str) -> Option<String> {
        let stored = Numbers::of(region).read(input).ok()?;
        Some(stored.number)
    }

    #[test]
    fn numbers_become_what_zitadel_stored() {
        let recorded = recorded();
        assert!(recorded.len() > 70);
        let wrong: Vec<_> = recorded
            .into_iter()
            .map(|(input, stored)| (normalize(&input, Region::CH), input, stored))
            .map(|(got, input, stored)| (got.as_ref().map(e164), input, stored))
            .filter(|(got, _, stored)| got != stored)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(normalize(&"4".repeat(201), Region::CH), None);
    }

    /// What can be a number is stored as Zitadel stores it, and nothing else.
    #[test]
    fn only_possible_numbers_are_read() {
        for (input, stored) in recorded() {
            let read = Numbers::of(None).read(&input);
            assert!(
                read.is_err() || read.is_ok_and(|read| Some(read.number) == stored),
                "{input}"
            );
        }
        for (input, stored) in [
            ("+49 30 901820", "+4930901820"),
            ("030 901820", "+41030901820"),
            ("079 123 45 67", "+41791234567"),
            ("41791234567", "+41791234567"),
            ("0151 12345678", "+41015112345678"),
            ("+290 2222", "+2902222"),
            ("+39 06 1234567", "+39061234567"),
            ("+49\t30\u{200e} 901820", "+4930901820"),
            ("+ 49 30 901820", "+4930901820"),
        ] {
            assert_eq!(of(None, input).as_deref(), Some(stored), "{input}");
        }
        for input in [
            "12",
            "112",
            "54321",
            "123456",
            "+49 12",
            "+1 234",
            "+1 555 123 45678",
            "+49 30 123456789012345",
            "4930901820E2",
        ] {
            assert_eq!(of(None, input), None, "{input}");
        }
    }

    /// Without a country code a number is of the region; with one, or with the prefix for abroad, it is not.
    #[test]
    fn numbers_without_country_code_are_of_the_region() {
        for (region, input, stored) in [
            ("DE", "030 901820", "+4930901820"),
            ("DE", "0151 12345678", "+4915112345678"),
            ("DE", "0041 79 123 45 67", "+41791234567"),
            ("DE", "+41 79 123 45 67", "+41791234567"),
            ("AT", "01 234567", "+431234567"),
            ("US", "(202) 555-0123", "+12025550123"),
            ("US", "011 49 30 901820", "+4930901820"),
            ("IT", "06 1234567", "+39061234567"),
            ("ES", "912.345.678", "+34912345678"),
            ("CH", "079 123 45 67", "+41791234567"),
            ("AD", "712 345", "+376712345"),
        ] {
            assert_eq!(
                of(Some(region), input).as_deref(),
                Some(stored),
                "{region} {input}"
            );
        }
        assert_eq!(of(Some("DE"), "901820"), None, "which area?");
        let assumed = |region, input| Numbers::of(region).read(input).map(|read| read.assumed);
        assert_eq!(assumed(None, "079 123 45 67"), Ok(true));
        assert_eq!(assumed(None, "0041 79 123 45 67"), Ok(false));
        assert_eq!(assumed(Some("CH"), "079 123 45 67"), Ok(false));
    }

    proptest! {
        /// A stored number is stored again as it is, and no text makes the parse fall over.
        #[test]
        fn a_stored_number_stays(
            input in "\\PC{0,24}|[+0-9 ()/x#,a-z]{0,24}|(\\+|00|0|)[0-9]{1,18}",
            region in prop_oneof![Just(None), Just(Some("DE")), Just(Some("US")), Just(Some("IT"))],
        ) {
            if let Ok(stored) = Numbers::of(region).read(&input) {
                // By this run and, without the region, by the server.
                for again in [region, None] {
                    prop_assert_eq!(of(again, &stored.number), Some(stored.number.clone()));
                }
            }
            if let Some(stored) = normalize(&input, Region::CH) {
                prop_assert_eq!(normalize(&e164(&stored), Region::CH).as_ref().map(e164), Some(e164(&stored)));
            }
        }
    }
}
