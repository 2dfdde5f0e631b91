use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Instant, Random, from_hex, to_hex};

/// A kind of thing that has an id; all kinds stand in [`kinds`].
pub trait IdKind: 'static {
    /// The prefix of the printed form, such as `hh` in `hh_0192…`.
    const PREFIX: &'static str;
}

/// A 16-byte id whose type says what it names. UUIDv7 layout (RFC 9562, section 5.7) unless derived from a secret.
pub struct Id<K>([u8; 16], PhantomData<fn() -> K>);

impl<K: IdKind> Id<K> {
    /// An id from its bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes, PhantomData)
    }

    /// A new UUIDv7: time first, so that rows are appended in order.
    pub fn new(now: Instant, random: &dyn Random) -> Self {
        let mut bytes = random.bytes16();
        let millis = now.millis().max(0).to_be_bytes();
        for (slot, byte) in bytes.iter_mut().zip(millis.into_iter().skip(2)) {
            *slot = byte;
        }
        if let Some(version) = bytes.get_mut(6) {
            *version = (*version & 0x0f) | 0x70;
        }
        if let Some(variant) = bytes.get_mut(8) {
            *variant = (*variant & 0x3f) | 0x80;
        }
        Self::from_bytes(bytes)
    }

    /// No id that was new at this moment or later comes before it, and no earlier one after it.
    pub fn first_of(moment: Instant) -> Self {
        let mut bytes = [0; 16];
        let millis = moment.millis().max(0).to_be_bytes();
        bytes.iter_mut().zip(millis.into_iter().skip(2)).for_each(|(slot, byte)| *slot = byte);
        Self::from_bytes(bytes)
    }

    /// The bytes, as stored.
    pub const fn bytes(&self) -> [u8; 16] {
        self.0
    }

    /// The id of a stored column.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
        bytes.try_into().map(Self::from_bytes).map_err(|_| IdError)
    }
}

/// A text or column that is not an id of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdError;

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this kind")
    }
}

impl std::error::Error for IdError {}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, to_hex(&self.0))
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let hex = text.strip_prefix(K::PREFIX).and_then(|t| t.strip_prefix('_')).ok_or(IdError)?;
        Self::from_slice(&from_hex(hex).map_err(|_| IdError)?)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The one list of kinds of id.
pub mod kinds {
    use super::IdKind;

    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
            $($(#[$doc])* #[derive(Clone, Copy, Debug)] pub enum $name {}
            impl IdKind for $name { const PREFIX: &'static str = $prefix; })*

            #[cfg(test)]
            pub(super) const PREFIXES: &[&str] = &[$($prefix),*];
        };
    }

    kinds! {
        /// A bureau or department.
        Department = "dep";
        /// An officer of a department.
        Officer = "off";
        /// A one-time invitation to register a passkey.
        Invitation = "inv";
        /// A passkey of an officer.
        Passkey = "pky";
        /// A signed-in browser.
        Session = "ses";
        /// A resident's account with the identity provider.
        Account = "acc";
        /// Somebody who is signing up for an account.
        Enrolment = "enr";
        /// A passkey of a resident's account.
        AccountPasskey = "apk";
        /// Somebody who wants an account back.
        Recovery = "rcv";
        /// A document that waits for its signature.
        SigningRequest = "sgn";
        /// A browser in which a resident is signed in.
        AccountSession = "acs";
        /// The proofing of a resident's identity.
        Proofing = "prf";
        /// A public terminal that was enrolled for proofing.
        Terminal = "trm";
        /// A service that holds personal data: one scheme, one identity provider.
        Service = "svc";
        /// A version of a scheme's definition that goes through the launch gate.
        SchemeVersion = "ver";
        /// A document on record at the launch gate.
        GateRecord = "gat";
        /// A household registered in a scheme; derived from the idempotency key.
        Household = "hh";
        /// A message to a resident.
        Message = "msg";
        /// A job in the outbox.
        Job = "job";
        /// An event in a journal.
        Event = "evt";
        /// An opening of sealed personal data.
        Opening = "opn";
        /// A request that needs two persons: an export, an early close.
        Approval = "apr";
        /// A need-only export to a courier.
        Export = "exp";
        /// An order to erase personal data before their time.
        Erasure = "era";
        /// A resident's formal request for access or correction.
        SubjectRequest = "dsr";
        /// A certificate of erasure.
        Certificate = "crt";
        /// A bulletin "as at 3 pm".
        Bulletin = "bul";
        /// An incident.
        Incident = "inc";
        /// An alert to officers.
        Alert = "alt";
        /// A review of access rights.
        Review = "rvw";
        /// A contractor: a courier, a print bureau, an operator of electronic forms.
        Contractor = "ctr";
        /// A contract of a department with a contractor.
        Contract = "ctc";
        /// A credential with which a contractor's programs sign in.
        Credential = "crd";
        /// A lease of field groups of records to a contractor.
        Lease = "lse";
        /// A planted record of somebody who does not exist.
        Canary = "can";
        /// A negative probe of a contractor's addresses.
        Probe = "prb";
        /// A structured enquiry to a contractor.
        Enquiry = "enq";
        /// An escalation to the head of a department.
        Escalation = "esc";
        /// Somebody of a department's incident team.
        CallPerson = "cps";
        /// A call-out of departments.
        CallOut = "cal";
        /// One message of a call-out to one person on one channel.
        CallPage = "pge";
        /// A support station.
        Station = "stn";
        /// A device that a support station lends to residents.
        Device = "dvc";
        /// A shift of an officer at a support station.
        Shift = "shf";
        /// A form that was filled in on paper and is typed twice.
        PaperForm = "ppr";
        /// A briefing for an association.
        Briefing = "brf";
        /// An exercise of the call-out.
        Exercise = "exr";
        /// An exercise of incident response, with its scenario.
        Drill = "drl";
        /// Somebody from outside who was invited to an exercise.
        Guest = "gst";
        /// A lesson of an exercise.
        Lesson = "lsn";
        /// A session of a training course.
        TrainingSession = "tse";
        /// A try of a course's quiz.
        QuizTry = "qtr";
        /// That an officer has completed a course.
        TrainingRecord = "trc";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Random for Counting {
        fn fill(&self, out: &mut [u8]) {
            out.iter_mut().enumerate().for_each(|(i, b)| *b = u8::try_from(i).unwrap_or(0));
        }
    }

    #[test]
    fn ids_sort_by_time_and_print_their_kind() {
        let early: Id<kinds::Household> = Id::new(Instant::from_millis(1_000), &Counting);
        let late: Id<kinds::Household> = Id::new(Instant::from_millis(2_000), &Counting);
        assert!(early < late);
        assert!(early.to_string().starts_with("hh_0000000003e87"));
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!(early.to_string().parse::<Id<kinds::Officer>>(), Err(IdError));
    }

    #[test]
    fn no_two_kinds_share_a_prefix() {
        let mut seen: Vec<_> = kinds::PREFIXES.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), kinds::PREFIXES.len());
    }
}
