//! The names of Univention's connectors, which stay by variables.

use super::stay::Stay;
use crate::udm::connector::site::Site;

/// `REPEAT` lets the process stay, and `REPEAT_DELAY` is the time from run to run.
#[test]
fn repeat_and_its_delay_make_runs_again_and_again() {
    for name in ["udm-directory-connector", "directory-importer"] {
        let site = Site::new();
        let variables = [("REPEAT", "yes"), ("REPEAT_DELAY", "1"), ("LOG_LEVEL", "INFO")];
        let mut stay = Stay::of(site.command(name, &["config.yaml"], &variables));
        stay.run_ends("applied", 0);
        let writes = site.udm.writes().len();
        stay.run_ends("in_sync", 0);
        stay.run_ends("in_sync", 0);
        assert_eq!(site.udm.writes().len(), writes);
        assert_eq!(stay.end().0, 0);
    }
}
