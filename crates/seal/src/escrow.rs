use std::path::PathBuf;

use kernel::{Random, Secret, to_hex};
use zeroize::Zeroizing;

use crate::codec::{Reader, Writer};
use crate::node::Node;
use crate::place::EscrowPlace;
use crate::state::Root;
use crate::{SealError, age_files, file};

const KEY_MAGIC: &[u8; 16] = b"lionrock-escrow\n";

/// The present root key, encrypted to a custodian who is not here. The slot is made anew at each roll and the old one
/// overwritten in its place, as roots in files are.
///
/// The file is a heading in clear (form, service, roll, id of the root, recipient, a line each), then an `age` file.
pub struct EscrowSlot {
    service: String,
    recipient: String,
    slot: PathBuf,
    new: PathBuf,
}

impl EscrowSlot {
    pub fn new(place: EscrowPlace, service: &str) -> Result<Self, SealError> {
        if !age_files::is_recipient(&place.recipient) {
            return Err(SealError::Invalid("the escrow recipient is no age recipient (age1…)"));
        }
        let new = file::with_suffix(&place.slot, "new");
        Ok(Self { service: service.to_owned(), recipient: place.recipient, slot: place.slot, new })
    }

    /// Makes the slot of the next root durable beside the present one.
    pub fn prepare(&self, root: &Root) -> Result<(), SealError> {
        let mut plain = Writer::new(128);
        plain.put(KEY_MAGIC).put(&root.number.to_be_bytes()).put(root.key.bytes()).text(&self.service);
        let sealed = age_files::encrypt_to(std::slice::from_ref(&self.recipient), &plain.finish())?;
        file::write_whole(&self.new, &[self.heading(root).as_bytes(), &sealed].concat())
    }

    /// Leaves one slot, that of the present root. May be repeated.
    pub fn settle(&self, current: &Root, random: &dyn Random) -> Result<(), SealError> {
        file::erase(&file::with_suffix(&self.new, "tmp"), random)?;
        if !self.is_of(&self.new, current)? {
            file::erase(&self.new, random)?;
            if self.is_of(&self.slot, current)? {
                return Ok(());
            }
            self.prepare(current)?;
        }
        if self.slot.exists() {
            file::overwrite(&self.slot, random)?;
        }
        file::rename(&self.new, &self.slot)
    }

    /// Overwrites and removes everything.
    pub fn erase(&self, random: &dyn Random) -> Result<(), SealError> {
        file::erase(&self.slot, random)?;
        file::erase(&file::with_suffix(&self.new, "tmp"), random)?;
        file::erase(&self.new, random)
    }

    /// Whether the slot is that of this root, or about to be.
    pub fn is_present(&self, root: &Root) -> Result<bool, SealError> {
        Ok(self.is_of(&self.slot, root)? || self.is_of(&self.new, root)?)
    }

    /// The root of a roll, by the custodian's identity.
    pub fn open(&self, number: u64, identity: &Secret<String>) -> Result<Root, SealError> {
        let (slot, new) = (file::read(&self.slot)?, file::read(&self.new)?);
        if slot.is_none() && new.is_none() {
            return Err(SealError::NoRoot(self.slot.clone()));
        }
        // One of the two may be half overwritten: a crash in the middle of a roll.
        let roots: Vec<Root> = [slot, new].iter().flatten().filter_map(|bytes| self.read(bytes, identity)).collect();
        if let Some(root) = roots.iter().find(|root| root.number == number) {
            return Ok(root.clone());
        }
        let (path, what) = (self.slot.clone(), "it is no escrow slot of this service, or for another identity");
        Err(match roots.iter().map(|root| root.number).max() {
            Some(root) => SealError::Stale { path, tree: number, root },
            None => SealError::Damaged { path, what },
        })
    }

    fn read(&self, bytes: &[u8], identity: &Secret<String>) -> Option<Root> {
        let heading = bytes.split_inclusive(|&byte| byte == b'\n').take(5).map(<[u8]>::len).sum();
        let sealed = bytes.get(heading..)?;
        let plain = Zeroizing::new(age_files::decrypt(identity, sealed).ok()?.into_exposed());
        let mut from = Reader::new(&plain);
        let magic: [u8; 16] = from.array()?;
        let (number, key) = (from.u64()?, Node::from_bytes(from.array()?));
        let ours = magic == *KEY_MAGIC && from.text()? == self.service && from.is_at_end();
        ours.then_some(Root { number, key, wrapping: Vec::new() })
    }

    fn is_of(&self, path: &std::path::Path, root: &Root) -> Result<bool, SealError> {
        Ok(file::read(path)?.is_some_and(|bytes| bytes.starts_with(self.heading(root).as_bytes())))
    }

    fn heading(&self, root: &Root) -> String {
        format!("lionrock escrow slot v1\n{}\n{}\n{}\n{}\n", self.service, root.number, to_hex(&root.id()), self.recipient)
    }
}
