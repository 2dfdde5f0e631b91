use kernel::{Day, Instant, Text};
use people::Role;

use crate::{Component, Digest, Gate, InForce, RecordKind, Tier, WithdrawReason};

/// What a service's public trust page says. Everything in it is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustFacts {
    /// The department that answers for the service.
    pub owner: Text,
    /// The digest of the definition in force (or being prepared).
    pub definition: Digest,
    /// How much is at stake.
    pub tier: Tier,
    /// Whether the gate is in force now.
    pub in_force: Option<InForce>,
    /// The documents on record, with those that were withdrawn.
    pub records: Vec<TrustRecord>,
    /// Who signed, by role.
    pub signatures: Vec<TrustSignature>,
    /// Who works on the data for the department.
    pub contractors: Vec<Contractor>,
    /// What is kept for how long.
    pub retention: Vec<Retention>,
    /// Incidents, newest first; an empty list is said in words.
    pub incidents: Vec<Incident>,
    /// What the program is made of.
    pub components: Vec<Component>,
}

/// What the scheme's definition and the program add to the gate's own records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustSupplement {
    /// From the definition: classes of transferees that process data.
    pub contractors: Vec<Contractor>,
    /// From the definition: each field group with its retention.
    pub retention: Vec<Retention>,
    /// Incidents on record.
    pub incidents: Vec<Incident>,
    /// From the committed list of components.
    pub components: Vec<Component>,
}

/// A document, as the public sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustRecord {
    /// What it is.
    pub kind: RecordKind,
    /// Its title, as the document bears it.
    pub title: String,
    /// The post or team that wrote it.
    pub author: String,
    /// The organisation of the author.
    pub organisation: String,
    /// The day it bears.
    pub dated: Day,
    /// Its SHA-256: whoever has the document can check that it is this one.
    pub document: Digest,
    /// The last day on which it holds.
    pub expires: Option<Day>,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<WithdrawReason>,
}

/// A signature, as the public sees it: the role, not the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustSignature {
    /// The role.
    pub role: Role,
    /// When.
    pub at: Instant,
    /// Over how many documents.
    pub documents: usize,
}

/// An organisation that works on the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contractor {
    /// Who.
    pub name: Text,
    /// What for.
    pub task: Text,
    /// Until when it may hold anything.
    pub until: Option<Day>,
}

/// How long something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// What.
    pub what: Text,
    /// Until when, in words.
    pub kept: Text,
}

/// An incident that touched the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// The day.
    pub day: Day,
    /// What happened and what was done.
    pub summary: Text,
}

/// The facts of a service from its gate and what stands beside it.
pub fn trust_facts(gate: &Gate, now: Instant, beside: TrustSupplement) -> TrustFacts {
    let mut incidents = beside.incidents;
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.day));
    let signature = |it: &crate::Signature| TrustSignature { role: it.role, at: it.at, documents: it.records.len() };
    TrustFacts {
        owner: gate.opening().owner.clone(),
        definition: gate.digest(),
        tier: gate.opening().tier,
        in_force: gate.in_force(now),
        records: records(gate),
        signatures: gate.signatures().iter().map(signature).collect(),
        contractors: beside.contractors,
        retention: beside.retention,
        incidents,
        components: beside.components,
    }
}

fn records(gate: &Gate) -> Vec<TrustRecord> {
    let held = gate.held().map(|record| (record, None));
    let withdrawn = gate.withdrawn().map(|(record, reason)| (record, Some(reason)));
    let shown = |(record, withdrawn): (&crate::GateRecord, Option<WithdrawReason>)| TrustRecord {
        kind: record.kind,
        title: record.title.clone(),
        author: record.author.clone(),
        organisation: record.organisation.clone(),
        dated: record.dated,
        document: record.document,
        expires: record.expires,
        withdrawn,
    };
    let mut records: Vec<_> = held.chain(withdrawn).map(shown).collect();
    records.sort_by_key(|record| (record.kind, record.withdrawn.is_some(), std::cmp::Reverse(record.dated)));
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::GateEvent;
    use crate::rehearsal::{full, now, sign};

    #[test]
    fn the_trust_page_shows_roles_dates_and_digests_and_what_was_withdrawn() {
        let mut gate = full(Tier::LargeOrHighRisk);
        sign(&mut gate, 1, Role::SchemeOwner).unwrap();
        sign(&mut gate, 2, Role::PrivacyOfficer).unwrap();
        let day = |text: &str| text.parse::<Day>().unwrap();
        let incident = |day| Incident { day, summary: Text::new("An incident", "事故", "事故") };
        let incidents = vec![incident(day("2020-05-07")), incident(day("2020-05-09"))];
        let facts = trust_facts(&gate, now(), TrustSupplement { incidents, ..TrustSupplement::default() });
        assert_eq!((facts.records.len(), facts.signatures.len()), (8, 2));
        assert_eq!(facts.incidents[0].day, day("2020-05-09"));
        assert!(facts.in_force.is_some());
        let audit = gate.held().find(|record| record.kind == RecordKind::SecurityAudit).unwrap().id;
        let withdraw = GateEvent::RecordWithdrawn { record: audit, reason: WithdrawReason::Mistaken, at: now() };
        gate.apply(withdraw).unwrap();
        let facts = trust_facts(&gate, now(), TrustSupplement::default());
        assert!(facts.in_force.is_none());
        assert!(
            facts.records.iter().any(|record| record.kind == RecordKind::SecurityAudit && record.withdrawn.is_some())
        );
    }
}
