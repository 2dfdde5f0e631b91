//! The sample pages. Only synthetic people.

use std::sync::LazyLock;

use axum::response::Response;
use kernel::{Instant, Language};
use webkit::parts::{
    BarChart, Button, ButtonGroup, ButtonStyle, Checkboxes, Choice, DateInput, DateValue, Details,
    Figures, Form, Inset, LineChart, Notification, Pagination, Panel, Part, Radios, Select, Series,
    SummaryList, SummaryRow, Table, Tag, Task, TaskList, TextArea, TextInput, Tone, Waiting,
    Warning, Width,
};
use webkit::{
    Arg, Body, Catalogue, Density, FieldErrors, L10n, Layout, Markup, Page, Values, Visitor,
    formats,
};

pub async fn front(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("front-title")).lead(t.get("front-lead"));
    body.part(&Figures(vec![
        (t.get("count-households"), formats::number(502_184)),
        (t.get("count-people"), formats::number(1_384_902)),
        (t.get("count-wait"), t.get("wait-short")),
    ]));
    body.part(&Button::link(t.get("start"), visitor.url("/form")));
    body.h2(t.get("front-need")).bullets([
        t.get("need-id"),
        t.get("need-birth"),
        t.get("need-phone"),
    ]);
    body.part(&Details {
        summary: t.get("statement"),
        body: t.get("statement-text").into(),
        open: false,
    });
    for page in [
        "errors",
        "answers",
        "confirmation",
        "waiting",
        "messages",
        "passkey",
        "kiosk",
        "busy",
        "broken",
        "nowhere",
    ] {
        body.link(format!("/{page}"), visitor.url(&format!("/{page}")));
    }
    page(
        &visitor,
        Page::new(t.get("front-title"), body.markup()).current("/"),
    )
}

pub async fn form(visitor: Visitor) -> Response {
    form_page(&visitor, &Values::default(), &FieldErrors::new())
}

pub async fn post_form(visitor: Visitor, values: Values) -> Response {
    let mut errors = FieldErrors::new();
    if !values.switching() {
        for field in ["name", "hkid", "delivery"] {
            if !values.has(field) {
                errors.add_with(field, "error-empty", vec![("field", Arg::from(field))]);
            }
        }
        if DateValue::of(&values, "dob").day().is_none() {
            errors.add("dob", "error-date");
        }
    }
    form_page(&visitor, &values, &errors)
}

pub async fn errors(visitor: Visitor) -> Response {
    let values = Values::from_pairs([
        ("name", "陳 <大文> & \"Ada\""),
        ("hkid", "Q123456"),
        ("dob-day", "31"),
        ("dob-month", "2"),
    ]);
    let mut errors = FieldErrors::new();
    errors.add("hkid", "error-hkid");
    errors.add("dob", "error-date");
    errors.add("delivery", "error-choose");
    form_page(&visitor, &values, &errors)
}

fn form_page(visitor: &Visitor, values: &Values, errors: &FieldErrors) -> Response {
    let t = t(visitor);
    let mut body = Body::new(visitor.language);
    body.maybe(errors.summary(&t).as_ref())
        .h1(t.get("form-title"));
    let form = about(visitor, &t, values, errors)
        .part(&delivery(&t, values, errors))
        .part(&Checkboxes {
            values: values.all("contact").map(str::to_owned).collect(),
            ..Checkboxes::new(
                "contact",
                t.get("contact"),
                vec![
                    Choice::new("sms", t.get("sms")),
                    Choice::new("letter", t.get("letter")),
                ],
            )
        })
        .part(&Select {
            value: values.get("district").into(),
            ..Select::new(
                "district",
                t.get("district"),
                vec![
                    Choice::new("st", t.get("sha-tin")),
                    Choice::new("wts", t.get("wong-tai-sin")),
                ],
            )
        })
        .part(&TextArea {
            value: values.get("note").into(),
            hint: Some(t.get("note-hint")),
            ..TextArea::new("note", t.get("note"))
        })
        .part(&ButtonGroup(vec![
            Button::new(t.get("continue")),
            Button::new(t.get("later"))
                .style(ButtonStyle::Secondary)
                .sends("act", "later"),
            Button::link(t.get("cancel"), visitor.url("/")).style(ButtonStyle::Quiet),
        ]));
    body.part(&form);
    let built = Page::new(t.get("form-title"), body.markup())
        .back(visitor.url("/"))
        .switch_submits("form");
    page(
        visitor,
        if errors.is_empty() {
            built
        } else {
            built.invalid()
        },
    )
}

