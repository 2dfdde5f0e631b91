use kernel::{Day, Id, Instant, kinds};
use serde::{Deserialize, Serialize};

use crate::{Cause, LeaseRules, Verdict};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// In which form a contractor gets at the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Record by record, over the partner pages and API; each one is an opening.
    LookUp,
    /// A package with planted canaries, encrypted to the contractor.
    HandOver,
}

/// Which records of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "which")]
pub enum Selection {
    /// All of them.
    All,
    /// Those of one district.
    District {
        /// The district's code.
        code: String,
    },
    /// A list.
    List {
        /// SHA-256 over the sorted references, in hexadecimal.
        digest: String,
    },
    /// Those that were exported to it for delivery, package by package.
    Exports,
}

/// Where a lease stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeaseState {
    /// The contractor may use the data.
    Active,
    /// It has ended, the key is dead, and the signed deletion statement is due.
    StatementDue,
    /// The statement is in; negative probes look whether it is true.
    Probing,
    /// Something is wrong; an incident is open, and an officer decides how it goes on.
    Escalated,
    /// The statement is in and two independent probes were clean.
    Closed,
}

impl LeaseState {
    /// The name in the store and in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::StatementDue => "statement-due",
            Self::Probing => "probing",
            Self::Escalated => "escalated",
            Self::Closed => "closed",
        }
    }
}

/// Why a lease ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// Its last day passed.
    Day,
    /// An officer ended it early.
    Officer,
    /// The contract was ended early.
    Contract,
    /// It was handed to another contract.
    Transfer,
    /// What the contractor holds was found open.
    Breach,
}

impl EndedBy {
    /// The name in the journal.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Officer => "officer",
            Self::Contract => "contract",
            Self::Transfer => "transfer",
            Self::Breach => "breach",
        }
    }
}

/// A clean probe after the statement: when, and from where it looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanProbe {
    /// When.
    pub at: Instant,
    /// The source address and the manners, as the prober names them.
    pub source: String,
}

/// Field groups of records of a service in the hands of a contractor, for one purpose, until one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Its id.
    pub id: Id<kinds::Lease>,
    /// Who holds it.
    pub contractor: Id<kinds::Contractor>,
    /// Under which contract.
    pub contract: Id<kinds::Contract>,
    /// Whose data it is.
    pub department: Id<kinds::Department>,
    /// The service.
    pub service: Id<kinds::Service>,
    /// The officer who gave it and is reminded.
    pub officer: Id<kinds::Officer>,
    /// One of the purposes of the statement.
    pub purpose: String,
    /// The field groups, as the service names them.
    pub groups: Vec<String>,
    /// Which records.
    pub selection: Selection,
    /// How many records.
    pub records: u64,
    /// Look-up or hand-over.
    pub form: Form,
    /// Look-ups a day at most.
    pub daily_most: u32,
    /// When it was given.
    pub granted: Instant,
    /// The last day: the earlier of the contract's and the retention's.
    pub until: Day,
    /// The last day on which the data is kept by the service itself: no extension goes beyond it.
    pub retention: Day,
    /// The record number of its key under the purpose `leases`.
    pub number: u64,
    /// The expiry day in the slot of its key.
    pub key_expiry: Day,
    /// Expiry days that it had before it was extended.
    pub earlier_expiries: Vec<Day>,
    /// Where it stands.
    pub state: LeaseState,
    /// When and why it ended.
    pub ended: Option<(Instant, EndedBy)>,
    /// When its key died, once that is on record.
    pub key_died: Option<Instant>,
    /// When something is due: the statement, or the two clean probes.
    pub due: Option<Instant>,
    /// When a statement was accepted, and whether it was late.
    pub statement: Option<(Instant, bool)>,
    /// The clean probes since the statement.
    pub clean: Vec<CleanProbe>,
    /// Probes made so far.
    pub rounds: u32,
    /// When is looked next.
    pub probe: Option<Instant>,
    /// Times that it was taken up again after an escalation.
    pub resumed: u32,
    /// When it was closed.
    pub closed: Option<Instant>,
    /// How many looks after the closing were made.
    pub aftercare: u32,
    /// When somebody who had inspected the contractor's own place closed it, and the SHA-256 of the report in hexadecimal.
    #[serde(default)]
    pub inspected: Option<(Instant, String)>,
}

