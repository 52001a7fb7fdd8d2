//! The behaviours of `both` with the double of UDM: each is tested under the same name, or is in a list with the
//! reason why UDM does not have it.

mod accounts;
mod changes;
mod names;
mod reading;
mod setup;
pub(super) mod stage;

use std::collections::BTreeSet;

macro_rules! behaviours {
    ($($subject:ident: $($behaviour:ident),*;)*) => {
        const SHOWN: &[&str] = &[$($(stringify!($behaviour)),*),*];
        $($(#[tokio::test] async fn $behaviour() {
            $subject::$behaviour(&stage::Stage::new()).await;
        })*)*
    };
}

behaviours! {
    setup:
        preparing_is_three_requests,
        a_check_tries_each_step,
        an_unknown_property_is_named_with_a_similar_one,
        an_unknown_place_is_named,
        reading_comes_after_preparing;
    reading:
        everybody_is_listed_once,
        questions_are_answered_one_by_one,
        nothing_is_asked_for_nothing;
    accounts:
        a_new_account_is_one_request_and_reads_back_as_written,
        a_disabled_person_is_created_inactive,
        disabling_and_enabling_twice_is_fine,
        an_absence_is_noted_and_ends,
        removing_twice_is_fine,
        an_account_that_has_changed_is_not_removed,
        a_refusal_repeats_no_values,
        a_deleted_account_can_be_made_again;
    changes:
        a_profile_changes_in_one_request,
        a_number_changes_and_goes,
        a_change_costs_what_is_foreseen,
        adoption_writes_the_id;
    names:
        a_taken_name_is_a_conflict_with_a_holder,
        a_rename_to_a_taken_name_names_the_holder,
        a_name_can_be_set_aside;
}

const NO_ROLES: &str = "UDM has no roles; members of groups are shown in `udm::groups`";
const NO_LINKS: &str = "UDM has no links to identity providers";

/// Behaviours that UDM does not have, and what it has in their place.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "preparing_is_four_requests",
        "three: `preparing_is_three_requests`",
    ),
    (
        "a_missing_role_is_named_with_the_others",
        "no roles, but properties: `an_unknown_property_is_named_with_a_similar_one`",
    ),
    (
        "a_new_account_is_two_requests_and_reads_back_as_written",
        "one: `a_new_account_is_one_request_and_reads_back_as_written`",
    ),
    (
        "a_refused_phone_is_left_out",
        "UDM refuses the whole object, without saying which of several values is wrong: the change fails and is told, see \
         `udm::faults` and `a_refusal_repeats_no_values`",
    ),
    (
        "metadata_changes_and_goes",
        "UDM has no metadata; absence markers are shown by `an_absence_is_noted_and_ends`",
    ),
    ("a_localpart_stays", "no value is written once and never again"),
    (
        "the_shown_name_follows_the_names_alone",
        "UDM makes `displayName` itself; this tool writes it only if it is one of the configured properties",
    ),
    ("the_role_is_taken_and_given", NO_ROLES),
    ("roles_of_others_stay", NO_ROLES),
    ("roles_are_exchanged_in_one_write", NO_ROLES),
    ("a_new_account_is_linked", NO_LINKS),
    ("an_existing_account_is_linked", NO_LINKS),
    ("the_link_of_a_former_id_goes", NO_LINKS),
    ("a_taken_link_is_told_from_a_taken_name", NO_LINKS),
    ("an_unknown_identity_provider_stops_the_run", NO_LINKS),
];

/// No behaviour is left out silently.
#[test]
fn each_behaviour_is_shown_or_has_a_reason() {
    let shown: BTreeSet<&str> = SHOWN.iter().copied().collect();
    let otherwise: BTreeSet<&str> = OTHERWISE.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<&str> = super::both::NAMES.iter().copied().collect();
    let missing: Vec<&&str> = all
        .iter()
        .filter(|name| shown.contains(*name) == otherwise.contains(*name))
        .collect();
    assert_eq!(
        missing,
        Vec::<&&str>::new(),
        "shown, or `OTHERWISE`, and not both"
    );
    let unknown: Vec<&&str> = otherwise.difference(&all).collect();
    assert_eq!(unknown, Vec::<&&str>::new(), "no behaviour of `both`");
}
