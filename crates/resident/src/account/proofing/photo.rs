use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::response::Response;
use identity::{Piece, ProofState, Proofing, add_picture};
use kernel::Kind;
use webkit::parts::{Button, ButtonStyle, FileInput, Inset};
use webkit::{Body, Failure, FileKind, Page, PictureHint, PictureQuality, SentForm};

use super::{OWN, bare, finished, open};
use crate::account::call::Call;
use crate::blocking::blocking;
use crate::faults::Faults;
use crate::pictures::{MAX_BYTES, MAX_PIXELS};

/// `GET /account/proofing/photo/{piece}`
pub(in crate::account) async fn ask(call: Call, Path(piece): Path<String>) -> Result<Response, Failure> {
    if call.found.is_none() {
        return Ok(call.away());
    }
    let piece = photo(&piece)?;
    Ok(asked(&call, OWN, piece, open(&call).await?))
}

/// The form, while the proofing is not sent yet.
pub(super) fn asked(call: &Call, at: &str, piece: Piece, one: Option<Proofing>) -> Response {
    match one.filter(|one| one.state == ProofState::Draft) {
        Some(_) => page(call, at, piece, &Faults::none()),
        None => call.go(at),
    }
}

/// `POST /account/proofing/photo/{piece}`
pub(in crate::account) async fn send(call: Call, Path(piece): Path<String>, request: Request) -> Result<Response, Failure> {
    let piece = photo(&piece)?;
    if call.found.is_none() {
        return Ok(call.away());
    }
    match open(&call).await? {
        Some(one) => taken(call, OWN, (one, piece), request).await,
        None => Ok(call.go(OWN)),
    }
}

/// What an officer may be unable to see on a photo of these, in the query of its page; each with the words that say so.
const DOUBTS: [(PictureHint, &str, &str); 4] = [
    (PictureHint::Small, "small", "proof-photo-small"),
    (PictureHint::Dark, "dark", "proof-photo-dark"),
    (PictureHint::Bright, "bright", "proof-photo-bright"),
    (PictureHint::Blurred, "blurred", "proof-photo-blurred"),
];

/// The picture is decoded, written anew and sealed; the file that was sent is not kept.
pub(super) async fn taken(
    call: Call,
    at: &'static str,
    (one, piece): (Proofing, Piece),
    request: Request,
) -> Result<Response, Failure> {
    let sent = SentForm::read(request, MAX_BYTES).await?;
    if sent.values.switching() {
        return Ok(page(&call, at, piece, &Faults::none()));
    }
    let Some(file) = sent.file else {
        return Ok(page(&call, at, piece, &Faults::one("picture", call.say("proof-photo-none"))));
    };
    let call = Arc::new(call);
    let taker = call.clone();
    let kept = blocking(move || {
        let words = taker.visitor.texts();
        let picture = match taker.state.pictures.take(&taker.state.platform, (&words, &taker.t), &file) {
            Ok(picture) => picture,
            Err(sentence) => return Ok(Err(sentence)),
        };
        let (service, added) = (&taker.service, (piece, picture.bytes.as_slice()));
        let doubt = PictureQuality::measure(&picture.bytes, MAX_PIXELS).ok().and_then(|quality| quality.hints().first().copied());
        bare(add_picture(service.ledger(), service.evidence(), one.account, one.id, added)).map(|kept| Ok((kept, doubt)))
    });
    match kept.await? {
        Err(sentence) => Ok(page(&call, at, piece, &Faults::one("picture", sentence))),
        Ok((Ok(()), doubt)) => {
            let doubt = doubt.and_then(|doubt| DOUBTS.iter().find(|(hint, ..)| *hint == doubt));
            let again = doubt.map(|(_, name, _)| format!("{at}/photo/{}?looks={name}", piece.name()));
            Ok(call.go(again.as_deref().unwrap_or(at)))
        }
        Ok((kept, _)) => finished(&call, kept, at),
    }
}

/// What to do, and three pieces of advice.
type Advice = (&'static str, [&'static str; 3]);

const DOCUMENT: Advice = ("proof-document-lead", ["proof-document-tip-1", "proof-document-tip-2", "proof-document-tip-3"]);
const SELFIE: Advice = ("proof-selfie-lead", ["proof-selfie-tip-1", "proof-selfie-tip-2", "proof-selfie-tip-3"]);

fn page(call: &Call, at: &str, piece: Piece, faults: &Faults) -> Response {
    let name = piece.name();
    let title = call.say(&format!("proof-piece-{name}"));
    let mut body = call.body(&title, faults);
    let looks = call.visitor.query.as_deref().and_then(|query| query.strip_prefix("looks="));
    if let Some((.., key)) = DOUBTS.iter().find(|(_, name, _)| faults.is_empty() && Some(*name) == looks) {
        body.part(&Inset(call.say(key).into())).p(call.say("proof-photo-again"));
        body.part(&Button::link(call.say("proof-photo-go-on"), call.url(at)).style(ButtonStyle::Secondary));
    }
    advise(call, &mut body, piece);
    let form = call.form(&format!("{at}/photo/{name}")).with_file().part(&field(call, piece, faults));
    body.part(&form.part(&Button::new(call.say("proof-photo-send")))).note(call.say("proof-photo-note"));
    call.show_form(Page::new(title, body.markup()).back(call.url(at)), faults)
}

/// What to do, and how it becomes a good photo.
pub(in crate::account) fn advise(call: &Call, body: &mut Body, piece: Piece) {
    let (lead, tips) = if piece == Piece::Selfie { SELFIE } else { DOCUMENT };
    body.lead(call.say(lead)).bullets(tips.map(|tip| call.say(tip)));
}

/// The field for the photo.
pub(in crate::account) fn field(call: &Call, piece: Piece, faults: &Faults) -> FileInput {
    FileInput {
        hint: Some(call.say("proof-photo-hint")),
        error: faults.of_field("picture"),
        // The camera at the back for the card, the one at the front for the face.
        capture: Some(if piece == Piece::Selfie { "user" } else { "environment" }),
        ..FileInput::new("picture", call.say("proof-photo"), FileKind::Picture)
    }
}

pub(super) fn photo(piece: &str) -> Result<Piece, Failure> {
    let photo = Piece::from_name(piece).filter(|piece| *piece != Piece::Details);
    photo.ok_or_else(|| Failure::of(Kind::Missing))
}
