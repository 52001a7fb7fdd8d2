//! `feature_flags`

use crate::config::error::{Mistake, suggest};
use crate::config::keys::FLAGS;
use crate::config::read::Reader;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent flags")]
pub(in crate::config) struct Flags {
    pub(in crate::config) sso_login: bool,
    pub(in crate::config) verify_email: bool,
    pub(in crate::config) verify_phone: bool,
    pub(in crate::config) dry_run: bool,
    pub(in crate::config) deactivate_only: bool,
}

const PATH: &str = "feature_flags";

/// Reads the flags in any letter case, also as famedly-sync 0.2 wrote them (`VerifyEmail`).
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Flags {
    let mut flags = Flags::default();
    for item in reader.list(PATH) {
        let known = FLAGS
            .iter()
            .find(|flag| bare(flag) == bare(item.text.trim()))
            .copied();
        match known {
            Some("sso_login") => flags.sso_login = true,
            Some("verify_email") => flags.verify_email = true,
            Some("verify_phone") => flags.verify_phone = true,
            Some("dry_run") => flags.dry_run = true,
            Some("deactivate_only") => flags.deactivate_only = true,
            Some("plain_localpart") => reader.report.notes.push(
                "the feature flag `plain_localpart` has no effect, as since famedly-sync 0.9.1; \
                 `zitadel.localpart: plain` gives new accounts the external id as localpart"
                    .into(),
            ),
            _ => {
                let meant = suggest(&item.text, FLAGS.iter().copied());
                let hint = match meant {
                    _ if item.text.contains(',') => "separate the flags by spaces".into(),
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("there are `{}`", FLAGS.join("`, `")),
                };
                let mistake = Mistake::new(PATH, format!("unknown feature flag `{}`", item.text))
                    .at(item.origin)
                    .hint(hint);
                reader.report.mistakes.push(mistake);
            }
        }
    }
    flags
}

fn bare(flag: &str) -> String {
    flag.to_ascii_lowercase().replace(['_', '-'], "")
}