fn about(visitor: &Visitor, t: &L10n, values: &Values, errors: &FieldErrors) -> Form {
    Form::new(visitor)
        .to(visitor.url("/form"))
        .part(&TextInput {
            hint: Some(t.get("name-hint")),
            value: values.get("name").into(),
            error: errors.message("name", t),
            autocomplete: Some("name"),
            verbatim: true,
            ..TextInput::new("name", t.get("name"))
        })
        .part(&TextInput {
            hint: Some(t.get("hkid-hint")),
            value: values.get("hkid").into(),
            error: errors.message("hkid", t),
            width: Width::Ten,
            verbatim: true,
            ..TextInput::new("hkid", t.get("hkid"))
        })
        .part(&DateInput {
            hint: Some(t.get("dob-hint")),
            value: DateValue::of(values, "dob"),
            error: errors.message("dob", t),
            birthday: true,
            ..DateInput::new("dob", t.get("dob"))
        })
}

fn delivery(t: &L10n, values: &Values, errors: &FieldErrors) -> Radios {
    let choices = vec![
        Choice::new("home", t.get("delivery-home")).hint(t.get("delivery-home-hint")),
        Choice::new("post", t.get("delivery-post")),
    ];
    Radios {
        value: values.get("delivery").into(),
        error: errors.message("delivery", t),
        ..Radios::new("delivery", t.get("delivery"), choices)
    }
}

pub async fn answers(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let row =
        |key: &str, value: &str| SummaryRow::new(t.get(key), value).change(visitor.url("/form"));
    let mut body = Body::new(visitor.language);
    body.h1(t.get("answers-title")).part(&SummaryList::new(vec![
        row("name", "陳大文 <CHAN Tai Man>"),
        row("hkid", "Q123456(7)"),
        SummaryRow::new(
            t.get("dob"),
            formats::date(moment().day(), visitor.language),
        )
        .change(visitor.url("/form")),
        SummaryRow::new(t.get("district"), t.get("sha-tin")),
    ]));
    body.part(&Warning(t.get("answers-warning")));
    body.part(
        &Form::new(&visitor)
            .to(visitor.url("/form"))
            .hidden("key", "01")
            .part(&Button::new(t.get("submit"))),
    );
    page(
        &visitor,
        Page::new(t.get("answers-title"), body.markup()).back(visitor.url("/form")),
    )
}

pub async fn confirmation(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.part(&Panel {
        title: t.get("received"),
        label: t.get("reference"),
        reference: "7F3K-9QXM-42".into(),
    });
    body.p(t.with(
        "received-at",
        [("time", formats::date_time(moment(), visitor.language))],
    ));
    body.h2(t.get("next-title"))
        .steps([t.get("next-1"), t.get("next-2"), t.get("next-3")]);
    body.part(&Inset(t.get("keep").into()));
    page(
        &visitor,
        Page::new(t.get("received"), body.markup()).without_switch(),
    )
}

pub async fn waiting(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("waiting-title")).lead(t.get("waiting-lead"));
    body.part(&Waiting {
        number: 48_211,
        serving: 41_200,
        estimate: t.get("wait-long"),
        as_at: formats::time(moment(), visitor.language),
        status_url: "/queue.json".into(),
        enter_url: visitor.url("/form"),
        estimate_pattern: t.with("wait-pattern", [("low", "{low}"), ("high", "{high}")]),
        resume_code: Some("KM4T-8Z".into()),
    });
    body.p(t.get("waiting-open"));
    page(
        &visitor,
        Page::new(t.get("waiting-title"), body.markup())
            .refresh(30)
            .script("waiting.js"),
    )
}

pub async fn statistics(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("statistics-title")).note(t.with(
        "as-at",
        [("time", formats::date_time(moment(), visitor.language))],
    ));
    body.part(&Figures(vec![
        (t.get("count-households"), formats::number(502_184)),
        (t.get("count-people"), formats::number(1_384_902)),
        (t.get("count-wait"), t.get("wait-short")),
        (t.get("count-backlog"), formats::number(318)),
    ]));
    body.part(&BarChart {
        title: t.get("by-district"),
        category: t.get("district"),
        unit: t.get("count-households"),
        bars: vec![
            (t.get("sha-tin"), Some(61_204)),
            (t.get("wong-tai-sin"), Some(38_120)),
            (t.get("islands"), Some(9_812)),
            (t.get("unknown"), None),
        ],
        withheld: t.get("withheld"),
    });
    let moments = (7..=15)
        .map(|hour| formats::time(Instant::at(moment().day(), hour * 60), visitor.language))
        .collect();
    let series = |key: &str, values: &[i64]| Series {
        name: t.get(key),
        values: values.to_vec(),
    };
    body.part(&LineChart {
        id: "hours".into(),
        title: t.get("by-hour"),
        finding: t.get("by-hour-finding"),
        axis: t.get("hour"),
        moments,
        series: vec![
            series(
                "registered",
                &[
                    92_100, 81_300, 70_020, 64_000, 58_310, 49_900, 41_200, 32_000, 13_354,
                ],
            ),
            series(
                "matched",
                &[
                    12_000, 60_300, 72_020, 71_000, 66_310, 58_900, 51_200, 44_000, 31_354,
                ],
            ),
        ],
    });
    page(
        &visitor,
        Page::new(t.get("statistics-title"), body.markup())
            .wide()
            .current("/statistics"),
    )
}

