//! Policies and limits.

use super::*;

fn every_limit() -> GuardLimits {
    GuardLimits {
        firm_removals: Vec::new(),
        max_removals: Limit::Count(25),
        max_logins_changed: Limit::Percent(2.5),
        max_adoptions_renaming: Limit::Count(7),
        max_memberships_removed: Limit::Percent(12.5),
        max_changes: Some(Limit::Percent(50.0)),
        allow_empty: true,
        demands: Demands {
            min_users: Some(100),
            canaries: vec!["616461".into(), "ada@example.org".into()],
        },
        demands_of: [].into(),
        max_per_kind: [
            (ActionKind::Delete, Limit::Count(3)),
            (ActionKind::Create, Limit::Percent(5.0)),
        ]
        .into(),
        max_missing: Limit::Percent(30.0),
        max_rejected: Limit::Count(3),
        protected: Protected::new(["*@board.example.org".to_owned()]),
    }
}

/// Every key below `policy`, `guard` and `apply`.
const EVERY_KEY: &str = "\
policy:
  create: no
  update: 0
  remove: no
  delete_deactivates: true
  create_deactivated: yes
  end_sessions: on
  update_provider_mismatch: false
  adopt: 'OFF'
  create_disabled: 1
  disabled: deactivate
  absent: Delete
  listed: deactivate
guard:
  max_removals: 25
  max_adoptions_renaming: 7
  max_memberships_removed: 12.5%
  max_logins_changed: 2.5 %
  max_changes: 50%
  max_per_kind: {delete: 3, create: 5%, update: off}
  max_missing: 30%
  max_rejected: 3
  protected: ['*@board.example.org']
  allow_empty: yes
  min_users: 100
  canaries: [616461, ada@example.org]
apply:
  concurrency: {min: 2, max: 3}
  rate_limit: 20
  deadline: 10m
";

#[test]
fn every_policy_guard_and_apply_key() {
    let lab = Lab::new(&format!("{SHORT}\n{EVERY_KEY}"));
    let settings = lab.settings();
    assert_eq!(
        settings.policy,
        Policy {
            grace: None,
            create: false,
            update: false,
            remove: false,
            delete_deactivates: true,
            create_deactivated: true,
            end_sessions: true,
            update_provider_mismatch: false,
            adopt: false,
            create_disabled: true,
            disabled: DisabledPolicy::Deactivate,
            absent: AbsentPolicy::Delete,
            listed: LeaverPolicy::Deactivate,
            restrict_to: Restriction::None,
        }
    );
    assert_eq!(settings.guard, every_limit());
    let apply = ApplySettings {
        concurrency_min: NonZeroUsize::new(2).unwrap(),
        concurrency_max: NonZeroUsize::new(3).unwrap(),
        rate_limit: NonZeroU32::new(20),
        deadline: Some(Duration::from_mins(10)),
    };
    assert_eq!(format!("{:?}", settings.apply), format!("{apply:?}"));
}
