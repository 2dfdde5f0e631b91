use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use desk::{Answer, Desk, Mistakes, code, missing};
use kernel::{Language, Text, to_hex};
use openid::{ClientAuthentication, Jwk, Profile, RedirectUri, SenderConstraint};
use people::{EditScheme, SignGate};
use provider::{ApproveClientError, Registered, Registration, Standing, approve_client, end_client, logo_to_review};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, SummaryList, SummaryRow, Table, Tone, Warning};
use webkit::{Body, Failure, Markup, Page, formats};

use crate::connect_form::service_url;
use crate::connect_list::{found, reader, state_tag};
use crate::connect_sheet::{askable, slug};

/// One service: what is on record, what would change, and the ways on.
pub(crate) fn show(desk: &Desk) -> Answer {
    reader(desk)?;
    let (client, change) = found(desk)?;
    let title = desk.text(&client.registration.name);
    let mut body = desk.body(&title, &Mistakes::default());
    let state = state_tag(desk, &client, change.is_some());
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("state"), state),
        SummaryRow::new(desk.say("service-registered-by"), desk.posts()?.of(client.registered_by)),
        SummaryRow::new(desk.say("service-registered"), desk.at(client.registered)),
        SummaryRow::new(desk.say("service-approved"), client.approved.map_or_else(|| desk.say("service-not-approved"), |at| desk.at(at))),
    ]));
    let own = client.owner == desk.who()?.department();
    let waits = client.ended.is_none() && (client.approved.is_none() || change.is_some());
    let url = service_url(desk, &client.client().id);
    if own && waits && desk.may::<SignGate>() {
        body.part(&Button::link(desk.say("service-approve"), format!("{url}/approve")));
    }
    if let Some(change) = &change {
        body.h2(desk.say("service-would-change")).part(&differences(desk, &client.registration, &change.registration));
    }
    what(desk, &client.registration, &mut body);
    if own && client.ended.is_none() && desk.may::<EditScheme>() {
        body.link(desk.say("service-change"), format!("{url}/change"));
    }
    if client.ended.is_none() && desk.may::<SignGate>() {
        body.link(desk.say("service-end"), format!("{url}/end"));
    }
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.url("/staff/services"))))
}

/// Everything of a registration, as an approver reads it.
fn what(desk: &Desk, registration: &Registration, body: &mut Body) {
    let mut rows: Vec<SummaryRow> = lines(desk, registration).into_iter().map(|(key, value)| SummaryRow::new(key, value)).collect();
    if let Some(digest) = registration.logo {
        let (address, alternative) = (logo_url(desk, registration, digest), Markup::text(&desk.say("service-logo")));
        let picture = format!("<img src=\"{}\" alt=\"{alternative}\" width=\"96\">", Markup::text(&address));
        rows.push(SummaryRow::new(desk.say("service-logo"), Markup::trusted(picture)));
    }
    rows.push(SummaryRow::new(desk.say("service-profile"), profile_tag(desk, registration)));
    rows.push(SummaryRow::new(desk.say("service-standing"), standing_tag(desk, registration)));
    body.h2(desk.say("service-registration")).part(&SummaryList::new(rows));
    let (asked, needed) = registration.figures();
    let figures = [asked, needed].map(|count| formats::number(i64::try_from(count).unwrap_or(0)));
    let [asked, needed] = figures;
    body.p(desk.tell("service-figures", [("asked", asked), ("needed", needed)])).part(&attributes(desk, registration));
}

fn logo_url(desk: &Desk, registration: &Registration, digest: [u8; 32]) -> String {
    format!("{}/logo/{}", service_url(desk, &registration.client.id), to_hex(&digest))
}

fn attributes(desk: &Desk, registration: &Registration) -> Table {
    let head = ["service-attribute", "service-reason-en", "service-reason-zh-hant", "service-reason-zh-hans", "service-ask"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("service-attributes"), head);
    table.empty = desk.say("service-attributes-none");
    for attribute in &registration.attributes {
        let known = askable().find(|name| *name == attribute.name);
        let name = known.map_or_else(|| attribute.name.clone(), |known| desk.say(&format!("attribute-{}", slug(known))));
        let [english, traditional, simplified] = Language::ALL.map(|language| attribute.reason.get(language).to_owned());
        table.row([name, english, traditional, simplified, desk.say(if attribute.needed { "service-ask-must" } else { "service-ask-may" })]);
    }
    table
}

