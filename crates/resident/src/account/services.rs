use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use journal::Work;
use kernel::Instant;
use provider::{Consent, Registered, Release, Share};
use store::{StoreError, Tx};
use webkit::parts::{Button, ButtonStyle, Part as _, SummaryList, SummaryRow, Table};
use webkit::{Body, Failure, Markup, Page, Values, formats};

use super::call::Call;
use super::connect::{label, marks};
use crate::faults::Faults;

/// Everything between an account and online services.
pub(super) struct Dealings {
    pub(super) services: BTreeMap<String, Registered>,
    pub(super) consents: Vec<Consent>,
    pub(super) shares: Vec<Share>,
    pub(super) releases: Vec<Release>,
}

impl Dealings {
    pub(super) fn of(tx: &mut Tx<'_>, account: [u8; 16], now: Instant) -> Result<Self, StoreError> {
        let (consents, shares) = (provider::consents(tx, account, now)?, provider::shares(tx, account, now)?);
        let releases = provider::releases(tx, account)?;
        let named = consents.iter().map(|one| &one.client).chain(shares.iter().map(|one| &one.client));
        let ids: BTreeSet<String> = named.chain(releases.iter().map(|one| &one.client)).cloned().collect();
        let mut services = BTreeMap::new();
        for id in ids {
            if let Some(found) = provider::find_client(tx, &id)? {
                services.insert(id, found);
            }
        }
        Ok(Self { services, consents, shares, releases })
    }

    /// A service's name in words.
    pub(super) fn name(&self, call: &Call, client: &str) -> String {
        let name = self.services.get(client).map(|service| service.registration.name.get(call.language()).to_owned());
        name.unwrap_or_else(|| client.to_owned())
    }

    /// The services that may still do something.
    fn in_use(&self) -> Vec<(&String, &Registered)> {
        let used = |id: &String| self.consents.iter().any(|one| one.client == *id) || self.shares.iter().any(|one| one.client == *id);
        self.services.iter().filter(|(id, _)| used(id)).collect()
    }
}

/// `GET /account/services`: what was allowed to whom, and what was given.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let (account, now) = (found.who.account().bytes(), call.now());
    let dealings = call.read("resident.services", move |tx| Dealings::of(tx, account, now)).await?;
    let title = call.say("services-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("services-lead"));
    let used = dealings.in_use();
    if used.is_empty() {
        body.p(call.say("services-none"));
    }
    for (id, service) in used {
        one(&call, &dealings, id, service, &mut body);
    }
    given(&call, &dealings, &mut body);
    body.link(call.say("asked-title"), call.url("/account/asked"));
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account")).current("/account")))
}

fn one(call: &Call, dealings: &Dealings, id: &str, service: &Registered, body: &mut Body) {
    let language = call.language();
    let name = service.registration.name.get(language);
    body.h2(name);
    body.push(&marks(call, &service.registration));
    let consent = dealings.consents.iter().find(|consent| consent.client == id);
    let shares: Vec<&Share> = dealings.shares.iter().filter(|share| share.client == id).collect();
    let since = consent.map(|consent| consent.given).or_else(|| shares.iter().map(|share| share.given).min());
    let last = dealings.releases.iter().find(|release| release.client == id).map(|release| release.at);
    let at = |moment: Option<Instant>| moment.map_or_else(|| call.say("account-never"), |moment| call.at(moment));
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("connect-department"), service.registration.department.get(language)),
        SummaryRow::new(call.say("services-since"), at(since)),
        SummaryRow::new(call.say("services-last"), at(last)),
    ]));
    if shares.is_empty() {
        body.p(call.say("services-nothing"));
    } else {
        let head = ["services-what", "services-until", "services-take-back"].map(|key| call.say(key));
        let mut table = Table::new(call.t.with("services-gets", [("service", name)]), head);
        for share in shares {
            table.row([Markup::text(&label(call, &share.attribute)), Markup::text(&term(call, share)), take_back(call, share)]);
        }
        body.part(&table);
    }
    let button = Button::new(call.t.with("services-end", [("service", name)])).style(ButtonStyle::Secondary);
    body.part(&call.form("/account/services").id(format!("end-{id}")).hidden("client", id).part(&button));
}

/// Until when something is given.
pub(super) fn term(call: &Call, share: &Share) -> String {
    if share.lasting {
        return call.say("services-lasting");
    }
    formats::date(share.expires.plus_millis(-1).day(), call.language())
}

fn take_back(call: &Call, share: &Share) -> Markup {
    let words = call.t.with("services-end-one", [("attribute", label(call, &share.attribute))]);
    let form = call.form("/account/services").id(format!("end-{}-{}", share.client, share.attribute.replace('#', "-")));
    let form = form.hidden("client", &share.client).hidden("attribute", &share.attribute);
    form.part(&Button::new(words).style(ButtonStyle::Quiet)).html(call.language())
}

fn given(call: &Call, dealings: &Dealings, body: &mut Body) {
    body.h2(call.say("services-given")).p(call.say("services-given-lead"));
    let head = ["openings-when", "services-who", "services-what"].map(|key| call.say(key));
    let mut table = Table::new(call.say("services-given"), head);
    table.quiet_caption = true;
    table.empty = call.say("services-given-none");
    for release in &dealings.releases {
        let who = dealings.name(call, &release.client);
        table.row([Markup::text(&call.at(release.at)), Markup::text(&who), Markup::text(&attributes(call, release))]);
    }
    body.part(&table);
}

/// What was given, in words.
pub(super) fn attributes(call: &Call, release: &Release) -> String {
    let names: Vec<String> = release.attributes.iter().map(|name| label(call, name)).collect();
    names.join(if call.language() == kernel::Language::En { ", " } else { "、" })
}

/// `POST /account/services`: one attribute, or everything that a service was allowed, is taken back.
pub(super) async fn end(call: Call, values: Values) -> Result<Response, Failure> {
    let Some(found) = call.found else { return Ok(call.away()) };
    let account = found.who.account().bytes();
    let (client, attribute) = (values.get("client").to_owned(), values.get("attribute").to_owned());
    let act = move |work: &mut Work<'_, '_>| -> Result<(), StoreError> {
        if attribute.is_empty() {
            provider::end_consent(work, account, &client)?;
        } else {
            provider::end_share(work, account, &client, &attribute)?;
        }
        Ok(())
    };
    call.act("resident.take_back", act).await??;
    Ok(call.go("/account/services"))
}
