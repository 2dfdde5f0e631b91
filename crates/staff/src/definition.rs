use assurance::{Digest, OpenGate, OpenGateError, Tier, open_gate};
use axum::response::Response;
use desk::{Answer, Case, Desk, Mistakes, code};
use journal::Work;
use kernel::{Fault, Id, Kind, kinds};
use people::{Denied, EditScheme, Grant, SignedIn, authorise};
use registration::scheme::{Definition, Scheme};
use registration::{SaveError, SchemeVersion, compile};
use store::{RunError, StoreError};
use thiserror::Error;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset, TextArea};
use webkit::{Failure, Markup, Page};

use crate::version;

/// A new scheme begins from the demonstration's definition, which has every part.
pub(crate) fn new(desk: &Desk) -> Answer {
    desk.right::<EditScheme>()?;
    let example = Definition::masks_2020().and_then(|definition| definition.with_slug("new-scheme").to_toml());
    Ok(editor(desk, None, &example.unwrap_or_default(), &Mistakes::default(), None))
}

/// The newest version of a scheme's definition, to be changed.
pub(crate) fn edit(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<EditScheme>()?;
    let newest = newest(desk, &case)?.map(|version| version.definition).unwrap_or_default();
    Ok(editor(desk, Some(&case), &newest, &Mistakes::default(), None))
}

fn newest(desk: &Desk, case: &Case) -> Result<Option<SchemeVersion>, Failure> {
    let service = case.listed.service;
    let versions = desk.platform().ledger().read("staff.versions", |tx| registration::versions(tx, service))?;
    Ok(versions.into_iter().next())
}

fn editor(desk: &Desk, case: Option<&Case>, toml: &str, mistakes: &Mistakes, preview: Option<&Markup>) -> Response {
    let title = desk.say(if case.is_some() { "definition-edit" } else { "schemes-new" });
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("definition-lead"));
    if case.is_some() {
        body.part(&Inset(desk.say("definition-gate").into()));
    }
    let form = desk
        .form()
        .part(&TextArea {
            value: toml.to_owned(),
            hint: Some(desk.say("definition-hint")),
            error: mistakes.of("definition"),
            rows: 30,
            ..TextArea::new("definition", desk.say("definition-text"))
        })
        .part(&ButtonGroup(vec![
            Button::new(desk.say("definition-check")).style(ButtonStyle::Secondary).sends("act", "check"),
            Button::new(desk.say("definition-save")).sends("act", "save"),
        ]));
    body.part(&form);
    if let Some(preview) = preview {
        body.push(preview);
    }
    let back = case.map_or_else(|| desk.url("/staff/schemes"), |case| desk.scheme_url(case, ""));
    desk.show_form(Page::new(title, body.markup()).wide().back(back), mistakes)
}

/// Checks or creates.
pub(crate) fn create(desk: &Desk) -> Answer {
    let grant = desk.right::<EditScheme>()?;
    let toml = desk.values.get("definition").replace("\r\n", "\n");
    let scheme = match compile(&toml) {
        Ok(scheme) => scheme,
        Err(error) => return Ok(editor(desk, None, &toml, &of_error(desk, &error), None)),
    };
    if desk.values.switching() || desk.values.get("act") != "save" {
        return Ok(editor(desk, None, &toml, &Mistakes::default(), Some(&preview(desk, None, &scheme))));
    }
    let (who, text) = (desk.who()?.clone(), toml.clone());
    let saved = desk.platform().ledger().write("staff.create_scheme", grant.actor(), move |work| {
        let version = registration::create_scheme(work, &grant, &text).map_err(Refused::Save)?;
        let gate = gate_of(work, &who, version.service, version.digest)?;
        Ok::<_, Refused<SaveError>>((version, gate))
    });
    match saved {
        Ok((_, _)) => Ok(desk.done("done-scheme", &desk.url(&format!("/staff/schemes/{}", scheme.slug())))),
        Err(error) => refusal(desk, None, &toml, error),
    }
}