/// Basic OpenID Connect shows as what it is.
pub(crate) fn profile_tag(desk: &Desk, registration: &Registration) -> Markup {
    match registration.client.profile {
        Profile::Fapi2 => desk.tag(desk.say("service-profile-fapi-tag"), Tone::Good),
        Profile::Basic => desk.tag(desk.say("service-profile-basic-tag"), Tone::Attention),
    }
}

pub(crate) fn standing_tag(desk: &Desk, registration: &Registration) -> Markup {
    match registration.standing {
        Standing::Sandbox => desk.tag(desk.say("service-standing-sandbox"), Tone::Neutral),
        Standing::Live => desk.tag(desk.say("service-standing-live"), Tone::Active),
    }
}

/// A registration as lines of text, by which two of them are compared.
fn lines(desk: &Desk, registration: &Registration) -> Vec<(String, String)> {
    let Registration { client, contact, .. } = registration;
    let addresses = |addresses: &[RedirectUri]| addresses.iter().map(RedirectUri::as_str).collect::<Vec<_>>().join(" ");
    let mut lines = vec![(desk.say("service-id"), client.id.to_string())];
    for (label, text) in [("service-name", &registration.name), ("service-purpose", &registration.purpose), ("service-post", &contact.post)] {
        lines.extend(in_three(desk, label, text));
    }
    lines.extend([
        (desk.say("service-department"), desk.text(&registration.department)),
        (desk.say("service-phone"), contact.phone.clone()),
        (desk.say("service-email"), contact.email.clone()),
        (desk.say("service-means"), proof(desk, registration)),
        (desk.say("service-tokens"), desk.say(tokens(client.constraint))),
        (desk.say("service-redirects"), addresses(&client.redirect_uris)),
    ]);
    lines.extend(registration.logout_uri.as_ref().map(|address| (desk.say("service-logout"), address.to_string())));
    if !registration.after_logout.is_empty() {
        lines.push((desk.say("service-after-logout"), addresses(&registration.after_logout)));
    }
    lines
}

fn in_three(desk: &Desk, label: &str, text: &Text) -> [(String, String); 3] {
    Language::ALL.map(|language| (desk.say(&format!("{label}-{}", language.slug())), text.get(language).to_owned()))
}

const fn tokens(constraint: SenderConstraint) -> &'static str {
    match constraint {
        SenderConstraint::Dpop => "service-tokens-dpop",
        SenderConstraint::Tls => "service-tokens-tls",
        SenderConstraint::Bearer => "service-tokens-bearer",
    }
}

fn proof(desk: &Desk, registration: &Registration) -> String {
    match &registration.client.authentication {
        ClientAuthentication::PrivateKeyJwt(keys) => {
            let names = keys.iter().map(Jwk::thumbprint).collect::<Vec<_>>().join(" ");
            desk.tell("service-means-keys", [("keys", names)])
        }
        ClientAuthentication::TlsCertificate(hash) => desk.tell("service-means-hash", [("hash", to_hex(hash))]),
        ClientAuthentication::SecretBasic(_) => desk.say("service-means-secret"),
    }
}

/// In what a change differs from what is in force.
fn differences(desk: &Desk, old: &Registration, new: &Registration) -> Table {
    let head = ["version-part", "charter-now", "service-then"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("version-changes"), head);
    let whole = |registration: &Registration| {
        let mut all = lines(desk, registration);
        let say = |key: &str| desk.say(key);
        let profile = if registration.client.profile == Profile::Fapi2 { "service-profile-fapi" } else { "service-profile-basic" };
        all.push((say("service-profile"), say(profile)));
        all.push((say("service-standing"), say(&format!("service-standing-{}", registration.standing.as_str()))));
        all.push((say("service-logo"), registration.logo.map_or_else(String::new, |digest| to_hex(&digest))));
        for attribute in &registration.attributes {
            let needed = say(if attribute.needed { "service-ask-must" } else { "service-ask-may" });
            let reasons = Language::ALL.map(|language| attribute.reason.get(language).to_owned());
            all.push((attribute.name.clone(), format!("{needed}: {}", reasons.join(" / "))));
        }
        all
    };
    let (before, after) = (whole(old), whole(new));
    let mut keys: Vec<&String> = before.iter().chain(&after).map(|(key, _)| key).collect();
    let mut seen = std::collections::BTreeSet::new();
    keys.retain(|key| seen.insert(key.as_str()));
    for key in keys {
        let of = |side: &[(String, String)]| side.iter().find(|(known, _)| known == key).map_or_else(String::new, |(_, value)| value.clone());
        let (was, will) = (of(&before), of(&after));
        if was != will {
            table.row([key.clone(), was, will]);
        }
    }
    table
}

