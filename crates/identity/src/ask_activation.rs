use journal::{Event, Ledger, Work};
use kernel::{Fault, Kind, Secret, to_hex};
use seal::SealError;
use store::StoreError;

use crate::activation::{LetterCargo, SealedCargo, WAIT_DAYS, new_pin, pin_hash, token_hash};
use crate::document::document_tag;
use crate::storage::pin::NewPin;
use crate::{
    ActivationDetails, AttributeName, Charter, DocumentKind, Level, PIN_DAYS, PINS_MOST, Resident, SealedAttribute, Source, keep_attributes,
    seal_attributes, storage,
};

/// Why no PIN goes out.
#[derive(Debug, thiserror::Error)]
pub enum AskActivationError {
    /// The account is activated, or more.
    #[error("this account is activated already")]
    Activated,
    /// It had as many PINs as one account gets.
    #[error("no further PIN is sent to this account; our staff can help")]
    Often,
    /// The account has ended.
    #[error("there is no such account any more")]
    Gone,
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AskActivationError {
    fn kind(&self) -> Kind {
        match self {
            Self::Activated => Kind::Taken,
            Self::Often => Kind::Busy,
            Self::Gone => Kind::Gone,
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Everything that sealing has to do before the transaction.
#[derive(Clone, Debug)]
pub struct NewActivation {
    document: [u8; 32],
    district: hongkong::District,
    attributes: Vec<SealedAttribute>,
    pin: NewPin,
}

/// Makes a PIN and seals it with what was typed.
pub fn prepare_activation(
    ledger: &Ledger,
    charter: &Charter,
    who: &Resident,
    details: &ActivationDetails,
) -> Result<NewActivation, SealError> {
    let (keys, random, now) = (ledger.keys(), &**ledger.random(), ledger.now());
    let (pin, token) = (new_pin(random), to_hex(&random.bytes16()));
    let name = [&details.name_zh, &details.name_en].into_iter().filter(|name| !name.is_empty()).cloned().collect();
    let card = (details.document.kind() == DocumentKind::IdentityCard).then(|| details.document.number().to_owned());
    let hash = pin_hash(keys, &who.account.bytes(), pin.expose());
    let token_hash = token_hash(keys, &token);
    let cargo = LetterCargo { pin: pin.into_exposed(), token, name, address: details.address.clone(), card };
    let pin = NewPin {
        pin: hash,
        token: token_hash,
        barcode: format!("{:012}", random.below(1_000_000_000_000)),
        cargo: SealedCargo::seal(keys, now.day(), &cargo)?,
    };
    let attributes = seal_attributes(keys, now, charter.keep_months, Source::Typed, &typed(details))?;
    Ok(NewActivation { document: document_tag(keys, &details.document), district: details.district, attributes, pin })
}

fn typed(details: &ActivationDetails) -> Vec<(AttributeName, Secret<String>)> {
    let all = [
        (AttributeName::NameEn, details.name_en.clone()),
        (AttributeName::NameZh, details.name_zh.clone()),
        (AttributeName::Address, details.address.join("\n")),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, Secret::new(value))).collect()
}

/// Asks for an account's activation, or once more after a letter that was lost or went to a wrong address: what was typed before and
/// the PINs before are good no more.
pub fn ask_activation(work: &mut Work<'_, '_>, who: &Resident, new: &NewActivation) -> Result<(), AskActivationError> {
    let (account, now, today) = (who.account, work.now(), work.today());
    let owner = storage::account::find(work.tx(), account)?.ok_or(AskActivationError::Gone)?;
    if owner.level != Level::Registered {
        return Err(AskActivationError::Activated);
    }
    let number = storage::pin::of(work.tx(), account)?.first().map_or(1, |pin| pin.number + 1);
    if number > PINS_MOST {
        return Err(AskActivationError::Often);
    }
    storage::pin::replace_all(work.tx(), account)?;
    storage::activation::put(work.tx(), account, (new.document, new.district), (now, today.plus(WAIT_DAYS)))?;
    let district = new.district.code();
    storage::pin::insert(work.tx(), (account, number), (&new.pin, district), (now, today.plus(PIN_DAYS)))?;
    keep_attributes(work, account, &new.attributes)?;
    if number == 1 {
        storage::activation::count(work.tx(), today, district, "registered")?;
    }
    let event = Event::new("identity.activation_asked").record(account.bytes());
    work.journal(event.detail("pin", number).detail("district", district))?;
    Ok(())
}
