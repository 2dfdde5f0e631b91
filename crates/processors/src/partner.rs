use std::fmt;

use journal::{Actor, Event, Removed, Work};
use kernel::{Fault, Id, Instant, Kind, Random, Secret, from_hex, kinds, to_hex};
use people::{Grant, ManageContractors};
use seal::sha256;
use store::{StoreError, Tx};

use crate::record_contract::living;
use crate::{Contract, ContractError, storage};

/// The credential of a contractor's programs and people, shown once, when it is issued; or the cookie of a session that began
/// with it. The store keeps only its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerToken(Secret<[u8; 32]>);

impl PartnerToken {
    pub(crate) fn new(random: &dyn Random) -> Self {
        Self(Secret::new(random.bytes32()))
    }

    /// Reads the 64 hexadecimal digits of a header or a form.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = from_hex(text.trim()).ok()?;
        Some(Self(Secret::new(bytes.try_into().ok()?)))
    }

    /// The text to hand over, once.
    pub fn reveal(&self) -> Secret<String> {
        Secret::new(to_hex(self.0.expose()))
    }

    fn hash(&self) -> [u8; 32] {
        sha256(&[b"lionrock partner token\0", self.0.expose()])
    }

    /// What the store keeps of a session: a credential is none, and a session's cookie is no credential.
    pub(crate) fn session_hash(&self) -> [u8; 32] {
        sha256(&[b"lionrock partner session\0", self.0.expose()])
    }
}

/// A credential just issued.
#[derive(Clone, Debug)]
pub struct IssuedCredential {
    /// Its id.
    pub id: Id<kinds::Credential>,
    /// To be shown once.
    pub token: PartnerToken,
}

/// Issues a credential under a contract. No complete clause record, no credential.
pub fn issue_credential(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: Id<kinds::Contract>,
) -> Result<IssuedCredential, ContractError> {
    let contract = living(work, grant, contract)?;
    if let Some(flaw) = contract.clauses.flaws().into_iter().next() {
        return Err(ContractError::Clauses(flaw));
    }
    if work.today() > contract.until {
        return Err(ContractError::Ended);
    }
    let (id, token, now) = (work.new_id(), PartnerToken::new(work.random()), work.now());
    storage::contractor::insert_credential(work.tx(), id, token.hash(), contract.id, now)?;
    work.journal(
        Event::new("processors.credential_issued")
            .detail("credential", id.to_string())
            .detail("contract", contract.id.to_string())
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(IssuedCredential { id, token })
}

/// The credentials of a contract that were revoked, in the ledger of removals.
const CREDENTIALS: &str = "credentials";

/// After a restore: revokes again the credentials that were revoked since the backup.
pub fn end_restored(work: &mut Work<'_, '_>, removed: &Removed) -> Result<(), StoreError> {
    let mut revoked = 0;
    if removed.any(CREDENTIALS) {
        for (credential, contract, created) in storage::contractor::living_credentials(work.tx())? {
            if let Some(removal) = removed.find(CREDENTIALS, &contract.bytes()).filter(|removal| created < removal.at) {
                revoked += storage::contractor::end_credential(work.tx(), credential, removal.at)?;
            }
        }
    }
    if revoked > 0 {
        work.journal(Event::new("processors.credentials_revoked_again").detail("credentials", revoked))?;
    }
    Ok(())
}

/// Revokes every credential of a contract. Returns how many.
pub fn revoke_credentials(
    work: &mut Work<'_, '_>,
    grant: &Grant<ManageContractors>,
    contract: Id<kinds::Contract>,
) -> Result<u64, ContractError> {
    let found = storage::contractor::contract(work.tx(), contract)?;
    if found.is_none_or(|contract| contract.department != grant.department()) {
        return Err(ContractError::Missing);
    }
    let now = work.now();
    let revoked = storage::contractor::end_credentials(work.tx(), contract, now)?;
    work.removed(CREDENTIALS, &contract.bytes(), "")?;
    work.journal(
        Event::new("processors.credentials_revoked")
            .detail("contract", contract.to_string())
            .detail("credentials", revoked)
            .detail("by", grant.officer().to_string()),
    )?;
    Ok(revoked)
}

/// Proof that somebody showed a credential of a contractor. Only [`find_partner`] makes one, and
/// [`crate::find_partner_session`] of a session that began with one.
///
/// It outlives the contract, because what is owed after the end (statement, enquiries) is filed with it; what it may still
/// read is asked of each lease.
#[derive(Clone)]
pub struct Partner {
    credential: Id<kinds::Credential>,
    contract: Contract,
}

/// Why a credential opens nothing. One answer to everything.
#[derive(Debug, thiserror::Error)]
pub enum PartnerError {
    /// There is no such credential, or it was revoked.
    #[error("this credential is not known or was revoked")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for PartnerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::Denied,
            Self::Store(error) => error.kind(),
        }
    }
}

/// Who shows this credential.
pub fn find_partner(tx: &mut Tx<'_>, token: &PartnerToken) -> Result<Partner, PartnerError> {
    let found = storage::contractor::credential(tx, token.hash())?;
    let (credential, contract) = found.ok_or(PartnerError::Unknown)?;
    let contract = storage::contractor::contract(tx, contract)?.ok_or(PartnerError::Unknown)?;
    Ok(Partner { credential, contract })
}

impl Partner {
    pub(crate) const fn known(credential: Id<kinds::Credential>, contract: Contract) -> Self {
        Self { credential, contract }
    }

    /// The contractor.
    pub const fn contractor(&self) -> Id<kinds::Contractor> {
        self.contract.contractor
    }

    /// The contract.
    pub const fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The credential.
    pub const fn credential(&self) -> Id<kinds::Credential> {
        self.credential
    }

    /// Whether data may be given under the contract at this moment, as far as it was known when the credential was shown.
    pub fn holds(&self, now: Instant) -> bool {
        self.contract.holds(now)
    }

    /// As the journal names an actor.
    pub const fn actor(&self) -> Actor {
        Actor::Contractor { id: self.contract.contractor, contract: self.contract.id }
    }
}

impl fmt::Debug for Partner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partner({}, {})", self.contract.contractor, self.credential)
    }
}
