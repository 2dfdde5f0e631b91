use desk::{Answer, Case, Desk, Mistakes, link, missing};
use kernel::Instant;
use people::OperateScheme;
use registration::{Operate, OperateError, SchemeState, Status};
use store::RunError;
use webkit::parts::{
    Button, ButtonGroup, ButtonStyle, DateInput, DateValue, Form, SummaryList, SummaryRow, TextInput, Warning, Width,
};
use webkit::{Failure, Page, formats};

/// Where the scheme stands and what can be done about it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OperateScheme>()?;
    let state = state(&case)?;
    let title = desk.say("operate-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.part(&SummaryList::new(vec![
        SummaryRow::new(desk.say("state"), desk.status(Some(state))),
        SummaryRow::new(desk.say("scheme-opens"), desk.at(state.opens)),
        SummaryRow::new(desk.say("scheme-closes"), desk.at(state.closes)),
        SummaryRow::new(desk.say("operate-latest"), formats::date(state.latest, desk.language())),
        SummaryRow::new(desk.say("operate-rate-now"), formats::number(i64::from(state.rate))),
    ]));
    let ways: &[&str] = match state.status_at(desk.now()) {
        Status::Closed => &[],
        Status::Paused => &["resume", "extend", "rate"],
        _ => &["pause", "extend", "rate"],
    };
    if ways.is_empty() {
        body.p(desk.say("operate-closed"));
    }
    body.bullets(ways.iter().map(|act| {
        link(&desk.say(&format!("operate-{act}")), &desk.scheme_url(&case, &format!("/operate/{act}")))
    }));
    Ok(desk.show(Page::new(title, body.markup()).back(desk.scheme_url(&case, ""))))
}

fn state(case: &Case) -> Result<SchemeState, Failure> {
    case.live()?.ledger().read("staff.state", registration::current_state)?.ok_or_else(missing)
}

const ACTS: [&str; 4] = ["pause", "resume", "extend", "rate"];

/// Each act asks on a page of its own and says what follows from it.
pub(crate) fn ask(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<OperateScheme>()?;
    page(desk, &case, &Mistakes::default())
}

fn page(desk: &Desk, case: &Case, mistakes: &Mistakes) -> Answer {
    let act = desk.param("act");
    if !ACTS.contains(&act) {
        return Err(missing());
    }
    let state = state(case)?;
    let title = desk.say(&format!("operate-{act}"));
    let mut body = desk.body(&title, mistakes);
    body.part(&Warning(desk.say(&format!("operate-{act}-warning"))));
    let form = fields(desk, act, state, mistakes);
    body.part(&form.part(&ButtonGroup(vec![
        Button::new(title.clone()).style(if act == "pause" { ButtonStyle::Warning } else { ButtonStyle::Main }),
        Button::link(desk.say("cancel"), desk.scheme_url(case, "/operate")).style(ButtonStyle::Quiet),
    ])));
    Ok(desk.show_form(Page::new(title, body.markup()).back(desk.scheme_url(case, "/operate")), mistakes))
}

fn fields(desk: &Desk, act: &str, state: SchemeState, mistakes: &Mistakes) -> Form {
    let typed = |name: &str, otherwise: String| if desk.values.has(name) { desk.values.get(name).to_owned() } else { otherwise };
    match act {
        "extend" => {
            let sent = DateValue::of(&desk.values, "closes");
            let value = if sent.is_blank() { DateValue::from(state.closes.day()) } else { sent };
            let minute = state.closes.minute_of_day();
            let hint = desk.tell("operate-extend-hint", [("day", formats::date(state.latest, desk.language()))]);
            let date = DateInput { value, hint: Some(hint), error: mistakes.of("closes"), ..DateInput::new("closes", desk.say("operate-closes")) };
            let time = TextInput {
                value: typed("time", format!("{:02}:{:02}", minute / 60, minute % 60)),
                hint: Some(desk.say("operate-time-hint")),
                error: mistakes.of("time"),
                width: Width::Five,
                verbatim: true,
                ..TextInput::new("time", desk.say("operate-time"))
            };
            desk.form().part(&date).part(&time)
        }
        "rate" => desk.form().part(&TextInput {
            value: typed("rate", state.rate.to_string()),
            error: mistakes.of("rate"),
            inputmode: Some("numeric"),
            width: Width::Ten,
            ..TextInput::new("rate", desk.say("operate-rate-field"))
        }),
        _ => desk.form(),
    }
}

/// Does it.
pub(crate) fn act(desk: &Desk) -> Answer {
    let (case, grant) = desk.scheme::<OperateScheme>()?;
    if desk.values.switching() {
        return page(desk, &case, &Mistakes::default());
    }
    let act = match read(desk) {
        Ok(act) => act.ok_or_else(missing)?,
        Err(mistakes) => return page(desk, &case, &mistakes),
    };
    let done = case.live()?.ledger().write("staff.operate", grant.actor(), move |work| {
        registration::operate(work, &grant, act)
    });
    match done {
        Ok(_) => Ok(desk.done("done-operate", &desk.scheme_url(&case, "/operate"))),
        Err(RunError::Refused(refused)) => match of_refusal(desk, &refused) {
            Some(mistakes) => page(desk, &case, &mistakes),
            None => Err(Failure::from(refused)),
        },
        Err(error) => Err(Failure::from(error)),
    }
}

fn read(desk: &Desk) -> Result<Option<Operate>, Mistakes> {
    Ok(Some(match desk.param("act") {
        "pause" => Operate::Pause,
        "resume" => Operate::Resume,
        "rate" => {
            let digits: String = desk.values.get("rate").chars().filter(|c| !matches!(c, ' ' | ',')).collect();
            Operate::Rate(digits.parse().map_err(|_| Mistakes::one("rate", desk.say("operate-rate-wrong")))?)
        }
        "extend" => Operate::Extend(closing(desk)?),
        _ => return Ok(None),
    }))
}

fn closing(desk: &Desk) -> Result<Instant, Mistakes> {
    let mut mistakes = Mistakes::default();
    let day = DateValue::of(&desk.values, "closes").day();
    if day.is_none() {
        mistakes.add("closes", desk.say("date-wrong"));
    }
    let minute = minute_of(desk.values.get("time"));
    if minute.is_none() {
        mistakes.add("time", desk.say("operate-time-wrong"));
    }
    day.zip(minute).map(|(day, minute)| Instant::at(day, minute)).ok_or(mistakes)
}

fn minute_of(text: &str) -> Option<i64> {
    let (hour, minute) = text.trim().split_once([':', '：'])?;
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some(hour * 60 + minute)
}

fn of_refusal(desk: &Desk, refused: &OperateError) -> Option<Mistakes> {
    Some(match refused {
        OperateError::TooLate(day) => {
            let day = formats::date(*day, desk.language());
            Mistakes::one("closes", desk.tell("operate-too-late", [("day", day)]))
        }
        OperateError::NotLater(at) => Mistakes::one("closes", desk.tell("operate-not-later", [("time", desk.at(*at))])),
        OperateError::Rate => Mistakes::one("rate", desk.say("operate-rate-wrong")),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::minute_of;

    #[test]
    fn a_time_of_day_is_read() {
        assert_eq!((minute_of(" 23:59 "), minute_of("07：00"), minute_of("0:5")), (Some(1439), Some(420), Some(5)));
        for bad in ["", "24:00", "12:60", "noon", "12", "-1:00"] {
            assert_eq!(minute_of(bad), None, "{bad}");
        }
    }
}
