use identity::{Attribute, AttributeName};
use kernel::Day;
use openid::SIGN;
use webkit::formats;

use super::Call;

/// An attribute's name in words; a name that is not ours is shown as it is.
pub(in crate::account) fn label(call: &Call, name: &str) -> String {
    if name == SIGN {
        return call.say("attribute-sign");
    }
    AttributeName::from_name(name).map_or_else(|| name.to_owned(), |name| call.say(key(name)))
}

const fn key(name: AttributeName) -> &'static str {
    match name {
        AttributeName::NameEn => "attribute-name-en",
        AttributeName::NameZh => "attribute-name-zh",
        AttributeName::IdentityNumber => "attribute-number",
        AttributeName::DateOfBirth => "attribute-birth",
        AttributeName::Sex => "attribute-sex",
        AttributeName::Address => "attribute-address",
        AttributeName::Mobile => "attribute-mobile",
        AttributeName::Email => "attribute-email",
        AttributeName::PostalAddress => "attribute-postal",
        AttributeName::EmergencyContact => "attribute-emergency",
    }
}

/// A value as it is sent; where that is not how people write it, both.
pub(in crate::account) fn written(call: &Call, attribute: &Attribute) -> String {
    let sent = attribute.value.expose();
    match attribute.name {
        AttributeName::DateOfBirth => match sent.parse::<Day>() {
            Ok(day) => format!("{} ({sent})", formats::date(day, call.language())),
            Err(_) => sent.clone(),
        },
        AttributeName::Sex if matches!(sent.as_str(), "female" | "male") => format!("{} ({sent})", call.say(&format!("proof-{sent}"))),
        AttributeName::Mobile => match hongkong::Phone::parse(sent) {
            Ok(phone) => format!("{} ({sent})", phone.formatted()),
            Err(_) => sent.clone(),
        },
        _ => sent.clone(),
    }
}