/// The picture of a service, for the officers who read its registration.
pub(crate) fn logo(desk: &Desk) -> Answer {
    reader(desk)?;
    let (client, _) = found(desk)?;
    let digest = kernel::from_hex(desk.param("digest")).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(missing)?;
    let id = client.client().id.clone();
    let logo = desk.accounts()?.ledger().read("staff.logo", |tx| logo_to_review(tx, id.as_str(), digest))?.ok_or_else(missing)?;
    let mut response = logo.picture.into_response();
    if let Ok(kind) = HeaderValue::from_str(&logo.media_type) {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    Ok(response)
}

/// What waits for the second officer: its digest and its content.
fn waiting(desk: &Desk) -> Result<(Registered, [u8; 32], Registration), Failure> {
    let (client, change) = found(desk)?;
    if client.owner != desk.who()?.department() || client.ended.is_some() {
        return Err(missing());
    }
    let (digest, registration) = match change {
        Some(change) => (change.digest, change.registration),
        None if client.approved.is_none() => (client.digest, client.registration.clone()),
        None => return Err(missing()),
    };
    Ok((client, digest, registration))
}

/// Shows exactly what would be approved.
pub(crate) fn ask_approve(desk: &Desk) -> Answer {
    desk.right::<SignGate>()?;
    Ok(approval(desk, &waiting(desk)?, &Mistakes::default()))
}

fn approval(desk: &Desk, (client, digest, registration): &(Registered, [u8; 32], Registration), mistakes: &Mistakes) -> Response {
    let title = desk.say("service-approve");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("service-approve-lead"));
    if registration.client.profile == Profile::Basic {
        body.part(&Warning(desk.say("service-basic-warning")));
    }
    if client.approved.is_some() {
        body.part(&differences(desk, &client.registration, registration));
    }
    what(desk, registration, &mut body);
    body.push(&code(&to_hex(digest)));
    body.part(&desk.form().hidden("digest", to_hex(digest)).part(&ButtonGroup(vec![
        Button::new(desk.say("service-approve-button")),
        Button::link(desk.say("cancel"), service_url(desk, &client.client().id)).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).wide().back(service_url(desk, &client.client().id));
    desk.show(if mistakes.is_empty() { page } else { page.invalid() })
}

/// Approves exactly what was shown.
pub(crate) fn approve(desk: &Desk) -> Answer {
    let grant = desk.right::<SignGate>()?;
    let shown = waiting(desk)?;
    let digest: Option<[u8; 32]> = kernel::from_hex(desk.values.get("digest")).ok().and_then(|bytes| bytes.try_into().ok());
    let Some(digest) = digest else {
        return Ok(approval(desk, &shown, &Mistakes::one("form", desk.say("sign-look-again"))));
    };
    let (id, environment) = (shown.0.client().id.clone(), desk.platform().environment());
    let name = id.clone();
    let done = desk.accounts()?.ledger().write("staff.approve_client", grant.actor(), move |work| {
        approve_client(work, &grant, environment, name.as_str(), digest)
    });
    let key = match done {
        Ok(((), _)) => return Ok(desk.done("done-service-approved", &service_url(desk, &id))),
        Err(RunError::Refused(ApproveClientError::OwnWork)) => "service-own-work",
        Err(RunError::Refused(ApproveClientError::RealPeople)) => "service-real-people",
        Err(RunError::Refused(ApproveClientError::Missing | ApproveClientError::Settled)) => "sign-look-again",
        Err(error) => return Err(Failure::from(error)),
    };
    Ok(approval(desk, &shown, &Mistakes::one("form", desk.say(key))))
}

/// Asks before a service ends: by its own department, or by the one that runs the identity provider.
pub(crate) fn ask_end(desk: &Desk) -> Answer {
    desk.right::<SignGate>()?;
    let (client, _) = found(desk)?;
    let (title, url) = (desk.say("service-end"), service_url(desk, &client.client().id));
    if client.ended.is_some() {
        return Err(missing());
    }
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.text(&client.registration.name)).part(&Warning(desk.say("service-end-warning")));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()).style(ButtonStyle::Warning),
        Button::link(desk.say("cancel"), url.clone()).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show(Page::new(title, body.markup()).back(url)))
}

/// Ends a service.
pub(crate) fn end(desk: &Desk) -> Answer {
    let grant = desk.right::<SignGate>()?;
    let (client, _) = found(desk)?;
    let (service, id) = (desk.accounts()?, client.client().id.clone());
    let name = id.clone();
    service.ledger().write("staff.end_client", grant.actor(), move |work| end_client(work, &grant, name.as_str()))?;
    Ok(desk.done("done-service-ended", &service_url(desk, &id)))
}
