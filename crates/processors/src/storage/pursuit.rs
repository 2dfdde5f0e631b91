//! What follows the end of a lease: statements, enquiries, probes, escalations.

use kernel::{Id, Instant, kinds};
use store::{Row, StoreError, Tx};

use super::{read, unreadable, write};
use crate::{Cause, Enquiry, Escalation, Fetched, Lease, ProbeRow, StatementRow, StatementVerdict, Verdict};

pub(crate) fn insert_statement(
    tx: &mut Tx<'_>,
    row: &StatementRow,
    digest: [u8; 32],
    signature: &[u8],
) -> Result<(), StoreError> {
    let number = statements(tx, row.lease)?.len();
    tx.execute(
        "-- processors.insert_statement\n\
         insert into deletion_statement (lease, number, at, verdict, late, digest, body, signature) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            row.lease.into(),
            number.into(),
            row.at.into(),
            row.verdict.slug().into(),
            row.late.into(),
            digest.into(),
            row.text.as_str().into(),
            signature.into(),
        ],
    )?;
    Ok(())
}

/// The statements of a lease, oldest first.
pub(crate) fn statements(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<StatementRow>, StoreError> {
    let rows = tx.query(
        "-- processors.statements\n\
         select lease, at, verdict, late, body from deletion_statement where lease = $1 order by number limit 1000",
        &[lease.into()],
    )?;
    let one = |row: &Row| {
        let verdict = StatementVerdict::from_slug(&row.get::<String>(2)?).ok_or_else(|| unreadable("a statement"))?;
        Ok(StatementRow { lease: row.get(0)?, at: row.get(1)?, verdict, late: row.get(3)?, text: row.get(4)? })
    };
    rows.iter().map(one).collect()
}

/// Sends an enquiry, once for each lease and escalation; false when it was sent before.
pub(crate) fn insert_enquiry(tx: &mut Tx<'_>, enquiry: &Enquiry) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- processors.insert_enquiry\n\
         insert into enquiry (id, lease, escalation, sent, due) values ($1, $2, $3, $4, $5) on conflict do nothing",
        &[
            enquiry.id.into(),
            enquiry.lease.into(),
            enquiry.escalation.into(),
            enquiry.sent.into(),
            enquiry.due.into(),
        ],
    )?;
    Ok(changed > 0)
}

const ENQUIRY: &str = "an enquiry";

fn enquiry_row(row: &Row) -> Result<Enquiry, StoreError> {
    let answers = row.get::<Option<String>>(6)?;
    let answers = answers.map(|json| serde_json::from_str(&json).map_err(|_| unreadable(ENQUIRY))).transpose()?;
    Ok(Enquiry {
        id: row.get(0)?,
        lease: row.get(1)?,
        escalation: row.get(2)?,
        sent: row.get(3)?,
        due: row.get(4)?,
        answered: row.get(5)?,
        answers,
    })
}

pub(crate) fn enquiry(tx: &mut Tx<'_>, id: Id<kinds::Enquiry>) -> Result<Option<Enquiry>, StoreError> {
    let row = tx.query_opt(
        "-- processors.enquiry\n\
         select id, lease, escalation, sent, due, answered, answers from enquiry where id = $1",
        &[id.into()],
    )?;
    row.as_ref().map(enquiry_row).transpose()
}

pub(crate) fn enquiries(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<Enquiry>, StoreError> {
    let rows = tx.query(
        "-- processors.enquiries\n\
         select id, lease, escalation, sent, due, answered, answers from enquiry where lease = $1 order by id limit 1000",
        &[lease.into()],
    )?;
    rows.iter().map(enquiry_row).collect()
}

pub(crate) fn overdue_enquiries(tx: &mut Tx<'_>, now: Instant) -> Result<Vec<Enquiry>, StoreError> {
    let rows = tx.query(
        "-- processors.overdue_enquiries\n\
         select id, lease, escalation, sent, due, answered, answers from enquiry \
         where answered is null and due <= $1 order by due, id limit 1000",
        &[now.into()],
    )?;
    rows.iter().map(enquiry_row).collect()
}

pub(crate) fn answer(tx: &mut Tx<'_>, enquiry: &Enquiry, now: Instant) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.answer_enquiry\nupdate enquiry set answered = $2, answers = $3 where id = $1 and answered is null",
        &[enquiry.id.into(), now.into(), write(&enquiry.answers, ENQUIRY)?],
    )?;
    Ok(())
}

pub(crate) fn insert_probe(tx: &mut Tx<'_>, probe: &ProbeRow) -> Result<(), StoreError> {
    tx.execute(
        "-- processors.insert_probe\n\
         insert into probe (id, lease, round, at, source, verdict, body) values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            probe.id.into(),
            probe.lease.into(),
            probe.round.into(),
            probe.at.into(),
            probe.source.as_str().into(),
            probe.verdict.slug().into(),
            write(&probe.fetched, "a probe")?,
        ],
    )?;
    Ok(())
}

/// The probes of a lease, newest first.
pub(crate) fn probes(tx: &mut Tx<'_>, lease: Id<kinds::Lease>) -> Result<Vec<ProbeRow>, StoreError> {
    let rows = tx.query(
        "-- processors.probes\n\
         select id, lease, round, at, source, verdict, body from probe where lease = $1 order by at desc, id desc limit 200",
        &[lease.into()],
    )?;
    let one = |row: &Row| {
        let verdict = match row.get::<String>(5)?.as_str() {
            "clean" => Verdict::Clean,
            "alive" => Verdict::Alive,
            _ => Verdict::Unclear,
        };
        let fetched: Vec<Fetched> = read(row, 6, "a probe")?;
        Ok(ProbeRow {
            id: row.get(0)?,
            lease: row.get(1)?,
            round: row.get(2)?,
            at: row.get(3)?,
            source: row.get(4)?,
            verdict,
            fetched,
        })
    };
    rows.iter().map(one).collect()
}

/// Notes an escalation, once for each key; false when it was noted before.
pub(crate) fn insert_escalation(tx: &mut Tx<'_>, escalation: &Escalation) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "-- processors.insert_escalation\n\
         insert into escalation (id, lease, contractor, department, escalation_key, at, body) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        &[
            escalation.id.into(),
            escalation.lease.into(),
            escalation.contractor.into(),
            escalation.department.into(),
            escalation.key.as_str().into(),
            escalation.at.into(),
            write(escalation, "an escalation")?,
        ],
    )?;
    Ok(changed > 0)
}

/// Whether the occasion of this key was noted.
pub(crate) fn is_escalated(tx: &mut Tx<'_>, key: &str) -> Result<bool, StoreError> {
    let sql = "-- processors.is_escalated\nselect id from escalation where escalation_key = $1";
    Ok(tx.query_opt(sql, &[key.into()])?.is_some())
}

/// The escalations of a department, newest first.
pub(crate) fn escalations(
    tx: &mut Tx<'_>,
    department: Id<kinds::Department>,
    limit: i64,
) -> Result<Vec<Escalation>, StoreError> {
    let rows = tx.query(
        "-- processors.escalations\n\
         select body from escalation where department = $1 order by at desc, id desc limit $2",
        &[department.into(), limit.into()],
    )?;
    rows.iter().map(|row| read(row, 0, "an escalation")).collect()
}

/// The key of an occasion: the same cause again after an officer took the lease up anew is another occasion.
pub(crate) fn key(lease: &Lease, cause: Cause) -> String {
    format!("{} {} {}", lease.id, cause.slug(), lease.resumed)
}
