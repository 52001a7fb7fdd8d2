//! The form in which Zitadel stores a phone number.
//!
//! Zitadel parses with libphonenumber's Go port, default region Switzerland, and stores E.164. The text only has to
//! be parsed; the number need not be valid, so `12` becomes `+4112`.

use rlibphonenumber::{
    CountryCodeSource, NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region,
    ValidationError,
};

use super::phone_text::one_number;

/// Longer texts are refused before they are parsed.
const LONGEST_INPUT: usize = 200;

/// Maximum number of digits with country code.
const LONGEST: usize = 15;

/// Minimum number of digits without a country code, in regions with area codes. Shorter numbers are internal, or lack
/// the area code.
const SHORTEST_ASSUMED: usize = 7;

const IMPOSSIBLE: &str = "is no possible one";
const REFUSED: &str = "is not one that Zitadel takes";

/// How numbers are parsed.
#[derive(Clone, Copy)]
pub(in crate::target::zitadel) struct Numbers {
    /// Region of numbers without a country code.
    home: Region,
    /// Whether the region is configured.
    chosen: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::target::zitadel) struct Stored {
    /// In E.164.
    pub(in crate::target::zitadel) number: String,
    /// The number has no country code, and no region is configured.
    pub(in crate::target::zitadel) assumed: bool,
}

impl Numbers {
    /// `None` is Switzerland, the default of the server.
    pub(in crate::target::zitadel) fn of(region: Option<&str>) -> Self {
        let region = region.and_then(|region| Region::from_code(region).ok());
        Self {
            home: region.unwrap_or(Region::CH),
            chosen: region.is_some(),
        }
    }

    /// Converts a text to the stored number.
    ///
    /// # Errors
    /// Why it is not a number, to follow "the phone number".
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

/// The number that Zitadel would store; `None` if it would refuse the text. A stored number is stored unchanged
/// again.
fn normalize(text: &str, home: Region) -> Option<PhoneNumber> {
    let parse = |text: &str| {
        let fits = text.chars().count() <= LONGEST_INPUT;
        fits.then(|| PHONE_NUMBER_UTIL.parse_and_keep_raw_input(text, Some(home)).ok())?
    };
    let first = parse(text)?;
    let mut number = first.clone();
    // Removing `0` from `+49 00 30…` leaves another one, which the server would remove when it is sent.
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

/// Returns whether such a number can exist. `assumed` is the region of a number without a country code.
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

/// Returns whether national numbers start with an extra digit, such as the `0` of `030 901820`.
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

    /// What a real Zitadel stored for each input.
    const RECORDED: &str = include_str!("../../../../tests/recordings/zitadel/phone-normalisation.txt");

    /// The pairs of the recording; `None` where Zitadel refused the input. Very long inputs are left out.
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

    /// Possible numbers are stored as Zitadel stores them. Other texts are not numbers.
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

    /// Without a country code, a number belongs to the region; with one, or with the international prefix, it does
    /// not.
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
        /// A stored number is stored unchanged again, and no text makes the parser panic.
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
