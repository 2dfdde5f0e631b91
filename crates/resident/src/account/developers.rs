use axum::response::Response;
use identity::AttributeName;
use openid::ErrorCode;
use provider::LEVELS;
use webkit::parts::{SummaryList, SummaryRow, Table};
use webkit::{Body, Markup, Page};

use super::call::Call;
use super::connect::label;
use crate::account::account_layout;

/// A pushed request by hand: an assertion signed with an Ed25519 key, PKCE, and the address to open. It runs as it stands once its
/// four first lines are the service's own.
const BY_HAND: &str = r#"ISSUER={issuer}
CLIENT=demo-library
KEY=lionrock-data/demo/try-it.pem
CALLBACK=http://127.0.0.1:9000/back
b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
now=$(date +%s)
head=$(printf '{"alg":"EdDSA","typ":"JWT"}' | b64)
body=$(printf '{"iss":"%s","sub":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"%s"}' \
  "$CLIENT" "$CLIENT" "$ISSUER" "$now" "$((now + 60))" "$(openssl rand -hex 16)" | b64)
work=$(mktemp)
printf '%s.%s' "$head" "$body" > "$work"
signature=$(openssl pkeyutl -sign -rawin -inkey "$KEY" -in "$work" | b64)
verifier=$(openssl rand -hex 32)
challenge=$(printf '%s' "$verifier" | openssl dgst -sha256 -binary | b64)
curl -sS "$ISSUER/oidc/par" \
  --data-urlencode client_id="$CLIENT" \
  --data-urlencode redirect_uri="$CALLBACK" \
  --data-urlencode response_type=code \
  --data-urlencode scope=openid \
  --data-urlencode state="$(openssl rand -hex 16)" \
  --data-urlencode nonce="$(openssl rand -hex 16)" \
  --data-urlencode code_challenge="$challenge" \
  --data-urlencode code_challenge_method=S256 \
  --data-urlencode client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
  --data-urlencode client_assertion="$(cat "$work").$signature"
rm "$work""#;

/// How a document is brought, looked after and fetched.
const SIGNING: &str = r#"POST {issuer}/oidc/sign
Authorization: DPoP ACCESS_TOKEN
DPoP: PROOF
Content-Type: application/json

{"document": "JVBERi0xLjQK...", "purpose": "Agreement to borrow a rare book", "form": "pdf",
 "return_to": "https://library.example/back", "state": "f3b1"}

201 {"id": "ID", "sign_uri": "{issuer}/oidc/signing/ID", "expires_in": 1800}

GET https://library.example/back?sign_id=ID&state=f3b1&iss=...

GET {issuer}/oidc/sign/ID
200 {"id": "ID", "state": "signed", "form": "pdf", "asked": 1795340000, "due": 1795341800, "answered": 1795340100}

GET {issuer}/oidc/sign/ID/signed
200 application/pdf

DELETE {issuer}/oidc/sign/ID
204"#;

/// Errors that developers meet, each with the text that says what to do.
const ERRORS: [(ErrorCode, &str); 12] = [
    (ErrorCode::InvalidRequest, "request"),
    (ErrorCode::InvalidClient, "client"),
    (ErrorCode::InvalidGrant, "grant"),
    (ErrorCode::InvalidScope, "scope"),
    (ErrorCode::InvalidRequestUri, "uri"),
    (ErrorCode::InvalidDpopProof, "proof"),
    (ErrorCode::UseDpopNonce, "nonce"),
    (ErrorCode::InvalidToken, "token"),
    (ErrorCode::AccessDenied, "denied"),
    (ErrorCode::LoginRequired, "login"),
    (ErrorCode::ConsentRequired, "consent"),
    (ErrorCode::UnmetAuthenticationRequirements, "level"),
];

/// `GET /developers`: how an online service connects.
pub(super) async fn show(call: Call) -> Response {
    let (t, state, visitor) = (&call.t, &call.state, &call.visitor);
    let issuer = state.relying_party.origin();
    let issuer = issuer.trim_end_matches('/');
    let mut body = Body::new(visitor.language);
    body.h1(t.get("developers-title")).lead(t.get("developers-lead"));
    body.h2(t.get("developers-steps")).steps(["register", "approve", "push", "send", "redeem", "read"].map(|step| t.get(&format!("developers-step-{step}"))));
    body.h2(t.get("developers-addresses"));
    let at = |key: &str, path: &str| SummaryRow::new(t.get(key), code(&format!("{issuer}{path}")));
    body.part(&SummaryList::new(vec![
        at("developers-discovery", "/.well-known/openid-configuration"),
        at("developers-par", "/oidc/par"),
        at("developers-token", "/oidc/token"),
        at("developers-userinfo", "/oidc/userinfo"),
        at("developers-form", "/oidc/form"),
        at("developers-sign-address", "/oidc/sign"),
        at("developers-introspect", "/oidc/introspect"),
        at("developers-revoke", "/oidc/revoke"),
        at("developers-logout", "/oidc/logout"),
    ]));
    body.h2(t.get("developers-rules")).bullets(["profile", "keys", "dpop", "pkce", "audience", "subject"].map(|rule| t.get(&format!("developers-rule-{rule}"))));
    body.h2(t.get("developers-after")).bullets(["times", "refresh", "told", "leave"].map(|rule| t.get(&format!("developers-after-{rule}"))));
    body.h2(t.get("developers-scopes")).p(t.get("developers-scopes-text"));
    let mut scopes = Table::new(t.get("developers-scopes"), ["developers-scope", "developers-attribute"].map(|key| t.get(key)));
    scopes.quiet_caption = true;
    for attribute in AttributeName::ALL {
        scopes.row([code(attribute.name()), Markup::text(&label(&call, attribute.name()))]);
    }
    body.part(&scopes).p(t.get("developers-levels")).bullets(LEVELS.map(code));
    body.h2(t.get("developers-by-hand")).p(t.get("developers-by-hand-text"));
    body.push(&block(&format!("curl -sS {issuer}/.well-known/openid-configuration"))).push(&block(&BY_HAND.replace("{issuer}", issuer)));
    if state.signing.is_some() {
        body.h2(t.get("developers-sign")).p(t.get("developers-sign-text"));
        body.bullets(["scope", "bring", "look", "fetch", "limits"].map(|rule| t.get(&format!("developers-sign-{rule}"))));
        body.push(&block(&SIGNING.replace("{issuer}", issuer)));
    }
    body.h2(t.get("developers-errors"));
    let mut errors = Table::new(t.get("developers-errors"), ["developers-error", "developers-meaning"].map(|key| t.get(key)));
    errors.quiet_caption = true;
    for (error, text) in ERRORS {
        errors.row([code(error.name()), Markup::text(&t.get(&format!("developers-error-{text}")))]);
    }
    body.part(&errors);
    if state.platform.environment().synthetic_only() {
        body.h2(t.get("developers-people")).p(t.get("developers-people-text"));
    }
    account_layout(state.platform.environment()).page(visitor, Page::new(t.get("developers-title"), body.markup()))
}

fn code(text: &str) -> Markup {
    Markup::trusted(format!("<code class=\"lr-code\">{}</code>", Markup::text(text)))
}

fn block(text: &str) -> Markup {
    Markup::trusted(format!("<pre class=\"lr-code\" tabindex=\"0\">{}</pre>", Markup::text(text)))
}
