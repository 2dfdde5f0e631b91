use kernel::Language;
use webkit::parts::{Button, Form, Part, TextInput};
use webkit::{FieldErrors, Page, Visitor, texts};

use crate::actors::{get_page, layout, read, request};

async fn visitor(path: &str) -> Visitor {
    use axum::extract::FromRequestParts;
    let (mut parts, _) = request("GET", path, &[], "").into_parts();
    Visitor::from_request_parts(&mut parts, &()).await.unwrap()
}

#[tokio::test]
async fn the_frame_escapes_and_names_its_language() {
    let page = get_page("/zh-hant?a=%22%3E%3Cscript%3E", &[]).await;
    assert!(page.body.contains("<html lang=\"zh-Hant-HK\""));
    assert!(
        page.body.contains("<title>&#60;Front&#62; – 服務</title>"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("<Front>") && !page.body.contains("\"><script>"));
    assert_eq!(page.header("content-language"), "zh-Hant-HK");
}

#[tokio::test]
async fn the_language_switch_keeps_page_and_query() {
    let page = get_page("/en?page=2&x=y", &[]).await;
    assert!(
        page.body
            .contains("href=\"/zh-hant?page=2&#38;x=y\" hreflang=\"zh-Hant-HK\""),
        "{}",
        page.body
    );
    assert!(page.body.contains("href=\"/zh-hans?page=2&#38;x=y\""));
    assert!(
        page.body
            .contains("aria-current=\"true\" lang=\"en-HK\">English")
    );
}

#[tokio::test]
async fn a_form_page_switches_language_by_submitting() {
    let visitor = visitor("/en/name").await;
    let form = Form::new(&visitor)
        .part(&TextInput::new("name", "Name"))
        .part(&Button::new("Continue"));
    let page = Page::new("Name", form.html(Language::En)).switch_submits("form");
    let html = layout().html(&visitor, &page);
    let at = |needle: &str| {
        html.find(needle)
            .unwrap_or_else(|| panic!("{needle} in {html}"))
    };
    assert!(
        at("form=\"form\" formaction=\"/zh-hant/name\"")
            < at("<form method=\"post\" action=\"/en/name\" id=\"form\"")
    );
    // Enter presses the first button of the form in the page's order: it must not be the switch.
    assert!(
        at("class=\"lr-default\" type=\"submit\" form=\"form\"")
            < at("formaction=\"/zh-hant/name\"")
    );
}

#[tokio::test]
async fn an_error_page_says_so_first() {
    let visitor = visitor("/zh-hant/name").await;
    let mut errors = FieldErrors::new();
    errors.add("name", "warning");
    let summary = errors
        .summary(&texts(Language::ZhHant))
        .unwrap()
        .html(Language::ZhHant);
    let answer = read(layout().page(&visitor, Page::new("姓名", summary).invalid())).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.body.contains("<title>錯誤：姓名 – 服務</title>"),
        "{}",
        answer.body
    );
    assert!(answer.body.contains("<a href=\"#name\">注意</a>"));
}

#[tokio::test]
async fn the_environment_is_named_unless_live() {
    let visitor = visitor("/en").await;
    let mut layout = layout();
    let page = Page::new("x", "y".into());
    assert!(
        layout
            .html(&visitor, &page)
            .contains("Demo – synthetic people only")
    );
    layout.environment = kernel::Environment::Live;
    assert!(!layout.html(&visitor, &page).contains("lr-environment"));
}

#[test]
fn the_gallery_speaks_three_languages() {
    let sources = [
        (Language::En, include_str!("../../examples/gallery/en.ftl")),
        (
            Language::ZhHant,
            include_str!("../../examples/gallery/zh-hant.ftl"),
        ),
        (
            Language::ZhHans,
            include_str!("../../examples/gallery/zh-hans.ftl"),
        ),
    ];
    assert_eq!(webkit::check_catalogues(sources, &[]), []);
}
