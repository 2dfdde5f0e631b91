//! The simulated department, as its officers see it: pages, forms, passkeys.

use std::fmt::Write as _;
use std::process::Command;

use installation::seed;
use kernel::Instant;
use people::Role;

use super::day::SLUG;
use super::{Failure, Installation, Officer};
use crate::load::{Page, Target};

/// Who works in it.
pub struct Department {
    /// Writes the scheme, runs it, closes it.
    pub owner: Officer,
    /// Signs beside the owner.
    pub privacy: Officer,
    /// The second person.
    pub supervisor: Officer,
    /// Deals with the courier.
    pub delivery: Officer,
    /// Helps residents.
    pub case: Officer,
}

const NAMES: &str = "Simulated Department|模擬部門|模拟部门";
/// Officers' names and mail addresses are personal data too: the search for clear text knows them.
pub const OFFICERS: usize = 6;

/// The name of an officer, in order of invitation.
pub fn name_of(number: usize) -> String {
    format!("Simulated Officer Number {number}")
}

/// The mail address of an officer.
pub fn mail_of(number: usize) -> String {
    format!("officer{number}@simulation.example")
}

/// Runs `lionrock invite` for the first administrator, as an operator does, and returns the link that it prints.
pub fn invite_administrator(installation: &Installation, now: Instant) -> Result<String, Failure> {
    let post = seed::post_of(Role::Administrator);
    let post = [post.en, post.zh_hant, post.zh_hans].join("|");
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("invite").arg("--config").arg(&installation.file).args(["--department", "SIM", "--department-name", NAMES]);
    command.args(["--post", &post, "--roles", Role::Administrator.slug(), "--name", &name_of(1), "--mail", &mail_of(1)]);
    command.env("LIONROCK_CLOCK", now.to_string().chars().take(19).collect::<String>());
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let link = said.split_whitespace().find(|word| word.contains("/staff/invitation/"));
    link.map(str::to_owned).ok_or_else(|| format!("no invitation: {said}{}", String::from_utf8_lossy(&output.stderr)).into())
}

impl Department {
    /// The administrator follows the link of the invitation and invites the others, who follow theirs.
    pub async fn found(target: &Target, link: &str) -> Result<Self, Failure> {
        let mut administrator = Officer::join(target, link, "en").await?;
        let mut number = 1;
        let mut hire = async |role: Role, language: &str| {
            number += 1;
            let link = invite(&mut administrator, role, number).await?;
            Officer::join(target, &link, language).await
        };
        Ok(Self {
            owner: hire(Role::SchemeOwner, "en").await?,
            privacy: hire(Role::PrivacyOfficer, "zh-hant").await?,
            supervisor: hire(Role::SupervisingOfficer, "zh-hans").await?,
            delivery: hire(Role::DeliveryOfficer, "en").await?,
            case: hire(Role::CaseOfficer, "zh-hant").await?,
        })
    }

    /// The owner writes the scheme and saves it.
    pub async fn write_scheme(&mut self, definition: &str) -> Result<(), Failure> {
        self.owner.act("/schemes/new", &[("definition", definition), ("act", "save")]).await.map(drop)
    }

    /// The owner puts every document on record, each as a file.
    pub async fn record_documents(&mut self) -> Result<usize, Failure> {
        let gate = gate_of(&mut self.owner).await?;
        let path = format!("{gate}/records");
        for kind in DOCUMENTS {
            let mut form = self.owner.form(&path).await?;
            let title = format!("{kind} of the simulation");
            for (name, value) in [("kind", kind), ("title", &title)].into_iter().chain(AUTHOR) {
                form.set(name, value);
            }
            let (_, content) = form.file.as_mut().ok_or("the form for documents takes no file")?;
            *content = document(&title);
            self.owner.send(&path, &form).await?;
        }
        Ok(DOCUMENTS.len())
    }

    /// Whether somebody without the right to sign is kept from it.
    pub async fn case_officer_cannot_sign(&mut self) -> Result<bool, Failure> {
        let gate = gate_of(&mut self.owner).await?;
        let page = self.case.look(&format!("{gate}/sign")).await?;
        let posted = self.case.intrude(&format!("{gate}/sign"), &[]).await?;
        Ok((400..500).contains(&page.status) && (400..500).contains(&posted))
    }

