use kernel::{Fault, Kind, Secret};

const LENGTH_MOST: usize = 254;

/// A mail address of a resident: one recipient, and nothing that could begin another header.
#[derive(Clone, Debug)]
pub struct MailAddress(Secret<String>);

/// The text is no mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mail address looks like name@example.hk")]
pub struct NotAnAddress;

impl Fault for NotAnAddress {
    fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

impl MailAddress {
    /// Reads an address as typed.
    pub fn parse(typed: &str) -> Result<Self, NotAnAddress> {
        let typed = typed.trim();
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>()[]\\,;:\"@".contains(&b));
        let usual = typed.split_once('@').is_some_and(|(local, host)| plain(local) && is_host(host));
        if usual && typed.len() <= LENGTH_MOST { Ok(Self(Secret::new(typed.to_owned()))) } else { Err(NotAnAddress) }
    }

    /// The address, as it was typed.
    pub const fn text(&self) -> &Secret<String> {
        &self.0
    }
}

fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let plain = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        plain && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    host.contains('.') && host.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_recipient_and_begins_no_header() {
        for good in ["tai-man@example.hk", " a.b+c@mail.example.com ", "o'brien@example.hk"] {
            assert_eq!(MailAddress::parse(good).unwrap().text().expose(), good.trim());
        }
        let long = format!("{}@example.hk", "a".repeat(LENGTH_MOST));
        let bad = ["", "tai-man", "@example.hk", "a@", "a@hk", "a@b@example.hk", "a b@example.hk", "a@example..hk", "a@-x.hk"];
        for bad in bad.into_iter().chain(["a@example.hk\r\nBcc: b@example.hk", "<a@example.hk>", "a,b@example.hk", "陳@example.hk", &long]) {
            assert_eq!(MailAddress::parse(bad).err(), Some(NotAnAddress), "{bad}");
        }
    }
}
