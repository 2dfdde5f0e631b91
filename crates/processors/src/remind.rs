use journal::{Event, Work};
use kernel::{Id, Instant, Text, kinds};
use store::{StoreError, Tx};

use crate::line::days_en;
use crate::{Lease, LeaseRules, storage};

/// A reminder that is due now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The lease.
    pub lease: Lease,
    /// Days to its last day; 0 on the day itself.
    pub days_left: i32,
}

impl Reminder {
    /// Names the occasion, for an alert.
    pub fn key(&self) -> String {
        format!("{} reminder {} {}", self.lease.id, self.lease.until, self.days_left)
    }

    /// What the officer and the contractor read.
    pub fn text(&self, contractor: &Text) -> Text {
        let (days, until) = (self.days_left, self.lease.until);
        Text::new(
            format!("The lease of {} ends in {}, on {until}. After that all data must be deleted.", contractor.en, days_en(days)),
            format!("{}的資料租約將於{days}日後（{until}）屆滿，其後必須刪除所有資料。", contractor.zh_hant),
            format!("{}的资料租约将于{days}日后（{until}）届满，其后必须删除所有资料。", contractor.zh_hans),
        )
    }
}

/// The reminders that are due and were not given before: 30, 14, 7 and 1 days before the end. Whoever was late gets one, the
/// nearest, and not four at once.
pub fn due_reminders(work: &mut Work<'_, '_>, rules: &LeaseRules) -> Result<Vec<Reminder>, StoreError> {
    let (now, today) = (work.now(), work.today());
    let longest = rules.reminders.iter().copied().max().unwrap_or(0);
    let mut due = Vec::new();
    for lease in storage::lease::ending(work.tx(), today.plus(longest))? {
        let days_left = lease.days_left(today);
        let passed = rules.reminders.iter().copied().filter(|&days| (0..=days).contains(&days_left));
        let mut fresh = None;
        for days in passed {
            if storage::lease::note_reminder(work.tx(), &lease, days, now)? {
                fresh = Some(fresh.map_or(days, |least: i32| least.min(days)));
            }
        }
        if let Some(days) = fresh {
            work.journal(
                Event::new("processors.reminded")
                    .detail("lease", lease.id.to_string())
                    .detail("days", days)
                    .detail("until", lease.until.to_string()),
            )?;
            due.push(Reminder { lease, days_left });
        }
    }
    Ok(due)
}

/// Whether a reminder is due that was not given: a look, so that an idle round writes nothing.
pub(crate) fn reminders_waiting(tx: &mut Tx<'_>, now: Instant, rules: &LeaseRules) -> Result<bool, StoreError> {
    let today = now.day();
    let longest = rules.reminders.iter().copied().max().unwrap_or(0);
    for lease in storage::lease::ending(tx, today.plus(longest))? {
        let days_left = lease.days_left(today);
        for &days in rules.reminders.iter().filter(|&&days| (0..=days).contains(&days_left)) {
            if !storage::lease::was_reminded(tx, &lease, days)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// What a contractor's own page reminds of: every lease that ends within the longest reminder, the next one first.
pub fn reminders_of(
    tx: &mut Tx<'_>,
    contractor: Id<kinds::Contractor>,
    now: Instant,
    rules: &LeaseRules,
) -> Result<Vec<Reminder>, StoreError> {
    let today = now.day();
    let longest = rules.reminders.iter().copied().max().unwrap_or(0);
    let leases = storage::lease::of_contractor(tx, contractor)?;
    let soon = leases.into_iter().filter(|lease| lease.is_usable(now) && lease.days_left(today) <= longest);
    Ok(soon.map(|lease| Reminder { days_left: lease.days_left(today), lease }).collect())
}
