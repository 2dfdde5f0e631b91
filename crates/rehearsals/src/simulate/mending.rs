//! After the answers: residents put right what was wrong, and officers decide what only they can.

use std::sync::Arc;

use installation::addresses::premises;

use super::counter::WHY;
use super::day::Day;
use super::department::Department;
use super::repairs::{Repaired, Residents, Way, Wrong, wrong};
use super::story::{MEND, Story, at};
use super::{Acknowledged, Failure};
use crate::load::{Browser, Figures};

/// Residents who repair at the same time.
const AT_ONCE: usize = 48;

impl Story {
    /// Who was told that something needs checking asks for a code, reads it on the telephone and sends a corrected form; some call,
    /// some come.
    pub fn repair(&mut self, day: &mut Day) -> Result<String, Failure> {
        day.clock(at(MEND))?;
        let all = wrong(&day.plan, &day.population, &premises(self.args.addresses.as_deref())?);
        let of = |way: Way| all.iter().filter(|wrong| wrong.way == way).cloned().collect::<Vec<_>>();
        let residents = day.residents()?;
        let before = (day.telephones.count(), day.total("received")?);
        let idle = of(Way::None);
        if let Some(guesser) = idle.first() {
            let refused = day.runtime.block_on(residents.wrong_code_is_refused(guesser))?;
            day.told.findings.note(11, "a wrong code opens nothing", refused, "somebody guessed");
        }
        let hands = Arc::new(of(Way::Pages));
        let repairs = day.runtime.block_on(residents.repair(hands.clone(), AT_ONCE))?;
        let example = repairs.failed.first().cloned().unwrap_or_default();
        day.told.findings.expect("everybody who repairs comes to the end of the pages", repairs.failed.is_empty(), format!("{} of {} did not: {example}", repairs.failed.len(), hands.len()));
        day.told.figures.insert("pages of residents who repair", Figures::of(repairs.pages));
        self.note(&repairs.done);
        self.repaired = repairs.done.len();
        let calls = self.callers(day, &residents, &of(Way::Call))?;
        let counters = self.at_counters(day, &residents, &of(Way::Counter))?;
        self.outcome_of_repairs(day, &repairs.done, hands.len() + idle.len().min(1), counters, before)?;
        Ok(format!("{} by the pages behind a code, {calls} by telephone, {counters} at a counter", self.repaired))
    }

    fn note(&mut self, done: &[Repaired]) {
        let acknowledged = done.iter().map(|one| Acknowledged { at_ms: 0, reference: one.reference.clone(), receipt: None });
        self.outcome.acknowledged.extend(acknowledged);
        self.confirmed += done.iter().filter(|one| one.eligible).count();
    }

    fn callers(&mut self, day: &mut Day, residents: &Residents, all: &[Wrong]) -> Result<usize, Failure> {
        for wrong in all {
            let reference = residents.told(wrong).ok_or("nobody told the caller")?;
            let fresh = day.act(async |department| department.repair_for_caller(wrong, &reference).await)?;
            self.note(&[Repaired { reference: fresh, eligible: wrong.eligible, listed: false }]);
            self.called += 1;
            self.called_people += 1 + wrong.form.members.len();
        }
        let Some(first) = all.first() else { return Ok(0) };
        let seen = day.runtime.block_on(async {
            let mut browser = Browser::of_resident(residents.target.clone(), &residents.origin, first.number);
            residents.behind_the_code(&mut browser, first, "/status").await
        })?;
        day.told.findings.note(3, "the resident reads who opened the record, and why", seen.html.contains(WHY), "on the status page, behind reference and code");
        Ok(all.len())
    }

    fn at_counters(&mut self, day: &mut Day, residents: &Residents, all: &[Wrong]) -> Result<usize, Failure> {
        for wrong in all {
            let reference = residents.told(wrong).ok_or("nobody told who comes to the counter")?;
            day.act(async |department| department.confirm_at_counter(&reference).await)?;
        }
        self.confirmed += all.len();
        Ok(all.len())
    }

    fn outcome_of_repairs(&self, day: &mut Day, done: &[Repaired], codes: usize, counters: usize, before: (usize, usize)) -> Result<(), Failure> {
        let (texts, received) = before;
        let goal = received + self.called;
        let counted = day.until("counted after repair", goal, |day| day.total("received"))?;
        day.until("repaired", done.len(), |day| day.total("repaired"))?;
        let confirmed = day.until("confirmed after repair", self.confirmed, |day| day.total("confirmed"))?;
        let repaired = day.total("repaired")?;
        // A code and an answer for each who repairs, an answer for each call, a code for the one who looks, an answer at the counter.
        let goal = texts + codes + done.len() + self.called + usize::from(self.called > 0) + counters;
        let told = day.until("told after repair", goal, |day| Ok(day.telephones.count()))?;
        let by_hand = done.iter().filter(|one| !one.listed).count();
        let findings = &mut day.told.findings;
        findings.expect("a repair takes the place of what it repairs", repaired == done.len() && counted == received + self.called, format!("{repaired} repaired, {by_hand} with an address typed by hand; {counted} households count"));
        findings.expect("who has put it right is confirmed", confirmed == self.confirmed, format!("{confirmed}, expected {}", self.confirmed));
        findings.expect("codes and answers are sent once", told == goal && day.telephones.twice() == 0, format!("{} of {} texts", told - texts, goal - texts));
        Ok(())
    }

    /// The case officer looks through the addresses that the list does not know.
    pub fn decide(&mut self, day: &mut Day) -> Result<String, Failure> {
        let (texts, before) = (day.telephones.count(), day.total("confirmed")?);
        let addresses = day.act(Department::check_addresses)?;
        self.confirmed = day.total("confirmed")?;
        let expected = day.plan.expected.unknown_addresses;
        let seen = addresses.accepted + addresses.refused;
        let fell = before - self.confirmed;
        day.until("told of a refused address", texts + fell, |day| Ok(day.telephones.count()))?;
        day.told.findings.expect("an officer has seen every address that the list does not know", seen >= expected && fell <= addresses.refused, format!("{seen} looked at, at least {expected} expected; {fell} households go back to be checked"));
        Ok(format!("{} addresses accepted, {} refused", addresses.accepted, addresses.refused))
    }
}
