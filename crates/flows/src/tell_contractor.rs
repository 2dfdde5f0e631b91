//! What contractors are told by mail: what is due, and the page to go to. Never why an officer suspects them.

use journal::Work;
use kernel::{Day, Instant, Text};
use notify::{MailText, MailTo, QueueMail};
use processors::{
    Cause, Enquiry, Escalation, FileStatement, FileStatementError, Filed, Lease, Partner, Reminder, StatementVerdict,
};
use store::StoreError;

use crate::contractor_round::statement_refused;
use crate::lease_rules;

const DAY_MS: i64 = 86_400_000;
/// So long a mail about something due is tried.
const TRIED_DAYS: i64 = 7;

/// Files a deletion statement. Whoever is to answer for it hears by mail when it is refused: the person who filed it may be
/// somebody else.
pub fn file_statement(
    work: &mut Work<'_, '_>,
    partner: &Partner,
    command: &FileStatement,
) -> Result<Filed, FileStatementError> {
    let filed = processors::file_statement(work, partner, command, &lease_rules())?;
    if filed.verdict != StatementVerdict::Accepted
        && let Some(lease) = processors::lease(work.tx(), command.lease)?
    {
        refused(work, &lease, filed.verdict)?;
        statement_refused(work, &lease, filed.verdict)?;
    }
    Ok(filed)
}

fn refused(work: &mut Work<'_, '_>, lease: &Lease, verdict: StatementVerdict) -> Result<(), StoreError> {
    let why = verdict.title();
    let subject = Text::new("A deletion statement was refused", "刪除資料聲明不獲接納", "删除资料声明不获接纳");
    let body = Text::new(
        format!("The deletion statement was refused: {}. Another one is due.", why.en),
        format!("刪除資料聲明不獲接納：{}。請重新提交。", why.zh_hant),
        format!("删除资料声明不获接纳：{}。请重新提交。", why.zh_hans),
    );
    // Once a day for each reason, however often the same text is sent.
    let key = format!("{} refused {} {}", lease.id, verdict.slug(), work.today());
    queue(work, lease, (key, "statement-refused"), (subject, body), "/statement")
}

/// 30, 14, 7 and 1 days before the end.
pub(crate) fn lease_ends(work: &mut Work<'_, '_>, reminder: &Reminder) -> Result<(), StoreError> {
    let (lease, days) = (&reminder.lease, reminder.days_left);
    let until = lease.until;
    let subject = Text::new(
        format!("A lease of data ends on {until}"),
        format!("資料租約將於{until}屆滿"),
        format!("资料租约将于{until}届满"),
    );
    let body = Text::new(
        format!(
            "A lease of data that you hold ends on {until} (days left: {days}). From then on nothing can be looked up; all data \
             must be deleted, and a signed deletion statement is due."
        ),
        format!("貴公司的一份資料租約將於{until}屆滿（尚餘{days}日）。屆時不能再查閱資料，所有資料必須刪除，並須提交已簽署的刪除資料聲明。"),
        format!("贵公司的一份资料租约将于{until}届满（尚余{days}日）。届时不能再查阅资料，所有资料必须删除，并须提交已签署的删除资料声明。"),
    );
    queue(work, lease, (reminder.key(), "lease-ends"), (subject, body), "")
}

/// The lease has ended.
pub(crate) fn statement_due(work: &mut Work<'_, '_>, lease: &Lease, due: Day) -> Result<(), StoreError> {
    let subject = Text::new(
        format!("A signed deletion statement is due by {due}"),
        format!("須於{due}或之前提交刪除資料聲明"),
        format!("须于{due}或之前提交删除资料声明"),
    );
    let body = Text::new(
        format!("A lease of data has ended. All data must be deleted; the signed deletion statement is due by {due}."),
        format!("一份資料租約已屆滿。所有資料必須刪除，並須於{due}或之前提交已簽署的刪除資料聲明。"),
        format!("一份资料租约已届满。所有资料必须删除，并须于{due}或之前提交已签署的删除资料声明。"),
    );
    queue(work, lease, (format!("{} statement due {due}", lease.id), "statement-due"), (subject, body), "/statement")
}

/// Something happened at the contractor; each of its leases is asked about.
pub(crate) fn enquiry_waits(work: &mut Work<'_, '_>, lease: &Lease, enquiry: &Enquiry) -> Result<(), StoreError> {
    let due = enquiry.due.day();
    let subject = Text::new(
        format!("An enquiry is to be answered by {due}"),
        format!("須於{due}或之前答覆查詢"),
        format!("须于{due}或之前答复查询"),
    );
    let body = Text::new(
        format!("You are asked where the data of a lease is kept. The answer is due by {due}."),
        format!("現查詢一份資料租約的資料存放於何處，請於{due}或之前答覆。"),
        format!("现查询一份资料租约的资料存放于何处，请于{due}或之前答复。"),
    );
    let page = format!("/enquiries/{}", enquiry.id);
    queue(work, lease, (format!("enquiry {}", enquiry.id), "enquiry"), (subject, body), &page)
}

/// What did not come by its day. Of every other cause the contractor hears from the department, not from a machine.
pub(crate) fn overdue(work: &mut Work<'_, '_>, escalation: &Escalation) -> Result<(), StoreError> {
    if escalation.cause != Cause::Silent {
        return Ok(());
    }
    let Some(lease) = processors::lease(work.tx(), escalation.lease)? else { return Ok(()) };
    let subject = Text::new("A deletion statement is overdue", "刪除資料聲明已逾期", "删除资料声明已逾期");
    let body = Text::new(
        "The deletion statement of a lease is overdue, and the head of the department has been told. It is still to be filed.",
        "一份資料租約的刪除資料聲明已逾期，有關部門的首長已獲通知。仍須提交聲明。",
        "一份资料租约的删除资料声明已逾期，有关部门的首长已获通知。仍须提交声明。",
    );
    queue(work, &lease, (format!("overdue {}", escalation.key), "statement-overdue"), (subject, body), "/statement")
}

fn queue(
    work: &mut Work<'_, '_>,
    lease: &Lease,
    (key, kind): (String, &'static str),
    (subject, body): (Text, Text),
    page: &str,
) -> Result<(), StoreError> {
    let until: Instant = work.now().plus_millis(TRIED_DAYS * DAY_MS);
    let mail = QueueMail {
        key: format!("contractor {key}"),
        to: MailTo::Contractor(lease.contractor),
        kind,
        text: MailText { subject, body, path: format!("/partner/leases/{}{page}", lease.id) },
        until,
    };
    notify::queue_mail(work, &mail).map(drop)
}
