/// The days and counts by which leases are followed. The default is right for a department; an installation may be stricter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRules {
    /// Days before the end on which the contractor and the officer are reminded, longest first.
    pub reminders: Vec<i32>,
    /// Days after the end within which the signed deletion statement is due.
    pub statement_days: i64,
    /// Days at least between the two clean probes that close a lease. Up to `jitter_hours` more by chance, so that nobody
    /// knows when to look tidy.
    pub apart_days: i64,
    /// Hours by which the time of a probe is uncertain.
    pub jitter_hours: u64,
    /// Hours until an unclear probe is repeated.
    pub repeat_hours: i64,
    /// Days after the statement within which two clean probes must have been made.
    pub probing_days: i64,
    /// Days between the probes while a lease is in force: what is open to anyone is a leak then too.
    pub watch_days: i64,
    /// Days after the closing on which is looked once more.
    pub aftercare_days: Vec<i64>,
    /// Days within which a linked enquiry is to be answered.
    pub enquiry_days: i64,
}

impl Default for LeaseRules {
    fn default() -> Self {
        Self {
            reminders: vec![30, 14, 7, 1],
            statement_days: 7,
            apart_days: 3,
            jitter_hours: 48,
            repeat_hours: 6,
            probing_days: 30,
            watch_days: 7,
            aftercare_days: vec![30, 90, 365],
            enquiry_days: 7,
        }
    }
}
