//! The part of the entry page that tells, where scripts run, what waits sealed on this phone. Hidden until its script shows it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::{Case, Desk};
use registration::queue_key;
use serde_json::json;
use webkit::{Failure, Markup};

/// What stands above the form and below it.
pub(crate) struct QueuePart {
    pub(crate) above: Markup,
    pub(crate) below: Markup,
}

/// The part, when entries of this operation may wait. It stands around the form: what was just done above it, where it is seen, and
/// what that means below it, where it is in nobody's way.
pub(crate) fn queue_part(desk: &Desk, case: &Case, again: bool) -> Result<Option<QueuePart>, Failure> {
    let service = case.live()?;
    let Some(key) = queue_key(service.ledger().keys(), &service.scheme(), desk.now())? else { return Ok(None) };
    let mut data = vec![
        ("operation", service.slug().to_owned()),
        ("url", desk.scheme_url(case, "/field/queue")),
        ("worker", desk.scheme_url(case, "/field/worker.js")),
        ("scope", desk.scheme_url(case, "/field")),
        ("public", URL_SAFE_NO_PAD.encode(key.public)),
        ("stamp", key.stamp),
        ("about", key.about),
        ("ends", key.until.millis().to_string()),
        ("words", words(desk)),
    ];
    if again {
        data.push(("again", String::new()));
    }
    let attributes = data.iter().fold(String::new(), |all, (name, value)| all + &format!(" data-{name}=\"{}\"", Markup::text(value)));
    let text = |key: &str| Markup::text(&desk.say(key));
    let above = format!(
        "<div data-queue{attributes}>\n<section class=\"lr-queue\" data-queue-shown aria-labelledby=\"queue-title\" hidden>\n\
         <div data-queue-entered role=\"status\"></div>\n\
         <p class=\"govuk-body\" data-queue-slip role=\"status\"></p>\n\
         <h2 class=\"govuk-heading-s\" id=\"queue-title\">{title}</h2>\n\
         <p class=\"govuk-body\" data-queue-words role=\"status\"></p>\n\
         <p class=\"govuk-body\" data-queue-state role=\"status\"></p>\n\
         <p class=\"govuk-body lr-alone\" data-queue-sign-in hidden><a class=\"govuk-link\" href=\"{sign_in}\">{sign_in_words}</a></p>\n\
         <button class=\"lr-button lr-button--secondary\" type=\"button\" data-queue-send hidden>{send}</button>\n\
         <ul class=\"govuk-list\" data-queue-list></ul>\n</section>\n",
        title = text("queue-title"),
        sign_in = Markup::text(&format!("{}?next=/staff/schemes/{}/field", desk.url("/staff/sign-in"), service.slug())),
        sign_in_words = text("queue-sign-in"),
        send = text("queue-send"),
    );
    let below = format!(
        "<section data-queue-shown aria-labelledby=\"queue-what\" hidden>\n<h2 class=\"govuk-heading-s\" id=\"queue-what\">{what}</h2>\n\
         <p class=\"govuk-body\">{about}</p>\n\
         <p class=\"govuk-body\">{until} <span data-queue-until>{until_when}</span></p>\n</section>\n\
         <form method=\"post\" action=\"{mend_url}\" data-queue-mend-form hidden><input type=\"hidden\" name=\"_token\">\
         <input type=\"hidden\" name=\"entry\"></form>\n{templates}</div>\n<noscript><p class=\"govuk-body\">{no_script}</p></noscript>\n",
        what = text("queue-what"),
        about = text("queue-about"),
        until = text("queue-until"),
        until_when = Markup::text(&desk.at(key.until)),
        mend_url = desk.scheme_url(case, "/field/mend"),
        templates = templates(desk),
        no_script = text("queue-no-script"),
    );
    Ok(Some(QueuePart { above: Markup::trusted(above), below: Markup::trusted(below) }))
}

/// What the script says, by the names it uses; `{n}` and `{slip}` are for it to fill in.
fn words(desk: &Desk) -> String {
    let n = || [("n", "{n}")];
    json!({
        "none": desk.say("queue-none"),
        "one": desk.tell("queue-one", n()),
        "many": desk.tell("queue-many", n()),
        "slip": desk.tell("queue-slip", [("slip", "{slip}")]),
        "offline": desk.say("queue-offline"),
        "outdated": desk.say("queue-outdated"),
        "signedOut": desk.say("queue-signed-out"),
        "busy": desk.say("queue-busy"),
        "sending": desk.say("queue-sending"),
        "fields": desk.say("queue-fields"),
        "old": desk.say("queue-old"),
        "unreadable": desk.say("queue-unreadable"),
        "closed": desk.say("register-not-open"),
        "statement": desk.say("register-other-statement"),
    })
    .to_string()
}

/// What the script fills in: somebody who was taken, and an entry that was refused.
fn templates(desk: &Desk) -> String {
    let text = |key: &str| Markup::text(&desk.say(key));
    let slip = |key: &str| {
        let words = Markup::text(&desk.tell(key, [("slip", "{slip}")]));
        words.as_str().replace("{slip}", "<span data-slip></span>")
    };
    let kept = format!(
        "<template data-queue-kept><div class=\"govuk-inset-text\"><p class=\"govuk-body\">{}</p>\
         <p class=\"govuk-heading-m\">{} <strong class=\"lr-reference\" data-reference></strong></p></div></template>\n",
        slip("queue-kept"),
        text("queue-kept-reference"),
    );
    let refused = format!(
        "<template data-queue-refused><li><p class=\"govuk-body\"><strong>{}</strong> <span data-why></span></p>\
         <div class=\"lr-buttons\"><button class=\"lr-button\" type=\"button\" data-mend>{}</button>\
         <button class=\"lr-text-button\" type=\"button\" data-discard>{}</button>\
         <button class=\"lr-button lr-button--warning\" type=\"button\" data-sure hidden>{}</button></div></li></template>\n",
        slip("queue-refused"),
        text("queue-mend"),
        text("queue-discard"),
        text("queue-sure"),
    );
    kept + &refused
}
