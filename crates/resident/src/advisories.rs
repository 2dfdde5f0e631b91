//! Security advisories and guides that everybody may read, their feed, and subscribing to them by mail.

use std::sync::Arc;

use advisories::{
    Act, Advisory, Audience, Revision, SubscriberError, SubscriptionToken, advisory, ask_subscription, atom_feed, public_advisories, revisions,
    seal_address, settle_subscription, subscription,
};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use journal::Actor;
use kernel::{Kind, Text};
use store::{RunError, StoreError};
use webkit::parts::{Button, ButtonStyle, Choice, Form, Inset, Radios, TextInput, Warning};
use webkit::{Body, Failure, Markup, Page, Values, Visitor, formats};

use crate::blocking::blocking;
use crate::faults::Faults;
use crate::state::ResidentState;
use crate::texts::texts;

type Shared = State<Arc<ResidentState>>;

const HOME: &str = "/advisories";

/// `GET /advisories`: newest first.
pub(crate) async fn show(State(state): Shared, visitor: Visitor) -> Result<Response, Failure> {
    let (t, language) = (texts(visitor.language), visitor.language);
    let all = all(&state).await?;
    let mut body = Body::new(language);
    body.h1(t.get("advisories-title")).lead(t.get("advisories-lead"));
    body.link(t.get("advisories-subscribe"), visitor.url("/advisories/subscribe"));
    body.link(t.get("advisories-feed"), visitor.url("/advisories/feed.xml"));
    if all.is_empty() {
        body.part(&Inset(t.get("advisories-none").into()));
    }
    for one in &all {
        body.push(&heading(one.title.get(language), &visitor.url(&format!("/advisories/{}", one.number))));
        body.note(line(one, &visitor));
    }
    Ok(state.layout.page(&visitor, Page::new(t.get("advisories-title"), body.markup()).current(HOME.to_owned())))
}

async fn all(state: &Arc<ResidentState>) -> Result<Vec<Advisory>, Failure> {
    let platform = state.platform.clone();
    blocking(move || -> Result<_, RunError<StoreError>> { platform.ledger().read("resident.advisories", public_advisories) }).await
}

fn heading(text: &str, href: &str) -> Markup {
    let (text, href) = (Markup::text(text), Markup::text(href));
    Markup::trusted(format!("<h2 class=\"govuk-heading-m\"><a class=\"govuk-link\" href=\"{href}\">{text}</a></h2>\n"))
}

/// What it is and when it came.
fn line(one: &Advisory, visitor: &Visitor) -> String {
    format!("{} · {}", one.kind.title().get(visitor.language), formats::date(one.published.day(), visitor.language))
}

/// `GET /advisories/{number}`: one of them; a withdrawn one says so, a corrected one what has changed.
pub(crate) async fn one(State(state): Shared, Path(number): Path<i64>, visitor: Visitor) -> Result<Response, Failure> {
    let (t, language) = (texts(visitor.language), visitor.language);
    let (one, all) = published(&state, number).await?;
    let text = one.public_body.as_ref().ok_or_else(|| Failure::of(Kind::Missing))?;
    let title = one.title.get(language).to_owned();
    let mut body = Body::new(language);
    body.h1(&title).note(line(&one, &visitor));
    if one.withdrawn.is_some() {
        body.part(&Warning(t.get("advisories-withdrawn")));
    }
    if let Some((at, changes)) = one.revised.zip(one.changes.as_ref()) {
        let told = [("date", formats::date(at.day(), language)), ("changes", changes.get(language).to_owned())];
        body.part(&Inset(t.with("advisories-corrected", told).into()));
    }
    paragraphs(&mut body, text.get(language));
    if all.len() > 1 {
        body.h2(t.get("advisories-history"));
        let past = all.iter().rev().skip(1);
        let links: Vec<Markup> = past.map(|past| version(past, &visitor, &format!("/advisories/{number}/revisions/{}", past.revision))).collect();
        body.bullets(links);
    }
    Ok(state.layout.page(&visitor, Page::new(title, body.markup()).back(visitor.url(HOME))))
}

