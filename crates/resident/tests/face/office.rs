//! A certificate authority for the pages, made anew for each site.

use std::path::Path;
use std::sync::Arc;

use connectors::Poppler;
use flows::SigningOffice;
use kernel::{Instant, Random};
use seal::{CertificateKey, Es256Signer};
use signing::{Addresses, Authority, Root, StampingAuthority, Trust, to_der};
use testkit::SeededRandom;

pub fn office(site: &str) -> Arc<SigningOffice> {
    let (random, now) = (Arc::new(SeededRandom::new(77)), Instant::parse_hong_kong("2020-05-01T00:00").unwrap());
    let addresses = Addresses { base: site.to_owned() };
    let [root_key, issuing, stamping] = [0, 1, 2].map(|_| Arc::new(Es256Signer::generate().unwrap()));
    let point = |key: &Arc<Es256Signer>| CertificateKey::public_point(&**key);
    let root = Root::make(&*root_key, ("Lionrock", &addresses), &*random, now).unwrap();
    let issuing_der = to_der(&root.certify_issuing(point(&issuing), &*random, now).unwrap()).unwrap();
    let stamping_der = to_der(&root.certify_stamping(point(&stamping), &*random, now).unwrap()).unwrap();
    let root_list = root.list(1, 400, &[], now).unwrap();
    let root = root.certificate().clone();
    let authority = Authority::open(issuing, &to_der(&root).unwrap(), &issuing_der, &addresses).unwrap();
    let renderer = Poppler::open(Path::new("pdftoppm"), 16).expect("pdftoppm is missing: apt-get install poppler-utils");
    Arc::new(SigningOffice {
        authority,
        earlier: Vec::new(),
        stamping: StampingAuthority::open(stamping, &stamping_der).unwrap(),
        elsewhere: None,
        renderer: Arc::new(renderer),
        root_list,
        trust: Trust { roots: vec![root], stamping: Vec::new(), revoked: Vec::new(), site: site.to_owned() },
        random: random as Arc<dyn Random>,
    })
}
