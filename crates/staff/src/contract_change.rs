use axum::response::Response;
use desk::{Answer, Desk, Mistakes, code, date, day, line, missing};
use people::ManageContractors;
use processors::{Contract, ContractError, PartnerToken, consent_to_sub_processor, end_contract, extend_contract, issue_credential, revoke_credentials};
use store::RunError;
use webkit::parts::{Button, ButtonGroup, ButtonStyle, Inset, Warning};
use webkit::{Failure, Page};

use crate::contract::{base, find, sentence};

/// What a privacy officer may do with a contract, one page each.
const ACTS: [&str; 5] = ["credential", "revoke", "extend", "consent", "end"];

/// Asks before it is done.
pub(crate) fn ask(desk: &Desk) -> Answer {
    desk.right::<ManageContractors>()?;
    let contract = find(desk)?;
    page(desk, &contract, &Mistakes::default())
}

fn page(desk: &Desk, contract: &Contract, mistakes: &Mistakes) -> Answer {
    let act = ACTS.into_iter().find(|act| *act == desk.param("act")).ok_or_else(missing)?;
    let title = desk.say(&format!("contract-{act}-title"));
    let mut body = desk.body(&title, mistakes);
    body.p(desk.say(&format!("contract-{act}-lead")));
    let mut form = desk.form();
    form = match act {
        "extend" => form.part(&date(desk, mistakes, "until", "contract-until")),
        "consent" => form.part(&line(desk, mistakes, "who", "sub-processor-name")).part(&line(desk, mistakes, "place", "contract-place")),
        _ => form,
    };
    let style = if matches!(act, "end" | "revoke") { ButtonStyle::Warning } else { ButtonStyle::default() };
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(title.clone()).style(style),
        Button::link(desk.say("cancel"), base(desk, contract.id)).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show_form(Page::new(title, body.markup()).back(base(desk, contract.id)), mistakes))
}

/// Does it.
pub(crate) fn act(desk: &Desk) -> Answer {
    let grant = desk.right::<ManageContractors>()?;
    let contract = find(desk)?;
    if desk.values.switching() {
        return page(desk, &contract, &Mistakes::default());
    }
    let (ledger, id, actor) = (desk.platform().ledger(), contract.id, grant.actor());
    let mut mistakes = Mistakes::default();
    let done = match desk.param("act") {
        "credential" => {
            let issued = ledger.write("staff.issue_credential", actor, move |work| issue_credential(work, &grant, id));
            match issued {
                Ok((issued, _)) => return Ok(shown_once(desk, &contract, &issued.token)),
                Err(error) => Err(error),
            }
        }
        "revoke" => ledger.write("staff.revoke_credentials", actor, move |work| revoke_credentials(work, &grant, id).map(drop)).map(drop),
        "extend" => {
            let Some(until) = day(desk, &mut mistakes, "until") else { return page(desk, &contract, &mistakes) };
            ledger.write("staff.extend_contract", actor, move |work| extend_contract(work, &grant, id, until)).map(drop)
        }
        "consent" => {
            let (name, place) = (desk.values.get("who").to_owned(), desk.values.get("place").to_owned());
            ledger.write("staff.sub_processor", actor, move |work| consent_to_sub_processor(work, &grant, id, &name, &place)).map(drop)
        }
        "end" => return end(desk, &contract),
        _ => return Err(missing()),
    };
    match done {
        Ok(()) => Ok(desk.done("done-contract", &base(desk, id))),
        Err(error) => refused(desk, &contract, error),
    }
}

/// Ends the contract: its leases end with it, and their keys die now.
fn end(desk: &Desk, contract: &Contract) -> Answer {
    let (grant, id) = (desk.right::<ManageContractors>()?, contract.id);
    let ended = desk.platform().ledger().write("staff.end_contract", grant.actor(), move |work| {
        end_contract(work, &grant, id, &flows::lease_rules())
    });
    match ended {
        Ok(_) => {
            flows::erase_lease_keys(desk.platform())?;
            Ok(desk.done("done-contract", &base(desk, id)))
        }
        Err(error) => refused(desk, contract, error),
    }
}

fn refused(desk: &Desk, contract: &Contract, error: RunError<ContractError>) -> Answer {
    let mistakes = match error {
        RunError::Refused(ContractError::Days) => Mistakes::one("until", desk.say("contract-days-wrong")),
        RunError::Refused(ContractError::SubProcessor) => Mistakes::one("who", desk.say("sub-processor-wrong")),
        RunError::Refused(ContractError::Clauses(flaw)) => Mistakes::one("form", sentence(desk, &flaw)),
        RunError::Refused(ContractError::Ended) => Mistakes::one("form", desk.say("contract-ended-already")),
        error => return Err(Failure::from(error)),
    };
    page(desk, contract, &mistakes)
}

/// The credential. It is stored nowhere: whoever leaves this page without it issues another.
fn shown_once(desk: &Desk, contract: &Contract, token: &PartnerToken) -> Response {
    let title = desk.say("credential-shown-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.p(desk.say("credential-shown-lead"));
    body.part(&Inset(code(token.reveal().expose())));
    body.part(&Warning(desk.say("credential-shown-warning")));
    body.link(desk.text(&contract.title), base(desk, contract.id));
    desk.show(Page::new(title, body.markup()).without_switch())
}