/// `GET /advisories/{number}/revisions/{revision}`: as it read before a correction.
pub(crate) async fn past(State(state): Shared, Path((number, revision)): Path<(i64, i64)>, visitor: Visitor) -> Result<Response, Failure> {
    let (t, language) = (texts(visitor.language), visitor.language);
    let (one, all) = published(&state, number).await?;
    let past = all.into_iter().find(|past| past.revision == revision).ok_or_else(|| Failure::of(Kind::Missing))?;
    let text = past.public_body.as_ref().ok_or_else(|| Failure::of(Kind::Missing))?;
    let (title, now) = (past.title.get(language).to_owned(), visitor.url(&format!("/advisories/{number}")));
    let mut body = Body::new(language);
    body.h1(&title).note(version_words(&past, &visitor));
    if past.revision != one.revision {
        body.part(&Warning(t.get("advisories-old")));
        body.link(t.get("advisories-old-link"), now.clone());
    }
    paragraphs(&mut body, text.get(language));
    Ok(state.layout.page(&visitor, Page::new(title, body.markup()).back(now)))
}

/// One that everybody may read, with every revision of it; the one in force last.
async fn published(state: &Arc<ResidentState>, number: i64) -> Result<(Advisory, Vec<Revision>), Failure> {
    let platform = state.platform.clone();
    let found = blocking(move || -> Result<_, RunError<StoreError>> {
        platform.ledger().read("resident.advisory", |tx| {
            let Some(one) = advisory(tx, number)?.filter(|one| one.public_body.is_some()) else { return Ok(None) };
            let all = revisions(tx, &one)?;
            Ok(Some((one, all)))
        })
    });
    found.await?.ok_or_else(|| Failure::of(Kind::Missing))
}

fn paragraphs(body: &mut Body, text: &str) {
    for paragraph in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        body.p(paragraph);
    }
}

fn version(past: &Revision, visitor: &Visitor, path: &str) -> Markup {
    let (words, href) = (Markup::text(&version_words(past, visitor)), Markup::text(&visitor.url(path)));
    Markup::trusted(format!("<a class=\"govuk-link\" href=\"{href}\">{words}</a>"))
}

fn version_words(past: &Revision, visitor: &Visitor) -> String {
    let told = [("number", past.revision.to_string()), ("date", formats::date(past.written.day(), visitor.language))];
    texts(visitor.language).with("advisories-version", told)
}

/// `GET /advisories/feed.xml`: the same for programs (Atom, RFC 4287), in the language of the address.
pub(crate) async fn feed(State(state): Shared, visitor: Visitor) -> Result<Response, Failure> {
    let all = all(&state).await?;
    let name = Text::new("Security advisories and guides", "保安警告及指引", "安全警告及指引");
    let text = atom_feed(&all, &state.platform.sender().origin, &name, visitor.language);
    Ok(([(CONTENT_TYPE, "application/atom+xml; charset=utf-8")], text).into_response())
}

/// `GET /advisories/subscribe`
pub(crate) async fn ask(State(state): Shared, visitor: Visitor) -> Response {
    form(&state, &visitor, &Values::default(), &Faults::none())
}

fn form(state: &ResidentState, visitor: &Visitor, values: &Values, faults: &Faults) -> Response {
    let t = texts(visitor.language);
    let title = t.get("advisories-subscribe");
    let mut body = Body::new(visitor.language);
    body.maybe(faults.summary().as_ref()).h1(&title).p(t.get("advisories-subscribe-lead"));
    let audiences = Audience::ALL.iter().map(|one| Choice::new(one.slug(), one.title().get(visitor.language))).collect();
    let form = Form::new(visitor)
        .part(&TextInput {
            value: values.get("mail").into(),
            error: faults.of_field("mail"),
            kind: Some("email"),
            autocomplete: Some("email"),
            ..TextInput::new("mail", t.get("advisories-mail"))
        })
        .part(&Radios {
            value: values.get("audience").into(),
            error: faults.of_field("audience"),
            ..Radios::new("audience", t.get("advisories-who"), audiences)
        })
        .part(&Button::new(title.clone()));
    body.part(&form);
    let page = Page::new(title, body.markup()).back(visitor.url(HOME)).switch_submits("form");
    state.layout.page(visitor, if faults.is_empty() { page } else { page.invalid() })
}

