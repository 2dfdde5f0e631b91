use kernel::{Day, Id, Instant, Text, kinds};
use store::{StoreError, Tx};

use crate::line::days_en;
use crate::{Contract, Contractor, Lease, LeaseState, storage};

/// How much attention a line needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something has not come, or is wrong.
    Overdue,
    /// Something comes soon, or is under way.
    Attention,
    /// All is well.
    Fine,
}

/// One lease, as a privacy officer reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverviewLine {
    /// The lease: service, groups, records, until.
    pub lease: Lease,
    /// Who holds it.
    pub contractor: Text,
    /// How much attention it needs.
    pub level: Level,
    /// Where it stands, in one sentence.
    pub says: Text,
}

/// Who holds what, until when, and what is overdue: the worst first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The lines.
    pub lines: Vec<OverviewLine>,
    /// Contractors that hold anything.
    pub holders: usize,
    /// Records in their hands.
    pub records: u64,
    /// Lines that are overdue.
    pub overdue: usize,
    /// Lines that need attention.
    pub attention: usize,
}

/// Every lease that is not closed, of one department or of all.
pub fn overview(
    tx: &mut Tx<'_>,
    now: Instant,
    department: Option<Id<kinds::Department>>,
) -> Result<Overview, StoreError> {
    let contractors = storage::contractor::list(tx)?;
    let name = |id| contractors.iter().find(|one: &&Contractor| one.id == id).map(|one| one.name.clone());
    let open = storage::lease::open(tx)?.into_iter();
    let wanted = open.filter(|lease| department.is_none_or(|department| lease.department == department));
    let mut lines: Vec<OverviewLine> = wanted
        .map(|lease| {
            let contractor = name(lease.contractor).unwrap_or_else(|| Text::new("?", "?", "?"));
            let (level, says) = judge(&lease, now);
            OverviewLine { lease, contractor, level, says }
        })
        .collect();
    lines.sort_by_key(|line| (line.level, line.lease.until, line.lease.id));
    let mut holders: Vec<_> = lines.iter().map(|line| line.lease.contractor).collect();
    holders.sort_unstable();
    holders.dedup();
    let count = |level| lines.iter().filter(|line| line.level == level).count();
    Ok(Overview {
        holders: holders.len(),
        records: lines.iter().map(|line| line.lease.records).sum(),
        overdue: count(Level::Overdue),
        attention: count(Level::Attention),
        lines,
    })
}

/// Days before the end from which a lease needs attention.
const SOON_DAYS: i32 = 30;

fn judge(lease: &Lease, now: Instant) -> (Level, Text) {
    let today = now.day();
    let overdue = lease.overdue(now).is_some();
    match lease.state {
        LeaseState::Escalated => (Level::Overdue, Text::new("Incident open", "已立案處理", "已立案处理")),
        LeaseState::Active if lease.is_over(now) => (Level::Overdue, ended()),
        LeaseState::Active if lease.days_left(today) <= SOON_DAYS => (Level::Attention, until(lease.until, today)),
        LeaseState::Active => (Level::Fine, until(lease.until, today)),
        LeaseState::StatementDue if overdue => {
            (Level::Overdue, Text::new("Deletion statement overdue", "刪除資料聲明逾期未交", "删除资料声明逾期未交"))
        }
        LeaseState::StatementDue => {
            (Level::Attention, Text::new("Waiting for the deletion statement", "等候刪除資料聲明", "等候删除资料声明"))
        }
        LeaseState::Probing if overdue => {
            (Level::Overdue, Text::new("Deletion could not be confirmed", "未能確定資料已刪除", "未能确定资料已删除"))
        }
        LeaseState::Probing => (Level::Attention, Text::new("Being checked from outside", "正由外部查核", "正由外部查核")),
        LeaseState::Closed => (Level::Fine, Text::new("Closed", "已結束", "已结束")),
    }
}

fn ended() -> Text {
    Text::new("Ended; the end is being carried out", "已屆滿，正在處理", "已届满，正在处理")
}

