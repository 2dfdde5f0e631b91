use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::Hash;
use crate::merkle::{Subtrees, leaf_hash, root_of};

/// The tree on disk in the C2SP `tlog-tiles` layout: `tile/<level>/<index>` holds up to 256 hashes of height 8·level, and
/// `tile/entries/<index>` the entries, each after its length in two bytes. Files hold hashes only, so they may be
/// published, and they outlive the database.
#[derive(Debug)]
pub(crate) struct Tiles {
    dir: PathBuf,
    /// For each level the hashes of the tile that is not yet full, and how many full tiles stand before it.
    edge: Vec<Edge>,
    entries: Vec<Hash>,
    size: u64,
    last_read: Mutex<Option<(u32, u64, Vec<Hash>)>>,
    last_bundle: Mutex<Option<(u64, Vec<Hash>)>>,
}

#[derive(Clone, Debug, Default)]
struct Edge {
    full: u64,
    hashes: Vec<Hash>,
}

const WIDTH: usize = 256;

impl Tiles {
    /// Opens the tiles of a tree of `size` leaves, as its newest checkpoint says.
    pub(crate) fn open(dir: PathBuf, size: u64) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        let mut tiles = Self { dir, edge: Vec::new(), entries: Vec::new(), size, last_read: Mutex::new(None), last_bundle: Mutex::new(None) };
        let mut count = size;
        let mut level = 0;
        while count > 0 {
            let (full, rest) = (count / WIDTH as u64, count % WIDTH as u64);
            let hashes = if rest == 0 { Vec::new() } else { tiles.read_hashes_upto(level, full, rest)? };
            tiles.edge.push(Edge { full, hashes });
            count = full;
            level += 1;
        }
        let rest = size % WIDTH as u64;
        if rest != 0 {
            tiles.entries = tiles.read_entries_upto(size / WIDTH as u64, rest)?;
        }
        Ok(tiles)
    }

    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Appends entries in memory and writes every tile that filled up; [`Tiles::flush`] writes the unfilled ones.
    pub(crate) fn append(&mut self, commitments: &[Hash]) -> io::Result<()> {
        for commitment in commitments {
            self.entries.push(*commitment);
            if self.entries.len() == WIDTH {
                let index = self.size / WIDTH as u64;
                let bundle = bundle(&self.entries);
                Self::write_full(&self.entry_bundle(index, 0), &bundle)?;
                self.entries.clear();
            }
            self.size += 1;
            self.push(0, leaf_hash(commitment))?;
        }
        Ok(())
    }

    /// The entry at a position, which is below the size.
    pub(crate) fn entry(&self, position: u64) -> io::Result<Hash> {
        let (index, at) = (position / WIDTH as u64, usize::try_from(position % WIDTH as u64).unwrap_or(0));
        let short = || io::Error::other("a bundle of entries is shorter than the checkpoint says");
        if index == self.size / WIDTH as u64 {
            return self.entries.get(at).copied().ok_or_else(short);
        }
        let mut last = self.last_bundle.lock().map_err(|_| io::Error::other("entry cache poisoned"))?;
        if last.as_ref().is_none_or(|(known, _)| *known != index) {
            *last = Some((index, self.read_entries_upto(index, WIDTH as u64)?));
        }
        last.as_ref().and_then(|(_, entries)| entries.get(at).copied()).ok_or_else(short)
    }

    fn push(&mut self, level: u32, hash: Hash) -> io::Result<()> {
        let at = level as usize;
        if self.edge.len() <= at {
            self.edge.push(Edge::default());
        }
        let Some(edge) = self.edge.get_mut(at) else { return Ok(()) };
        edge.hashes.push(hash);
        if edge.hashes.len() < WIDTH {
            return Ok(());
        }
        let (hashes, index) = (std::mem::take(&mut edge.hashes), edge.full);
        edge.full += 1;
        Self::write_full(&self.tile(level, index, 0), &hashes.concat())?;
        self.push(level + 1, root_of(&hashes))
    }

    /// Writes the tiles that are not full. After this the tree of `size` leaves can be read from the files alone.
    pub(crate) fn flush(&self) -> io::Result<()> {
        for (edge, level) in self.edge.iter().zip(0..) {
            if !edge.hashes.is_empty() {
                let path = self.tile(level, edge.full, edge.hashes.len() as u64);
                write_whole(&path, &edge.hashes.concat())?;
            }
        }
        if !self.entries.is_empty() {
            let path = self.entry_bundle(self.size / WIDTH as u64, self.entries.len() as u64);
            write_whole(&path, &bundle(&self.entries))?;
        }
        Ok(())
    }

    /// Writes a full tile; the partial ones that led to it are of no more use.
    fn write_full(path: &Path, bytes: &[u8]) -> io::Result<()> {
        write_whole(path, bytes)?;
        match fs::remove_dir_all(path.with_extension("p")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn tile(&self, level: u32, index: u64, partial: u64) -> PathBuf {
        self.dir.join("tile").join(level.to_string()).join(numbered(index, partial))
    }

    fn entry_bundle(&self, index: u64, partial: u64) -> PathBuf {
        self.dir.join("tile").join("entries").join(numbered(index, partial))
    }

    fn read_hashes_upto(&self, level: u32, index: u64, width: u64) -> io::Result<Vec<Hash>> {
        let bytes = read_partial(&self.tile(level, index, width % WIDTH as u64), &self.tile(level, index, 0))?;
        whole(bytes.chunks_exact(32).filter_map(|chunk| chunk.try_into().ok()), width)
    }

    fn read_entries_upto(&self, index: u64, width: u64) -> io::Result<Vec<Hash>> {
        let bytes = read_partial(&self.entry_bundle(index, width), &self.entry_bundle(index, 0))?;
        whole(bytes.chunks_exact(34).filter_map(|chunk| chunk.get(2..)?.try_into().ok()), width)
    }
}

impl Subtrees for Tiles {
    type Error = io::Error;

    /// Any complete subtree lies in one tile: level height/8, and 2^(height mod 8) neighbours in it.
    fn hash(&self, height: u32, n: u64) -> io::Result<Hash> {
        let (level, rest) = (height / 8, height % 8);
        let width = 1usize << rest;
        let in_tile = WIDTH as u64 >> rest;
        let (index, from) = (n / in_tile, usize::try_from(n % in_tile).unwrap_or(0) * width);
        let edge = self.edge.get(level as usize).filter(|edge| edge.full == index);
        if let Some(edge) = edge {
            return slice_root(&edge.hashes, from, width);
        }
        let mut last = self.last_read.lock().map_err(|_| io::Error::other("tile cache poisoned"))?;
        if let Some((l, i, hashes)) = last.as_ref()
            && (*l, *i) == (level, index)
        {
            return slice_root(hashes, from, width);
        }
        let hashes = self.read_hashes_upto(level, index, WIDTH as u64)?;
        let root = slice_root(&hashes, from, width);
        *last = Some((level, index, hashes));
        root
    }
}

/// A process that stopped after a tile filled up and before the next checkpoint has removed the partial one that the last
/// checkpoint speaks of; the full tile begins with the same hashes.
fn read_partial(partial: &Path, full: &Path) -> io::Result<Vec<u8>> {
    match fs::read(partial) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::read(full),
        read => read,
    }
}

