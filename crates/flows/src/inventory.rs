mod platform_rows;

use journal::Event;
use kernel::{Fault, Kind, Language, Text, csv_line};
use people::{Grant, ReadInventory, Role};
use registration::scheme::{FieldGroup, Scheme};
use serde_json::{Value, json};
use store::{RunError, StoreError};
use thiserror::Error;
use vault::{InventoryRow, Until};

use crate::open_platform::IDENTITY;
use crate::{Holding, IdentityService, Platform, Service, holdings};
use platform_rows::platform_rows;

/// The inventory of one store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The service's name in addresses, or `platform`.
    pub store: String,
    /// Its name in words.
    pub title: Text,
    /// Every group of personal fields in it.
    pub rows: Vec<InventoryRow>,
}

/// What the platform's own store holds: of officers, of contractors, and what residents wrote in formal requests.
pub fn platform_inventory() -> Inventory {
    let mut rows = platform_rows();
    rows.extend(vault::request_inventory());
    Inventory { store: "platform".into(), title: Text::new("The platform itself", "平台本身", "平台本身"), rows }
}

/// What the store of one service holds, by the definition in force, and which contractor holds what of it until when.
pub fn service_inventory(platform: &Platform, service: &Service) -> Result<Inventory, RunError<StoreError>> {
    let mut inventory = scheme_inventory(&service.scheme());
    let holdings = holdings(platform, service.id())?;
    for row in inventory.rows.iter_mut().filter(|row| row.table == "household_submission") {
        // A column of that table bears the name of its group.
        let lines: Vec<Text> = holdings.iter().filter(|one| one.covers(row.column)).map(Holding::line).collect();
        if !lines.is_empty() {
            row.contractors.get_or_insert_default().extend(lines);
        }
    }
    Ok(inventory)
}

/// What a store of a scheme holds, by its definition.
pub fn scheme_inventory(scheme: &Scheme) -> Inventory {
    let mut rows = registration::inventory(scheme);
    rows.push(messages(scheme));
    rows.extend(vault::inventory(scheme.last_expiry()));
    Inventory { store: scheme.slug().to_owned(), title: scheme.definition().title.clone(), rows }
}

/// The inventory of everything that stands on the platform.
pub fn inventory(platform: &Platform) -> Result<Vec<Inventory>, RunError<StoreError>> {
    let services = platform.services();
    let own = services.iter().map(|service| service_inventory(platform, service));
    let identity = platform.identity().map(|identity| Ok(identity_inventory(&identity)));
    std::iter::once(Ok(platform_inventory())).chain(identity).chain(own).collect()
}

/// What the identity provider's store holds, by the charter in force.
pub fn identity_inventory(identity: &IdentityService) -> Inventory {
    let charter = identity.charter();
    let mut rows = identity::inventory(&charter);
    rows.extend(documents(&charter));
    Inventory { store: IDENTITY.into(), title: charter.title.clone(), rows }
}

/// Documents that wait for a signature, with the pictures of their pages, and signed ones that wait to be fetched.
fn documents(charter: &identity::Charter) -> [InventoryRow; 3] {
    let row = |table, column, what| InventoryRow {
        table,
        column,
        what,
        purpose: signing::PURPOSE.to_owned(),
        why: charter.signing.text.clone(),
        ground: charter.signing.ground.clone(),
        since: None,
        until: Until::Rule(Text::new("The day after it was brought", "提交後翌日", "提交后次日")),
        openers: vec![Text::new("the resident concerned", "有關市民", "有关市民")],
        contractors: None,
    };
    let waiting = Text::new("A document that a resident is to sign, and the name", "待市民簽署的文件及其姓名", "待市民签署的文件及其姓名");
    let pictures = Text::new("Pictures of its pages", "文件各頁的圖像", "文件各页的图像");
    let signed = Text::new("The signed document, until it is fetched", "已簽署的文件（供取回）", "已签署的文件（供取回）");
    [
        row("signing_request", "body", waiting),
        row("signing_page", "picture", pictures),
        row("signing_request", "signed", signed),
    ]
}

