use super::row_set::RowSet;

/// For each token the rows in which it occurs, ascending, as the differences in a variable number of bytes; the
/// commonest tokens as bits instead.
#[derive(Debug, Default)]
pub(super) struct Postings {
    bytes: Vec<u8>,
    /// Where each token's bytes begin, and at last where they end.
    starts: Vec<u32>,
    counts: Vec<u32>,
    /// Sorted by token.
    dense: Vec<(u32, RowSet)>,
    rows: usize,
}

/// Postings while rows are added in ascending order.
#[derive(Debug, Default)]
pub(super) struct PostingsBuilder {
    lists: Vec<List>,
}

#[derive(Debug, Default)]
struct List {
    bytes: Vec<u8>,
    count: u32,
    last: u32,
}

impl PostingsBuilder {
    /// Notes that a token occurs in a row; a second note of the same is ignored.
    pub fn add(&mut self, token: u32, row: u32) {
        let index = token as usize;
        if self.lists.len() <= index {
            self.lists.resize_with(index + 1, List::default);
        }
        let Some(list) = self.lists.get_mut(index) else { return };
        if list.count > 0 && list.last == row {
            return;
        }
        let mut difference = row.wrapping_sub(list.last);
        while difference >= 0x80 {
            list.bytes.push((difference & 0x7f) as u8 | 0x80);
            difference >>= 7;
        }
        list.bytes.push((difference & 0x7f) as u8);
        (list.count, list.last) = (list.count + 1, row);
    }

    pub fn finish(self, rows: usize) -> Postings {
        let mut postings = Postings { rows, ..Postings::default() };
        for (token, list) in (0_u32..).zip(self.lists) {
            postings.starts.push(u32::try_from(postings.bytes.len()).unwrap_or(u32::MAX));
            postings.counts.push(list.count);
            if list.count as usize > rows / DENSE_FROM_ONE_IN {
                let mut set = RowSet::empty(rows);
                decode(&list.bytes, |row| set.insert(row));
                postings.dense.push((token, set));
            } else {
                postings.bytes.extend_from_slice(&list.bytes);
            }
        }
        postings.starts.push(u32::try_from(postings.bytes.len()).unwrap_or(u32::MAX));
        postings.bytes.shrink_to_fit();
        postings
    }
}

/// A token in more than one of so many rows is kept as bits: decoding its list would cost more than uniting sets.
pub(super) const DENSE_FROM_ONE_IN: usize = 24;

impl Postings {
    pub fn count(&self, token: u32) -> usize {
        self.counts.get(token as usize).map_or(0, |count| *count as usize)
    }

    /// Adds the rows of a token to a set.
    pub fn add_to(&self, token: u32, set: &mut RowSet) {
        match self.dense(token) {
            Some(dense) => set.add(dense),
            None => decode(self.list(token), |row| set.insert(row)),
        }
    }

    /// Hands every row of a token to a function.
    pub fn each(&self, token: u32, mut then: impl FnMut(u32)) {
        match self.dense(token) {
            Some(dense) => dense.rows().for_each(then),
            None => decode(self.list(token), &mut then),
        }
    }

    pub fn memory_bytes(&self) -> usize {
        let dense: usize = self.dense.iter().map(|(_, set)| set.bytes() + 32).sum();
        self.bytes.len() + (self.starts.len() + self.counts.len()) * 4 + dense
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    fn dense(&self, token: u32) -> Option<&RowSet> {
        let place = self.dense.binary_search_by_key(&token, |(token, _)| *token).ok()?;
        self.dense.get(place).map(|(_, set)| set)
    }

    fn list(&self, token: u32) -> &[u8] {
        let place = token as usize;
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(&from), Some(&to)) => self.bytes.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}

fn decode(bytes: &[u8], mut then: impl FnMut(u32)) {
    let (mut row, mut difference, mut shift) = (0_u32, 0_u32, 0_u32);
    for &byte in bytes {
        difference |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            row = row.wrapping_add(difference);
            then(row);
            (difference, shift) = (0, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_noted_is_found(notes in proptest::collection::btree_set((0_u32..3000, 0_u32..40), 0..600)) {
            let mut builder = PostingsBuilder::default();
            for &(row, token) in &notes {
                builder.add(token, row);
                builder.add(token, row);
            }
            let postings = builder.finish(3000);
            for token in 0..41 {
                let expected: BTreeSet<u32> = notes.iter().filter(|note| note.1 == token).map(|note| note.0).collect();
                let mut set = RowSet::empty(3000);
                postings.add_to(token, &mut set);
                prop_assert_eq!(set.rows().collect::<BTreeSet<u32>>(), expected.clone());
                let mut each = BTreeSet::new();
                postings.each(token, |row| { each.insert(row); });
                prop_assert_eq!(each, expected.clone());
                prop_assert_eq!(postings.count(token), expected.len());
            }
        }
    }

    #[test]
    fn a_common_token_is_kept_as_bits() {
        let mut builder = PostingsBuilder::default();
        (0..1000).for_each(|row| builder.add(0, row));
        builder.add(1, 999);
        let postings = builder.finish(1000);
        assert_eq!(postings.dense.len(), 1);
        assert_eq!(postings.bytes.len(), 2);
    }
}
