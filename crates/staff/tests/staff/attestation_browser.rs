//! The rule that some posts need a key whose maker vouches for it, against what a real browser's authenticator shows: a model's number and
//! a certificate that vouches for itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use people::{AttestationRules, AttestedModel, Role};
use serde_json::Value;
use webtest::{Browser, Page};

use crate::browser::{serve, serve_on};
use crate::stage::Stage;

/// What the browser's authenticator shows when it is asked who made it: the attestation object and the model's number.
const SHOWS: &str = "navigator.credentials.create({ publicKey: {
    challenge: new Uint8Array(32), rp: { name: 'x' }, user: { id: new Uint8Array(16), name: 'x', displayName: 'x' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }], attestation: 'direct',
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' }
} }).then(made => {
    const all = new Uint8Array(made.response.attestationObject), data = new Uint8Array(made.response.getAuthenticatorData());
    const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
    return JSON.stringify({ all: hex(all), number: hex(data.slice(37, 53)) });
})";

/// The number of the browser's model, and the certificate that vouches for it.
fn maker(browser: &Browser) -> (String, String) {
    let (_stage, origin) = serve();
    let page = browser.page().unwrap();
    let _key = page.virtual_passkey_by("usb", true).unwrap();
    page.goto(&format!("{origin}/en/staff/sign-in")).unwrap();
    let shown: Value = serde_json::from_str(page.promised(SHOWS).unwrap().as_str().unwrap()).unwrap();
    // In CBOR: "x5c", a list of one, a byte string with its length in two bytes.
    let rest = shown["all"].as_str().unwrap().split("637835638159").nth(1).unwrap();
    let bytes = kernel::from_hex(rest).unwrap();
    let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
    let text = STANDARD.encode(&bytes[2..2 + length]);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    (shown["number"].as_str().unwrap().to_owned(), pem)
}

/// Where somebody with this post comes to who registers by invitation, under a rule for security officers.
fn comes_to(browser: &Browser, (number, authority): (&str, &str), role: Role) -> Page {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let model = AttestedModel { name: "Test key".to_owned(), aaguid: number.to_owned(), authority: authority.to_owned() };
    let stage = Stage::demanding(&origin, &AttestationRules { roles: vec![Role::SecurityOfficer], models: vec![model] });
    serve_on(listener, &stage);
    let page = browser.page().unwrap();
    let _key = page.virtual_passkey_by("usb", true).unwrap();
    page.goto(&format!("{origin}/en/staff/invitation/{}", stage.invite(0, role))).unwrap();
    page.follow("#form button").unwrap();
    page
}

#[test]
fn browser_a_post_that_needs_a_known_make_refuses_others_in_plain_words_and_other_posts_take_any() {
    let browser = Browser::launch().unwrap();
    let (number, authority) = maker(&browser);
    let other = "07".repeat(16);
    // Another model; and the right one, whose certificate has nobody behind it but itself. One that an authority signed is taken: that
    // is tried with a software key in `people`, because the browser's own key has no such certificate.
    for (why, number) in [("another model", &other), ("vouches for itself", &number)] {
        let refused = comes_to(&browser, (number, &authority), Role::SecurityOfficer);
        assert!(refused.url().unwrap().ends_with("/staff/passkey-not-accepted"), "{why}: {}", refused.url().unwrap());
        assert!(refused.text("main h1").unwrap().contains("not accepted for your post"), "{why}");
        assert_eq!(refused.axe().unwrap(), []);
    }
    let unbound = comes_to(&browser, (&other, &authority), Role::CaseOfficer);
    assert!(unbound.has("form[data-passkey=sign-in]").unwrap(), "a post without the rule: {}", unbound.url().unwrap());
}
