//! Points in time of a report.

use jiff::Timestamp;
use serde::Serializer;

pub(super) fn seconds<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&time.strftime("%Y-%m-%dT%H:%M:%SZ"))
}