/// `POST /advisories/subscribe`: the answer is the same whether the address is known or not.
pub(crate) async fn subscribe(State(state): Shared, visitor: Visitor, values: Values) -> Result<Response, Failure> {
    let t = texts(visitor.language);
    if values.switching() {
        return Ok(form(&state, &visitor, &values, &Faults::none()));
    }
    let Some(audience) = Audience::from_slug(values.get("audience")) else {
        return Ok(form(&state, &visitor, &values, &Faults::one("audience", t.get("advisories-who-missing"))));
    };
    let (platform, mail) = (state.platform.clone(), values.get("mail").to_owned());
    let asked = tokio::task::spawn_blocking(kernel::scrubbing(move || -> Result<(), RunError<SubscriberError>> {
        let keys = platform.ledger().keys().clone();
        let address = seal_address(&keys, platform.now().day(), &mail).map_err(RunError::Refused)?;
        let act = move |work: &mut journal::Work<'_, '_>| ask_subscription(work, &keys, (&address, audience));
        platform.ledger().write("resident.subscribe", Actor::Visitor, act).map(drop)
    }));
    match asked.await.map(|done| *done) {
        Err(_) => Err(Failure::of(Kind::Broken).because("a subscription panicked")),
        Ok(Err(RunError::Refused(SubscriberError::Mail))) => {
            Ok(form(&state, &visitor, &values, &Faults::one("mail", t.get("advisories-mail-wrong"))))
        }
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(())) => Ok(said(&state, &visitor, ASKED)),
    }
}

/// A page that says one thing.
fn said(state: &ResidentState, visitor: &Visitor, [title, text]: [&str; 2]) -> Response {
    let t = texts(visitor.language);
    let mut body = Body::new(visitor.language);
    body.h1(t.get(title)).p(t.get(text));
    state.layout.page(visitor, Page::new(t.get(title), body.markup()).back(visitor.url(HOME)).without_switch())
}

const ASKED: [&str; 2] = ["advisories-asked-title", "advisories-asked"];
const CONFIRMED: [&str; 2] = ["advisories-confirmed-title", "advisories-confirmed"];
const ENDED: [&str; 2] = ["advisories-ended-title", "advisories-ended"];

fn token(text: &str) -> Result<SubscriptionToken, Failure> {
    SubscriptionToken::parse(text).ok_or_else(|| Failure::of(Kind::Missing))
}

/// `GET /advisories/subscription/{token}`: shows what the link can do, and does nothing: programs follow links.
pub(crate) async fn link(State(state): Shared, Path(text): Path<String>, visitor: Visitor) -> Result<Response, Failure> {
    let (t, token, platform) = (texts(visitor.language), token(&text)?, state.platform.clone());
    let known = blocking(move || -> Result<_, RunError<StoreError>> {
        platform.ledger().read("resident.subscription", |tx| subscription(tx, &token))
    });
    let Some(confirmed) = known.await? else { return Ok(said(&state, &visitor, ENDED)) };
    let (title, button, act, style) = if confirmed {
        (t.get("advisories-end-title"), t.get("advisories-end"), "end", ButtonStyle::Warning)
    } else {
        (t.get("advisories-confirm-title"), t.get("advisories-confirm"), "confirm", ButtonStyle::default())
    };
    let mut body = Body::new(visitor.language);
    body.h1(&title);
    // Whoever has the link may do this; there is no session that somebody else's page could borrow.
    let form = Form::new(&visitor).tokenless().hidden("act", act);
    body.part(&form.part(&Button::new(button).style(style)));
    Ok(state.layout.page(&visitor, Page::new(title, body.markup())))
}

/// `POST /advisories/subscription/{token}`: by the button of the page, or by a mail program in one press (RFC 8058).
pub(crate) async fn settle(
    State(state): Shared,
    Path(text): Path<String>,
    visitor: Visitor,
    sent: String,
) -> Result<Response, Failure> {
    let (token, platform) = (token(&text)?, state.platform.clone());
    let act = if sent.split('&').any(|pair| pair == "act=confirm") { Act::Confirm } else { Act::End };
    blocking(move || {
        platform.ledger().write("resident.settle_subscription", Actor::Visitor, move |work| settle_subscription(work, &token, act))
    })
    .await?;
    Ok(said(&state, &visitor, if act == Act::Confirm { CONFIRMED } else { ENDED }))
}
