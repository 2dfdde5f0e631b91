use kernel::{Day, Fault, Id, Instant, Kind, kinds};
use people::{Role, SignGate};

use crate::{Digest, GateEvent, GateRecord, Missing, Opening, RecordRefused, Requirement, Signature, WithdrawReason};

/// The launch gate of one version of one service: what its events made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    opening: Opening,
    records: Vec<Held>,
    signatures: Vec<Signature>,
    superseded: Option<Instant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    record: GateRecord,
    withdrawn: Option<WithdrawReason>,
}

/// A gate that is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// When the second signature was given.
    pub signed: Instant,
    /// The last day, unless something is renewed or withdrawn before.
    pub until: Option<Day>,
}

/// Why an event does not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateRefused {
    /// The gate is open already.
    #[error("this version has its gate already")]
    Opened,
    /// A later version is in force.
    #[error("a later version is in force; this one does not come back")]
    Superseded,
    /// The document cannot be on record.
    #[error(transparent)]
    Record(#[from] RecordRefused),
    /// There is no such document, or it was withdrawn before.
    #[error("there is no such document on record")]
    NoRecord,
    /// This document is on record already.
    #[error("this document is on record already")]
    Twice,
    /// Documents are missing; nobody signs what is not complete.
    #[error("the file is not complete; nobody can sign it yet")]
    Incomplete(Vec<Missing>),
    /// The definition has changed since the officer looked.
    #[error("this is not the version that you were shown; look again before you sign")]
    OtherDigest,
    /// The role does not sign launch gates.
    #[error("this role does not sign launch gates")]
    Role,
    /// The officer signed exactly this before.
    #[error("you have signed exactly this already")]
    Signed,
    /// The signature does not name the documents on record.
    #[error("documents have changed since you looked; look again before you sign")]
    OtherRecords,
}

impl Fault for GateRefused {
    fn kind(&self) -> Kind {
        match self {
            Self::Opened | Self::Twice | Self::Signed => Kind::Taken,
            Self::Superseded => Kind::Gone,
            Self::Record(_) | Self::Incomplete(_) | Self::OtherDigest | Self::OtherRecords => Kind::Invalid,
            Self::NoRecord => Kind::Missing,
            Self::Role => Kind::Denied,
        }
    }
}

impl Gate {
    /// A gate at its beginning: nothing on record, nobody has signed.
    pub const fn open(opening: Opening) -> Self {
        Self { opening, records: Vec::new(), signatures: Vec::new(), superseded: None }
    }

    /// Lets an event happen, or says why it cannot. A refused event changes nothing.
    pub fn apply(&mut self, event: GateEvent) -> Result<(), GateRefused> {
        if self.superseded.is_some() {
            return Err(GateRefused::Superseded);
        }
        match event {
            GateEvent::Opened(_) => return Err(GateRefused::Opened),
            GateEvent::RecordAdded { record, at } => self.add(record, at)?,
            GateEvent::RecordWithdrawn { record, reason, .. } => self.withdraw(record, reason)?,
            GateEvent::Signed(signature) => self.sign(signature)?,
            GateEvent::Superseded { at } => self.superseded = Some(at),
        }
        Ok(())
    }

    fn add(&mut self, record: GateRecord, at: Instant) -> Result<(), GateRefused> {
        if self.records.iter().any(|held| held.record.id == record.id) {
            return Err(GateRefused::Twice);
        }
        record.recheck(&self.opening.owner, at.day())?;
        self.records.push(Held { record, withdrawn: None });
        Ok(())
    }

    fn withdraw(&mut self, id: Id<kinds::GateRecord>, reason: WithdrawReason) -> Result<(), GateRefused> {
        let held = self.records.iter_mut().find(|held| held.record.id == id && held.withdrawn.is_none());
        held.ok_or(GateRefused::NoRecord)?.withdrawn = Some(reason);
        Ok(())
    }

