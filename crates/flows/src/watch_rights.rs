use journal::Actor;
use kernel::{Day, Text};
use people::{Department, Officer, Role};
use response::{AlertKind, RaiseAlert, raise_alert};
use store::StoreError;

use crate::{Platform, StepError};

/// Who hears of rights that ended and of reviews that are due.
const TOLD: [Role; 2] = [Role::PrivacyOfficer, Role::HeadOfDepartment];
/// Days before its last day on which a review is asked for.
const ASKED_AHEAD: i32 = 14;

/// Ends rights that nobody used, and asks for the reviews of rights that are due.
pub(crate) fn watch_rights(platform: &Platform) -> Result<(), StepError> {
    end_idle(platform)?;
    let today = platform.now().day();
    let due = platform.ledger().read("flows.reviews_due", |tx| {
        let mut due = Vec::new();
        for department in people::departments(tx)? {
            let status = people::review_status(tx, department.id)?;
            let Some(status) = status.filter(|status| status.due.since(today) <= ASKED_AHEAD) else { continue };
            let key = format!("review:{}:{}", department.id, status.due.number());
            if !response::is_raised(tx, &key)? {
                due.push((department, status.due, key));
            }
        }
        Ok::<_, StoreError>(due)
    })?;
    for (department, day, key) in due {
        alert(platform, review_due(&department, day, key))?;
    }
    Ok(())
}

fn end_idle(platform: &Platform) -> Result<(), StepError> {
    let now = platform.now();
    if !platform.ledger().read("flows.idle_rights", |tx| people::has_idle_rights(tx, now))? {
        return Ok(());
    }
    let (ended, _) = platform.ledger().write("flows.end_idle_rights", Actor::Job("rights"), |work| {
        let ended = people::end_idle_rights(work)?;
        for officer in &ended {
            let day = work.today();
            raise_alert(work, &rights_ended(officer, day))?;
        }
        Ok::<_, StoreError>(ended)
    })?;
    drop(ended);
    Ok(())
}

fn alert(platform: &Platform, alert: RaiseAlert) -> Result<(), StepError> {
    platform.ledger().write("flows.alert_review", Actor::Job("watch"), move |work| raise_alert(work, &alert))?;
    Ok(())
}

fn rights_ended(officer: &Officer, day: Day) -> RaiseAlert {
    let Text { en, zh_hant, zh_hans } = &officer.post;
    let days = people::IDLE_DAYS;
    RaiseAlert {
        kind: AlertKind::IdleRights,
        department: Some(officer.department),
        service: None,
        to: TOLD.to_vec(),
        key: format!("idle:{}:{}", officer.id, day.number()),
        text: Text::new(
            format!("{en} had not signed in for {days} days; the rights of the post have ended. An administrator can give them again."),
            format!("{zh_hant}已{days}日沒有登入，該職位的權限已終止。系統管理員可再次授予。"),
            format!("{zh_hans}已{days}日没有登录，该职位的权限已终止。系统管理员可再次授予。"),
        ),
    }
}

fn review_due(department: &Department, day: Day, key: String) -> RaiseAlert {
    RaiseAlert {
        kind: AlertKind::ReviewDue,
        department: Some(department.id),
        service: None,
        to: TOLD.to_vec(),
        key,
        text: Text::new(
            format!("Review who in your department may do what, by {day}."),
            format!("請於{day}或之前覆檢部門人員的存取權限。"),
            format!("请于{day}或之前复检部门人员的访问权限。"),
        ),
    }
}
