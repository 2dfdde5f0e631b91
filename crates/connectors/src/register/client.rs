use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Random, to_hex};
use registration::matching::{AddressQuestion, Answer, PopulationRegister, Question, RegisterUnavailable};
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::tls::ClientCert;

use super::wire::{Asked, AskedAddress, BATCH_LIMIT, MatchRequest, MatchResponse, Told};
use crate::ConnectorError;
use crate::http::{agent, certificates, private_key, tls};
use crate::line::Line;

/// Where the population register is, and who we are to it.
#[derive(Clone, Debug)]
pub struct RegisterConfig {
    /// Its address, such as `https://register.example/v1/match`. Only `https`.
    pub url: String,
    /// Where it confirms addresses, such as `https://register.example/v1/addresses`; nothing when it cannot.
    pub addresses: Option<String>,
    /// The authority whose certificate the register must show (PEM).
    pub authority: PathBuf,
    /// Our certificate (PEM).
    pub certificate: PathBuf,
    /// Our private key (PEM).
    pub key: PathBuf,
    /// How long one batch may take.
    pub timeout: Duration,
}

/// The population register over HTTPS with certificates on both sides, in batches of at most a thousand.
pub struct HttpPopulationRegister {
    url: String,
    addresses: Option<String>,
    line: Line,
    random: Arc<dyn Random>,
}

impl HttpPopulationRegister {
    /// A client for this register.
    pub fn new(config: &RegisterConfig, random: Arc<dyn Random>) -> Result<Self, ConnectorError> {
        if let Some(plain) = std::iter::once(&config.url).chain(&config.addresses).find(|url| !url.starts_with("https://")) {
            return Err(ConnectorError::NotHttps(plain.clone()));
        }
        let ours = ClientCert::new_with_certs(&certificates(&config.certificate)?, private_key(&config.key)?);
        let tls = tls(certificates(&config.authority)?, Some(ours));
        Ok(Self { url: config.url.clone(), addresses: config.addresses.clone(), line: Line::new(agent(tls, config.timeout)), random })
    }

    /// One batch, asked again under the same id when the line or the register fails.
    fn batch<Q: Serialize, A: DeserializeOwned>(
        &self,
        url: &str,
        basis: &str,
        questions: Vec<Q>,
    ) -> Result<Vec<A>, RegisterUnavailable> {
        let request = MatchRequest { batch: to_hex(&self.random.bytes16()), basis: basis.to_owned(), questions };
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            match self.attempt(url, &request) {
                Ok(answers) => return Ok(answers),
                Err(Failure::Final(why)) => return Err(RegisterUnavailable(why)),
                Err(Failure::Passing(why)) => reason = why,
            }
        }
        Err(RegisterUnavailable(reason))
    }

    fn attempt<Q: Serialize, A: DeserializeOwned>(&self, url: &str, request: &MatchRequest<Q>) -> Result<Vec<A>, Failure> {
        let passing = |error: ureq::Error| Failure::Passing(error.to_string());
        let mut response = self.line.agent().post(url).send_json(request).map_err(passing)?;
        match response.status().as_u16() {
            200 => {}
            status @ (429 | 500..=599) => return Err(Failure::Passing(format!("HTTP {status}"))),
            status => return Err(Failure::Final(format!("HTTP {status}"))),
        }
        let body: MatchResponse<A> =
            response.body_mut().with_config().limit(ANSWER_LIMIT_BYTES).read_json().map_err(passing)?;
        if body.batch != request.batch || body.answers.len() != request.questions.len() {
            return Err(Failure::Final("the answer belongs to another batch".into()));
        }
        Ok(body.answers)
    }
}

enum Failure {
    /// The line or the machine; the next attempt may succeed.
    Passing(String),
    /// It will not get better by asking again now.
    Final(String),
}

impl PopulationRegister for HttpPopulationRegister {
    fn check(&self, basis: &str, questions: &[Question]) -> Result<Vec<Answer>, RegisterUnavailable> {
        let mut answers = Vec::with_capacity(questions.len());
        let asked = questions.chunks(BATCH_LIMIT).try_for_each(|batch| {
            let told: Vec<Told> = self.batch(&self.url, basis, batch.iter().map(asked).collect())?;
            answers.extend(told.into_iter().map(Answer::from));
            Ok(())
        });
        self.line.hang_up();
        asked.map(|()| answers)
    }

    fn confirms_addresses(&self) -> bool {
        self.addresses.is_some()
    }

    fn addresses(&self, basis: &str, questions: &[AddressQuestion]) -> Result<Vec<bool>, RegisterUnavailable> {
        let url = self.addresses.as_deref().ok_or_else(|| RegisterUnavailable("it confirms no addresses".to_owned()))?;
        let mut answers = Vec::with_capacity(questions.len());
        let asked = questions.chunks(BATCH_LIMIT).try_for_each(|batch| {
            let asked = |one: &AddressQuestion| AskedAddress { number: one.id_number.clone(), address: one.address.clone() };
            answers.extend(self.batch::<_, bool>(url, basis, batch.iter().map(asked).collect())?);
            Ok(())
        });
        self.line.hang_up();
        asked.map(|()| answers)
    }
}

fn asked(question: &Question) -> Asked {
    Asked { number: question.id_number.clone(), birth: question.birth }
}

