use std::sync::Arc;

use axum::response::Response;
use hongkong::District;
use kernel::to_hex;
use people::{
    ApprovalState, PersonalDataExport, ReadDashboard, RequestApproval, RequestExport, TwoPerson, UseApprovalError,
    request_approval,
};
use registration::{ExportError, export_words};
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Choice, Select, SummaryList, SummaryRow, Table, Warning};
use webkit::{Failure, Markup, Page, formats};

use crate::approval::{self, district_of, find, what};
use crate::desk::{self, Answer, Case, Desk, go, missing};
use crate::mistakes::Mistakes;
use crate::shown::{link, short};

/// Exports, requests and results.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let title = desk.say("delivery-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("delivery-lead"));
    if desk.may::<RequestExport>() {
        body.part(&ButtonGroup(vec![
            Button::link(desk.say("delivery-request"), desk.scheme_url(&case, "/delivery/request")),
            Button::link(desk.say("results-title"), desk.scheme_url(&case, "/delivery/results")).style(ButtonStyle::Secondary),
        ]));
    }
    body.part(&approval::table(desk, &case, PersonalDataExport::KIND, "/delivery/run")?);
    body.part(&approval::table(desk, &case, people::EarlyClose::KIND, "/close").map(|mut table| {
        table.caption = desk.say("close-requests");
        table
    })?);
    body.part(&exports(desk, &case)?);
    Ok(desk.show(Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""))))
}

fn exports(desk: &Desk, case: &Case) -> Result<Table, Failure> {
    let head = ["delivery-at", "district", "delivery-households", "delivery-digest", "act"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("delivery-exports"), head);
    table.numeric = vec![2];
    table.empty = desk.say("delivery-none");
    for export in registration::exports(case.live()?.ledger())? {
        let way = if desk.may::<RequestExport>() {
            link(&desk.say("delivery-download"), &desk.scheme_url(case, &format!("/delivery/files/{}", export.id)))
        } else {
            Markup::default()
        };
        let digest = to_hex(&export.digest);
        let district = Markup::text(&desk.district(&export.district));
        table.row([desk.at(export.at).into(), district, formats::number(export.households).into(), short(&digest), way]);
    }
    Ok(table)
}

/// Which district.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    request_page(desk, &case, &Mistakes::default())
}

fn request_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    case.live()?;
    let title = desk.say("delivery-request");
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say("delivery-request-lead"));
    let form = desk
        .form()
        .part(&Select {
            value: desk.values.get("district").into(),
            error: mistakes.of("district"),
            ..Select::new("district", desk.say("district"), districts(desk))
        })
        .part(&Button::new(desk.say("delivery-request")));
    body.part(&form);
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "/delivery")), mistakes))
}

/// The eighteen districts to choose from.
pub(crate) fn districts(desk: &Desk) -> Vec<Choice> {
    District::ALL.into_iter().map(|district| Choice::new(district.code(), district.name(desk.language()))).collect()
}

/// Asks for the second person.
pub(crate) fn request(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    let service = case.live()?;
    if desk.values.switching() {
        return request_page(desk, &case, &Mistakes::default());
    }
    let Some(district) = District::from_code(desk.values.get("district")) else {
        return request_page(desk, &case, &Mistakes::one("district", desk.say("district-missing")));
    };
    let command = RequestApproval { service: service.id(), what: export_words(&service.scheme(), district.code()) };
    service.ledger().write("staff.request_export", grant.actor(), move |work| {
        request_approval::<PersonalDataExport>(work, &grant, command.clone())
    })?;
    Ok(go(&desk.scheme_url(&case, "/delivery")))
}

/// Asks once more, now that it is approved.
pub(crate) fn ask_run(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<RequestExport>()?;
    run_page(desk, &case, &Mistakes::default())
}

fn run_page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let approval = find(desk, case, PersonalDataExport::KIND)?;
    if approval.state != ApprovalState::Approved && mistakes.is_empty() {
        return Err(missing());
    }
    let title = desk.say("delivery-run");
    let mut body = desk.body(&title, mistakes);
    body.part(&SummaryList::new(vec![SummaryRow::new(desk.say("approval-what"), what(desk, &approval))]));
    body.part(&Warning(desk.say("delivery-run-warning")));
    body.part(&desk.form().part(&ButtonGroup(vec![
        Button::new(title.clone()),
        Button::link(desk.say("cancel"), desk.scheme_url(case, "/delivery")).style(ButtonStyle::Quiet),
    ])));
    let page = Page::new(title, body.markup()).back(desk.scheme_url(case, "/delivery"));
    Ok(desk.show(if mistakes.is_empty() { page } else { page.invalid() }))
}

/// Writes the file, encrypted to the courier.
pub(crate) fn run(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<RequestExport>()?;
    let approval = find(desk, &case, PersonalDataExport::KIND)?;
    let district = district_of(&approval).ok_or_else(missing)?;
    let service = case.live()?;
    let (scheme, sender) = (service.scheme(), desk.platform().sender());
    let done = registration::export_district(service.ledger(), &scheme, sender, &Arc::new(grant), district, approval.id);
    match done {
        Ok(_) => Ok(go(&desk.scheme_url(&case, "/delivery"))),
        Err(ExportError::Empty) => run_page(desk, &case, &Mistakes::one("form", desk.say("delivery-empty"))),
        Err(ExportError::NoCourier) => run_page(desk, &case, &Mistakes::one("form", desk.say("delivery-no-courier"))),
        Err(ExportError::Approval(UseApprovalError::Refused(refused))) => {
            run_page(desk, &case, &Mistakes::one("form", desk.say(approval::sentence(refused))))
        }
        Err(error) => Err(Failure::from(error)),
    }
}

/// The encrypted file: only the courier's key opens it.
pub(crate) fn file(desk: &Desk) -> Result<Response, Failure> {
    let (case, _) = desk.scheme::<RequestExport>()?;
    let id = desk.id("export")?;
    let bytes = registration::export_file(case.live()?.ledger(), id)?.ok_or_else(missing)?;
    Ok(desk::file(bytes, "application/octet-stream", &format!("{}-{id}.csv.age", case.listed.slug)))
}
