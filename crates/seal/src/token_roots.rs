use kernel::{Random, to_hex};
use zeroize::Zeroizing;

use crate::codec::Reader;
use crate::node::Node;
use crate::place::TokenPlace;
use crate::state::Root;
use crate::token::{Iv, KeyId, Token};
use crate::tree_file::Head;
use crate::SealError;

/// A root key wrapped by a key that never leaves a token. The wrapped root stands in the head of the tree file; at each
/// roll another key is made in the token and the old one destroyed, and with it every older copy of the tree.
pub struct TokenRoots {
    token: Token,
    service: String,
}

/// What stands in the head of the tree file.
struct Wrapping {
    /// Tells this keyring from others of the same name in the same token.
    instance: [u8; 16],
    id: KeyId,
    iv: Iv,
    wrapped: Vec<u8>,
}

impl TokenRoots {
    pub fn open(place: TokenPlace, service: &str) -> Result<Self, SealError> {
        Ok(Self { token: Token::open(place)?, service: service.to_owned() })
    }

    /// Makes the next root and wraps it under a new key, beside the present one.
    pub fn prepare(&self, number: u64, current: Option<&Root>, random: &dyn Random) -> Result<Root, SealError> {
        let known = current.and_then(|root| Wrapping::parse(&root.wrapping)).map(|wrapping| wrapping.instance);
        let instance = known.unwrap_or_else(|| random.bytes16());
        let mut root = Root::new(number, random);
        let (mut id, mut iv) = (KeyId::default(), Iv::default());
        let (first, rest) = id.split_at_mut(8);
        first.copy_from_slice(&number.to_be_bytes());
        random.fill(rest);
        random.fill(&mut iv);
        let label = self.label(&instance);
        self.token.make_key(&label, id)?;
        let wrapped = self.token.wrap(&label, id, iv, &self.additional_data(number), root.key.bytes())?;
        root.wrapping = Wrapping { instance, id, iv, wrapped }.bytes();
        Ok(root)
    }

    /// The root of a tree; refused when the key that wrapped it has been destroyed.
    pub fn find(&self, head: &Head, tree: &std::path::Path) -> Result<Root, SealError> {
        if head.wrapping.is_empty() {
            return Err(SealError::Custody { path: tree.to_owned(), stands: "in a file", named: "a token" });
        }
        let damaged = || SealError::Damaged { path: tree.to_owned(), what: "its wrapped root is broken" };
        let wrapping = Wrapping::parse(&head.wrapping).ok_or_else(damaged)?;
        let label = self.label(&wrapping.instance);
        let there = self.token.keys(&label)?;
        if !there.contains(&wrapping.id) {
            let newest = there.iter().filter_map(|id| id.first_chunk().map(|number| u64::from_be_bytes(*number))).max();
            return Err(match newest {
                Some(root) => SealError::Stale { path: tree.to_owned(), tree: head.number, root },
                None => SealError::NoTokenKey(tree.to_owned()),
            });
        }
        let aad = self.additional_data(head.number);
        let plain = self.token.unwrap(&label, wrapping.id, wrapping.iv, &aad, &wrapping.wrapped).map_err(|_| damaged())?;
        let key: [u8; 32] = Zeroizing::new(plain).as_slice().try_into().map_err(|_| damaged())?;
        Ok(Root { number: head.number, key: Node::from_bytes(key), wrapping: head.wrapping.clone() })
    }

    /// Destroys every other key of this keyring. May be repeated.
    pub fn settle(&self, current: &Root) -> Result<(), SealError> {
        match Wrapping::parse(&current.wrapping) {
            Some(wrapping) => self.token.destroy(&self.label(&wrapping.instance), Some(wrapping.id)),
            // The root comes from elsewhere (escrow, a file): no key in this token is of this keyring yet.
            None => Ok(()),
        }
    }

    /// Destroys every key of this keyring.
    pub fn erase(&self, wrapping: &[u8]) -> Result<(), SealError> {
        match Wrapping::parse(wrapping) {
            Some(wrapping) => self.token.destroy(&self.label(&wrapping.instance), None),
            None => Ok(()),
        }
    }

    fn label(&self, instance: &[u8; 16]) -> String {
        format!("lionrock {} {}", self.service, to_hex(instance))
    }

    fn additional_data(&self, number: u64) -> Vec<u8> {
        [b"lionrock-wrap/1\n".as_slice(), &number.to_be_bytes(), self.service.as_bytes()].concat()
    }
}

impl Wrapping {
    fn bytes(&self) -> Vec<u8> {
        [self.instance.as_slice(), &self.id, &self.iv, &self.wrapped].concat()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader::new(bytes);
        let (instance, id, iv) = (from.array()?, from.array()?, from.array()?);
        Some(Self { instance, id, iv, wrapped: from.rest().to_vec() })
    }
}
