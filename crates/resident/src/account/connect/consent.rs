use axum::response::Response;
use identity::{Attribute, AttributeName};
use kernel::{Day, Language};
use openid::{Profile, SIGN};
use provider::{Agreed, Asked, AskedAttribute, Registration, Standing};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, DateInput, DateValue, Form, Part as _, Radios, SummaryList, SummaryRow, Tag, Tone, Warning};
use webkit::{Body, Failure, Markup, Page, Values};

use super::{Call, Way, label, written};
use crate::blocking::blocking;
use crate::faults::Faults;

/// The day that is offered where something is given until a day, days from now.
const OFFERED_DAYS: i32 = 90;

/// What is held of what was asked for, opened for the resident who decides.
#[derive(Default)]
pub(super) struct Held {
    attributes: Vec<Attribute>,
    /// Whether the resident can sign documents at all.
    signs: bool,
}

impl Held {
    pub(super) async fn read(call: &Call, asked: &Asked) -> Result<Self, Failure> {
        let Some(found) = call.found.filter(|_| asked.attributes().next().is_some()) else { return Ok(Self::default()) };
        let (ledger, account, now) = (call.service.ledger().clone(), found.who.account(), call.now());
        let key = call.read("resident.signs", move |tx| signing::signing_key(tx, account, now)).await?;
        let attributes = blocking(move || flows::own_attributes(&ledger, account)).await?;
        Ok(Self { attributes, signs: key.is_some() && call.state.signing.is_some() })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        if name == SIGN { self.signs } else { self.find(name).is_some() }
    }

    fn find(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.name() == name)
    }
}

/// What stands in the form.
pub(super) struct Chosen {
    terms: Vec<String>,
    until: DateValue,
}

impl Chosen {
    /// Nothing is chosen beforehand, but what is given already stays as it was decided.
    fn first(asked: &Asked, agreed: &Agreed, today: Day) -> Self {
        let before = |one: &AskedAttribute| {
            let share = agreed.shares.iter().find(|share| share.attribute == one.name);
            share.map_or(String::new(), |share| if share.lasting { "lasting".to_owned() } else { "until".to_owned() })
        };
        let ends = agreed.shares.iter().filter(|share| !share.lasting).map(|share| share.expires.plus_millis(-1).day()).max();
        let until = ends.unwrap_or_else(|| today.plus(OFFERED_DAYS));
        Self { terms: asked.attributes().map(before).collect(), until: until.into() }
    }

    pub(super) fn typed(asked: &Asked, values: &Values) -> Self {
        let terms = (0..asked.attributes().count()).map(|number| values.get(&field(number)).to_owned());
        Self { terms: terms.collect(), until: DateValue::of(values, "until") }
    }
}

/// The field of an attribute, by its place in the list.
pub(super) fn field(number: usize) -> String {
    format!("give-{number}")
}

/// Asks the resident.
pub(super) async fn ask(call: &Call, way: &Way, asked: &Asked, agreed: &Agreed) -> Result<Response, Failure> {
    let held = Held::read(call, asked).await?;
    let chosen = Chosen::first(asked, agreed, call.now().day());
    Ok(page(call, way, asked, &held, &chosen, &Faults::none()))
}

/// Who asks, for what, why, and exactly what would be sent; each attribute is decided alone.
pub(super) fn page(call: &Call, way: &Way, asked: &Asked, held: &Held, chosen: &Chosen, faults: &Faults) -> Response {
    let registration = &asked.registered.registration;
    let name = registration.name.get(call.language());
    let title = call.t.with(if asked.attributes().next().is_some() { "connect-title" } else { "connect-title-plain" }, [("service", name)]);
    let mut body = call.body(&title, faults);
    who_asks(call, asked, &mut body);
    body.p(call.t.with(if asked.is_anonymous() { "connect-nameless" } else { "connect-named" }, [("service", name)]));
    let mut form = call.form(&way.path()).id("form");
    for (number, one) in asked.attributes().enumerate() {
        form = form.push(&attribute(call, way, asked, held, one, (number, chosen), faults));
    }
    let possible = asked.attributes().all(|one| !one.needed || held.has(&one.name));
    if possible {
        form = allowing(call, asked, held, chosen, faults, form);
        body.part(&form);
    } else {
        body.push(&fields_alone(call, way, asked, held));
        body.part(&Warning(call.say("connect-impossible")));
        body.part(&super::leave::refuse_form(call, way, "refuse", call.say("connect-refuse")));
    }
    body.note(call.t.with("connect-host", [("host", asked.request.redirect_uri.host())]));
    call.show_form(Page::new(title, body.markup()), faults)
}