/// Checks or saves a new version, and opens its gate.
pub(crate) fn save(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<EditScheme>()?;
    let toml = desk.values.get("definition").replace("\r\n", "\n");
    let scheme = match compile(&toml) {
        Ok(scheme) => scheme,
        Err(error) => return Ok(editor(desk, Some(&case), &toml, &of_error(desk, &error), None)),
    };
    if desk.values.switching() || desk.values.get("act") != "save" {
        let shown = preview(desk, Some(&case), &scheme);
        return Ok(editor(desk, Some(&case), &toml, &Mistakes::default(), Some(&shown)));
    }
    let (who, text, service) = (desk.who()?.clone(), toml.clone(), case.listed.service);
    let saved = desk.platform().ledger().write("staff.save_version", grant.actor(), move |work| {
        let version = registration::save_version(work, &grant, service, &text).map_err(Refused::Save)?;
        Ok::<_, Refused<SaveError>>(gate_of(work, &who, version.service, version.digest)?)
    });
    match saved {
        Ok((gate, _)) => Ok(desk.done("done-version", &desk.scheme_url(&case, &format!("/gates/{gate}")))),
        Err(error) => refusal(desk, Some(&case), &toml, error),
    }
}

/// Opens the gate of a version of something that was just saved.
pub(crate) fn gate_of(
    work: &mut Work<'_, '_>,
    who: &SignedIn,
    service: Id<kinds::Service>,
    digest: [u8; 32],
) -> Result<Id<kinds::SchemeVersion>, NoGate> {
    let scope = people::owner_of(work.tx(), service)?;
    let grant: Grant<EditScheme> = authorise(who, scope)?;
    Ok(open_gate(work, &grant, OpenGate { service, digest: Digest::new(digest), tier: Tier::LargeOrHighRisk })?)
}

fn refusal(desk: &Desk, case: Option<&Case>, toml: &str, error: RunError<Refused<SaveError>>) -> Answer {
    let mistakes = match &error {
        RunError::Refused(Refused::Save(SaveError::Slug)) => {
            let key = if case.is_some() { "definition-slug-other" } else { "definition-slug-taken" };
            Mistakes::one("definition", desk.say(key))
        }
        RunError::Refused(Refused::Save(error @ (SaveError::Definition(_) | SaveError::Flawed(_)))) => of_error(desk, error),
        RunError::Refused(Refused::Gate(NoGate::Gate(OpenGateError::Taken))) => {
            Mistakes::one("definition", desk.say("definition-unchanged"))
        }
        _ => return Err(Failure::from(error)),
    };
    Ok(editor(desk, case, toml, &mistakes, None))
}

/// What is wrong with a definition, each flaw with its place.
fn of_error(desk: &Desk, error: &SaveError) -> Mistakes {
    let mut mistakes = Mistakes::default();
    match error {
        SaveError::Flawed(flaws) => {
            for flaw in flaws {
                let sentence = [("place", flaw.path.clone()), ("sentence", desk.text(&flaw.message))];
                mistakes.add("definition", desk.tell("definition-flaw", sentence));
            }
        }
        SaveError::Definition(error) => {
            mistakes.add("definition", desk.tell("definition-unreadable", [("reason", error.to_string())]));
        }
        _ => mistakes.add("definition", desk.say("definition-slug-taken")),
    }
    mistakes
}

/// What would change and what residents would read.
fn preview(desk: &Desk, case: Option<&Case>, scheme: &Scheme) -> Markup {
    let mut body = webkit::Body::new(desk.language());
    body.h2(desk.say("definition-good"));
    body.p(desk.say("definition-good-lead"));
    body.push(&code(&kernel::to_hex(&scheme.digest())));
    if let Some(service) = case.and_then(|case| case.live().ok()) {
        body.part(&version::changes_table(desk, &service.scheme(), scheme));
    }
    body.push(&version::shown(desk, scheme));
    body.markup()
}

/// Why something that passes the gate was not saved.
#[derive(Debug, Error)]
pub(crate) enum Refused<S> {
    /// What is wrong with it.
    #[error(transparent)]
    Save(S),
    /// It was saved, and got no gate.
    #[error(transparent)]
    Gate(#[from] NoGate),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Fault + 'static> Fault for Refused<S> {
    fn kind(&self) -> Kind {
        match self {
            Self::Save(error) => error.kind(),
            Self::Gate(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}

/// Why what was saved got no gate.
#[derive(Debug, Error)]
pub(crate) enum NoGate {
    #[error(transparent)]
    Gate(#[from] OpenGateError),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault for NoGate {
    fn kind(&self) -> Kind {
        match self {
            Self::Gate(error) => error.kind(),
            Self::Denied(error) => error.kind(),
            Self::Store(error) => error.kind(),
        }
    }
}
