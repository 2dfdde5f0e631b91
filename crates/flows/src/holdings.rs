use kernel::{Id, Language, Text, kinds};
use processors::{Lease, Selection, Trade};
use registration::scheme::Scheme;
use store::{RunError, StoreError, Tx};

use crate::Platform;

/// What a contractor holds of a service.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Who.
    pub contractor: Text,
    /// What it does.
    pub trade: Trade,
    /// The lease: purpose, field groups, form, until when, where it stands.
    pub lease: Lease,
}

impl Holding {
    /// Whether this group of fields is among what it holds.
    pub fn covers(&self, group: &str) -> bool {
        self.lease.groups.iter().any(|one| one == group)
    }

    /// Whether a record of this district may be in the lease. Who is in a list, only the lease's own key tells.
    pub fn may_concern(&self, district: &str) -> bool {
        match &self.lease.selection {
            Selection::District { code } => code == district,
            Selection::All | Selection::Exports | Selection::List { .. } => true,
        }
    }

    /// What it does with what, in words.
    pub fn task(&self) -> Text {
        let words = |language| {
            let fields = self.lease.groups.iter().map(|name| group_words(name).get(language).to_owned());
            let fields: Vec<String> = fields.collect();
            fields.join(if language == Language::En { ", " } else { "、" })
        };
        let trade = self.trade.title();
        Text::new(
            format!("{}: {}", trade.en, words(Language::En)),
            format!("{}：{}", trade.zh_hant, words(Language::ZhHant)),
            format!("{}：{}", trade.zh_hans, words(Language::ZhHans)),
        )
    }

    /// Who and until when, on one line.
    pub fn line(&self) -> Text {
        let (name, until) = (&self.contractor, self.lease.until);
        Text::new(
            format!("{} (until {until})", name.en),
            format!("{}（至{until}）", name.zh_hant),
            format!("{}（至{until}）", name.zh_hans),
        )
    }
}

/// A field group in words; a name that is none stands for itself.
fn group_words(name: &str) -> Text {
    match name {
        "identity" => Text::new("identity card number and date of birth", "身份證號碼及出生日期", "身份证号码及出生日期"),
        "contact" => Text::new("name and address", "姓名及地址", "姓名及地址"),
        "mobile" => Text::new("mobile number", "流動電話號碼", "手提电话号码"),
        other => Text::new(other, other, other),
    }
}

/// A purpose of a service in words: by the definition in force, and when that does not name it (any more), or the service has ended,
/// by the newest one that does. What none names stands for itself.
pub fn purpose_words(platform: &Platform, service: Id<kinds::Service>, purpose: &str) -> Result<Text, RunError<StoreError>> {
    let named = |scheme: &Scheme| scheme.purposes().iter().find(|one| one.id == purpose).map(|one| one.text.clone());
    let live = platform.services().into_iter().find(|live| live.id() == service);
    if let Some(words) = live.and_then(|live| named(&live.scheme())) {
        return Ok(words);
    }
    let versions = platform.ledger().read("flows.purpose_words", |tx| registration::versions(tx, service))?;
    let older = versions.iter().find_map(|version| registration::compile(&version.definition).ok().and_then(|scheme| named(&scheme)));
    Ok(older.unwrap_or_else(|| Text::new(purpose, purpose, purpose)))
}

/// Every lease on records of a service that is not closed yet: for the inventory, the trust page and a resident's own view.
pub fn holdings(platform: &Platform, service: Id<kinds::Service>) -> Result<Vec<Holding>, RunError<StoreError>> {
    platform.ledger().read("flows.holdings", |tx| holdings_in(tx, service))
}

pub(crate) fn holdings_in(tx: &mut Tx<'_>, service: Id<kinds::Service>) -> Result<Vec<Holding>, StoreError> {
    let mut found = Vec::new();
    for lease in processors::leases_of_service(tx, service)?.into_iter().filter(|lease| lease.closed.is_none()) {
        if let Some(contractor) = processors::contractor(tx, lease.contractor)? {
            found.push(Holding { contractor: contractor.name, trade: contractor.trade, lease });
        }
    }
    Ok(found)
}