fn whole(hashes: impl Iterator<Item = Hash>, width: u64) -> io::Result<Vec<Hash>> {
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    let hashes: Vec<Hash> = hashes.take(width).collect();
    let short = || io::Error::other("a tile is shorter than the checkpoint says");
    if hashes.len() == width { Ok(hashes) } else { Err(short()) }
}

fn slice_root(hashes: &[Hash], from: usize, width: usize) -> io::Result<Hash> {
    let part = hashes.get(from..from + width);
    part.map(root_of).ok_or_else(|| io::Error::other("a tile is shorter than the checkpoint says"))
}

fn bundle(entries: &[Hash]) -> Vec<u8> {
    entries.iter().flat_map(|entry| [0u8, 32].into_iter().chain(*entry)).collect()
}

/// `x001/x234/067` and, for a partial tile, `.p/<width>` behind it.
fn numbered(index: u64, partial: u64) -> PathBuf {
    let mut parts = vec![format!("{:03}", index % 1000)];
    let mut rest = index / 1000;
    while rest > 0 {
        parts.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    parts.reverse();
    let mut path: PathBuf = parts.iter().collect();
    if partial != 0 {
        path.set_extension("p");
        path.push(partial.to_string());
    }
    path
}

/// Writes a file so that it is either whole or absent after a power cut.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().ok_or_else(|| io::Error::other("a file without a directory"))?;
    fs::create_dir_all(parent)?;
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    File::open(parent)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::{inclusion, root, root_from_inclusion};

    #[test]
    fn tile_numbers_are_grouped_by_thousands() {
        assert_eq!(numbered(5, 0).to_str(), Some("005"));
        assert_eq!(numbered(1_234_067, 0).to_str(), Some("x001/x234/067"));
        assert_eq!(numbered(5, 17).to_str(), Some("005.p/17"));
    }

    #[test]
    fn a_stop_between_a_full_tile_and_the_next_checkpoint_loses_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let commitments: Vec<Hash> = (0..600u32).map(|i| seal::sha256(&[&i.to_be_bytes()])).collect();
        let mut tiles = Tiles::open(dir.path().to_owned(), 0).unwrap();
        tiles.append(&commitments[..300]).unwrap();
        tiles.flush().unwrap();
        // Tile 1 fills up, its partial form goes, and the power fails before a checkpoint of more than 300 is signed.
        tiles.append(&commitments[300..520]).unwrap();
        let mut tiles = Tiles::open(dir.path().to_owned(), 300).unwrap();
        assert_eq!(tiles.entries, commitments[256..300]);
        tiles.append(&commitments[300..]).unwrap();
        let leaves: Vec<Hash> = commitments.iter().map(|c| leaf_hash(c)).collect();
        assert_eq!(root(&tiles, 600).unwrap(), root(&leaves[..], 600).unwrap());
    }

    #[test]
    fn a_tree_on_disk_has_the_same_root_as_one_in_memory_and_reopens() {
        let dir = tempfile::tempdir().unwrap();
        let commitments: Vec<Hash> = (0..70_000u32).map(|i| seal::sha256(&[&i.to_be_bytes()])).collect();
        let leaves: Vec<Hash> = commitments.iter().map(|c| leaf_hash(c)).collect();
        let mut tiles = Tiles::open(dir.path().to_owned(), 0).unwrap();
        for part in commitments[..66_001].chunks(997) {
            tiles.append(part).unwrap();
        }
        tiles.flush().unwrap();
        let mut tiles = Tiles::open(dir.path().to_owned(), 66_001).unwrap();
        assert_eq!(root(&tiles, 66_001).unwrap(), root(&leaves[..66_001], 66_001).unwrap());
        tiles.append(&commitments[66_001..]).unwrap();
        let expected = root(&leaves[..], 70_000).unwrap();
        assert_eq!(root(&tiles, 70_000).unwrap(), expected);
        for index in [0u64, 255, 256, 65_535, 65_536, 69_999] {
            let path = inclusion(&tiles, index, 70_000).unwrap();
            let leaf = leaves[usize::try_from(index).unwrap()];
            assert_eq!(root_from_inclusion(&leaf, index, 70_000, &path), Some(expected));
        }
    }
}
