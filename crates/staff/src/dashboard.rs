use axum::http::HeaderValue;
use axum::http::header::REFRESH;
use desk::{Answer, Desk, Mistakes};
use flows::Service;
use hongkong::District;
use kernel::{Instant, Language};
use notify::Counts;
use people::ReadDashboard;
use registration::Figures;
use registration::matching::State;
use store::StoreError;
use webkit::parts::{BarChart, Figures as Shown, LineChart, Series, Table};
use webkit::{Arg, Markup, Page, formats};

const REFRESH_SECS: u32 = 15;
/// Hours in the chart: two days.
const HOURS: i64 = 48;

/// The running counters. The page asks for itself again, without a script, until somebody stops it.
pub(crate) fn show(desk: &Desk) -> Answer {
    let (case, _) = desk.scheme::<ReadDashboard>()?;
    let service = case.live()?;
    let (figures, messages, state, backlog) = service.ledger().read("staff.dashboard", |tx| {
        Ok::<_, StoreError>((Figures::read(tx)?, notify::counts(tx)?, registration::current_state(tx)?, registration::backlog(tx)?))
    })?;
    let title = desk.say("dashboard-title");
    let mut body = desk.body(&title, &Mistakes::default());
    body.push(&desk.status(state));
    let live = desk.query("refresh") != "off";
    let (words, way) = if live { ("dashboard-stop", "/dashboard?refresh=off") } else { ("dashboard-go", "/dashboard") };
    body.note(desk.tell("dashboard-as-at", [("time", desk.at(desk.now()))]));
    body.link(desk.say(words), desk.scheme_url(&case, way));
    body.part(&totals(desk, service, &figures, &messages, backlog));
    body.part(&over_time(desk, &figures)).part(&states(desk, &figures)).part(&by_district(desk, &figures));
    body.part(&by_reason(desk, &figures)).part(&message_table(desk, &messages));
    let page = Page::new(title, body.markup()).wide().back(desk.scheme_url(&case, ""));
    let mut response = desk.show(page);
    if live {
        response.headers_mut().insert(REFRESH, HeaderValue::from(REFRESH_SECS));
    }
    Ok(response)
}

type Messages = std::collections::BTreeMap<String, Counts>;

fn totals(desk: &Desk, service: &Service, figures: &Figures, messages: &Messages, backlog: i64) -> Shown {
    let status = service.room_status(desk.now());
    let sum = messages.values().fold((0, 0), |(queued, failed), it| (queued + it.queued, failed + it.failed));
    let waiting = status.waiting();
    let number = |name: &str, value: i64| (desk.say(name), formats::number(value));
    Shown(vec![
        number("dashboard-received", figures.total("received")),
        number("dashboard-people", figures.total("people")),
        number("dashboard-backlog", backlog),
        number("dashboard-checking", figures.total("checking")),
        number("dashboard-waiting-room", i64::try_from(waiting).unwrap_or(i64::MAX)),
        number("dashboard-queued", sum.0),
        number("dashboard-failed", sum.1),
    ])
}

/// The hours of the chart: from the first registration, two days at most. Hours in which nobody came are part of the
/// picture.
fn hours(desk: &Desk, figures: &Figures) -> Vec<(String, i64)> {
    let buckets = figures.buckets("received-by-hour");
    let hour = |at: Instant| at.to_string().chars().take(13).collect::<String>();
    let Some((first, _)) = buckets.first() else { return Vec::new() };
    let mut hours: Vec<(String, i64)> = Vec::new();
    for back in 0..HOURS {
        let name = hour(desk.now().plus_secs(-3600 * back));
        let count = buckets.iter().find(|(bucket, _)| *bucket == name).map_or(0, |(_, count)| *count);
        let before = name < *first;
        hours.push((name, count));
        if before {
            break;
        }
    }
    hours.reverse();
    hours
}

/// Registrations by the hour in which they came.
fn over_time(desk: &Desk, figures: &Figures) -> LineChart {
    let last = hours(desk, figures);
    let top = last.iter().max_by_key(|(_, count)| *count);
    let finding = top.map_or_else(
        || desk.say("dashboard-nothing-yet"),
        |(hour, count)| desk.tell("dashboard-busiest", [("hour", Arg::from(moment(hour, desk.language()))), ("count", Arg::from(*count))]),
    );
    LineChart {
        title: desk.say("dashboard-over-time"),
        id: "over-time".into(),
        finding,
        axis: desk.say("dashboard-hour"),
        moments: last.iter().map(|(hour, _)| moment(hour, desk.language())).collect(),
        series: vec![Series {
            name: desk.say("dashboard-received"),
            values: last.iter().map(|(_, count)| *count).collect(),
        }],
    }
}

/// `2020-05-06T07` as people read it.
fn moment(hour: &str, language: Language) -> String {
    let at = Instant::parse_hong_kong(&format!("{hour}:00"));
    at.map_or_else(|| hour.to_owned(), |at| formats::date_time(at, language))
}

fn by_district(desk: &Desk, figures: &Figures) -> BarChart {
    let count = |district: District| figures.bucket("received-by-district", district.code());
    BarChart {
        title: desk.say("dashboard-by-district"),
        category: desk.say("district"),
        unit: desk.say("dashboard-received"),
        bars: District::ALL.into_iter().map(|it| (it.name(desk.language()).to_owned(), Some(count(it)))).collect(),
        withheld: String::new(),
    }
}

const STATES: [State; 7] = [
    State::Confirmed,
    State::Checking,
    State::Replaced,
    State::Rejected,
    State::Dispatched,
    State::Delivered,
    State::Undelivered,
];

fn states(desk: &Desk, figures: &Figures) -> Table {
    let mut table = Table::new(desk.say("dashboard-states"), ["state", "dashboard-households"].map(|key| desk.say(key)));
    table.numeric = vec![1];
    for state in STATES {
        table.row([desk.household_state(state), Markup::text(&formats::number(figures.total(state.as_str())))]);
    }
    table
}

fn by_reason(desk: &Desk, figures: &Figures) -> Table {
    let head = ["reason", "dashboard-households"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("dashboard-reasons"), head);
    table.numeric = vec![1];
    table.empty = desk.say("dashboard-nothing-yet");
    for (reason, count) in figures.buckets("checking-by-reason").into_iter().filter(|(reason, _)| !reason.is_empty()) {
        table.row([desk.say(&format!("reason-{reason}")), formats::number(count)]);
    }
    table
}

fn message_table(desk: &Desk, messages: &Messages) -> Table {
    let head = ["message", "message-queued", "message-sent", "message-failed"].map(|key| desk.say(key));
    let mut table = Table::new(desk.say("dashboard-messages"), head);
    table.numeric = vec![1, 2, 3];
    table.empty = desk.say("dashboard-nothing-yet");
    for (template, counts) in messages {
        let numbers = [counts.queued, counts.sent, counts.failed].map(formats::number);
        let [queued, sent, failed] = numbers;
        table.row([template_name(desk, template), queued, sent, failed]);
    }
    table
}

/// A template's name in words; one that has none yet shows its own.
pub(crate) fn template_name(desk: &Desk, template: &str) -> String {
    let key = format!("template-{template}");
    if desk.has(&key) { desk.say(&key) } else { template.to_owned() }
}
