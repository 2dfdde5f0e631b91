use crate::pack::{Pack, PackFlaw};

/// The names of the packs that come with the product.
pub const SHIPPED: [&str; 1] = ["defacement"];

/// One of them; nothing when there is none of this name.
pub fn shipped(name: &str) -> Option<Result<Pack, Vec<PackFlaw>>> {
    let files = FILES.iter().find(|(pack, _)| *pack == name)?.1;
    let file = |wanted: &str| files.iter().find(|(path, _)| *path == wanted).map(|(_, bytes)| bytes.to_vec());
    Some(Pack::read(&file))
}

type Files = &'static [(&'static str, &'static [u8])];

const FILES: [(&str, Files); SHIPPED.len()] = [(
    "defacement",
    &[
        ("pack.toml", include_bytes!("../packs/defacement/pack.toml")),
        ("marking.toml", include_bytes!("../packs/defacement/marking.toml")),
        ("evidence/connections.jsonl", include_bytes!("../packs/defacement/evidence/connections.jsonl")),
        ("evidence/processes.jsonl", include_bytes!("../packs/defacement/evidence/processes.jsonl")),
        ("evidence/audit.jsonl", include_bytes!("../packs/defacement/evidence/audit.jsonl")),
    ],
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pack_that_ships_is_whole() {
        for name in SHIPPED {
            let pack = shipped(name).unwrap().unwrap_or_else(|flaws| panic!("{name}: {flaws:?}"));
            assert_eq!(pack.scenario.name.as_str(), name);
        }
        assert!(shipped("nothing").is_none());
    }
}
