//! Keys told apart by numbers, which are compared without looking the keys up.

use std::borrow::Cow;

/// Tells keys apart: that many numbers of 8 bytes each.
pub type Tag<const N: usize> = [u64; N];

/// As many as tell most keys of a program apart, which begin with the name of a field.
pub const LONG: usize = 4;

/// A key, ordered by its bytes: mostly its first ones tell it from others, and these are no memory of their own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Headed<'a> {
    /// The first bytes, and zeros where there are none: who goes on after another one's end comes after it.
    head: Tag<LONG>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Headed<'a> {
    /// The key of these bytes.
    pub fn of(bytes: impl Into<Cow<'a, [u8]>>) -> Headed<'a> {
        let bytes = bytes.into();
        Headed { head: tag(&bytes, 0), bytes }
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The bytes of a key behind the first `alike`, as numbers: of two keys that agree in so many, the one with the lesser
/// tag is the lesser.
pub fn tag<const N: usize>(key: &[u8], alike: usize) -> Tag<N> {
    let behind = key.get(alike..).unwrap_or_default();
    let mut tag = [[0; 8]; N];
    let length = behind.len().min(8 * N);
    tag.as_flattened_mut()[..length].copy_from_slice(&behind[..length]);
    tag.map(u64::from_be_bytes)
}

/// So many bytes both keys begin with alike.
pub fn alike(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

/// Sorts numbers by the keys that they stand for; those of one key stay in their order. It is quick where there are runs,
/// and looks few keys up more than once.
pub fn sort_by_key<'a>(numbers: &mut [u32], key: impl Fn(u32) -> &'a [u8]) {
    let Some(first) = numbers.first().map(|first| key(*first)) else { return };
    let alike =
        numbers.iter().fold(first.len(), |least, number| least.min(alike(&first[..least], key(*number))));
    let mut tagged: Vec<_> = numbers.iter().map(|number| (tag::<1>(key(*number), alike), *number)).collect();
    tagged.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| key(one.1).cmp(key(other.1))));
    numbers.iter_mut().zip(tagged).for_each(|(place, (_, number))| *place = number);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_have_the_order_of_their_bytes(one in vec(0u8..2, 28..38), other in vec(0u8..2, 28..38), cut in 0usize..38) {
            let cut = &one[..cut.min(one.len())];
            for other in [&other[..], cut, &[cut, &[0]].concat()] {
                prop_assert_eq!(Headed::of(&one).cmp(&Headed::of(other)), one[..].cmp(other));
            }
        }
    }
}