fn messages(scheme: &Scheme) -> InventoryRow {
    let (mobile, contact) = (FieldGroup::Mobile, FieldGroup::Contact);
    let purpose = scheme.purposes().iter().find(|purpose| purpose.id == scheme.group(mobile).purpose);
    let own = || Text::new("To tell residents what became of their registration", "把登記結果通知市民", "把登记结果通知市民");
    InventoryRow {
        table: "notify_message",
        column: "sealed",
        what: Text::new(
            "Messages to residents: mobile or name and address, and what was written",
            "致市民的訊息：流動電話號碼或姓名及地址，以及內容",
            "致市民的讯息：手提电话号码或姓名及地址，以及内容",
        ),
        purpose: notify::PURPOSE.to_owned(),
        why: purpose.map_or_else(own, |purpose| purpose.text.clone()),
        ground: purpose.map_or_else(own, |purpose| purpose.legal_ground.clone()),
        since: Some(scheme.window().opens.day()),
        until: Until::Day(scheme.expiry(mobile).max(scheme.expiry(contact))),
        openers: vec![
            Text::new("the messages job", "短訊工序", "短信工序"),
            Role::CaseOfficer.title(),
            Text::new("the resident concerned", "有關市民", "有关市民"),
        ],
        contractors: None,
    }
}

/// Why an inventory was not shown.
#[derive(Debug, Error)]
pub enum InventoryError {
    /// The grant is for another service.
    #[error("there is no such service in your department")]
    Elsewhere,
    /// The database failed or was busy.
    #[error(transparent)]
    Run(#[from] RunError<StoreError>),
}

impl Fault for InventoryError {
    fn kind(&self) -> Kind {
        match self {
            Self::Elsewhere => Kind::Missing,
            Self::Run(error) => error.kind(),
        }
    }
}

/// The inventory of one service for an officer; that it was looked at is on record.
pub fn read_inventory(
    platform: &Platform,
    service: &Service,
    grant: &Grant<ReadInventory>,
) -> Result<Inventory, InventoryError> {
    if !grant.covers(service.id()) {
        return Err(InventoryError::Elsewhere);
    }
    service.ledger().write("flows.read_inventory", grant.actor(), |work| {
        work.journal(Event::new("vault.inventory_read")).map(|_| ())
    })?;
    Ok(service_inventory(platform, service)?)
}

impl Inventory {
    /// As JSON, in one language.
    pub fn to_json(&self, language: Language) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(|row| row_json(row, language)).collect();
        json!({ "store": self.store, "title": self.title.get(language), "rows": rows })
    }

    /// As lines of comma-separated values (RFC 4180), in one language and without a head: see [`csv_head`].
    pub fn to_csv(&self, language: Language) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let line: Vec<String> = std::iter::once(self.store.clone()).chain(cells(row, language)).collect();
            text.push_str(&csv_line(&line));
        }
        text
    }
}

/// The names of the columns of [`Inventory::to_csv`].
pub const CSV_HEAD: &str =
    "store,place,what,purpose,why,ground,since,until,openers,contractors\r\n";

fn row_json(row: &InventoryRow, language: Language) -> Value {
    let names = ["place", "what", "purpose", "why", "ground", "since", "until"];
    let mut object: serde_json::Map<String, Value> =
        names.iter().zip(cells(row, language)).map(|(name, cell)| ((*name).to_owned(), cell.into())).collect();
    let list = |texts: &[Text]| -> Vec<String> { texts.iter().map(|text| text.get(language).to_owned()).collect() };
    object.insert("openers".into(), json!(list(&row.openers)));
    object.insert("contractors".into(), json!(list(row.contractors.as_deref().unwrap_or_default())));
    Value::Object(object)
}

