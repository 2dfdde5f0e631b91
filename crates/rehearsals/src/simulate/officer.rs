use people::SoftwarePasskey;
use serde_json::{Map, Value};

use super::Failure;
use crate::load::{Browser, Form, Page, Target};

/// An officer in front of a browser: signed in with a passkey by the real ceremony, and again whenever the session has ended.
pub struct Officer {
    browser: Browser,
    passkey: SoftwarePasskey,
    home: String,
}

impl Officer {
    /// Opens the link of an invitation, registers a passkey on its page and signs in with it. From then on the pages are read in
    /// this language.
    pub async fn join(target: &Target, link: &str, language: &str) -> Result<Self, Failure> {
        let (origin, path) = link.find("/en/").and_then(|at| link.split_at_checked(at)).ok_or("the invitation is no link")?;
        let mut browser = Browser::new(target.clone(), origin);
        let page = browser.open(path).await?;
        let (options, finish) = begin(&mut browser, &page).await?;
        let (passkey, answer) = SoftwarePasskey::create(origin, &options)?;
        end(&mut browser, &finish, &answer).await?;
        let mut officer = Self { browser, passkey, home: format!("/{language}/staff") };
        officer.sign_in().await?;
        Ok(officer)
    }

    async fn sign_in(&mut self) -> Result<(), Failure> {
        let page = self.browser.open(&format!("{}/sign-in", self.home)).await?;
        let (options, finish) = begin(&mut self.browser, &page).await?;
        let answer = self.passkey.get(self.browser.origin(), &options)?;
        end(&mut self.browser, &finish, &answer).await
    }

    /// The address of one of the officer's pages.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.home)
    }

    /// Looks at a page below the officer's own, whatever it answers. Who has been sent to sign in does so and looks again.
    pub async fn look(&mut self, path: &str) -> Result<Page, Failure> {
        let way = self.at(path);
        let page = self.browser.get(&way).await?;
        let turned = page.location.as_deref().is_some_and(|location| location.contains("/staff/sign-in"));
        if !turned {
            return Ok(page);
        }
        self.sign_in().await?;
        Ok(self.browser.get(&way).await?)
    }

    /// Opens a page that must be there.
    pub async fn open(&mut self, path: &str) -> Result<Page, Failure> {
        let page = self.look(path).await?;
        if page.status == 200 { Ok(page) } else { Err(format!("{path}: {}", page.complaint()).into()) }
    }

    /// The form of a page.
    pub async fn form(&mut self, path: &str) -> Result<Form, Failure> {
        let page = self.open(path).await?;
        page.form("form").ok_or_else(|| format!("{path}: {:?} has no form", page.heading()).into())
    }

    /// Fills the form of a page, sends it and returns the page to which that leads.
    pub async fn act(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Page, Failure> {
        let mut form = self.form(path).await?;
        for (name, value) in fields {
            form.set(name, value);
        }
        self.send(path, &form).await
    }

    /// Sends a form, whatever is answered.
    pub async fn post(&mut self, form: &Form) -> Result<Page, Failure> {
        Ok(self.browser.submit(form).await?)
    }

    /// Sends a form; the page that follows must not complain.
    pub async fn send(&mut self, path: &str, form: &Form) -> Result<Page, Failure> {
        let page = self.post(form).await?;
        if page.status == 200 { Ok(page) } else { Err(format!("{path}: {}", page.complaint()).into()) }
    }

    /// Sends fields to an address that no page of this officer offers, with a good form token: the status of the answer.
    pub async fn intrude(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<u16, Failure> {
        self.open("").await?;
        let mut form = self.form("/sign-in").await?;
        form.action = self.at(path);
        form.passkey = None;
        for (name, value) in fields {
            form.set(name, value);
        }
        Ok(self.browser.post(&form).await?.status)
    }
}

/// The first half of a ceremony, as the page's script does it: the options, and where the answer goes.
async fn begin(browser: &mut Browser, page: &Page) -> Result<(Value, String), Failure> {
    let form = page.form("form").ok_or_else(|| format!("no ceremony here: {}", page.complaint()))?;
    let (options, finish) = form.passkey.clone().ok_or("the form asks for no passkey")?;
    let fields: Map<String, Value> = form.fields.into_iter().map(|(name, value)| (name, value.into())).collect();
    let reply = browser.script(&options, &Value::Object(fields)).await?;
    if reply.status != 200 {
        return Err(format!("the ceremony does not begin: HTTP {}", reply.status).into());
    }
    Ok((serde_json::from_slice(&reply.bytes)?, finish))
}

async fn end(browser: &mut Browser, finish: &str, answer: &Value) -> Result<(), Failure> {
    let reply = browser.script(finish, answer).await?;
    if reply.status == 200 { Ok(()) } else { Err(format!("the passkey is refused: HTTP {}", reply.status).into()) }
}
