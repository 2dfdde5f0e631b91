use axum::response::Response;
use flows::{EraseError, Erased};
use journal::Actor;
use kernel::Kind;
use registration::EraseWhat;
use vault::Cause;
use webkit::parts::{Button, ButtonStyle, Details, Form, Inset, Panel, Warning};
use webkit::{Body, Failure, L10n, Page, Values, Visitor};

use crate::blocking::blocking;
use crate::certificate::code;
use crate::status::door::Known;
use crate::status::pass_of;
use crate::visit::Visit;

/// What withdrawal means, asked once more; then the erasure, at once, with the certificate to keep.
pub(super) async fn step(visit: Visit, values: &Values, known: Known) -> Result<Response, Failure> {
    if values.get("act") != "erase" || values.switching() {
        return ask(&visit, known);
    }
    let (platform, service) = (visit.state.platform.clone(), visit.service.clone());
    let (erased, certificate) = blocking(move || -> Result<_, EraseError> {
        let erased =
            flows::erase_household(&service, Actor::Visitor, known.household, EraseWhat::All, Cause::Withdrawal)?;
        flows::certify(&platform, &service)?;
        let certificate = flows::kept_certificate(&platform, erased.id)?;
        Ok((erased, certificate))
    })
    .await?;
    let note = certificate.as_ref().and_then(|certificate| certificate.get("note")?.as_str());
    done(&visit, &erased, note)
}

fn ask(visit: &Visit, known: Known) -> Result<Response, Failure> {
    let t = &visit.t;
    let title = t.get("my-data-withdraw");
    let mut body = visit.body();
    body.h1(&title).p(t.get("withdraw-lead"));
    body.bullets(["withdraw-one", "withdraw-two", "withdraw-three"].map(|key| t.get(key)));
    body.part(&Warning(t.get("withdraw-warning")));
    let form = Form::new(&visit.visitor).to(visit.url("/my-data/withdraw")).hidden("pass", pass_of(visit, known)?);
    let button = Button::new(t.get("withdraw-button")).style(ButtonStyle::Warning).sends("act", "erase");
    body.part(&form.part(&button));
    body.link(t.get("withdraw-keep"), visit.url("/my-data"));
    let page = Page::new(&title, body.markup()).switch_submits("form").back(visit.url("/my-data"));
    Ok(visit.show(page))
}

fn done(
    visit: &Visit,
    erased: &Erased,
    note: Option<&str>,
) -> Result<Response, Failure> {
    let t = &visit.t;
    let certificate = visit.url(&format!("/certificates/{}", erased.id));
    let mut body = visit.body();
    certified(&mut body, (t, &visit.visitor), &certificate, (erased, note))?;
    body.part(&Inset(t.get("withdraw-limits").into()));
    Ok(visit.show(Page::new(t.get("withdraw-done"), body.markup()).without_switch()))
}

/// What somebody sees whose data are erased: the certificate, what opens it, and how both are checked.
pub(crate) fn certified(
    body: &mut Body,
    (t, visitor): (&L10n, &Visitor),
    certificate: &str,
    (erased, note): (&Erased, Option<&str>),
) -> Result<(), Failure> {
    let note = note.ok_or_else(|| Failure::of(Kind::Busy).because("the certificate is still to come"))?;
    body.part(&Panel { title: t.get("withdraw-done"), ..Panel::default() });
    body.p(t.get("withdraw-done-text"));
    body.h2(t.get("withdraw-certificate")).p(t.get("withdraw-certificate-text"));
    body.part(&Button::link(t.get("withdraw-download"), certificate));
    // The page is the only place where it stands: whoever keeps it brings it back to have it as a file.
    body.h2(t.get("withdraw-opening")).p(t.get("withdraw-opening-text"));
    let opening = vault::opening_file(&erased.openings).to_string();
    let form = Form::new(visitor).id("opening").to(certificate).hidden("opening", opening);
    body.part(&form.part(&Button::new(t.get("withdraw-opening-download")).style(ButtonStyle::Secondary)));
    body.h2(t.get("ended-verify")).p(t.get("ended-verify-text"));
    body.push(&code("lionrock-verify certificate --key KEY FILE --opening OPENING"));
    body.part(&Details { summary: t.get("withdraw-note"), body: code(note), open: true });
    Ok(())
}
