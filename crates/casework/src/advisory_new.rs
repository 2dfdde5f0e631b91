use advisories::{AdvisoryError, AdvisoryKind, Audience, PublishAdvisory};
use axum::response::Response;
use desk::{Answer, Desk, LANGUAGES, Mistakes, named, three};
use kernel::Text;
use people::HandleIncident;
use store::RunError;
use webkit::parts::{Button, Checkboxes, Choice, Radios, TextArea};
use webkit::{Failure, Page};

/// The form of an advisory.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<HandleIncident>()?;
    Ok(page(desk, &Mistakes::default()))
}

fn page(desk: &Desk, mistakes: &Mistakes) -> Response {
    let title = desk.say("advisory-new");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("advisory-new-lead"));
    let kinds = AdvisoryKind::ALL.iter().map(|kind| Choice::new(kind.slug(), desk.text(&kind.title()))).collect();
    let mut form = desk.form().part(&Radios {
        value: desk.values.get("kind").into(),
        error: mistakes.of("kind"),
        ..Radios::new("kind", desk.say("advisory-kind"), kinds)
    });
    for field in three(desk, mistakes, "advisory-title") {
        form = form.part(&field);
    }
    for label in ["advisory-body", "advisory-public"] {
        for language in LANGUAGES {
            let name = format!("{label}-{language}");
            let area = TextArea {
                value: desk.values.get(&name).into(),
                error: mistakes.of(&name),
                rows: 8,
                ..TextArea::new(name.clone(), desk.say(&name))
            };
            form = form.part(&area);
        }
    }
    let audiences = Audience::ALL.iter().map(|one| Choice::new(one.slug(), desk.text(&one.title()))).collect();
    let form = form
        .part(&Checkboxes {
            values: desk.values.all("audience").map(str::to_owned).collect(),
            error: mistakes.of("audience"),
            ..Checkboxes::new("audience", desk.say("advisory-audience"), audiences)
        })
        .part(&Button::new(desk.say("advisory-publish")));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(desk.url("/staff/advisories")), mistakes)
}

/// Publishes it: departments, feed and subscribers.
pub(crate) fn publish(desk: &Desk) -> Answer {
    let grant = desk.right::<HandleIncident>()?;
    if desk.values.switching() {
        return Ok(page(desk, &Mistakes::default()));
    }
    let mut mistakes = Mistakes::default();
    let kind = AdvisoryKind::from_slug(desk.values.get("kind"));
    if kind.is_none() {
        mistakes.add("kind", desk.say("choose-one"));
    }
    let (title, body) = (named(desk, &mut mistakes, "advisory-title"), named(desk, &mut mistakes, "advisory-body"));
    let public_body = public(desk, &mut mistakes);
    let audiences: Vec<Audience> = desk.values.all("audience").filter_map(Audience::from_slug).collect();
    if public_body.is_none() && !audiences.is_empty() {
        mistakes.add("audience", desk.say("advisory-audience-public"));
    }
    let (Some(kind), true) = (kind, mistakes.is_empty()) else { return Ok(page(desk, &mistakes)) };
    let command = PublishAdvisory { kind, title, body, public_body, audiences };
    let act = move |work: &mut journal::Work<'_, '_>| flows::publish_advisory(work, &grant, &command);
    match desk.platform().ledger().write("staff.publish_advisory", grant.actor(), act) {
        Ok((number, _)) => Ok(desk.done("done-advisory", &desk.url(&format!("/staff/advisories/{number}")))),
        Err(RunError::Refused(AdvisoryError::Words)) => {
            Ok(page(desk, &Mistakes::one("advisory-title-en", desk.say("advisory-too-long"))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// The text for everybody: in all three languages or in none.
fn public(desk: &Desk, mistakes: &mut Mistakes) -> Option<Text> {
    let [english, traditional, simplified] = LANGUAGES.map(|language| desk.values.get(&format!("advisory-public-{language}")).trim().to_owned());
    let text = Text::new(english, traditional, simplified);
    match text.blanks().len() {
        0 => Some(text),
        3 => None,
        _ => {
            mistakes.add("advisory-public-en", desk.say("advisory-public-whole"));
            None
        }
    }
}