fn cells(row: &InventoryRow, language: Language) -> [String; 9] {
    let list = |texts: &[Text]| texts.iter().map(|text| text.get(language)).collect::<Vec<_>>().join("; ");
    [
        row.place(),
        row.what.get(language).to_owned(),
        row.purpose.clone(),
        row.why.get(language).to_owned(),
        row.ground.get(language).to_owned(),
        row.since.map(|day| day.to_string()).unwrap_or_default(),
        match &row.until {
            Until::Day(day) => day.to_string(),
            Until::Rule(rule) => rule.get(language).to_owned(),
        },
        list(&row.openers),
        list(row.contractors.as_deref().unwrap_or_default()),
    ]
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use registration::scheme::Definition;

    use super::*;
    use crate::open_platform::{IDENTITY_TABLES, PLATFORM_TABLES, SERVICE_TABLES};

    /// Columns of bytes that hold nothing personal: ids, hashes, salts, digests, cursors, keyed tags.
    const NOT_PERSONAL: &[&str] = &[
        "id", "event", "household", "submission", "replaces", "export", "tag", "position", "digest", "version", "first",
        "root", "salt", "leaf", "record", "link_salt", "opening", "statement", "service", "officer", "department",
        "credential", "token_hash", "requested_by", "decided_by", "invitation", "code",
        "commitment", "erasure", "request", "contractor", "acknowledged_by", "alert",
        "reviewer", "review", "lease", "contract", "handle", "escalation", "signing", "signature", "number_tag", "mobile_tag",
        "reference_tag", "callout", "page", "exercise", "person", "approval", "recipient", "account", "passkey", "ceremony", "charter", "boot", "key_id", "vouched_by",
        // Of recoveries: theirs, and the first of two officers who compared photos.
        "recovery", "agreed_by",
        // Of the provider: sessions and grants by their ids, officers, a signing key of our own.
        "session", "grant_id", "registered_by", "approved_by", "proposed_by", "private",
        // Of letters with PINs: their batches, and keyed hashes of PIN and token.
        "batch", "pin", "token",
        // Of stations: themselves, lent devices, and keyed hashes of a device's key and of a turn's ticket and cookie.
        "station", "device", "key_hash", "ticket", "cookie",
        // Of forms on paper: the two officers who type one.
        "first_officer", "second_officer",
        // Of incidents: theirs, the departments that lead, officers.
        "incident", "lead", "commander", "settled_by",
        // Of exercises: themselves, the departments that hold them, who sits where.
        "drill", "host", "sitter", "follows",
        // The files of scenario packs that exercises were planned with.
        "content",
        // Of signing: serial numbers of certificates, and the digest of a document that an account has signed.
        "number", "document",
        // Of removals: the id of a passkey, an officer, a service, a certificate.
        "thing",
    ];

    /// Table and column of everything that is kept in bytes.
    pub(crate) fn byte_columns(tables: &[&[store::Migration]]) -> BTreeSet<(String, String)> {
        columns(tables, |kind| kind.starts_with("BYTES"))
    }

    /// Table and column of everything.
    pub(crate) fn all_columns(tables: &[&[store::Migration]]) -> BTreeSet<(String, String)> {
        columns(tables, |kind| ["BYTES", "INT64", "TEXT", "BOOL"].iter().any(|known| kind.starts_with(known)))
    }

    /// Table and column of everything that can hold something personal.
    pub(crate) fn sealed_columns(tables: &[&[store::Migration]]) -> Vec<(String, String)> {
        byte_columns(tables).into_iter().filter(|(_, column)| !NOT_PERSONAL.contains(&column.as_str())).collect()
    }

    fn columns(tables: &[&[store::Migration]], wanted: fn(&str) -> bool) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        for migration in tables.iter().copied().flatten() {
            let mut table = String::new();
            for line in migration.sql.lines().map(str::trim) {
                let words: Vec<&str> = line.split_whitespace().collect();
                match words.as_slice() {
                    ["create", "table", name, ..] | ["alter", "table", name] => table = (*name).to_owned(),
                    ["alter", "table", name, "add", "column", column, kind, ..] if wanted(kind) => {
                        found.insert(((*name).to_owned(), (*column).to_owned()));
                    }
                    [column, kind, ..] if wanted(kind) => {
                        found.insert((table.clone(), (*column).to_owned()));
                    }
                    _ => {}
                }
            }
        }
        found
    }

    fn missing(tables: &[&[store::Migration]], rows: &[InventoryRow]) -> Vec<String> {
        let unlisted = |(table, column): &(String, String)| {
            let listed = rows.iter().any(|row| row.table == table && row.column == column);
            !listed && !NOT_PERSONAL.contains(&column.as_str())
        };
        byte_columns(tables).iter().filter(|at| unlisted(at)).map(|(table, column)| format!("{table}.{column}")).collect()
    }

    pub(crate) fn scheme_rows() -> Vec<InventoryRow> {
        let schemes = [Definition::masks_2020(), Definition::restriction_testing()];
        let of = |definition| scheme_inventory(&Scheme::compile(definition).unwrap()).rows;
        schemes.into_iter().flat_map(|definition| of(definition.unwrap())).collect()
    }

    pub(crate) fn charter_rows() -> Vec<InventoryRow> {
        let charter = identity::Charter::parse(identity::SHIPPED_CHARTER).unwrap();
        identity::inventory(&charter).into_iter().chain(documents(&charter)).collect()
    }

    #[test]
    fn promise_02_every_column_with_sealed_bytes_stands_in_the_inventory() {
        assert_eq!(missing(SERVICE_TABLES, &scheme_rows()), Vec::<String>::new());
        assert_eq!(missing(PLATFORM_TABLES, &platform_inventory().rows), Vec::<String>::new());
        // Reasons stand where officers open records; of accounts nothing is opened for a reason that somebody writes. A service's
        // picture is its logo.
        let exempt = ["vault_opening.reason", "provider_picture.picture"];
        let accounts = missing(IDENTITY_TABLES, &charter_rows()).into_iter().filter(|at| !exempt.contains(&at.as_str()));
        assert_eq!(accounts.collect::<Vec<_>>(), Vec::<String>::new());
        // The check can fail: a column that nobody listed is named.
        let sneaked = store::Migration { name: "test", sql: "create table diary (\n    id BYTES not null,\n    secret BYTES\n);\n" };
        assert_eq!(missing(&[&[sneaked]], &scheme_rows()), ["diary.secret"]);
        let mut fewer = scheme_rows();
        fewer.retain(|row| row.column != "mobile");
        assert_eq!(missing(SERVICE_TABLES, &fewer), ["household_submission.mobile"]);
    }

    /// Columns that are `not null` from the first migration to the last.
    fn never_null(tables: &[&[store::Migration]], place: &(String, String)) -> bool {
        let (table, column) = place;
        let mut within = "";
        tables.iter().copied().flatten().flat_map(|migration| migration.sql.lines().map(str::trim)).any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["create", "table", name, ..] => within = name,
                ["alter", "table", name, "add", "column", at, ..] => {
                    return name == table && at == column && line.contains("not null");
                }
                _ => {}
            }
            within == table && words.first() == Some(&column.as_str()) && line.contains("not null")
        })
    }

    /// Table and column, and the last day that they share with another column.
    const SHARED_END: &[(&str, &str, &str)] = &[("signing_request", "signed", "body_expiry")];
    /// In bytes and about nobody: a service's logo.
    const OF_NOBODY: &[&str] = &["provider_picture.picture"];

    /// Sealed columns whose row can stand without a last day, or without the purpose that is its own.
    fn without_end(tables: &[&[store::Migration]]) -> Vec<String> {
        let all = all_columns(tables);
        let mut flaws = Vec::new();
        for (table, column) in sealed_columns(tables) {
            let own = |suffix: &str| (table.clone(), format!("{column}_{suffix}"));
            let plain = (table.clone(), "expiry".to_owned());
            let shared = SHARED_END.iter().find(|(at, other, _)| table == *at && column == *other);
            let last = match shared {
                Some((_, _, end)) => (table.clone(), (*end).to_owned()),
                None if all.contains(&own("expiry")) => own("expiry"),
                None => plain,
            };
            if OF_NOBODY.contains(&format!("{table}.{column}").as_str()) {
                continue;
            }
            flaws.extend((!never_null(tables, &last)).then(|| format!("{table}.{column}: last day")));
            let purposeless = all.contains(&own("purpose")) && !never_null(tables, &own("purpose"));
            flaws.extend(purposeless.then(|| format!("{table}.{column}: purpose")));
        }
        flaws
    }

    /// Not by SQL either: a row that holds something sealed has a last day, and where the purpose is not the table's own, a purpose.
    #[test]
    fn promise_02_no_row_that_holds_something_sealed_can_be_without_its_last_day() {
        let flaws: Vec<String> = [SERVICE_TABLES, PLATFORM_TABLES, IDENTITY_TABLES].into_iter().flat_map(without_end).collect();
        assert_eq!(flaws, Vec::<String>::new());
        let sneaked = store::Migration { name: "test", sql: "create table diary (\n    secret BYTES,\n    secret_expiry INT64\n);\n" };
        assert_eq!(without_end(&[&[sneaked]]), ["diary.secret: last day"], "the check can fail");
    }

    #[test]
    fn promise_02_every_row_of_the_inventory_has_a_place_a_ground_and_an_end() {
        let mut known = byte_columns(SERVICE_TABLES);
        known.insert((registration::ON_PHONES.0.to_owned(), registration::ON_PHONES.1.to_owned()));
        known.extend(byte_columns(PLATFORM_TABLES));
        known.extend(byte_columns(IDENTITY_TABLES));
        for row in scheme_rows().into_iter().chain(platform_inventory().rows).chain(charter_rows()) {
            assert!(known.contains(&(row.table.to_owned(), row.column.to_owned())), "{} is no column", row.place());
            for text in [&row.what, &row.why, &row.ground] {
                assert!(text.blanks().is_empty(), "{}", row.place());
            }
            assert!(!row.openers.is_empty(), "{}", row.place());
        }
    }

    #[test]
    fn csv_and_json_say_the_same() {
        let inventory = platform_inventory();
        let json = inventory.to_json(Language::En);
        let csv = inventory.to_csv(Language::En);
        assert_eq!(json["rows"].as_array().unwrap().len(), csv.lines().count());
        assert!(csv.starts_with("platform,officer.contact,"), "{csv}");
        assert_eq!(CSV_HEAD.trim().split(',').count(), 10);
    }
}
