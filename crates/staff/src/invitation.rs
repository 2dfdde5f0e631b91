use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::{Answer, Desk, Mistakes, missing};
use journal::Actor;
use kernel::Kind;
use people::{AddPasskey, AddPasskeyError, BeginPasskey, FinishPasskey, PasskeyAdded, Token};
use serde_json::json;
use store::RunError;
use webkit::parts::Button;
use webkit::{Failure, Json, Page};

use crate::sign_in;

/// The page behind the link of an invitation. It says nothing about whose it is: whoever opens the link finds out by
/// using it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let token = desk.param("token");
    if Token::parse(token).is_none() {
        return Err(missing());
    }
    let title = desk.say("invitation-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.say("invitation-lead"));
    body.bullets([desk.say("invitation-once"), desk.say("invitation-needs"), desk.say("invitation-device")]);
    let base = format!("/staff/invitation/{token}");
    let form = desk
        .form()
        .registers_passkey(desk.url(&format!("{base}/options")), desk.url(&format!("{base}/finish")))
        .part(&Button::new(desk.say("invitation-button")));
    body.part(&form).note(desk.say("invitation-fails"));
    Ok(desk.show(Page::new(title, body.markup()).script("passkey.js")))
}

/// Begins the ceremony.
pub(crate) fn options(desk: &Desk) -> Answer {
    desk.check_script_token()?;
    let token = Token::parse(desk.param("token")).ok_or_else(missing)?;
    begin(desk, AddPasskey::Invitation(token))
}

/// Ends the ceremony; the officer signs in next, with the new passkey.
pub(crate) fn finish(desk: &Desk) -> Answer {
    end(desk, |_| "/staff/sign-in".to_owned())
}

/// The first half, by invitation or by session.
pub(crate) fn begin(desk: &Desk, by: AddPasskey) -> Answer {
    let (rp, command) = (desk.state.relying_party.clone(), BeginPasskey { by });
    let (challenge, _) = desk.platform().ledger().write("staff.begin_passkey", Actor::Visitor, move |work| {
        people::begin_passkey(work, &rp, command.clone())
    })?;
    Ok(sign_in::ceremony(desk, &challenge))
}

/// The second half.
pub(crate) fn end(desk: &Desk, next: impl FnOnce(PasskeyAdded) -> String) -> Answer {
    let ceremony = desk.ceremony.clone().ok_or_else(|| Failure::of(Kind::Gone))?;
    let (rp, command) = (desk.state.relying_party.clone(), FinishPasskey { ceremony, answer: desk.json.clone() });
    let added = desk.platform().ledger().write("staff.finish_passkey", Actor::Visitor, move |work| {
        people::finish_passkey(work, &rp, command.clone())
    });
    let next = match added {
        Ok((added, _)) => next(added),
        Err(RunError::Refused(AddPasskeyError::Unattested)) => UNATTESTED.to_owned(),
        Err(error) => return Err(Failure::from(error)),
    };
    Ok((StatusCode::OK, Json(json!({ "next": desk.url(&next) }))).into_response())
}

/// Where an officer reads that the post needs another kind of key; the invitation is not used up.
pub(crate) const UNATTESTED: &str = "/staff/passkey-not-accepted";

/// Says which key is needed, in plain words.
#[expect(clippy::unnecessary_wraps, reason = "every page of the table of routes may fail")]
pub(crate) fn unattested(desk: &Desk) -> Answer {
    let title = desk.say("unattested-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.lead(desk.say("unattested-lead")).bullets([desk.say("unattested-why"), desk.say("unattested-what"), desk.say("unattested-again")]);
    Ok(desk.show(Page::new(title, body.markup())))
}