/// What a probe's result means for the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It goes on.
    Goes,
    /// Two clean probes from different sources, far enough apart: the lease is closed.
    Closes,
    /// Data is alive: escalate.
    Escalates(Cause),
}

impl Lease {
    /// The first moment at which it is over.
    pub const fn ends_at(&self) -> Instant {
        Instant::at(self.until.plus(1), 0)
    }

    /// Whether the contractor may use the data at this moment, whatever job ran or did not.
    pub fn is_usable(&self, now: Instant) -> bool {
        self.state == LeaseState::Active && now < self.ends_at()
    }

    /// Days from today to the last day; negative when it has passed.
    pub const fn days_left(&self, today: Day) -> i32 {
        self.until.since(today)
    }

    /// Whether it has run out and is still called active.
    pub fn is_over(&self, now: Instant) -> bool {
        self.state == LeaseState::Active && now >= self.ends_at()
    }

    /// Ends it: nothing may be used any more, the statement is due, and it is looked at once.
    pub fn end(&mut self, now: Instant, by: EndedBy, rules: &LeaseRules) {
        // What runs out at midnight ended at midnight, however late the job that notes it.
        let at = if by == EndedBy::Day { self.ends_at().min(now) } else { now };
        self.ended = Some((at, by));
        self.state = LeaseState::StatementDue;
        self.due = Some(at.plus_millis(rules.statement_days * DAY_MS));
        self.probe = Some(now);
    }

    /// The statement is in; a second one changes nothing. `chance` is below `rules.jitter_hours`.
    pub fn accept_statement(&mut self, now: Instant, late: bool, rules: &LeaseRules, chance: u64) {
        if self.ended.is_none() || self.statement.is_some() {
            return;
        }
        self.statement = Some((now, late));
        if self.state == LeaseState::StatementDue {
            self.begin_probing(now, rules, chance);
        }
    }

    fn begin_probing(&mut self, now: Instant, rules: &LeaseRules, chance: u64) {
        self.state = LeaseState::Probing;
        self.clean.clear();
        self.due = Some(now.plus_millis(rules.probing_days * DAY_MS));
        self.probe = Some(later(now, 0, chance));
    }

    /// Takes over the verdict of a probe.
    pub fn probed(&mut self, now: Instant, source: &str, verdict: Verdict, rules: &LeaseRules, chance: u64) -> Next {
        self.rounds += 1;
        match (verdict, self.state) {
            (Verdict::Alive, state) => {
                if state == LeaseState::Active {
                    self.end(now, EndedBy::Breach, rules);
                }
                self.probe = None;
                Next::Escalates(Cause::DataAlive)
            }
            (_, LeaseState::Escalated) => {
                self.probe = None;
                Next::Goes
            }
            (Verdict::Unclear, _) => {
                self.probe = Some(now.plus_millis(rules.repeat_hours * HOUR_MS));
                Next::Goes
            }
            (Verdict::Clean, LeaseState::Probing) => self.clean_probe(now, source, rules, chance),
            (Verdict::Clean, LeaseState::Closed) => {
                self.aftercare += 1;
                self.probe = self.aftercare_at(rules);
                Next::Goes
            }
            (Verdict::Clean, LeaseState::Active | LeaseState::StatementDue) => {
                self.probe = Some(now.plus_millis(rules.watch_days * DAY_MS));
                Next::Goes
            }
        }
    }

    fn clean_probe(&mut self, now: Instant, source: &str, rules: &LeaseRules, chance: u64) -> Next {
        let apart = rules.apart_days * DAY_MS;
        let independent = |one: &CleanProbe| one.source != source && now.since(one.at) >= apart;
        let closes = self.clean.iter().any(independent);
        self.clean.push(CleanProbe { at: now, source: source.to_owned() });
        if !closes {
            self.probe = Some(later(now, rules.apart_days, chance));
            return Next::Goes;
        }
        self.state = LeaseState::Closed;
        self.closed = Some(now);
        self.due = None;
        self.probe = self.aftercare_at(rules);
        Next::Closes
    }