const ATTEMPTS: usize = 3;
const ANSWER_LIMIT_BYTES: u64 = 1 << 20;

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use hongkong::IdNumber;
    use kernel::Day;
    use testkit::SeededRandom;

    use super::*;
    use crate::register::simulator::router;
    use crate::simulated::serve_on_a_thread;
    use crate::{PopulationTable, TestPki, make_test_pki};

    fn born(year: i16) -> Day {
        Day::from_civil(year, 2, 3).unwrap()
    }

    fn question(number: &str, birth: Day) -> Question {
        Question { id_number: number.into(), birth }
    }

    fn table() -> PopulationTable {
        let mut table = PopulationTable::new();
        table.enter(&IdNumber::from_number("Q123456").unwrap(), born(1950), true);
        table.enter(&IdNumber::from_number("UI000001").unwrap(), born(1960), false);
        table
    }

    fn client(pki: &TestPki, address: SocketAddr) -> HttpPopulationRegister {
        let config = RegisterConfig {
            url: format!("https://localhost:{}/v1/match", address.port()),
            addresses: Some(format!("https://localhost:{}/v1/addresses", address.port())),
            authority: pki.authority.clone(),
            certificate: pki.client_certificate.clone(),
            key: pki.client_key.clone(),
            timeout: Duration::from_secs(10),
        };
        HttpPopulationRegister::new(&config, Arc::new(SeededRandom::new(1))).unwrap()
    }

    #[test]
    fn the_register_answers_over_mutual_tls_in_the_order_of_the_questions() {
        let directory = tempfile::tempdir().unwrap();
        let pki = make_test_pki(directory.path()).unwrap();
        let address = serve_on_a_thread(router(Arc::new(table())), &pki);
        let questions = [
            question("UI000001", born(1960)),
            question("Q123456", born(1950)),
            question("Q123456", born(1951)),
            question("O999999", born(1950)),
        ];
        let answers = client(&pki, address).check("consent:masks-2020:1", &questions).unwrap();
        assert_eq!(answers, [Answer::NotResident, Answer::Resident, Answer::Mismatch, Answer::Mismatch]);
    }

    #[test]
    fn an_address_is_confirmed_however_it_is_spaced_and_a_wrong_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let pki = make_test_pki(directory.path()).unwrap();
        let mut table = table();
        table.house(&IdNumber::from_number("Q123456").unwrap(), "Flat B, 12/F 深水埗𨋢里 3 號");
        let address = serve_on_a_thread(router(Arc::new(table)), &pki);
        let ask = |number: &str, lines: &[&str]| AddressQuestion {
            id_number: number.into(),
            address: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        let questions = [
            ask("Q123456", &["FLAT B 12/F", "深水\u{E88C}𨋢里3號"]),
            ask("Q123456", &["Flat C, 12/F", "深水埗𨋢里 3 號"]),
            ask("UI000001", &["Flat B, 12/F", "深水埗𨋢里 3 號"]),
        ];
        let client = client(&pki, address);
        assert!(client.confirms_addresses());
        assert_eq!(client.addresses("charter: identity", &questions).unwrap(), [true, false, false]);
        assert!(client.addresses(" ", &questions).is_err(), "not without a basis");
    }

    #[test]
    fn many_questions_travel_in_batches_and_none_are_lost() {
        let directory = tempfile::tempdir().unwrap();
        let pki = make_test_pki(directory.path()).unwrap();
        let address = serve_on_a_thread(router(Arc::new(table())), &pki);
        let mut questions = vec![question("O999999", born(1950)); 2_500];
        questions[2_499] = question("Q123456", born(1950));
        let answers = client(&pki, address).check("consent", &questions).unwrap();
        assert_eq!(answers.len(), 2_500);
        assert_eq!(answers.iter().filter(|answer| **answer == Answer::Resident).count(), 1);
        assert_eq!(answers[2_499], Answer::Resident);
    }

    #[test]
    fn a_client_of_another_authority_gets_no_answer() {
        let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let pki = make_test_pki(ours.path()).unwrap();
        let stranger = make_test_pki(theirs.path()).unwrap();
        let address = serve_on_a_thread(router(Arc::new(table())), &pki);
        let questions = [question("Q123456", born(1950))];
        let forged = TestPki { authority: pki.authority.clone(), ..stranger.clone() };
        assert!(client(&forged, address).check("consent", &questions).is_err(), "the register refuses the client");
        let misled = TestPki { authority: stranger.authority, ..pki.clone() };
        assert!(client(&misled, address).check("consent", &questions).is_err(), "the client refuses the register");
        assert!(client(&pki, address).check("consent", &questions).is_ok());
    }

    #[test]
    fn an_address_without_tls_is_refused_before_anything_is_sent() {
        let directory = tempfile::tempdir().unwrap();
        let pki = make_test_pki(directory.path()).unwrap();
        let config = RegisterConfig {
            url: "http://register.example/v1/match".into(),
            addresses: None,
            authority: pki.authority.clone(),
            certificate: pki.client_certificate.clone(),
            key: pki.client_key.clone(),
            timeout: Duration::from_secs(1),
        };
        let refused = HttpPopulationRegister::new(&config, Arc::new(SeededRandom::new(1))).err().unwrap();
        assert!(refused.to_string().contains("must begin with https://"), "{refused}");
    }

    #[test]
    fn a_matching_without_a_basis_is_refused_and_a_dead_register_says_so() {
        let directory = tempfile::tempdir().unwrap();
        let pki = make_test_pki(directory.path()).unwrap();
        let address = serve_on_a_thread(router(Arc::new(table())), &pki);
        let questions = [question("Q123456", born(1950))];
        let refused = client(&pki, address).check(" ", &questions).unwrap_err();
        assert_eq!(refused.0, "HTTP 422");
        let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let dead = client(&pki, nowhere).check("consent", &questions).unwrap_err();
        assert!(!dead.0.contains("Q123456"), "{}", dead.0);
    }
}