    /// The owner signs what the page shows.
    pub async fn owner_signs(&mut self) -> Result<(), Failure> {
        sign(&mut self.owner).await
    }

    /// The privacy officer signs what the page shows.
    pub async fn privacy_officer_signs(&mut self) -> Result<(), Failure> {
        sign(&mut self.privacy).await
    }

    /// Pauses or resumes registration.
    pub async fn operate(&mut self, act: &str) -> Result<(), Failure> {
        self.owner.act(&scheme(&format!("/operate/{act}")), &[]).await.map(drop)
    }

    /// Closes before the announced end, by two persons. Returns the status of the owner's attempt to do it alone.
    pub async fn close_early(&mut self) -> Result<u16, Failure> {
        self.owner.act(&scheme("/close"), &[]).await?;
        let list = self.supervisor.open(&scheme("/delivery")).await?;
        let approval = last_parts(&list, &self.supervisor.at(&scheme("/approvals/"))).pop();
        let approval = approval.ok_or("the supervisor sees no request to close")?;
        let run = scheme(&format!("/close/{approval}"));
        let alone = self.owner.intrude(&run, &[]).await?;
        self.supervisor.act(&scheme(&format!("/approvals/{approval}")), &[("decision", "approve")]).await?;
        self.owner.act(&run, &[]).await?;
        Ok(alone)
    }
}

async fn invite(administrator: &mut Officer, role: Role, number: usize) -> Result<String, Failure> {
    let (post, name, mail) = (seed::post_of(role), name_of(number), mail_of(number));
    let fields = [
        ("post-en", post.en.as_str()),
        ("post-zh-hant", &post.zh_hant),
        ("post-zh-hans", &post.zh_hans),
        ("role", role.slug()),
        ("name", &name),
        ("mail", &mail),
    ];
    let shown = administrator.act("/officers/invite", &fields).await?;
    let link = shown.html.split(['<', '>', '"', ' ']).find(|word| word.contains("/staff/invitation/"));
    link.map(str::to_owned).ok_or_else(|| format!("no link for the {role}: {}", shown.heading()).into())
}

async fn sign(officer: &mut Officer) -> Result<(), Failure> {
    let gate = gate_of(officer).await?;
    officer.act(&format!("{gate}/sign"), &[]).await.map(drop)
}

/// The way to the gate of the scheme's only version, as the scheme's own page names it.
async fn gate_of(officer: &mut Officer) -> Result<String, Failure> {
    let page = officer.open(&scheme("")).await?;
    let gates = last_parts(&page, &officer.at(&scheme("/gates/")));
    let gate = gates.first().ok_or("the scheme has no gate")?;
    Ok(scheme(&format!("/gates/{gate}")))
}

/// The address of a page about the scheme.
pub fn scheme(rest: &str) -> String {
    format!("/schemes/{SLUG}{rest}")
}

/// What follows a beginning in the links of a page.
pub fn last_parts(page: &Page, beginning: &str) -> Vec<String> {
    let links = page.links(beginning);
    links.iter().filter_map(|link| link.strip_prefix(beginning)).filter(|rest| !rest.contains('/')).map(str::to_owned).collect()
}

const DOCUMENTS: [&str; 8] = [
    "collection-statement-en",
    "collection-statement-zh-hant",
    "collection-statement-zh-hans",
    "privacy-commissioner-consultation",
    "privacy-impact-assessment",
    "security-risk-assessment",
    "security-audit",
    "pre-launch-test-with-intrusion",
];

const AUTHOR: [(&str, &str); 5] = [
    ("author", "Assessment team"),
    ("organisation", "Harbour Assurance (simulation)"),
    ("dated-day", "6"),
    ("dated-month", "4"),
    ("dated-year", "2020"),
];

/// The smallest honest PDF with this title: a catalogue and one empty page.
fn document(title: &str) -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned(),
        format!("<< /Title ({title}) >>"),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (object, number) in objects.iter().zip(1..) {
        let _ = writeln!(table, "{:010} 00000 n ", pdf.len());
        let _ = write!(pdf, "{number} 0 obj\n{object}\nendobj\n");
    }
    let (size, at) = (objects.len() + 1, pdf.len());
    let _ = write!(pdf, "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{at}\n%%EOF\n");
    pdf.into_bytes()
}
