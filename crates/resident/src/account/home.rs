use axum::response::Response;
use identity::{Device, Found, Means, Passkey, Session, passkeys, password_since, sessions};
use kernel::Instant;
use store::StoreError;
use webkit::parts::{Button, ButtonStyle, Details, Inset, Part, SummaryList, SummaryRow, Table, Tag, Tone};
use webkit::{Body, Failure, Markup, Page, formats};

use super::call::Call;
use super::{activate, connect, details, passkeys as own, sign_in};
use crate::faults::Faults;

/// `GET /account`: one's account, or the two ways in.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    match call.found {
        Some(found) => mine(&call, &found).await,
        None => Ok(ways_in(&call)),
    }
}

fn ways_in(call: &Call) -> Response {
    let title = call.charter.title.get(call.language()).to_owned();
    let mut body = call.body(&title, &Faults::none());
    if call.visitor.query.as_deref() == Some(sign_in::SIGNED_OUT) {
        body.part(&Inset(call.say("account-signed-out").into()));
    }
    body.lead(call.say("account-lead"));
    body.h2(call.say("account-sign-in-title"));
    body.part(&sign_in::form(call, None).part(&Button::new(call.say("account-sign-in"))));
    body.part(&Details { summary: call.say("passkey-what"), body: call.say("passkey-what-text").into(), open: false });
    body.note(call.say("account-sign-in-needs"));
    body.link(call.say("account-password-instead"), call.url("/account/sign-in/password"));
    body.link(call.say("forgot-link"), call.url("/account/forgot"));
    body.link(call.say("recover-link"), call.url("/account/recover"));
    body.link(call.say("cancel-link"), call.url("/account/cancel"));
    body.h2(call.say("account-none-yet")).p(call.say("account-sign-up-lead"));
    body.part(&Button::link(call.say("account-sign-up"), call.url("/account/sign-up")).style(ButtonStyle::Secondary));
    body.note(call.say("account-no-passkey"));
    body.link(call.say("asked-title"), call.url("/account/asked"));
    call.show(Page::new(title, body.markup()).script("passkey.js").current("/account"))
}

async fn mine(call: &Call, found: &Found) -> Result<Response, Failure> {
    let (account, now) = (found.who.account(), call.now());
    let read = call.read("resident.account", move |tx| {
        let own = (passkeys(tx, account)?, password_since(tx, account)?);
        Ok::<_, StoreError>((identity::account(tx, account)?, own, sessions(tx, account, now)?))
    });
    let (Some(account), (passkeys, password), sessions) = read.await? else { return Ok(call.away()) };
    let title = call.say("account-mine-title");
    let mut body = call.body(&title, &Faults::none());
    connect::goes_on(call, &mut body).await?;
    let day = |day| formats::date(day, call.language());
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("account-level"), call.say(level_words(account.level))),
        SummaryRow::new(call.say("account-since"), day(account.created.day())),
        SummaryRow::new(call.say("data-until"), call.t.with("account-expiry", [("day", day(account.expiry))])),
    ]));
    activate::link(call, &mut body, account.level);
    if account.level > identity::Level::Registered {
        body.link(call.say("shown-link"), call.url("/account/code"));
    }
    let proofing = if account.needs_proofing() { "proof-link" } else { "proof-link-done" };
    body.link(call.say(proofing), call.url("/account/proofing"));
    body.link(call.say("signing-link"), call.url("/account/signing"));
    details::links(call, &mut body);
    passkey_list(call, &mut body, &passkeys);
    if let Some(since) = password {
        password_part(call, &mut body, since);
    }
    session_list(call, &mut body, &sessions, found);
    body.h2(call.say("close-heading")).link(call.say("close-title"), call.url("/account/close"));
    Ok(call.show(Page::new(title, body.markup()).current("/account")))
}

const fn level_words(level: identity::Level) -> &'static str {
    match level {
        identity::Level::Registered => "account-level-registered",
        identity::Level::Activated => "account-level-activated",
        identity::Level::Verified => "account-level-verified",
        identity::Level::Plus => "account-level-plus",
    }
}

