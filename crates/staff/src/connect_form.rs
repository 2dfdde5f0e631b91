use axum::response::Response;
use desk::{Answer, Desk, Mistakes, missing};
use kernel::Text;
use openid::ClientId;
use people::EditScheme;
use provider::{Logo, RegisterClientError, Registered, Registration, RegistrationFault, find_client, keep_logo, propose_change, register_client};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset};
use webkit::{Failure, FileKind, Page, Values, clean_image};

use crate::connect_read::read;
use crate::connect_sheet::{Sheet, blank, filled};

/// A logo of more pixels than this is no logo.
const LOGO_MAX_PIXELS: u64 = 1024 * 1024;

/// The form for a service that is to be connected.
pub(crate) fn new(desk: &Desk) -> Answer {
    desk.right::<EditScheme>()?;
    desk.accounts()?;
    Ok(page(desk, None, blank(), Mistakes::default()))
}

/// The form for a change of a service.
pub(crate) fn edit(desk: &Desk) -> Answer {
    desk.right::<EditScheme>()?;
    let known = own(desk)?;
    Ok(page(desk, Some(&known), filled(&known.registration), Mistakes::default()))
}

fn page(desk: &Desk, known: Option<&Registered>, values: Values, mistakes: Mistakes) -> Response {
    let title = desk.say(if known.is_some() { "service-change" } else { "service-new" });
    let back = known.map_or_else(|| desk.url("/staff/services"), |known| service_url(desk, &known.client().id));
    let mut body = desk.body(&title, &mistakes);
    body.p(desk.say("service-lead")).part(&Inset(desk.say(if known.is_some() { "service-change-lead" } else { "service-new-lead" }).into()));
    let sheet = Sheet { desk, values, mistakes, known: known.is_some() };
    let form = sheet.fields(desk.form()).part(&ButtonGroup(vec![
        Button::new(desk.say("service-save")),
        Button::link(desk.say("cancel"), back.clone()).style(ButtonStyle::Quiet),
    ]));
    body.part(&form);
    desk.show_form(Page::new(title, body.markup()).back(back), &sheet.mistakes)
}

/// The page of a service.
pub(crate) fn service_url(desk: &Desk, id: &ClientId) -> String {
    desk.url(&format!("/staff/services/{id}"))
}

/// The service of the address, if it is of the officer's department and goes on.
fn own(desk: &Desk) -> Result<Registered, Failure> {
    let (service, id, department) = (desk.accounts()?, desk.param("client"), desk.who()?.department());
    let found = service.ledger().read("staff.client", |tx| find_client(tx, id))?;
    found.filter(|found| found.owner == department && found.ended.is_none()).ok_or_else(missing)
}

/// Puts a service on record.
pub(crate) fn register(desk: &Desk) -> Answer {
    let grant = desk.right::<EditScheme>()?;
    let service = desk.accounts()?;
    let (registration, logo) = match ready(desk, None)? {
        Ok(ready) => ready,
        Err(mistakes) => return Ok(page(desk, None, desk.values.clone(), mistakes)),
    };
    let id = registration.client.id.clone();
    let done = service.ledger().write("staff.register_client", grant.actor(), move |work| {
        let logo = logo.as_ref().map(|logo| keep_logo(work, &grant, registration.client.id.as_str(), logo)).transpose()?;
        register_client(work, &grant, &Registration { logo, ..registration.clone() })
    });
    match done {
        Ok(_) => Ok(desk.done("done-service-sent", &service_url(desk, &id))),
        Err(error) => Ok(page(desk, None, desk.values.clone(), of_refusal(desk, error)?)),
    }
}

/// Proposes a change of a service.
pub(crate) fn change(desk: &Desk) -> Answer {
    let grant = desk.right::<EditScheme>()?;
    let (service, known) = (desk.accounts()?, own(desk)?);
    let (registration, logo) = match ready(desk, Some(&known))? {
        Ok(ready) => ready,
        Err(mistakes) => return Ok(page(desk, Some(&known), desk.values.clone(), mistakes)),
    };
    let kept = known.registration.logo;
    let done = service.ledger().write("staff.change_client", grant.actor(), move |work| {
        let logo = logo.as_ref().map(|logo| keep_logo(work, &grant, registration.client.id.as_str(), logo)).transpose()?;
        propose_change(work, &grant, &Registration { logo: logo.or(kept), ..registration.clone() })
    });
    match done {
        Ok(_) => Ok(desk.done("done-service-sent", &service_url(desk, &known.client().id))),
        Err(error) => Ok(page(desk, Some(&known), desk.values.clone(), of_refusal(desk, error)?)),
    }
}

/// What was sent, ready to be put on record; or what is wrong with it. The language switch sends the form as well.
fn ready(desk: &Desk, known: Option<&Registered>) -> Result<Result<(Registration, Option<Logo>), Mistakes>, Failure> {
    if desk.values.switching() {
        return Ok(Err(Mistakes::default()));
    }
    let department = own_department(desk)?;
    let logo = logo(desk);
    Ok(match (read(desk, known.map(|known| &known.client().id), department), logo) {
        (Ok(registration), Ok(logo)) => Ok((registration, logo)),
        (Err(mistakes), Ok(_)) => Err(mistakes),
        (Ok(_), Err(sentence)) => Err(Mistakes::one("file", sentence)),
        (Err(mut mistakes), Err(sentence)) => {
            mistakes.add("file", sentence);
            Err(mistakes)
        }
    })
}

fn own_department(desk: &Desk) -> Result<Text, Failure> {
    let department = desk.who()?.department();
    let found = desk.platform().ledger().read("staff.department", |tx| people::department(tx, department))?;
    Ok(found.ok_or_else(missing)?.name)
}

/// The picture that was sent, written anew.
fn logo(desk: &Desk) -> Result<Option<Logo>, String> {
    let Some(bytes) = desk.file(FileKind::Picture)? else { return Ok(None) };
    let clean = clean_image(bytes, LOGO_MAX_PIXELS).map_err(|flaw| flaw.sentence(&desk.visitor.texts()))?;
    Ok(Some(Logo { media_type: clean.media_type.to_owned(), picture: clean.bytes }))
}

fn of_refusal(desk: &Desk, error: RunError<RegisterClientError>) -> Result<Mistakes, Failure> {
    match error {
        RunError::Refused(RegisterClientError::Taken) => Ok(Mistakes::one("id", desk.say("service-id-taken"))),
        RunError::Refused(RegisterClientError::Same) => Ok(Mistakes::one("form", desk.say("service-same"))),
        RunError::Refused(RegisterClientError::Faults(faults)) => {
            let mut mistakes = Mistakes::default();
            for fault in faults {
                let (field, key) = match fault {
                    RegistrationFault::Contact => ("email", "service-email-wrong".to_owned()),
                    RegistrationFault::Signing => ("profile", "service-signing-basic".to_owned()),
                    RegistrationFault::Client(fault) => ("redirects", format!("service-fault-{}", fault.slug())),
                    RegistrationFault::Blank(_) | RegistrationFault::Reason | RegistrationFault::Scope => ("form", "service-incomplete".to_owned()),
                };
                mistakes.add(field, desk.say(&key));
            }
            Ok(mistakes)
        }
        error => Err(Failure::from(error)),
    }
}
