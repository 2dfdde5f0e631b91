//! A resident signs a document: brought, drawn, looked at, agreed to with a passkey, signed, fetched.

use std::sync::Arc;

use identity::{AttributeName, Level, Resident, SealedAttribute, Signed};
use journal::{Actor, Committed, Ledger, Work};
use kernel::{Fault, Id, Instant, Kind, Random, Secret, kinds};
use seal::{SealError, sha256};
use serde_json::{Value, json};
use signing::pdf::{self, PdfError, Prepared};
use signing::{
    Act, ActError, Authority, Body, Brought, Desk, DrawError, Form, Part, PasskeyKey, Renderer, RequestError, SealedDraft, SignError, Signature,
    SigningKey, StampError, StampingAuthority, Statement, Timestamps, Trust, WayBack,
};
use store::{RunError, StoreError};

/// What signatures are made with: authorities, a clock that others believe, and a program that draws pages.
pub struct SigningOffice {
    /// Who issues certificates.
    pub authority: Authority,
    /// Those that issued before the key was changed: they answer for what they issued, and issue nothing.
    pub earlier: Vec<Authority>,
    /// Our own time-stamping authority.
    pub stamping: StampingAuthority,
    /// A time-stamping authority elsewhere, in place of ours.
    pub elsewhere: Option<Arc<dyn Timestamps>>,
    /// Draws pages.
    pub renderer: Arc<dyn Renderer>,
    /// The root's list of revoked authorities, in DER.
    pub root_list: Vec<u8>,
    /// What a signature is judged by.
    pub trust: Trust,
    /// Chance.
    pub random: Arc<dyn Random>,
}

impl SigningOffice {
    /// The one that issues, and those that did.
    pub fn authorities(&self) -> impl Iterator<Item = &Authority> {
        std::iter::once(&self.authority).chain(&self.earlier)
    }
}

/// Our own authority at a moment.
struct Clock<'a>(&'a SigningOffice, Instant);

impl Timestamps for Clock<'_> {
    fn stamp(&self, digest: &[u8; 32]) -> Result<Vec<u8>, StampError> {
        Ok(self.0.stamping.token(digest, &*self.0.random, self.1)?)
    }
}

/// What came to be signed.
#[derive(Clone, Debug)]
pub struct ToSign {
    /// The document, a PDF.
    pub document: Vec<u8>,
    /// What it is called.
    pub title: String,
    /// Which kind of signature.
    pub form: Form,
    /// Who asks: a service's name, or the site itself.
    pub service: String,
}

