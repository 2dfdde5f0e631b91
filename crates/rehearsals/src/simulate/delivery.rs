//! Exports for the courier, asked for by one officer, approved by another and handed over under a lease, and what the courier
//! reports.

use std::collections::HashSet;
use std::fmt::Write as _;

use hongkong::District;
use kernel::Secret;
use serde_json::Value;

use super::Failure;
use super::department::{Department, last_parts, scheme};
use crate::load::{Client, Patience, Reply, Target, choices, request};

/// What went to the courier.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// References in each file, as the courier reads them.
    pub files: Vec<Vec<String>>,
    /// Exports asked for.
    pub asked: usize,
    /// Exports that a single officer could not make, as must be.
    pub refused_alone: usize,
}

impl Department {
    /// Registers the courier with its keys, records a contract with every clause and issues the credential that the courier signs in
    /// with.
    pub async fn contract_courier(&mut self, signing: &str, recipient: &str) -> Result<String, Failure> {
        let fields = CONTRACTOR.into_iter().chain([("signing", signing), ("recipient", recipient)]);
        self.privacy.act("/contractors/new", &fields.collect::<Vec<_>>()).await?;
        let list = self.privacy.open("/contractors").await?;
        let known = last_parts(&list, &self.privacy.at("/contractors/"));
        let contractor = known.into_iter().find(|id| id.starts_with("ctr_")).ok_or("the contractor is not on the register")?;
        let clauses = CLAUSES.map(|clause| (format!("clause-{clause}"), "Schedule 3"));
        let fields = CONTRACT.into_iter().chain(clauses.iter().map(|(name, value)| (name.as_str(), *value)));
        let page = format!("/contractors/{contractor}");
        self.privacy.act(&format!("{page}/contracts/new"), &fields.collect::<Vec<_>>()).await?;
        let page = self.privacy.open(&page).await?;
        let contract = last_parts(&page, &self.privacy.at("/contracts/")).pop().ok_or("there is no contract")?;
        let shown = self.privacy.act(&format!("/contracts/{contract}/change/credential"), &[]).await?;
        let token = shown.html.split("<code class=\"lr-code\">").nth(1).and_then(|rest| rest.split('<').next());
        token.map(str::to_owned).ok_or_else(|| format!("no credential: {}", shown.complaint()).into())
    }

    /// Exports every district with two persons, under the courier's lease.
    pub async fn deliver(&mut self) -> Result<Delivery, Failure> {
        let request = scheme("/delivery/request");
        let form = self.delivery.open(&request).await?;
        let contract = choices(&form, "contract").pop().ok_or("no contract is offered for the export")?;
        for district in District::ALL {
            self.delivery.act(&request, &[("district", district.code()), ("contract", &contract)]).await?;
        }
        let list = self.supervisor.open(&scheme("/delivery")).await?;
        let approvals = last_parts(&list, &self.supervisor.at(&scheme("/approvals/")));
        let mut delivery = Delivery { asked: approvals.len(), ..Delivery::default() };
        for approval in &approvals {
            delivery.refused_alone += usize::from(self.cannot_export_alone(approval).await?);
        }
        for approval in &approvals {
            self.supervisor.act(&scheme(&format!("/approvals/{approval}")), &[("decision", "approve")]).await?;
            self.export(approval).await?;
        }
        Ok(delivery)
    }

    /// The officer who asked neither runs the export before it is approved nor approves it.
    async fn cannot_export_alone(&mut self, approval: &str) -> Result<bool, Failure> {
        let run = self.delivery.intrude(&scheme(&format!("/delivery/run/{approval}")), &[]).await?;
        let approve = [("decision", "approve")];
        let approved = self.delivery.intrude(&scheme(&format!("/approvals/{approval}")), &approve).await?;
        Ok((400..500).contains(&run) && (400..500).contains(&approved))
    }

    /// Runs an approved export. A district in which nobody waits for anything says so, and that is an answer too.
    async fn export(&mut self, approval: &str) -> Result<(), Failure> {
        let path = scheme(&format!("/delivery/run/{approval}"));
        let mut form = self.delivery.form(&path).await?;
        form.set("where", "offline");
        let page = self.delivery.post(&form).await?;
        match page.status {
            200 | 422 => Ok(()),
            _ => Err(format!("{path}: {}", page.complaint()).into()),
        }
    }

