//! `run.*`

use super::udm;
use crate::config::document::values;
use crate::config::read::Reader;
use crate::config::settings::RunSettings;

/// Reads `run.*`; `None` after a mistake.
pub(in crate::config) fn read(reader: &mut Reader<'_>) -> Option<RunSettings> {
    let mistakes = reader.report.mistakes.len();
    let every = reader.limit("run.every", values::duration);
    let poll = reader.limit("run.poll", values::duration);
    if poll.is_some() && udm::is_target(reader.layers) {
        let hint = "use `run.every`, or send SIGHUP to the process";
        reader.wrong(
            "run.poll",
            "`run.poll` needs the target `zitadel`: UDM cannot store a command",
            Some(hint),
        );
    }
    let settings = RunSettings {
        every,
        at_start: reader.boolean("run.at_start"),
        poll,
    };
    (reader.report.mistakes.len() == mistakes).then_some(settings)
}
