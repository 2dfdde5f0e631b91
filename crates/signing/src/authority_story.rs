//! The authorities as others see them: certificates, lists, answers, timestamps.

use std::path::Path;
use std::process::Command;

use kernel::Instant;
use seal::sha256;
use x509_cert::certificate::Certificate;

use crate::chain::{Use, is_signed_by, leads_to};
use crate::ocsp::{self, State};
use crate::rehearsal::{City, NOW};
use crate::{Reason, Revoked, SigningError, name, revoked_on, serial, timestamp, to_der};

fn pem(kind: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// What the `openssl` program of the system says: it is a foreign judge here and no part of the product.
fn openssl(folder: &Path, line: &str) -> (bool, String) {
    let output = Command::new("openssl").args(line.split_whitespace()).current_dir(folder).output();
    let output = output.expect("openssl is missing: apt-get install openssl, or run `cargo xtask test` as root");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

fn pinned(at: Instant) -> String {
    format!("-attime {}", at.millis() / 1000)
}

fn write(folder: &Path, city: &City, person: &Certificate) {
    let certificate = |one: &Certificate| pem("CERTIFICATE", &to_der(one).unwrap());
    std::fs::write(folder.join("root.pem"), certificate(&city.root)).unwrap();
    std::fs::write(folder.join("issuing.pem"), certificate(city.authority.issuing())).unwrap();
    std::fs::write(folder.join("person.pem"), certificate(person)).unwrap();
}

#[test]
fn a_chain_of_ours_holds_for_a_foreign_judge_until_the_certificate_is_revoked() {
    let (city, folder) = (City::new(1), tempfile::tempdir().unwrap());
    let (folder, (_, person)) = (folder.path(), city.person("CHAN Tai Man 陳大文"));
    write(folder, &city, &person);
    let lists = |revoked: &[Revoked]| {
        let own = city.authority.list(7, 7, revoked, NOW).unwrap();
        std::fs::write(folder.join("lists.pem"), pem("X509 CRL", &city.root_list) + &pem("X509 CRL", &own)).unwrap();
        own
    };
    let line = format!("verify {} -x509_strict -crl_check_all -CRLfile lists.pem -CAfile root.pem -untrusted issuing.pem person.pem", pinned(NOW));
    assert_eq!(revoked_on(&lists(&[]), city.authority.issuing(), serial(&person)).unwrap(), None);
    let (good, said) = openssl(folder, &line);
    assert!(good, "{said}");
    let revoked = Revoked { serial: serial(&person).to_vec(), at: NOW, reason: Reason::Disowned };
    let list = lists(&[revoked]);
    assert_eq!(revoked_on(&list, city.authority.issuing(), serial(&person)).unwrap(), Some(NOW));
    assert!(revoked_on(&list, &city.root, serial(&person)).is_err(), "a list is its issuer's");
    let (good, said) = openssl(folder, &line);
    assert!(!good && said.contains("certificate revoked"), "{said}");
}

#[test]
fn an_answer_about_a_certificate_is_read_by_a_foreign_judge() {
    let (city, folder) = (City::new(2), tempfile::tempdir().unwrap());
    let (folder, (_, person)) = (folder.path(), city.person("CHAN Tai Man"));
    write(folder, &city, &person);
    for digest in ["-sha1", "-sha256"] {
        let made = openssl(folder, &format!("ocsp -issuer issuing.pem {digest} -cert person.pem -reqout request -no_nonce"));
        assert!(made.0, "{}", made.1);
        let request = std::fs::read(folder.join("request")).unwrap();
        for (state, word) in [
            (State::Good, "person.pem: good"),
            (State::Revoked(NOW, Reason::Ended), "person.pem: revoked"),
            (State::Unknown, "person.pem: unknown"),
        ] {
            let answer = ocsp::answer::<SigningError>(&city.authority, &request, NOW, |asked| {
                assert_eq!(asked, serial(&person));
                Ok(state)
            });
            std::fs::write(folder.join("answer"), answer.unwrap()).unwrap();
            let line = format!("ocsp -issuer issuing.pem {digest} -cert person.pem -respin answer -CAfile root.pem");
            let how = "-verify_other issuing.pem -no_nonce -validity_period 999999999";
            let (_, said) = openssl(folder, &format!("{line} {how} {}", pinned(NOW)));
            assert!(said.contains("Response verify OK") && said.contains(word), "{said}");
        }
        let other = ocsp::answer::<SigningError>(&City::new(3).authority, &request, NOW, |_| panic!("not its certificate"));
        assert!(!other.unwrap().is_empty());
    }
    let nonsense = ocsp::answer::<SigningError>(&city.authority, b"nonsense", NOW, |_| panic!("nothing was asked"));
    assert_eq!(nonsense.unwrap(), [0x30, 3, 0x0a, 1, 1], "malformedRequest");
}

#[test]
fn a_timestamp_is_taken_by_a_foreign_judge_and_holds_for_its_digest_alone() {
    let (city, folder) = (City::new(4), tempfile::tempdir().unwrap());
    let folder = folder.path();
    std::fs::write(folder.join("root.pem"), pem("CERTIFICATE", &to_der(&city.root).unwrap())).unwrap();
    std::fs::write(folder.join("data"), b"what was signed").unwrap();
    let asked = openssl(folder, "ts -query -data data -sha256 -cert -out request");
    assert!(asked.0, "{}", asked.1);
    let request = std::fs::read(folder.join("request")).unwrap();
    std::fs::write(folder.join("answer"), city.stamping.answer(&request, &city.random, NOW).unwrap()).unwrap();
    let line = format!("ts -verify -queryfile request -in answer -CAfile root.pem {}", pinned(NOW));
    let (good, said) = openssl(folder, &line);
    assert!(good && said.contains("Verification: OK"), "{said}");

    let digest = sha256(&[b"what was signed"]);
    let answer = city.stamping.answer(&timestamp::request(&digest, 77).unwrap(), &city.random, NOW).unwrap();
    let token = timestamp::token_of(&answer, &digest, 77).unwrap();
    assert!(timestamp::token_of(&answer, &digest, 78).is_err(), "an answer to another request");
    let roots = [city.root.clone()];
    assert_eq!(timestamp::judge(&token, &digest, &roots, &[]), Some(NOW));
    assert_eq!(timestamp::judge(&token, &[0; 32], &roots, &[]), None);
    assert_eq!(timestamp::judge(&token, &digest, &[City::new(5).root], &[]), None, "another city's root");
    for at in 0..token.len() {
        let mut altered = token.clone();
        altered[at] ^= 0x10;
        let judged = timestamp::judge(&altered, &digest, &roots, &[]);
        assert!(judged.is_none_or(|time| time == NOW), "byte {at} moved the time");
    }
    let refused = city.stamping.answer(b"nonsense", &city.random, NOW).unwrap();
    assert!(timestamp::token_of(&refused, &digest, 77).is_err());
}

#[test]
fn a_path_is_followed_in_its_time_and_for_its_use_alone() {
    let city = City::new(6);
    let (_, person) = city.person("CHAN Tai Man");
    let (roots, pool) = ([city.root.clone()], [city.authority.issuing().clone()]);
    assert_eq!(name::common(&person.tbs_certificate.subject).as_deref(), Some("CHAN Tai Man"));
    assert!(leads_to(&roots, &pool, &person, Use::Documents, NOW));
    assert!(!leads_to(&roots, &[], &person, Use::Documents, NOW), "the authority between is missing");
    assert!(!leads_to(&roots, &pool, &person, Use::Timestamps, NOW));
    assert!(!leads_to(&roots, &pool, &person, Use::Documents, NOW.plus_secs(3601)));
    assert!(!leads_to(&roots, &pool, &person, Use::Documents, NOW.plus_secs(-301)));
    assert!(!leads_to(&[City::new(7).root], &pool, &person, Use::Documents, NOW));
    // A personal certificate is no authority, whatever it signs.
    assert!(!leads_to(std::slice::from_ref(&person), &[], &person, Use::Documents, NOW));
    assert!(!is_signed_by(&person, &city.root).unwrap());
    let mut renamed = person.clone();
    renamed.tbs_certificate.subject = city.root.tbs_certificate.subject.clone();
    assert!(!leads_to(&roots, &pool, &renamed, Use::Documents, NOW));
}