/// Why a document is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignDocumentError {
    /// The account is not of the level that signs.
    #[error("only residents whose identity was checked, with a passkey for signing, sign documents")]
    Level,
    /// The account's passkey for signing is gone.
    #[error("register a passkey for signing first")]
    NoKey,
    /// The passkey's counter went backwards, so it may exist twice: it is suspended now, and nothing was signed.
    #[error("this passkey may exist twice and is suspended")]
    Copied,
    /// The document.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// Its pictures.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The act or the signature.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The keys.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for SignDocumentError {
    fn kind(&self) -> Kind {
        match self {
            Self::Level | Self::NoKey | Self::Copied => Kind::Denied,
            Self::Pdf(_) | Self::Draw(DrawError::Document | DrawError::TooMany) => Kind::Invalid,
            Self::Draw(DrawError::Busy) => Kind::Busy,
            Self::Draw(DrawError::Program(_)) => Kind::Broken,
            Self::Request(error) => error.kind(),
            Self::Sign(error) => error.kind(),
            Self::Seal(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

type RequestId = Id<kinds::SigningRequest>;

/// Makes a passkey of a verified account the one that signs, and the account one of level plus.
pub fn register_signing(
    ledger: &Ledger,
    who: &Resident,
    passkey: Id<kinds::AccountPasskey>,
) -> Result<(), RunError<SignDocumentError>> {
    let account = who.account();
    let written = ledger.write("flows.register_signing", Actor::Visitor, move |work| {
        if identity::account(work.tx(), account)?.is_none_or(|account| account.needs_proofing()) {
            return Err(SignDocumentError::Level);
        }
        let found = identity::signing_passkey(work.tx(), account, passkey)?.ok_or(SignDocumentError::NoKey)?;
        let since = work.now();
        let key = SigningKey { passkey, credential: found.credential, public: PasskeyKey::of(&found.public), since };
        signing::register_key(work, account, &key)?;
        identity::set_plus(work, account, true)?;
        Ok(())
    });
    written.map(|_| ())
}

/// An account signs no more.
pub fn leave_signing(ledger: &Ledger, who: &Resident) -> Result<(), RunError<SignDocumentError>> {
    let account = who.account();
    let written = ledger.write("flows.leave_signing", Actor::Visitor, move |work| {
        signing::remove_key(work, account)?;
        identity::set_plus(work, account, false)?;
        Ok(())
    });
    written.map(|_| ())
}

/// A passkey was removed: if it was the one that signs, the account signs no more.
pub fn forget_signing_passkey(
    work: &mut Work<'_, '_>,
    account: Id<kinds::Account>,
    passkey: Id<kinds::AccountPasskey>,
) -> Result<(), StoreError> {
    let now = work.now();
    if signing::signing_key(work.tx(), account, now)?.is_some_and(|key| key.passkey == passkey) {
        signing::remove_key(work, account)?;
        identity::set_plus(work, account, false)?;
    }
    Ok(())
}

/// Takes a document, draws it as it will be signed, and keeps it sealed until it is.
pub fn bring_document(
    ledger: &Ledger,
    office: &SigningOffice,
    who: &Resident,
    to_sign: &ToSign,
) -> Result<RequestId, RunError<SignDocumentError>> {
    let account = who.account();
    let name = name_of(ledger, who)?;
    let draft = draw(ledger, office, to_sign, Signer { account, name, back: None }).map_err(RunError::Refused)?;
    let id = draft.id();
    ledger.write("flows.bring_document", Actor::Visitor, move |work| {
        let now = work.now();
        if signing::signing_key(work.tx(), account, now)?.is_none() {
            return Err(SignDocumentError::NoKey);
        }
        Ok(signing::keep_request(work, &draft)?)
    })?;
    Ok(id)
}

/// Who is to sign, and where that leads.
pub(crate) struct Signer {
    pub(crate) account: Id<kinds::Account>,
    pub(crate) name: String,
    pub(crate) back: Option<WayBack>,
}

/// A document with its pictures and what will be agreed to, sealed.
pub(crate) fn draw(ledger: &Ledger, office: &SigningOffice, to_sign: &ToSign, signer: Signer) -> Result<SealedDraft, SignDocumentError> {
    let (Signer { account, name, back }, now) = (signer, ledger.now());
    let id = Id::from_bytes(office.random.bytes16());
    let made = prepared(to_sign, &name, now, 0)?;
    let pictures = office.renderer.draw(&made.bytes)?;
    let made = prepared(to_sign, &name, now, pictures.len())?;
    let mut nonce = [0; 32];
    office.random.fill(&mut nonce);
    let statement = Statement {
        site: office.trust.site.clone(),
        transaction: id.bytes(),
        service: to_sign.service.clone(),
        form: to_sign.form,
        document: sha256(&[&to_sign.document]),
        covered: made.digest,
        renderer: office.renderer.name().to_owned(),
        resolution: office.renderer.resolution(),
        pages: pictures.iter().map(|picture| sha256(&[picture])).collect(),
        nonce,
    };
    let hole = (made.hole().start, made.hole().end);
    let body = Body { title: to_sign.title.clone(), statement: statement.text(), hole, name, back, document: made.bytes };
    let brought = Brought { id, account, service: to_sign.service.clone(), form: to_sign.form };
    Ok(signing::seal_request(ledger.keys(), now, brought, (&body, &pictures))?)
}

/// A document beside which a signature will stand is not touched; one that will carry it gets its place. The room depends on the
/// number of pages, which is known only once they are drawn; the place itself is never drawn.
fn prepared(to_sign: &ToSign, name: &str, now: Instant, pages: usize) -> Result<Prepared, SignDocumentError> {
    let fields = pdf::Fields { name, reason: &to_sign.title, time: now, room: signing::room(pages) };
    let made = pdf::prepare(&to_sign.document, &fields)?;
    match to_sign.form {
        Form::Pdf => Ok(made),
        Form::Detached => Ok(Prepared::again(to_sign.document.clone(), 0..0)?),
    }
}

/// What the certificate will call the resident: the name as it was proofed.
fn name_of(ledger: &Ledger, who: &Resident) -> Result<String, RunError<SignDocumentError>> {
    let account = who.account();
    let (sealed, committed) = ledger.write("flows.name_for_signing", Actor::Visitor, move |work| read_name(work, account))?;
    open_name(ledger, &committed, &sealed).map_err(RunError::Refused)
}

/// Notes that the name is read for a signature, and hands it out sealed.
pub(crate) fn read_name(work: &mut Work<'_, '_>, account: Id<kinds::Account>) -> Result<Vec<SealedAttribute>, SignDocumentError> {
    let level = identity::account(work.tx(), account)?.map(|account| account.level);
    if level.is_none_or(|level| level < Level::Plus) {
        return Err(SignDocumentError::Level);
    }
    let mut own = identity::read_own_attributes(work, account)?;
    own.retain(|one| matches!(one.name, AttributeName::NameEn | AttributeName::NameZh));
    Ok(own)
}

pub(crate) fn open_name(ledger: &Ledger, committed: &Committed, sealed: &[SealedAttribute]) -> Result<String, SignDocumentError> {
    let opened = identity::open_attributes(committed, ledger.keys(), sealed)?;
    let names: Vec<&str> = opened.iter().map(|one| one.value.expose().as_str()).collect();
    if names.is_empty() { Err(SignDocumentError::Level) } else { Ok(names.join(" ")) }
}

/// Reads a part of a request for its owner; that it was read is on record first.
pub fn read_signing(
    ledger: &Ledger,
    who: &Resident,
    id: RequestId,
    part: Part,
) -> Result<Secret<Vec<u8>>, RunError<SignDocumentError>> {
    let account = who.account();
    let (sealed, committed) = ledger.write("flows.read_signing", Actor::Visitor, move |work| {
        signing::read_part(work, id, account, part).map_err(SignDocumentError::from)
    })?;
    signing::open_part(&committed, ledger.keys(), (part, &sealed)).map_err(|error| RunError::Refused(error.into()))
}

/// What waits, with the lines of its statement.
pub fn waiting_document(ledger: &Ledger, who: &Resident, id: RequestId) -> Result<Body, RunError<SignDocumentError>> {
    let opened = read_signing(ledger, who, id, Part::Body)?;
    signing::body_of(&opened).map_err(|error| RunError::Refused(error.into()))
}

/// Options for `navigator.credentials.get`: the challenge is the digest of the statement, and only the passkey for signing may answer.
pub fn signing_options(
    ledger: &Ledger,
    office: &SigningOffice,
    who: &Resident,
    id: RequestId,
) -> Result<Value, RunError<SignDocumentError>> {
    let (statement, key) = agreed_with(ledger, who, id)?;
    let text = |bytes: &[u8]| base64_url(bytes);
    Ok(json!({"publicKey": {
        "challenge": text(&statement.1.challenge()),
        "rpId": signing::host(&office.trust.site).unwrap_or_default(),
        "allowCredentials": [{"type": "public-key", "id": text(&key.credential)}],
        "userVerification": "required",
        "timeout": 300_000,
    }}))
}

/// Signs with what the passkey answered, and keeps the signed document to be fetched.
pub fn sign_document(
    ledger: &Ledger,
    office: &SigningOffice,
    who: &Resident,
    (id, answer): (RequestId, &Value),
) -> Result<(), RunError<SignDocumentError>> {
    let refused = |error: SignDocumentError| RunError::Refused(error);
    let ((body, statement), key) = agreed_with(ledger, who, id)?;
    let (account, now) = (who.account(), ledger.now());
    let request = ledger.read("flows.signing_request", move |tx| {
        signing::find_request(tx, id, account, now).map_err(SignDocumentError::from)
    })?;
    let request = request.ok_or_else(|| refused(RequestError::Missing.into()))?;
    if request.made.is_some() {
        return Err(refused(RequestError::Made.into()));
    }
    let act = Act::of_answer(&statement, key.public.clone(), answer).map_err(|error: ActError| refused(SignError::Act(error).into()))?;
    let clock = Clock(office, now);
    let timestamps: &dyn Timestamps = office.elsewhere.as_deref().unwrap_or(&clock);
    let desk = Desk { authority: &office.authority, timestamps: Some(timestamps), random: &*office.random, now };
    let made = match statement.form {
        Form::Pdf => Prepared::again(body.document, body.hole.0..body.hole.1)
            .map_err(SignError::Pdf)
            .and_then(|prepared| desk.sign_pdf(&body.name, prepared, &act)),
        Form::Detached => desk.sign_detached(&body.name, &body.document, &act),
    };
    let made = made.map_err(|error| refused(error.into()))?;
    let result = signing::seal_result(ledger.keys(), request.created, &made.bytes).map_err(|error| refused(error.into()))?;
    let signature = Signature {
        serial: made.serial,
        service: request.service,
        form: request.form,
        document: statement.document,
        made: now,
        revoked: None,
    };
    let (passkey, counter) = (key.passkey, act.counter().unwrap_or(0));
    let written = ledger.write("flows.sign_document", Actor::Visitor, move |work| {
        // That a copy was noticed must stand, although nothing is signed.
        Ok(match identity::note_signed(work, (account, passkey), counter, provider::end_session_grants)? {
            Signed::Once => Ok(signing::finish_request(work, (id, account), &signature, &result)?),
            Signed::Copied => {
                forget_signing_passkey(work, account, passkey)?;
                Err(SignDocumentError::Copied)
            }
            Signed::Gone => Err(SignDocumentError::NoKey),
        })
    })?;
    written.0.map_err(refused)
}

/// What waits with its statement, and the passkey that may agree to it.
fn agreed_with(
    ledger: &Ledger,
    who: &Resident,
    id: RequestId,
) -> Result<((Body, Statement), SigningKey), RunError<SignDocumentError>> {
    let refused = |error: SignDocumentError| RunError::Refused(error);
    let (account, now) = (who.account(), ledger.now());
    let key = ledger.read("flows.signing_key", move |tx| {
        signing::signing_key(tx, account, now).map_err(SignDocumentError::from)
    })?;
    let key = key.ok_or_else(|| refused(SignDocumentError::NoKey))?;
    let body = waiting_document(ledger, who, id)?;
    let statement = Statement::parse(&body.statement).ok_or_else(|| refused(SealError::Broken.into()))?;
    Ok(((body, statement), key))
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
