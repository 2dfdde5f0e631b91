use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use kernel::Kind;
use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::json::{media_type, read};
use crate::visitor::Visitor;

/// What a form sent, kept as typed so that a page can show it again. Its token has been checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// Values from pairs: samples, prefilled forms.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }

    /// The first value of a field; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value of a field, in order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether the field was sent with something in it.
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).trim().is_empty()
    }

    /// Whether this came with the form token of a page of ours, in this very session.
    pub(crate) fn token_fits(&self, visitor: &Visitor) -> bool {
        visitor.token_fits(self.get(TOKEN_FIELD))
    }

    /// Whether the language switch sent the form: show the page again as it is, in its new language, without checks.
    pub fn switching(&self) -> bool {
        self.has(SWITCH_FIELD)
    }

    /// The values as they would come from the language switch: the page is shown again with them, and nothing is done.
    pub fn to_be_shown(mut self) -> Self {
        self.set(SWITCH_FIELD, "1");
        self
    }

    /// Replaces every value of a field by one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(key, _)| key != name);
        self.0.push((name.to_owned(), value.into()));
    }

    /// All pairs, in the order sent, without the shell's own fields.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = |key: &str| key == TOKEN_FIELD || key == SWITCH_FIELD;
        self.0
            .iter()
            .filter(move |(key, _)| !own(key))
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The values as a type; repeated fields become lists.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let text = serde_html_form::to_string(&self.0).map_err(|_| Failure::of(Kind::Invalid))?;
        serde_html_form::from_str(&text).map_err(|_| Failure::of(Kind::Invalid))
    }
}

impl<S: Send + Sync> FromRequest<S> for Values {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !media_type(request.headers()).eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, state).await;
        let bytes = read(Request::from_parts(parts, body), state).await?;
        let pairs = serde_html_form::from_bytes(&bytes)
            .map_err(|_| Failure::status(StatusCode::BAD_REQUEST))?;
        let values = Self(pairs);
        if values.token_fits(&visitor) { Ok(values) } else { Err(foreign()) }
    }
}

/// A form that no page of ours made for this session.
pub(crate) fn foreign() -> Failure {
    Failure::of(Kind::Denied).because("the form token does not fit")
}

/// The hidden field that carries the form token.
pub(crate) const TOKEN_FIELD: &str = "_token";
/// The name of the buttons of the language switch inside a form.
pub(crate) const SWITCH_FIELD: &str = "_switch";

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Household {
        name: String,
        #[serde(default)]
        member: Vec<String>,
    }

    #[test]
    fn repeated_fields_become_lists() {
        let values = Values::from_pairs([
            ("name", "Ada"),
            ("member", "a&b"),
            ("member", "陳"),
            ("_token", "t"),
        ]);
        let household: Household = values.parse().unwrap_or_else(|_| panic!());
        assert_eq!(
            (household.name.as_str(), household.member),
            ("Ada", vec!["a&b".to_owned(), "陳".to_owned()])
        );
        assert_eq!(values.pairs().count(), 3);
        assert!(!values.switching());
    }
}
