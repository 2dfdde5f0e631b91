use axum::response::Response;
use provider::{Registered, Standing};
use webkit::parts::{Table, Tag, Tone};
use webkit::{Failure, Markup, Page, formats};

use super::call::Call;
use super::connect::label;
use crate::faults::Faults;

/// `GET /account/asked`: of each online service, how many attributes it asks for and how many of them it needs. For everybody.
pub(super) async fn show(call: Call) -> Result<Response, Failure> {
    let mut services = call.read("resident.asked_by_services", provider::clients).await?;
    services.retain(Registered::is_in_force);
    services.sort_by_key(|service| (service.registration.standing == Standing::Sandbox, std::cmp::Reverse(spare(service))));
    let title = call.say("asked-title");
    let mut body = call.body(&title, &Faults::none());
    body.lead(call.say("asked-lead"));
    let head = ["connect-service", "connect-department", "asked-asked", "asked-needed", "services-what"].map(|key| call.say(key));
    let mut table = Table { numeric: vec![2, 3], ..Table::new(title.clone(), head) };
    table.quiet_caption = true;
    table.empty = call.say("asked-none");
    for service in &services {
        table.row(row(&call, service));
    }
    body.part(&table);
    Ok(call.show(Page::new(title, body.markup()).back(call.url("/account")).wide()))
}

/// What it asks for and could do without.
fn spare(service: &Registered) -> usize {
    let (asked, needed) = service.registration.figures();
    asked.saturating_sub(needed)
}

fn row(call: &Call, service: &Registered) -> [Markup; 5] {
    use webkit::parts::Part as _;
    let (registration, language) = (&service.registration, call.language());
    let (asked, needed) = registration.figures();
    let count = |number: usize| Markup::text(&formats::number(i64::try_from(number).unwrap_or(i64::MAX)));
    let mut name = Markup::text(registration.name.get(language));
    if registration.standing == Standing::Sandbox {
        name.push(&Markup::text(" "));
        name.push(&Tag::new(call.say("connect-sandbox"), Tone::Attention).html(language));
    }
    let (signs, data): (Vec<_>, Vec<_>) = registration.attributes.iter().partition(|one| one.name == openid::SIGN);
    let names: Vec<String> = data.iter().map(|one| label(call, &one.name)).collect();
    let between = if language == kernel::Language::En { ", " } else { "、" };
    let mut what = names.join(between);
    // That it brings documents to sign is no attribute, so it is not among those that are counted.
    if !signs.is_empty() {
        what = call.t.with("asked-and-sign", [("what", what)]);
    }
    [name, Markup::text(registration.department.get(language)), count(asked), count(needed), Markup::text(&what)]
}