    /// Takes over what the courier reports of each file. One in 33 comes back.
    pub async fn results(&mut self, delivery: &Delivery) -> Result<(), Failure> {
        let path = scheme("/delivery/results");
        let mut number = 0_u64;
        for references in &delivery.files {
            let mut lines = String::from("reference,result\n");
            for reference in references {
                number += 1;
                let result = if number.is_multiple_of(33) { "failed" } else { "delivered" };
                let _ = writeln!(lines, "{reference},{result}");
            }
            let mut form = self.delivery.form(&path).await?;
            let (_, content) = form.file.as_mut().ok_or("the form for results takes no file")?;
            *content = lines.into_bytes();
            self.delivery.send(&path, &form).await?;
        }
        Ok(())
    }
}

/// The courier's own program: it fetches what was handed over under its lease, and opens it with its key.
pub async fn fetch(target: &Target, credential: &str, key: &Secret<String>) -> Result<Vec<Vec<String>>, Failure> {
    let mut client = Client::new(target.clone());
    let bearer = format!("Bearer {credential}");
    let mut get = async |path: &str| -> Result<Reply, Failure> {
        let bytes = request("GET", path, &target.host(), &[("authorization", &bearer)], b"");
        let reply = client.send(&bytes, Patience::default()).await?;
        if reply.status == 200 { Ok(reply) } else { Err(format!("{path}: HTTP {}", reply.status).into()) }
    };
    let ids = |reply: &Reply, name: &str| -> Vec<String> {
        let list = reply.json().get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(|one| one.get("id").and_then(Value::as_str)).map(str::to_owned).collect()
    };
    let mut files = Vec::new();
    for lease in ids(&get("/api/partner/v1/leases").await?, "leases") {
        let packages = format!("/api/partner/v1/leases/{lease}/packages");
        for package in ids(&get(&packages).await?, "packages") {
            let file = get(&format!("{packages}/{package}")).await?;
            files.push(references(&String::from_utf8_lossy(seal::age_files::decrypt(key, &file.body)?.expose())));
        }
    }
    Ok(files)
}

/// The references in the list of a package, which stands last in its archive.
fn references(archive: &str) -> Vec<String> {
    let list = archive.rsplit_once("reference,").map_or("", |(_, list)| list);
    let lines = list.lines().skip(1).take_while(|line| !line.starts_with('\0'));
    lines.filter_map(|line| line.split(',').next()).map(str::to_owned).collect()
}

const CONTRACTOR: [(&str, &str); 6] = [
    ("contractor-name-en", "Simulated Couriers"),
    ("contractor-name-zh-hant", "模擬速遞"),
    ("contractor-name-zh-hans", "模拟速递"),
    ("trade", "courier"),
    ("contact", "Simulated Courier Desk"),
    ("mail", "desk@courier.example"),
];

const CLAUSES: [&str; 6] =
    ["security", "breach-notice", "return-and-destruction", "audit-right", "no-sub-processing", "place-of-storage"];

const CONTRACT: [(&str, &str); 11] = [
    ("contract-title-en", "Delivery to households"),
    ("contract-title-zh-hant", "派遞至各住戶"),
    ("contract-title-zh-hans", "派递至各住户"),
    ("from-day", "1"),
    ("from-month", "4"),
    ("from-year", "2020"),
    ("until-day", "30"),
    ("until-month", "6"),
    ("until-year", "2020"),
    ("storage", "own-machines"),
    ("place", "8 Simulated Wharf Road"),
];

impl Delivery {
    /// Lines in all files: households, and the planted records among them.
    pub fn lines(&self) -> usize {
        self.files.iter().map(Vec::len).sum()
    }

    /// Whether nobody is delivered to twice.
    pub fn is_distinct(&self) -> bool {
        self.files.iter().flatten().collect::<HashSet<_>>().len() == self.lines()
    }
}
