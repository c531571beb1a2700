//! The writes of a block laid over a state.

use crate::diff::Diff;
use crate::fault::Fault;
use crate::tag::{LONG, Tag, alike, tag};
use crate::view::{Entry, Scan, View, laid_over, read_through};
use std::sync::Arc;

/// A view with the writes of a block laid over it, whether or not the view shows them already.
pub struct Layer {
    base: Arc<dyn View>,
    writes: Arc<Diff>,
    /// What all written keys begin with.
    prefix: Vec<u8>,
    /// The bytes behind that of each key, in order: whether a key is there is mostly seen in these.
    tags: Vec<Tag<LONG>>,
}

impl Layer {
    /// What the block wrote, over what is below.
    pub fn new(base: Arc<dyn View>, writes: Arc<Diff>) -> Layer {
        let keys = || writes.iter().map(|(key, _)| key);
        let prefix = match (keys().next(), keys().next_back()) {
            (Some(first), Some(last)) => first[..alike(first, last)].to_vec(),
            _ => Vec::new(),
        };
        let tags = keys().map(|key| tag(key, prefix.len())).collect();
        Layer { base, writes, prefix, tags }
    }

    fn written(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        if !key.starts_with(&self.prefix) {
            return None;
        }
        let tag = tag(key, self.prefix.len());
        let from = self.tags.partition_point(|other| *other < tag);
        let alike = self.tags[from..].partition_point(|other| *other == tag);
        self.writes.get_among(from..from + alike, key)
    }
}

impl View for Layer {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        read_through(self.written(key), &*self.base, key)
    }

    fn scan(&self, scan: &Scan<'_>) -> Result<Vec<Entry>, Fault> {
        laid_over(&*self.base, self.writes.range(scan.from, scan.to), scan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn keys_that_agree_in_many_bytes_are_told_apart() {
        let key = |zeros: usize, last: &[u8]| [&[7, 7], &vec![0; zeros][..], last].concat();
        let keys = [
            key(0, &[]),
            key(1, &[]),
            key(9, &[]),
            key(20, &[1]),
            key(20, &[1, 0]),
            key(20, &[2]),
            key(0, &[1]),
        ];
        let base = BTreeMap::from([(key(20, &[]), vec![9]), (key(20, &[2]), vec![9]), (vec![7], vec![9])]);
        for count in 0..=keys.len() {
            let writes: Diff =
                keys[..count].iter().map(|key| (&**key, (key.len() > 5).then_some(&key[2..]))).collect();
            let layer = Layer::new(Arc::new(base.clone()), Arc::new(writes.clone()));
            for key in keys.iter().chain(base.keys()).chain([&vec![], &key(30, &[]), &vec![8]]) {
                let there =
                    writes.get(key).map_or_else(|| base.get(key).cloned(), |it| it.map(<[u8]>::to_vec));
                assert_eq!(layer.get(key), Ok(there), "{key:?} of {count}");
            }
        }
    }
}