fn allowing(call: &Call, asked: &Asked, held: &Held, chosen: &Chosen, faults: &Faults, form: Form) -> Form {
    let gives = asked.attributes().any(|one| held.has(&one.name));
    let form = if gives && !asked.is_anonymous() {
        form.part(&DateInput {
            hint: Some(call.say("connect-until-hint")),
            value: chosen.until.clone(),
            error: faults.of_field("until"),
            ..DateInput::new("until", call.say("connect-until-which"))
        })
    } else {
        form
    };
    let words = if gives { "connect-allow" } else { "connect-allow-plain" };
    let refuse = Button::new(call.say("connect-refuse")).style(ButtonStyle::Secondary).sends("answer", "refuse");
    form.part(&ButtonGroup(vec![Button::new(call.say(words)), refuse]))
}

/// Name, department, picture, marks, and whom to ask.
fn who_asks(call: &Call, asked: &Asked, body: &mut Body) {
    let (registration, language) = (&asked.registered.registration, call.language());
    if let Some(logo) = &registration.logo {
        let source = format!("/oidc/logo/{}/{}", registration.client.id, kernel::to_hex(logo));
        body.push(&Markup::trusted(format!("<p><img src=\"{source}\" alt=\"\" width=\"64\" height=\"64\"></p>\n")));
    }
    body.push(&marks(call, registration));
    let contact = &registration.contact;
    let ways = [contact.post.get(language), &contact.phone, &contact.email].join(if language == Language::En { ", " } else { "，" });
    body.part(&SummaryList::new(vec![
        SummaryRow::new(call.say("connect-service"), registration.name.get(language)),
        SummaryRow::new(call.say("connect-department"), registration.department.get(language)),
        SummaryRow::new(call.say("connect-purpose"), registration.purpose.get(language)),
        SummaryRow::new(call.say("connect-contact"), ways),
    ]));
}

/// What residents should know before they trust it, in a line of marks.
pub(in crate::account) fn marks(call: &Call, registration: &Registration) -> Markup {
    let sandbox = (registration.standing == Standing::Sandbox).then_some(("connect-sandbox", Tone::Attention));
    let basic = (registration.client.profile == Profile::Basic).then_some(("connect-basic", Tone::Neutral));
    let tag = |(words, tone): (&str, Tone)| Tag::new(call.say(words), tone).html(call.language()).as_str().to_owned();
    let tags: Vec<String> = sandbox.into_iter().chain(basic).map(tag).collect();
    if tags.is_empty() { Markup::default() } else { Markup::trusted(format!("<p>{}</p>\n", tags.join(" "))) }
}

/// One attribute: what would be sent, why, and the decision.
fn attribute(
    call: &Call,
    way: &Way,
    asked: &Asked,
    held: &Held,
    one: &AskedAttribute,
    (number, chosen): (usize, &Chosen),
    faults: &Faults,
) -> Markup {
    let mut body = described(call, way, held, one);
    if held.has(&one.name) {
        let mut choices = vec![Choice::new("once", call.say("connect-once"))];
        if !asked.is_anonymous() {
            choices.push(Choice::new("until", call.say("connect-until")));
            choices.push(Choice::new("lasting", call.say("connect-lasting")).hint(call.say("connect-lasting-hint")));
        }
        if !one.needed {
            choices.push(Choice::new("no", call.say("connect-no")));
        }
        let question = match one.name.as_str() {
            SIGN => call.say("connect-give-sign"),
            name => call.t.with("connect-give", [("attribute", label(call, name))]),
        };
        body.part(&Radios {
            value: chosen.terms.get(number).cloned().unwrap_or_default(),
            error: faults.of_field(&field(number)),
            ..Radios::new(field(number), question, choices)
        });
    }
    body.markup()
}

fn described(call: &Call, way: &Way, held: &Held, one: &AskedAttribute) -> Body {
    let mut body = Body::new(call.language());
    let value = match one.name.as_str() {
        SIGN => Some(call.say(if held.signs { "connect-sign-sent" } else { "connect-sign-missing" })),
        name => held.find(name).map(|attribute| written(call, attribute)),
    };
    body.h2(label(call, &one.name)).part(&SummaryList::new(vec![
        SummaryRow::new(call.say("connect-sent"), value.unwrap_or_else(|| call.say("connect-missing"))),
        SummaryRow::new(call.say("connect-why"), one.reason.get(call.language())),
        SummaryRow::new(call.say("connect-needed"), call.say(if one.needed { "connect-needed-yes" } else { "connect-needed-no" })),
    ]));
    let own = AttributeName::from_name(&one.name).is_some_and(AttributeName::is_of_choosing);
    if one.name == SIGN && !held.signs {
        body.link(call.say("signing-link"), call.url("/account/signing"));
    }
    if own && !held.has(&one.name) {
        body.link(call.say("connect-write"), call.url(&format!("/account/details?next={}", way.path())));
    }
    body
}

/// What is asked for where it cannot be given.
fn fields_alone(call: &Call, way: &Way, asked: &Asked, held: &Held) -> Markup {
    let mut all = Markup::default();
    for one in asked.attributes() {
        all.push(&described(call, way, held, one).markup());
    }
    all
}