pub async fn desk(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("desk-title"));
    let mut table = Table {
        numeric: vec![3],
        ..Table::new(
            t.get("exceptions"),
            ["reference", "district", "state", "attempts"].map(|k| t.get(k)),
        )
    };
    for (reference, tone, state, attempts) in [
        ("7F3K-9QXM-42", Tone::Attention, "state-check", "1"),
        ("1RTB-0C5Z-77", Tone::Active, "state-work", "2"),
        ("99QF-XW2D-10", Tone::Good, "state-done", "1"),
        ("4KKP-7M3A-58", Tone::Bad, "state-failed", "3"),
    ] {
        let tag = Tag::new(t.get(state), tone).html(visitor.language);
        table.row([
            Markup::text(reference),
            t.get("sha-tin").into(),
            tag,
            attempts.into(),
        ]);
    }
    body.part(&table);
    body.part(&Pagination {
        previous: Some("?page=1".into()),
        next: Some("?page=3".into()),
        place: t.with("place", [("page", 2), ("of", 7)]),
    });
    body.h2(t.get("gate"));
    body.part(&TaskList(vec![
        Task {
            title: t.get("gate-statement"),
            href: Some(visitor.url("/answers")),
            hint: None,
            state: Tag::new(t.get("state-done"), Tone::Good),
        },
        Task {
            title: t.get("gate-pia"),
            href: Some(visitor.url("/answers")),
            hint: Some(t.get("gate-pia-hint")),
            state: Tag::new(t.get("state-check"), Tone::Attention),
        },
        Task {
            title: t.get("gate-sign"),
            href: None,
            hint: None,
            state: Tag::new(t.get("state-later"), Tone::Neutral),
        },
    ]));
    body.part(&ButtonGroup(vec![
        Button::new(t.get("continue")),
        Button::new(t.get("cancel")).style(ButtonStyle::Warning),
    ]));
    let built = Page::new(t.get("desk-title"), body.markup())
        .wide()
        .density(Density::Staff)
        .current("/desk");
    page(
        &visitor,
        built.signed_in(t.get("officer"), Some(visitor.url("/form"))),
    )
}

pub async fn kiosk(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("waiting-title"))
        .p(t.get("waiting-lead"))
        .part(&Button::new(t.get("start")));
    page(
        &visitor,
        Page::new(t.get("waiting-title"), body.markup()).density(Density::Kiosk),
    )
}

pub async fn messages(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.part(&Notification {
        body: Markup::trusted(format!(
            "<p class=\"govuk-notification-banner__heading\">{}</p>",
            Markup::text(&t.get("keep"))
        )),
        ..Notification::default()
    });
    body.h1(t.get("front-title"))
        .p(t.get("statement-text"))
        .part(&Warning(t.get("answers-warning")))
        .part(&Inset(t.get("keep").into()));
    body.part(&Details {
        summary: t.get("statement"),
        body: t.get("statement-text").into(),
        open: true,
    });
    for (tone, key) in [
        (Tone::Neutral, "state-later"),
        (Tone::Active, "state-work"),
        (Tone::Good, "state-done"),
        (Tone::Attention, "state-check"),
        (Tone::Bad, "state-failed"),
    ] {
        body.push(&Markup::trusted("<p>"))
            .part(&Tag::new(t.get(key), tone))
            .push(&Markup::trusted("</p>"));
    }
    page(&visitor, Page::new(t.get("front-title"), body.markup()))
}

pub async fn passkey(visitor: Visitor) -> Response {
    let t = t(&visitor);
    let mut body = Body::new(visitor.language);
    body.h1(t.get("passkey-title"));
    body.part(
        &Form::new(&visitor)
            .signs_in_by_passkey("/api/echo", "/api/echo")
            .part(&Button::new(t.get("passkey-title"))),
    );
    page(
        &visitor,
        Page::new(t.get("passkey-title"), body.markup()).script("passkey.js"),
    )
}

fn page(visitor: &Visitor, page: Page) -> Response {
    LAYOUT.page(visitor, page)
}

fn t(visitor: &Visitor) -> L10n {
    CATALOGUE.l10n(visitor.language)
}

fn moment() -> Instant {
    Instant::parse_hong_kong("2020-05-06T15:05").unwrap_or(Instant::from_millis(0))
}

static LAYOUT: LazyLock<Layout> = LazyLock::new(super::layout);

#[expect(
    clippy::expect_used,
    reason = "an example, with its three files compiled in"
)]
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let sources = [
        (Language::En, include_str!("en.ftl")),
        (Language::ZhHant, include_str!("zh-hant.ftl")),
        (Language::ZhHans, include_str!("zh-hans.ftl")),
    ];
    Catalogue::new(sources).expect("the gallery's catalogues are valid")
});
