//! An online service has a document signed: it brings the document for a resident who allowed that, the resident sees it and signs or
//! refuses, the service fetches what was signed. Whatever the service says of itself is its registration; of its own words the
//! resident reads one line.

use journal::{Actor, Committed, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Language, Secret, kinds};
use openid::SIGN;
use provider::{InUse, Registered, Shown};
use signing::{AskError, AskedSignature, Between, Form, Part, WayBack};
use store::{RunError, StoreError};

use crate::sign_document::{Signer, draw, open_name, read_name};
use crate::{SignDocumentError, SigningOffice, ToSign};

/// Characters of the line that says what a signature is for.
pub const PURPOSE_MOST: usize = 120;
/// Bytes of what a service wants to hear again.
pub const STATE_MOST: usize = 512;

/// What a service brings.
#[derive(Clone, Debug)]
pub struct AskedToSign {
    /// The document, a PDF.
    pub document: Vec<u8>,
    /// What the signature is for, in one line.
    pub purpose: String,
    /// Which kind of signature.
    pub form: Form,
    /// Where the resident goes afterwards, one of the registered addresses; nowhere without one.
    pub return_to: Option<String>,
    /// What the service hears again with it.
    pub state: Option<String>,
}

/// Why nothing was taken or given.
#[derive(Debug, thiserror::Error)]
pub enum AskSignatureError {
    /// The token opens nothing, or for somebody else.
    #[error("unknown, ended, or bound to another key")]
    Token,
    /// The token is not for signatures, or the resident took that back.
    #[error("the resident did not allow this service to bring documents, or allows it no more")]
    Scope,
    /// The line is not one.
    #[error("purpose is one line of 1 to 120 characters")]
    Purpose,
    /// The address is not registered, or the state is too long.
    #[error("return_to is one of the registered redirect addresses, and state has at most 512 bytes")]
    Return,
    /// The account or the document.
    #[error(transparent)]
    Sign(#[from] SignDocumentError),
    /// What was asked before.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for AskSignatureError {
    fn kind(&self) -> Kind {
        match self {
            Self::Token | Self::Scope => Kind::Denied,
            Self::Purpose | Self::Return => Kind::Invalid,
            Self::Sign(error) => error.kind(),
            Self::Ask(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

type RequestId = Id<kinds::SigningRequest>;
type Done<T> = Result<T, RunError<AskSignatureError>>;

/// Takes a document from a service for the resident of its token, and says under which id it waits. Everything that costs nothing is
/// judged before the document is drawn.
pub fn ask_signature(ledger: &Ledger, office: &SigningOffice, (token, shown): (&str, Shown), asked: AskedToSign) -> Done<RequestId> {
    let refused = RunError::Refused;
    let purpose = one_line(&asked.purpose).ok_or_else(|| refused(AskSignatureError::Purpose))?;
    let (token, wanted) = (token.to_owned(), (asked.return_to.clone(), asked.state.clone()));
    let (admitted, committed) = ledger.write("flows.admit_signature", Actor::Visitor, move |work| admit(work, &token, &shown, &wanted))?;
    let Admitted { between, service, back, name } = admitted.map_err(refused)?;
    let name = open_name(ledger, &committed, &name).map_err(|error| refused(error.into()))?;
    let to_sign = ToSign { document: asked.document, title: purpose, form: asked.form, service };
    let signer = Signer { account: between.account, name, back };
    let draft = draw(ledger, office, &to_sign, signer).map_err(|error| refused(error.into()))?;
    let (id, document) = (draft.id(), seal::sha256(&[&to_sign.document]));
    ledger.write("flows.ask_signature", Actor::Visitor, move |work| {
        Ok::<_, AskSignatureError>(signing::keep_asked(work, &draft, &between.client, document)?)
    })?;
    Ok(id)
}

/// What is known of a service and of a resident once a token was judged.
struct Admitted {
    between: Between,
    service: String,
    back: Option<WayBack>,
    name: Vec<identity::SealedAttribute>,
}

/// A refusal is a value here: that the proof of possession was used must stand, whatever else is wrong.
fn admit(
    work: &mut Work<'_, '_>,
    token: &str,
    shown: &Shown,
    (return_to, state): &(Option<String>, Option<String>),
) -> Result<Result<Admitted, AskSignatureError>, AskSignatureError> {
    let in_use = match in_use(work, token, shown)? {
        Ok(in_use) if in_use.attributes.iter().any(|name| name == SIGN) => in_use,
        Ok(_) => return Ok(Err(AskSignatureError::Scope)),
        Err(error) => return Ok(Err(error)),
    };
    let between = between(&in_use);
    let now = work.now();
    let Some(registered) = provider::find_client(work.tx(), &in_use.client)? else { return Ok(Err(AskSignatureError::Token)) };
    let Some(back) = way_back(&registered, return_to.as_deref(), state.as_deref()) else { return Ok(Err(AskSignatureError::Return)) };
    match signing::may_ask(work.tx(), &between, now) {
        Ok(()) => (),
        Err(AskError::Store(error)) => return Err(error.into()),
        Err(error) => return Ok(Err(error.into())),
    }
    if signing::signing_key(work.tx(), between.account, now)?.is_none() {
        return Ok(Err(SignDocumentError::NoKey.into()));
    }
    match read_name(work, between.account) {
        Ok(name) => Ok(Ok(Admitted { between, service: service_line(&registered), back, name })),
        Err(SignDocumentError::Store(error)) => Err(error.into()),
        Err(error) => Ok(Err(error.into())),
    }
}

/// What a token for signatures opens.
fn in_use(work: &mut Work<'_, '_>, token: &str, shown: &Shown) -> Result<Result<InUse, AskSignatureError>, StoreError> {
    let found = provider::use_token(work, token, shown)?;
    Ok(match found {
        Some(in_use) if in_use.scope.contains(SIGN) => Ok(in_use),
        Some(_) => Err(AskSignatureError::Scope),
        None => Err(AskSignatureError::Token),
    })
}

fn between(in_use: &InUse) -> Between {
    Between { client: in_use.client.clone(), account: Id::from_bytes(in_use.account) }
}

/// One of the registered addresses as it is written there, or none asked for; nothing at all for anything else.
#[expect(clippy::option_option, reason = "no way back was asked for, and what was asked for is refused, are two things")]
fn way_back(registered: &Registered, return_to: Option<&str>, state: Option<&str>) -> Option<Option<WayBack>> {
    let state = state.map(str::to_owned);
    let printable = |text: &String| text.len() <= STATE_MOST && !text.chars().any(char::is_control);
    match return_to {
        None => state.is_none().then_some(None),
        Some(address) => {
            let address = registered.client().redirect(address)?.as_str().to_owned();
            state.as_ref().is_none_or(printable).then_some(Some(WayBack { address, state }))
        }
    }
}

/// What a signature names for ever: the service's registered name, and what the provider calls it.
fn service_line(registered: &Registered) -> String {
    let name = &registered.registration.name;
    let line = format!("{} / {} ({})", name.get(Language::En), name.get(Language::ZhHant), registered.client().id);
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A line that says what it seems to say: characters that turn the order of writing or show nothing have no place in it.
fn one_line(text: &str) -> Option<String> {
    let hidden = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let text = text.trim();
    let sound = !text.is_empty() && text.chars().count() <= PURPOSE_MOST && !text.chars().any(|c| c.is_control() || hidden(c));
    sound.then(|| text.to_owned())
}

/// A unit of work over one document that the service of a token brought. The token must be one for signatures; that the resident
/// allows no more of them does not keep a service from what was signed before.
fn over<T: Send + 'static>(
    ledger: &Ledger,
    name: &'static str,
    (token, shown): (&str, Shown),
    act: impl Fn(&mut Work<'_, '_>, &Between) -> Result<T, AskError> + Send + 'static,
) -> Done<(T, Committed)> {
    let token = token.to_owned();
    let (found, committed) = ledger.write(name, Actor::Visitor, move |work| {
        let between = match in_use(work, &token, &shown)? {
            Ok(in_use) => between(&in_use),
            Err(error) => return Ok(Err(error)),
        };
        match act(work, &between) {
            Ok(value) => Ok(Ok(value)),
            Err(AskError::Store(error)) => Err(AskSignatureError::Store(error)),
            Err(error) => Ok(Err(error.into())),
        }
    })?;
    Ok((found.map_err(RunError::Refused)?, committed))
}

/// What became of a document, and the moment at which that was asked.
pub fn signature_state(ledger: &Ledger, proof: (&str, Shown), id: RequestId) -> Done<(AskedSignature, Instant)> {
    let look = move |work: &mut Work<'_, '_>, between: &Between| {
        let now = work.now();
        Ok((signing::asked_by(work.tx(), id, between)?, now))
    };
    over(ledger, "flows.signature_state", proof, look).map(|(found, _)| found)
}

/// Gives a service what was signed; that it is given is on record first.
pub fn fetch_signature(ledger: &Ledger, proof: (&str, Shown), id: RequestId) -> Done<(Form, Secret<Vec<u8>>)> {
    let fetch = move |work: &mut Work<'_, '_>, between: &Between| signing::fetch_asked(work, id, between);
    let ((form, sealed), committed) = over(ledger, "flows.fetch_signature", proof, fetch)?;
    let opened = signing::open_part(&committed, ledger.keys(), (Part::Signed, &sealed));
    Ok((form, opened.map_err(|error| RunError::Refused(AskError::from(error).into()))?))
}

/// Takes a document back before it was answered.
pub fn cancel_signature(ledger: &Ledger, proof: (&str, Shown), id: RequestId) -> Done<()> {
    over(ledger, "flows.cancel_signature", proof, move |work, between| signing::cancel_asked(work, id, between)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_service_is_one_line_and_hides_nothing() {
        assert_eq!(one_line(" Lending agreement 借閱協議 ").as_deref(), Some("Lending agreement 借閱協議"));
        assert_eq!(one_line(&"書".repeat(PURPOSE_MOST)).map(|line| line.chars().count()), Some(PURPOSE_MOST));
        for bad in ["", "  ", "a\nb", "a\u{202e}b", "a\u{200b}b", &"x".repeat(PURPOSE_MOST + 1)] {
            assert_eq!(one_line(bad), None, "{bad:?}");
        }
    }
}
