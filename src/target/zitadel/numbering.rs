//! The numbering plans of the world, from the `phonenumber` crate.

use phonenumber::Metadata;
use phonenumber::metadata::{DATABASE, Descriptor};

/// The plan of a region, such as `DE`.
pub(super) fn of_region(region: &str) -> Option<&'static Metadata> {
    DATABASE.by_id(region)
}

/// The numbering plan of a country code; that of its main country if several share it.
pub(super) fn plan(code: &str) -> Option<&'static Metadata> {
    let plans = DATABASE.by_code(&code.parse::<u16>().ok()?)?;
    let main = plans.iter().find(|plan| plan.is_main_country_for_code());
    main.or(plans.first()).copied()
}

/// Takes off what is dialled before a number only inside its country, such as the `0` of `(0)30`.
pub(super) fn without_national_prefix(national: &str, plan: &Metadata) -> String {
    match prefix_taken_off(national, plan) {
        // A number that was right before stays, if it would not be right without.
        Some(rest) if !matches(national, plan) || matches(&rest, plan) => rest,
        _ => national.to_owned(),
    }
}

fn prefix_taken_off(national: &str, plan: &Metadata) -> Option<String> {
    let Some(pattern) = plan.national_prefix_for_parsing() else {
        return national.strip_prefix(plan.national_prefix()?).map(str::to_owned);
    };
    let found = pattern.captures(national)?;
    let whole = found.get(0).filter(|whole| whole.start() == 0)?;
    let rest = &national[whole.end()..];
    match plan.national_prefix_transform_rule() {
        Some(rule) if found.get(found.len() - 1).is_some() => {
            let mut transformed = String::new();
            found.expand(rule, &mut transformed);
            Some(transformed + rest)
        }
        _ => Some(rest.to_owned()),
    }
}

/// Whether the plan knows numbers that begin like this one and are as long.
pub(super) fn matches(national: &str, plan: &Metadata) -> bool {
    plan.descriptors().general().is_match(national) && lengths(plan).any(|length| length == national.len())
}

/// What follows the prefix that is dialled in this country for another one; `None` if the number has none.
pub(super) fn abroad<'a>(digits: &'a str, home: &Metadata) -> Option<&'a str> {
    let found = home.international_prefix()?.captures(digits)?;
    let whole = found.get(0).filter(|whole| whole.start() == 0)?;
    let rest = &digits[whole.end()..];
    (!rest.starts_with('0')).then_some(rest)
}

/// Digits of a number with its country code, at the most.
const LONGEST: usize = 15;
/// Digits of a number of which nothing tells the country: fewer are internal ones, or lack their area.
const SHORTEST_ASSUMED: usize = 7;

/// Whether there can be such a number.
pub(super) fn exists(code: &str, national: &str, assumed: bool) -> bool {
    let Some(plan) = plan(code) else {
        return false;
    };
    let Some(shortest) = lengths(plan).min() else {
        return code.len() + national.len() <= LONGEST;
    };
    let shortest = match plan.national_prefix() {
        Some(_) if assumed => shortest.max(SHORTEST_ASSUMED),
        _ => shortest,
    };
    (shortest..=LONGEST - code.len()).contains(&national.len()) && !too_long(national, plan)
}

/// Whether a number of this length may exist in the country, or is longer than all that do.
pub(super) fn possible(national: &str, plan: &Metadata) -> bool {
    lengths(plan).any(|length| length == national.len()) || too_long(national, plan)
}

pub(super) fn too_long(national: &str, plan: &Metadata) -> bool {
    lengths(plan)
        .max()
        .is_some_and(|longest| national.len() > longest)
}

/// The lengths of the country's numbers; the plan's general entry leaves them to the single kinds.
fn lengths(plan: &Metadata) -> impl Iterator<Item = usize> {
    let kinds = plan.descriptors();
    let kinds = [
        kinds.fixed_line(),
        kinds.mobile(),
        kinds.toll_free(),
        kinds.premium_rate(),
        kinds.shared_cost(),
        kinds.personal_number(),
        kinds.voip(),
        kinds.pager(),
        kinds.uan(),
        kinds.voicemail(),
    ];
    let lengths = kinds.into_iter().flatten().flat_map(Descriptor::possible_length);
    lengths.map(|length| usize::from(*length))
}
