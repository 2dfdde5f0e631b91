use std::os::unix::fs::PermissionsExt;

use seal::{Ed25519Signer, Es256Signer, SealError, Signer, age_files, verify_ed25519};

use crate::refusal;

#[test]
fn a_signing_key_is_kept_in_a_file_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("signing/journal.p8");
    let signer = Ed25519Signer::create(&path, "lionrock.demo/cumask").unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = Ed25519Signer::open(&path, "lionrock.demo/cumask").unwrap();
    assert_eq!(signer.public_key(), again.public_key());
    assert!(verify_ed25519(&signer.public_key(), b"checkpoint", &again.sign(b"checkpoint")));
    assert!(!verify_ed25519(&signer.public_key(), b"checkpoint", &[0; 64]));
    assert!(!verify_ed25519(&signer.public_key(), b"checkpoint", b"short"));
    assert!(matches!(refusal(Ed25519Signer::create(&path, "again")), SealError::Exists(_)));
    assert!(matches!(refusal(Ed25519Signer::open(&directory.path().join("none"), "x")), SealError::NoSigningKey(_)));
    assert!(matches!(refusal(Ed25519Signer::open(&path, "two words")), SealError::Invalid(_)));
    std::fs::write(&path, b"no key").unwrap();
    assert!(matches!(refusal(Ed25519Signer::open(&path, "x")), SealError::Damaged { .. }));
}

#[test]
fn a_software_passkey_signs_what_p256_verifies() {
    let signer = Es256Signer::generate().unwrap();
    let again = Es256Signer::from_pkcs8(signer.to_pkcs8().unwrap().expose()).unwrap();
    assert_eq!(signer.public_point(), again.public_point());
    let (x, y) = again.public_point();
    assert!(x != [0; 32] && y != [0; 32]);
    let der = signer.sign_der(b"challenge").unwrap();
    assert_eq!(der[0], 0x30);
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    let key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ECDSA_P256_SHA256_ASN1, &point);
    assert!(key.verify(b"challenge", &der).is_ok());
    assert!(key.verify(b"another", &der).is_err());
    assert!(Es256Signer::from_pkcs8(b"no key").is_err());
}

#[test]
fn a_file_for_two_couriers_opens_for_each_and_for_nobody_else() {
    let ((one, to_one), (two, to_two), (stranger, _)) =
        (age_files::generate_identity(), age_files::generate_identity(), age_files::generate_identity());
    assert!(age_files::is_recipient(&to_one) && !age_files::is_recipient("age1nonsense"));
    let mut file = age_files::encrypt_to(&[to_one, to_two], b"12 Lion Rock Road").unwrap();
    assert!(file.starts_with(b"age-encryption.org/v1\n"));
    for identity in [&one, &two] {
        assert_eq!(age_files::decrypt(identity, &file).unwrap().expose(), b"12 Lion Rock Road");
    }
    assert!(age_files::decrypt(&stranger, &file).is_err());
    *file.last_mut().unwrap() ^= 1;
    assert!(age_files::decrypt(&one, &file).is_err());
    assert!(age_files::encrypt_to(&[], b"x").is_err());
    assert!(age_files::encrypt_to(&["age1nonsense".to_owned()], b"x").is_err());
}