fn until(until: Day, today: Day) -> Text {
    let days = until.since(today);
    Text::new(
        format!("Until {until} ({})", days_en(days)),
        format!("至{until}（尚餘{days}日）"),
        format!("至{until}（尚余{days}日）"),
    )
}

/// All contractors on the register.
pub fn contractors(tx: &mut Tx<'_>) -> Result<Vec<Contractor>, StoreError> {
    storage::contractor::list(tx)
}

/// One contractor.
pub fn contractor(tx: &mut Tx<'_>, id: Id<kinds::Contractor>) -> Result<Option<Contractor>, StoreError> {
    storage::contractor::find(tx, id)
}

/// The contracts of a department, those that end first at the top.
pub fn contracts(tx: &mut Tx<'_>, department: Id<kinds::Department>) -> Result<Vec<Contract>, StoreError> {
    storage::contractor::contracts_of_department(tx, department)
}

/// One contract.
pub fn contract(tx: &mut Tx<'_>, id: Id<kinds::Contract>) -> Result<Option<Contract>, StoreError> {
    storage::contractor::contract(tx, id)
}

/// Credentials of a contract that have not been revoked, with when each was issued.
pub fn credentials(
    tx: &mut Tx<'_>,
    contract: Id<kinds::Contract>,
) -> Result<Vec<(Id<kinds::Credential>, Instant)>, StoreError> {
    storage::contractor::credentials(tx, contract)
}

/// One lease.
pub fn lease(tx: &mut Tx<'_>, id: Id<kinds::Lease>) -> Result<Option<Lease>, StoreError> {
    storage::lease::find(tx, id)
}

/// Every lease of a contractor, closed ones too: the list on its own page.
pub fn leases_of_contractor(tx: &mut Tx<'_>, id: Id<kinds::Contractor>) -> Result<Vec<Lease>, StoreError> {
    storage::lease::of_contractor(tx, id)
}

/// Every lease under a contract, closed ones too.
pub fn leases_of_contract(tx: &mut Tx<'_>, id: Id<kinds::Contract>) -> Result<Vec<Lease>, StoreError> {
    storage::lease::of_contract(tx, id)
}

/// Every lease on records of a service, closed ones too: for the inventory, the trust page, and a resident's own view.
pub fn leases_of_service(tx: &mut Tx<'_>, id: Id<kinds::Service>) -> Result<Vec<Lease>, StoreError> {
    storage::lease::of_service(tx, id)
}

/// Look-ups made under a lease so far.
pub fn look_ups(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<i64, StoreError> {
    storage::lease::lookups(tx, lease)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lease::tests::lease;
    use crate::{Cause, EndedBy, LeaseRules};

    #[test]
    fn a_line_says_how_much_attention_a_lease_needs_in_three_languages() {
        let (lease, rules) = (lease(), LeaseRules::default());
        let days_before = |days: i64| lease.ends_at().plus_millis(-days * 86_400_000);
        let level = |lease: &Lease, now| {
            let (level, says) = judge(lease, now);
            assert!(says.blanks().is_empty());
            level
        };
        assert_eq!(level(&lease, days_before(40)), Level::Fine);
        assert_eq!(level(&lease, days_before(20)), Level::Attention);
        assert_eq!(level(&lease, lease.ends_at()), Level::Overdue, "the job that notes the end is late");
        let mut ended = lease.clone();
        ended.end(lease.ends_at(), EndedBy::Day, &rules);
        assert_eq!(level(&ended, lease.ends_at()), Level::Attention);
        assert_eq!(level(&ended, days_before(-8)), Level::Overdue, "no statement");
        ended.accept_statement(days_before(-1), false, &rules, 0);
        assert_eq!(level(&ended, days_before(-2)), Level::Attention);
        assert_eq!(level(&ended, days_before(-40)), Level::Overdue, "no two clean probes");
        ended.escalate(days_before(-2), Cause::DataAlive, &rules);
        assert_eq!(level(&ended, days_before(-2)), Level::Overdue);
    }
}
