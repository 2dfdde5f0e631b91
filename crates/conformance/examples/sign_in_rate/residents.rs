use conformance::Host;
use hongkong::Phone;
use identity::{AskCode, Charter, CodeFor, SHIPPED_CHARTER, SignIn};
use journal::{Actor, Work};
use kernel::Language;
use notify::{Carrier, CarrierError, Mobile, Outgoing, Sent};
use people::SoftwarePasskey;
use provider::{Permission, Person};
use std::sync::Mutex;

use crate::Failure;
use crate::relying_party::SERVICE;

/// A synthetic resident with a passkey.
pub struct Resident {
    passkey: SoftwarePasskey,
    charter: Charter,
    origin: String,
    relying_party: people::RelyingParty,
}

/// Keeps the last text message.
#[derive(Default)]
struct Telephone(Mutex<String>);

impl Carrier for Telephone {
    fn send(&self, message: &Outgoing) -> Result<Sent, CarrierError> {
        message.text.expose().clone_into(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
        Ok(Sent)
    }
}

impl Resident {
    /// Signs some up, each by its own mobile.
    pub fn several(host: &Host, count: usize) -> Result<Vec<Self>, Failure> {
        let phone = Telephone::default();
        (0..count).map(|number| Self::sign_up(host, &phone, &format!("5123{number:04}"))).collect()
    }

    fn sign_up(host: &Host, phone: &Telephone, number: &str) -> Result<Self, Failure> {
        let (ledger, charter) = (host.ledger(), Charter::parse(SHIPPED_CHARTER).map_err(|error| error.to_string())?);
        let relying_party = people::RelyingParty::new(host.issuer(), "Lionrock")?;
        let mobile = Mobile::try_from(Phone::parse(number).map_err(|error| error.to_string())?).map_err(|_| "no mobile")?;
        let asked = AskCode { aim: CodeFor::SignUp, mobile, language: Language::En, network: "192.0.2.1", host: "localhost", device: None };
        let random = &**ledger.random();
        let (ticket, new) = identity::prepare_enrolment(ledger.keys(), random, ledger.now(), asked)?;
        ledger.write("bench.enrol", Actor::Visitor, move |work| identity::begin_enrolment(work, &new)).map_err(|error| error.to_string())?;
        notify::deliver_due(ledger, phone, 100).map_err(|error| error.to_string())?;
        let text = phone.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let code = text.rsplit('#').next().unwrap_or_default().to_owned();
        let (keys, typed) = (ledger.keys().clone(), ticket.clone());
        let check = move |work: &mut Work<'_, '_>| identity::confirm_code(work, &keys, &typed, &code);
        ledger.write("bench.confirm", Actor::Visitor, check).map_err(|error| error.to_string())?;
        let ceremony = identity::first_passkey(ledger.keys(), random, &relying_party, ledger.now(), &ticket, "Account")?;
        let (passkey, answer) = SoftwarePasskey::create(host.issuer(), &ceremony.options).map_err(|error| error.to_string())?;
        let made = (ceremony.sealed.as_str(), answer);
        identity::create_account(ledger, &relying_party, &charter, &ticket, Language::En, made).map_err(|error| error.to_string())?;
        Ok(Self { passkey, charter, origin: host.issuer().to_owned(), relying_party })
    }

    /// A passkey assertion and a session.
    pub fn sign_in(&mut self, host: &Host) -> Result<Person, Failure> {
        let ledger = host.ledger();
        let ceremony = identity::begin_sign_in(ledger.keys(), &**ledger.random(), &self.relying_party, ledger.now())?;
        let answer = self.passkey.get(&self.origin, &ceremony.options).map_err(|error| error.to_string())?;
        let done = identity::sign_in(ledger, &self.relying_party, &self.charter, (None, provider::end_session_grants), (&ceremony.sealed, answer)).map_err(|error| error.to_string())?;
        let SignIn::Welcome(signed_in) = done else { return Err("suspended".into()) };
        Ok(Person {
            account: signed_in.who.account().bytes(),
            session: kernel::Random::bytes16(&**ledger.random()),
            signed_in: ledger.now(),
            acr: provider::LEVELS[0].to_owned(),
            amr: ["pop", "user", "mfa"].map(str::to_owned).to_vec(),
        })
    }

    /// Says yes; the code.
    pub fn allow(host: &Host, person: &Person, request_uri: &str) -> Result<String, Failure> {
        let (ledger, now) = (host.ledger(), host.ledger().now());
        let asked = ledger.read("bench.asked", |tx| provider::asked(tx, SERVICE, request_uri, now)).map_err(|error| error.to_string())??;
        let permission = Permission {
            client: SERVICE.to_owned(),
            request_uri: request_uri.to_owned(),
            issuer: host.issuer().to_owned(),
            subject: provider::subject_at(ledger.keys(), &asked, person),
            decided: Some(Vec::new()),
        };
        let person = person.clone();
        let allow = move |work: &mut Work<'_, '_>| provider::allow(work, &person, &permission);
        let (address, _) = ledger.write("bench.allow", Actor::Visitor, allow).map_err(|error| error.to_string())?;
        let address = address?;
        let code = address.split(['?', '&']).find_map(|part| part.strip_prefix("code="));
        Ok(code.ok_or("no code")?.to_owned())
    }
}