fn passkey_list(call: &Call, body: &mut Body, passkeys: &[Passkey]) {
    body.h2(call.say("account-passkeys")).p(call.say("account-passkeys-lead"));
    let works = passkeys.iter().filter(|passkey| !passkey.suspended).count();
    for (number, passkey) in (1..).zip(passkeys) {
        let name = call.t.with("account-passkey-name", [("device", device(call, passkey.device)), ("number", number.to_string())]);
        let used = passkey.last_used.map_or_else(|| call.say("account-never"), |at| call.at(at));
        let state = if passkey.suspended {
            Tag::new(call.say("account-suspended"), Tone::Bad)
        } else {
            Tag::new(call.say("account-works"), Tone::Good)
        };
        let copies = call.say(if passkey.synced { "account-synced" } else { "account-not-synced" });
        body.h3(name.clone()).part(&SummaryList::new(vec![
            SummaryRow::new(call.say("account-state"), state.html(call.language())),
            SummaryRow::new(call.say("account-added"), call.at(passkey.created)),
            SummaryRow::new(call.say("account-used"), used),
            SummaryRow::new(call.say("account-copies"), copies),
        ]));
        let about = |key| call.t.with(key, [("name", name.as_str())]);
        body.link(about("account-tell"), call.url(&own::device_path(passkey.id)));
        if works > 1 || passkey.suspended {
            body.link(about("account-remove"), call.url(&own::remove_path(passkey.id)));
        }
    }
    body.part(&Button::link(call.say("account-add"), call.url("/account/passkeys/add")).style(ButtonStyle::Secondary));
}

fn password_part(call: &Call, body: &mut Body, since: Instant) {
    body.h2(call.say("account-password-title")).part(&SummaryList::new(vec![
        SummaryRow::new(call.say("account-state"), Tag::new(call.say("account-password-weak"), Tone::Attention).html(call.language())),
        SummaryRow::new(call.say("account-added"), call.at(since)),
    ]));
    body.p(call.say("account-password-weaker")).link(call.say("account-password-change"), call.url("/account/password"));
}

fn session_list(call: &Call, body: &mut Body, sessions: &[Session], found: &Found) {
    body.h2(call.say("account-sessions")).p(call.say("account-sessions-lead"));
    let head = ["account-session-device", "account-session-began", "account-session-seen", "account-session-end"];
    let mut table = Table::new(call.say("account-sessions"), head.map(|key| call.say(key)));
    table.quiet_caption = true;
    for session in sessions {
        let from = match (session.means, session.device) {
            (Means::Password, _) => call.say("account-session-password"),
            (Means::Passkey, Some(on)) => device(call, on),
            (Means::Passkey, None) => call.say("account-passkey-gone"),
        };
        let end = if session.id == found.who.session() {
            Markup::text(&call.say("account-session-this"))
        } else {
            end_button(call, session)
        };
        table.row([Markup::text(&from), Markup::text(&call.at(session.started)), Markup::text(&call.at(session.seen)), end]);
    }
    body.part(&table);
    if sessions.len() > 1 {
        let button = Button::new(call.say("account-end-others")).style(ButtonStyle::Secondary);
        body.part(&call.form("/account/sessions/end-others").id("end-others").part(&button));
    }
}

fn end_button(call: &Call, session: &Session) -> Markup {
    let words = call.t.with("account-end-session", [("time", call.at(session.started))]);
    let form = call.form("/account/sessions/end").id(format!("end-{}", session.id)).hidden("session", session.id.to_string());
    form.part(&Button::new(words).style(ButtonStyle::Quiet)).html(call.language())
}

/// What a passkey is on, in words.
pub(super) fn device(call: &Call, device: Device) -> String {
    call.say(match device {
        Device::Phone => "account-device-phone",
        Device::Tablet => "account-device-tablet",
        Device::Computer => "account-device-computer",
        Device::SecurityKey => "account-device-key",
        Device::Other => "account-device-other",
    })
}
