//! Exports for the courier, asked for by one officer and approved by another, and what the courier reports.

use std::collections::HashSet;
use std::fmt::Write as _;

use hongkong::District;
use kernel::Secret;

use super::Failure;
use super::department::{Department, last_parts, scheme};

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
    /// Exports every district with two persons, and reads the files as the courier does.
    pub async fn deliver(&mut self, courier: &Secret<String>) -> Result<Delivery, Failure> {
        for district in District::ALL {
            self.delivery.act(&scheme("/delivery/request"), &[("district", district.code())]).await?;
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
        let list = self.delivery.open(&scheme("/delivery")).await?;
        for export in last_parts(&list, &self.delivery.at(&scheme("/delivery/files/"))) {
            let file = self.delivery.open(&scheme(&format!("/delivery/files/{export}"))).await?;
            let plain = seal::age_files::decrypt(courier, &file.bytes)?;
            let text = String::from_utf8_lossy(plain.expose()).into_owned();
            let references = text.lines().skip(1).filter_map(|line| line.split(',').next()).map(str::to_owned);
            delivery.files.push(references.collect());
        }
        Ok(delivery)
    }

    /// The officer who asked neither runs the export before it is approved nor approves it.
    async fn cannot_export_alone(&mut self, approval: &str) -> Result<bool, Failure> {
        let run = self.delivery.intrude(&scheme(&format!("/delivery/run/{approval}")), &[]).await?;
        let approve = [("decision", "approve")];
        let approved = self.delivery.intrude(&scheme(&format!("/approvals/{approval}")), &approve).await?;
        let list = self.delivery.open(&scheme("/delivery")).await?;
        let none = last_parts(&list, &self.delivery.at(&scheme("/delivery/files/"))).is_empty();
        Ok((400..500).contains(&run) && (400..500).contains(&approved) && none)
    }

    /// Runs an approved export. A district in which nobody waits for anything says so, and that is an answer too.
    async fn export(&mut self, approval: &str) -> Result<(), Failure> {
        let path = scheme(&format!("/delivery/run/{approval}"));
        let form = self.delivery.form(&path).await?;
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

impl Delivery {
    /// Households in all files.
    pub fn households(&self) -> usize {
        self.files.iter().map(Vec::len).sum()
    }

    /// Whether nobody is delivered to twice.
    pub fn is_distinct(&self) -> bool {
        self.files.iter().flatten().collect::<HashSet<_>>().len() == self.households()
    }
}
