//! A round in which nothing is removed and nothing ends: for tests of what expires by itself. No switch of the program leads here.

use super::*;

/// Work as in life, save every job that removes rows whose day has passed and the end of services.
pub(crate) fn round_without_purge(platform: &Arc<Platform>, ports: &Ports) {
    let report = |name: &str, error: &StepError| panic!("{name}: {error}");
    assert_eq!(keep_watch(platform, &report), 0);
    watch_rights(platform).unwrap();
    contractor_round(platform).unwrap();
    note_records(platform).unwrap();
    platform.ledger().integrate().unwrap();
    let steps: [Step; 7] = [matching, codes, tell, messages, counts, integrate, bulletin];
    for service in platform.services() {
        for step in steps.into_iter().chain([erasures as Step, exports]) {
            step(platform, &service, ports, &mut Round::default()).unwrap();
        }
        watch_openings(platform, &service).unwrap();
    }
}
