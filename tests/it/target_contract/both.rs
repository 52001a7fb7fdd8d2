//! Behaviours that only need a Zitadel: each is here once, and is tested with the double and, if
//! `DIRECTORY_SYNC_LIVE_ZITADEL` names the configuration of an installation, with the real server.

mod accounts;
mod changes;
mod links;
mod names;
mod reading;
mod roles;
mod setup;
mod stage;
mod whole;

use testkit::zitadel::{Options, Version};

use self::stage::{ROLES, on_configured, on_double, on_live};
use super::support::{World, ada};

macro_rules! behaviours {
    ($($subject:ident: $($behaviour:ident),*;)*) => {
        mod double {
            $($(#[tokio::test] async fn $behaviour() {
                super::on_double(super::$subject::$behaviour).await;
            })*)*
        }
        mod live {
            $($(#[tokio::test] async fn $behaviour() {
                super::on_live(super::$subject::$behaviour).await;
            })*)*
        }

        /// Their names.
        pub(super) const NAMES: &[&str] = &[$($(stringify!($behaviour)),*),*];

        /// All of them, one after the other, on the Zitadel of a configuration.
        async fn all_on(file: &std::path::Path) {
            $($(on_configured(file, $subject::$behaviour).await;)*)*
        }
    };
}

behaviours! {
    setup:
        preparing_is_four_requests,
        a_check_tries_each_step,
        a_missing_role_is_named_with_the_others,
        an_unknown_place_is_named,
        reading_comes_after_preparing;
    reading:
        everybody_is_listed_once,
        questions_are_answered_one_by_one,
        nothing_is_asked_for_nothing;
    accounts:
        a_new_account_is_two_requests_and_reads_back_as_written,
        a_disabled_person_is_created_inactive,
        a_refused_phone_is_left_out,
        disabling_and_enabling_twice_is_fine,
        an_absence_is_noted_and_ends,
        removing_twice_is_fine,
        an_account_that_has_changed_is_not_removed,
        a_refusal_repeats_no_values,
        a_deleted_account_can_be_made_again;
    changes:
        a_profile_changes_in_one_request,
        a_number_changes_and_goes,
        metadata_changes_and_goes,
        a_localpart_stays,
        adoption_writes_the_id,
        the_shown_name_follows_the_names_alone;
    names:
        a_taken_name_is_a_conflict_with_a_holder,
        a_rename_to_a_taken_name_names_the_holder,
        a_name_can_be_set_aside;
    roles:
        the_role_is_taken_and_given,
        roles_of_others_stay,
        roles_are_exchanged_in_one_write;
    links:
        a_new_account_is_linked,
        an_existing_account_is_linked,
        the_link_of_a_former_id_goes,
        a_taken_link_is_told_from_a_taken_name,
        an_unknown_identity_provider_stops_the_run;
}

/// What a maintainer with a real Zitadel runs, on a double: the configuration is read, everything passes, and no
/// account is left.
#[tokio::test]
async fn the_way_to_a_real_one_works() {
    for version in [Version::V2_64, Version::V4_2, Version::V4] {
        let world = World::with(Options {
            version,
            roles: ROLES.map(Into::into).into(),
            ..Options::default()
        });
        let stranger = world.zitadel.add_user(ada());
        let key = world.file("key.json", &world.zitadel.key_file_json());
        let people = world.file("users.csv", "email,first_name,last_name,phone\n");
        let config = world.file(
            "config.yaml",
            &format!(
                "zitadel:\n  url: {}\n  key_file: {}\n  organization_id: '{}'\n  project_id: '{}'\n  idp_id: '{}'\n  owned_roles: [Admin, Guest]\n\
                 sources:\n  csv:\n    file_path: {}\n",
                world.zitadel.url(),
                key.display(),
                world.zitadel.organization_id(),
                world.zitadel.project_id(),
                world.zitadel.idp_id(),
                people.display(),
            ),
        );
        Box::pin(all_on(&config)).await;
        let left: Vec<String> = world.zitadel.users().into_iter().map(|user| user.id).collect();
        assert_eq!(left, [stranger]);
    }
}
