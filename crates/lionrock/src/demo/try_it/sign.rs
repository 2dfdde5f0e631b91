//! How a service has a document signed: it brings the document with the resident's permission, sends the resident to look at it, and
//! fetches what was signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use seal::JoseSigner;
use serde_json::{Value, json};

use super::agreement::agreement;
use super::protocol::{Failed, Protocol, Tokens, fresh, judged, text};

/// A document that waits for its resident.
pub struct Waiting {
    /// Where the resident is sent.
    pub address: String,
    /// What comes back with the resident.
    pub state: String,
    id: String,
    refresh: String,
    dpop: JoseSigner,
}

/// What became of it.
pub struct Answered {
    /// `signed` or `refused`, as the provider says it.
    pub state: String,
    /// The id of the request.
    pub id: String,
    /// The signed document, if it was signed.
    pub document: Option<Vec<u8>>,
}

impl Protocol {
    /// Brings the agreement. The access token lives for minutes, so the refresh token is kept for the way back.
    pub async fn bring(&self, tokens: Tokens, dpop: JoseSigner) -> Result<Waiting, Failed> {
        let (state, number) = (fresh(), fresh());
        let document = agreement(number.get(..8).unwrap_or_default());
        let body = json!({
            "document": STANDARD.encode(document),
            "purpose": "Agreement to borrow a rare book 珍本借閱協議",
            "return_to": self.callback,
            "state": state,
        });
        let kind = [("content-type", "application/json")];
        let reply = self.call_with("POST", "/oidc/sign", body.to_string().as_bytes(), &kind, (&dpop, &tokens.access)).await?;
        let brought = judged(&reply)?;
        let of = |name: &str| text(&brought, name).ok_or(Failed::Wrong("the provider named no place to sign"));
        let refresh = tokens.refresh.ok_or(Failed::Wrong("no refresh token came"))?;
        Ok(Waiting { address: of("sign_uri")?, id: of("id")?, state, refresh, dpop })
    }

    /// Asks what became of it. Whoever comes back with an address proves nothing, so the provider is asked.
    pub async fn answered(&self, waiting: &Waiting) -> Result<Answered, Failed> {
        let form = [("client_id", self.client.as_str()), ("grant_type", "refresh_token"), ("refresh_token", &waiting.refresh)];
        let tokens: Value = self.post("/oidc/token", &form, &waiting.dpop).await?;
        let access = text(&tokens, "access_token").ok_or(Failed::Wrong("no access token came"))?;
        let path = format!("/oidc/sign/{}", waiting.id);
        let known = judged(&self.call_with("GET", &path, b"", &[], (&waiting.dpop, &access)).await?)?;
        let state = text(&known, "state").unwrap_or_default();
        let document = if state == "signed" {
            let reply = self.call_with("GET", &format!("{path}/signed"), b"", &[], (&waiting.dpop, &access)).await?;
            if reply.status != 200 {
                judged(&reply)?;
                return Err(Failed::Wrong("the signed document did not come"));
            }
            Some(reply.body)
        } else {
            None
        };
        Ok(Answered { state, id: waiting.id.clone(), document })
    }
}
