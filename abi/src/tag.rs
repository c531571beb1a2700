//! Keys told apart by numbers, which are compared without looking the keys up.

/// The bytes of a key behind the first `alike`, as a number: of two keys that agree in so many, the one with the lesser
/// tag is the lesser.
pub fn tag(key: &[u8], alike: usize) -> u64 {
    let behind = key.get(alike..).unwrap_or_default();
    let mut tag = [0; 8];
    let length = behind.len().min(8);
    tag[..length].copy_from_slice(&behind[..length]);
    u64::from_be_bytes(tag)
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
    let mut tagged: Vec<_> = numbers.iter().map(|number| (tag(key(*number), alike), *number)).collect();
    tagged.sort_by(|one, other| one.0.cmp(&other.0).then_with(|| key(one.1).cmp(key(other.1))));
    numbers.iter_mut().zip(tagged).for_each(|(place, (_, number))| *place = number);
}