    fn aftercare_at(&self, rules: &LeaseRules) -> Option<Instant> {
        let days = rules.aftercare_days.get(usize::try_from(self.aftercare).ok()?)?;
        Some(self.closed?.plus_millis(days * DAY_MS))
    }

    /// Something is wrong. A statement that has turned out untrue is worth nothing any more.
    pub fn escalate(&mut self, now: Instant, cause: Cause, rules: &LeaseRules) {
        if self.ended.is_none() {
            self.end(now, EndedBy::Breach, rules);
        }
        if cause.voids_statement() {
            self.statement = None;
        }
        self.state = LeaseState::Escalated;
        self.due = None;
        self.probe = None;
        self.clean.clear();
    }

    /// An officer takes it up again after an escalation: the statement is due anew, or the probes begin anew.
    pub fn resume(&mut self, now: Instant, rules: &LeaseRules, chance: u64) {
        self.resumed += 1;
        if self.statement.is_some() {
            self.begin_probing(now, rules, chance);
        } else {
            self.state = LeaseState::StatementDue;
            self.due = Some(now.plus_millis(rules.statement_days * DAY_MS));
            self.probe = Some(now);
        }
    }

    /// What has not come although its day has passed.
    pub fn overdue(&self, now: Instant) -> Option<Cause> {
        let passed = self.due.is_some_and(|due| now >= due);
        match self.state {
            LeaseState::StatementDue if passed => Some(Cause::Silent),
            LeaseState::Probing if passed => Some(Cause::ProbesUnclear),
            _ => None,
        }
    }
}