    fn sign(&mut self, signature: Signature) -> Result<(), GateRefused> {
        if signature.over != self.opening.digest {
            return Err(GateRefused::OtherDigest);
        }
        if !signature.role.may::<SignGate>() {
            return Err(GateRefused::Role);
        }
        let day = signature.at.day();
        let missing = self.missing_documents(day);
        if !missing.is_empty() {
            return Err(GateRefused::Incomplete(missing));
        }
        if signature.records != self.to_sign(day) {
            return Err(GateRefused::OtherRecords);
        }
        let same = |earlier: &Signature| earlier.officer == signature.officer && earlier.records == signature.records;
        if self.signatures.iter().any(same) {
            return Err(GateRefused::Signed);
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// Whether the public may be served, and until when. Two signatures count together when they are of different
    /// officers in different roles; what counts is what both of them signed and still holds.
    pub fn in_force(&self, now: Instant) -> Option<InForce> {
        if self.superseded.is_some() {
            return None;
        }
        let pairs = self.signatures.iter().enumerate().flat_map(|(at, one)| {
            let others = self.signatures.iter().skip(at + 1);
            others.filter(|other| other.officer != one.officer && other.role != one.role).map(move |other| (one, other))
        });
        let forces = pairs.filter_map(|(one, other)| self.force_of(one, other, now.day()));
        forces.max_by_key(|force| (force.until.unwrap_or(Day::from_number(i32::MAX)), force.signed))
    }

    /// What two signatures are worth on this day.
    fn force_of(&self, one: &Signature, other: &Signature, day: Day) -> Option<InForce> {
        let both = |record: &&GateRecord| one.records.contains(&record.id) && other.records.contains(&record.id);
        let mut until = None;
        for requirement in Requirement::documents(self.opening.tier) {
            let meets = |record: &&GateRecord| requirement.is_met_by(record.kind);
            // A document without an end outlasts any other that meets the same requirement.
            let end =
                self.live(day).filter(both).filter(meets).map(|record| record.expires.map_or(i32::MAX, Day::number));
            let end = end.max()?;
            until = Some(until.map_or(end, |until: i32| until.min(end)));
        }
        let until = until.filter(|&end| end != i32::MAX).map(Day::from_number);
        Some(InForce { signed: one.at.max(other.at), until })
    }

    /// What stands between this version and the public; nothing when it is in force.
    pub fn missing(&self, now: Instant) -> Vec<Missing> {
        if self.superseded.is_some() {
            return vec![Missing::Superseded];
        }
        let mut missing = self.missing_documents(now.day());
        if self.in_force(now).is_none() {
            missing.push(Missing::Absent(Requirement::TwoSignatures));
        }
        missing
    }

    fn missing_documents(&self, day: Day) -> Vec<Missing> {
        let unmet = |requirement: &Requirement| !self.live(day).any(|record| requirement.is_met_by(record.kind));
        let why = |requirement: Requirement| {
            let expired = self.held().filter(|record| requirement.is_met_by(record.kind)).filter_map(|it| it.expires);
            expired.max().map_or(Missing::Absent(requirement), |day| Missing::Expired(requirement, day))
        };
        Requirement::documents(self.opening.tier).filter(unmet).map(why).collect()
    }

    /// The documents that a signature given on this day is over.
    pub fn to_sign(&self, day: Day) -> Vec<Id<kinds::GateRecord>> {
        self.live(day).map(|record| record.id).collect()
    }

    /// The documents on record that were not withdrawn, expired or not.
    pub fn held(&self) -> impl Iterator<Item = &GateRecord> {
        self.records.iter().filter(|held| held.withdrawn.is_none()).map(|held| &held.record)
    }

    /// The documents that were withdrawn, and why.
    pub fn withdrawn(&self) -> impl Iterator<Item = (&GateRecord, WithdrawReason)> {
        self.records.iter().filter_map(|held| held.withdrawn.map(|reason| (&held.record, reason)))
    }

    fn live(&self, day: Day) -> impl Iterator<Item = &GateRecord> {
        self.held().filter(move |record| record.holds_on(day))
    }

    /// Every signature, oldest first.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// How the gate began.
    pub const fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The version.
    pub const fn version(&self) -> Id<kinds::SchemeVersion> {
        self.opening.version
    }

    /// The service.
    pub const fn service(&self) -> Id<kinds::Service> {
        self.opening.service
    }

    /// The digest of the definition.
    pub const fn digest(&self) -> Digest {
        self.opening.digest
    }

    /// When a later version took the place of this one.
    pub const fn superseded(&self) -> Option<Instant> {
        self.superseded
    }

    /// The signature that this officer would give now.
    pub fn signature(&self, officer: Id<kinds::Officer>, role: Role, over: Digest, at: Instant) -> Signature {
        Signature { officer, role, over, records: self.to_sign(at.day()), at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rehearsal::{add, full, now, officer, opening, sign};
    use crate::{RecordKind, Tier};

    #[test]
    fn a_full_file_with_two_signatures_of_different_roles_is_in_force() {
        let mut gate = full(Tier::LargeOrHighRisk);
        assert_eq!(gate.missing(now()), [Missing::Absent(Requirement::TwoSignatures)]);
        sign(&mut gate, 1, Role::SchemeOwner).unwrap();
        assert!(gate.in_force(now()).is_none());
        sign(&mut gate, 2, Role::PrivacyOfficer).unwrap();
        let force = gate.in_force(now()).unwrap();
        assert_eq!((force.signed, force.until.unwrap().to_string()), (now(), "2022-04-20".to_owned()));
        assert!(gate.missing(now()).is_empty());
    }

    #[test]
    fn two_of_one_role_or_one_in_two_roles_are_not_two() {
        let mut gate = full(Tier::Ordinary);
        sign(&mut gate, 1, Role::PrivacyOfficer).unwrap();
        sign(&mut gate, 2, Role::PrivacyOfficer).unwrap();
        assert!(gate.in_force(now()).is_none());
        let mut gate = full(Tier::Ordinary);
        sign(&mut gate, 1, Role::PrivacyOfficer).unwrap();
        assert_eq!(sign(&mut gate, 1, Role::SchemeOwner), Err(GateRefused::Signed));
        assert!(gate.in_force(now()).is_none());
        assert_eq!(sign(&mut gate, 3, Role::Auditor), Err(GateRefused::Role));
    }

    #[test]
    fn nobody_signs_an_incomplete_file_or_another_definition() {
        let mut gate = Gate::open(opening(Tier::Ordinary));
        let Err(GateRefused::Incomplete(missing)) = sign(&mut gate, 1, Role::SchemeOwner) else { panic!("signed") };
        assert_eq!(missing.len(), 8);
        let mut gate = full(Tier::Ordinary);
        let other = gate.signature(officer(1), Role::SchemeOwner, Digest::of(b"another"), now());
        assert_eq!(gate.apply(GateEvent::Signed(other)), Err(GateRefused::OtherDigest));
        let mut short = gate.signature(officer(1), Role::SchemeOwner, gate.digest(), now());
        short.records.pop();
        assert_eq!(gate.apply(GateEvent::Signed(short)), Err(GateRefused::OtherRecords));
    }

    #[test]
    fn a_large_service_needs_a_simulated_intrusion() {
        let mut gate = Gate::open(opening(Tier::LargeOrHighRisk));
        for requirement in Requirement::documents(Tier::Ordinary) {
            add(&mut gate, requirement, false);
        }
        assert_eq!(gate.missing(now()).first(), Some(&Missing::Absent(Requirement::SimulatedIntrusion)));
    }

    #[test]
    fn a_withdrawn_document_closes_the_service_until_it_is_replaced_and_signed_again() {
        let mut gate = full(Tier::Ordinary);
        sign(&mut gate, 1, Role::SchemeOwner).unwrap();
        sign(&mut gate, 2, Role::SecurityOfficer).unwrap();
        let audit = gate.held().find(|record| record.kind == RecordKind::SecurityAudit).unwrap().id;
        let withdraw = GateEvent::RecordWithdrawn { record: audit, reason: WithdrawReason::Unreliable, at: now() };
        gate.apply(withdraw.clone()).unwrap();
        assert!(gate.in_force(now()).is_none());
        assert_eq!(gate.apply(withdraw), Err(GateRefused::NoRecord));
        add(&mut gate, Requirement::SecurityAudit, false);
        assert_eq!(gate.missing(now()), [Missing::Absent(Requirement::TwoSignatures)]);
        sign(&mut gate, 1, Role::SchemeOwner).unwrap();
        assert!(gate.in_force(now()).is_none());
        sign(&mut gate, 2, Role::SecurityOfficer).unwrap();
        assert!(gate.in_force(now()).is_some());
    }

    #[test]
    fn an_expired_assessment_closes_the_service_and_a_renewal_signed_in_time_keeps_it_open() {
        let mut gate = full(Tier::Ordinary);
        sign(&mut gate, 1, Role::SchemeOwner).unwrap();
        sign(&mut gate, 2, Role::PrivacyOfficer).unwrap();
        let last = Instant::at("2022-04-20".parse().unwrap(), 1439);
        let after = last.plus_secs(60);
        assert!(gate.in_force(last).is_some() && gate.in_force(after).is_none());
        let day = "2022-04-20".parse().unwrap();
        assert!(gate.missing(after).contains(&Missing::Expired(Requirement::SecurityAudit, day)));
        crate::rehearsal::renew(&mut gate, last);
        assert!(gate.in_force(last).is_some(), "a renewal on record does not disturb what was signed");
        assert!(gate.in_force(after).is_none(), "nor does it count before two have signed it");
        for (number, role) in [(1, Role::SchemeOwner), (2, Role::PrivacyOfficer)] {
            let signature = gate.signature(officer(number), role, gate.digest(), last);
            gate.apply(GateEvent::Signed(signature)).unwrap();
        }
        assert!(gate.in_force(after).is_some());
    }

    #[test]
    fn a_superseded_version_never_comes_back() {
        let mut gate = full(Tier::Ordinary);
        sign(&mut gate, 1, Role::SchemeOwner).unwrap();
        sign(&mut gate, 2, Role::PrivacyOfficer).unwrap();
        gate.apply(GateEvent::Superseded { at: now() }).unwrap();
        assert!(gate.in_force(now()).is_none());
        assert_eq!(gate.missing(now()), [Missing::Superseded]);
        assert_eq!(sign(&mut gate, 3, Role::SecurityOfficer), Err(GateRefused::Superseded));
    }
}

#[cfg(test)]
mod promise_07;