fn later(now: Instant, days: i64, chance_hours: u64) -> Instant {
    let hours = i64::try_from(chance_hours).unwrap_or(0);
    now.plus_millis(days * DAY_MS + hours * HOUR_MS)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn lease() -> Lease {
        Lease {
            id: Id::from_bytes([1; 16]),
            contractor: Id::from_bytes([2; 16]),
            contract: Id::from_bytes([3; 16]),
            department: Id::from_bytes([4; 16]),
            service: Id::from_bytes([5; 16]),
            officer: Id::from_bytes([6; 16]),
            purpose: "testing-notice".into(),
            groups: vec!["contact".into()],
            selection: Selection::All,
            records: 17_325,
            form: Form::HandOver,
            daily_most: 100,
            granted: start(),
            until: "2023-02-28".parse().unwrap(),
            retention: "2023-12-31".parse().unwrap(),
            number: 7,
            key_expiry: "2023-02-28".parse().unwrap(),
            earlier_expiries: vec![],
            state: LeaseState::Active,
            ended: None,
            key_died: None,
            due: None,
            statement: None,
            clean: vec![],
            rounds: 0,
            probe: None,
            resumed: 0,
            closed: None,
            aftercare: 0,
            inspected: None,
        }
    }

    fn start() -> Instant {
        Instant::parse_hong_kong("2022-03-01T09:00").unwrap()
    }

    fn after(at: Instant, days: i64) -> Instant {
        at.plus_millis(days * DAY_MS)
    }

    #[test]
    fn it_is_over_with_its_last_day_whether_a_job_ran_or_not() {
        let lease = lease();
        assert!(lease.is_usable(lease.ends_at().plus_millis(-1)));
        assert!(!lease.is_usable(lease.ends_at()) && lease.is_over(lease.ends_at()));
    }

    #[test]
    fn a_statement_and_two_probes_apart_from_two_sources_close_it() {
        let rules = LeaseRules::default();
        let mut lease = lease();
        let end = lease.ends_at();
        lease.end(after(end, 2), EndedBy::Day, &rules);
        assert_eq!(lease.ended, Some((end, EndedBy::Day)), "it ended at midnight, not when the job ran");
        assert_eq!(lease.probe, Some(after(end, 2)), "looked at once");
        lease.accept_statement(after(end, 3), false, &rules, 5);
        let first = lease.probe.unwrap();
        assert_eq!(lease.probed(first, "one", Verdict::Clean, &rules, 0), Next::Goes);
        assert_eq!(lease.probed(after(first, 3), "one", Verdict::Clean, &rules, 0), Next::Goes, "the same source");
        assert_eq!(lease.probed(after(first, 4), "two", Verdict::Clean, &rules, 0), Next::Closes);
        assert_eq!((lease.state, lease.due), (LeaseState::Closed, None));
        assert_eq!(lease.probe, Some(after(first, 34)));
        let cause = lease.probed(after(first, 34), "one", Verdict::Alive, &rules, 0);
        assert_eq!(cause, Next::Escalates(Cause::DataAlive), "revived long after");
    }

    #[test]
    fn two_clean_probes_too_close_together_do_not_close_it() {
        let rules = LeaseRules::default();
        let mut lease = lease();
        lease.end(lease.ends_at(), EndedBy::Day, &rules);
        lease.accept_statement(lease.ends_at(), false, &rules, 0);
        let now = lease.ends_at();
        assert_eq!(lease.probed(now, "one", Verdict::Clean, &rules, 0), Next::Goes);
        assert_eq!(lease.probed(after(now, 2), "two", Verdict::Clean, &rules, 0), Next::Goes);
    }

    #[test]
    fn silence_is_named_on_its_day_and_an_untrue_statement_is_worth_nothing() {
        let rules = LeaseRules::default();
        let mut lease = lease();
        let end = lease.ends_at();
        lease.end(end, EndedBy::Day, &rules);
        assert_eq!(lease.overdue(after(end, 7).plus_millis(-1)), None);
        assert_eq!(lease.overdue(after(end, 7)), Some(Cause::Silent));
        lease.escalate(after(end, 7), Cause::Silent, &rules);
        lease.accept_statement(after(end, 8), true, &rules, 0);
        assert_eq!(lease.state, LeaseState::Escalated, "a late statement does not undo the incident");
        lease.resume(after(end, 9), &rules, 0);
        assert_eq!(lease.state, LeaseState::Probing);
        lease.escalate(after(end, 10), Cause::DataAlive, &rules);
        lease.resume(after(end, 11), &rules, 0);
        assert_eq!(lease.state, LeaseState::StatementDue);
    }

    #[test]
    fn what_is_found_open_while_it_is_in_force_ends_it() {
        let rules = LeaseRules::default();
        let mut lease = lease();
        assert_eq!(lease.probed(start(), "one", Verdict::Alive, &rules, 0), Next::Escalates(Cause::DataAlive));
        assert_eq!(lease.ended, Some((start(), EndedBy::Breach)));
        assert!(!lease.is_usable(start()));
    }

    proptest! {
        /// Whatever happens in whatever order, it closes only after a statement and two clean looks from two sources.
        #[test]
        fn nothing_else_closes_it(acts in prop::collection::vec((0..6_u8, 1..200_i64, 0..2_u8), 0..60)) {
            let rules = LeaseRules::default();
            let (mut lease, mut now) = (lease(), start());
            for (act, hours, source) in acts {
                now = now.plus_millis(hours * HOUR_MS);
                let before = lease.clone();
                let source = if source == 0 { "one" } else { "two" };
                match act {
                    0 if lease.is_over(now) => lease.end(now, EndedBy::Day, &rules),
                    1 => lease.accept_statement(now, false, &rules, 1),
                    2 => {
                        lease.probed(now, source, Verdict::Clean, &rules, 1);
                    }
                    3 => {
                        lease.probed(now, source, Verdict::Unclear, &rules, 1);
                    }
                    4 => lease.escalate(now, Cause::CanarySeen, &rules),
                    5 if lease.state == LeaseState::Escalated => lease.resume(now, &rules, 1),
                    _ => {}
                }
                if lease.state == LeaseState::Closed && before.state != LeaseState::Closed {
                    prop_assert!(lease.statement.is_some() && lease.ended.is_some() && act == 2);
                    let last = lease.clean.last().unwrap();
                    prop_assert!(lease.clean.iter().any(|one| one.source != last.source
                        && last.at.since(one.at) >= 3 * DAY_MS && one.at >= lease.statement.unwrap().0));
                }
            }
        }
    }
}
