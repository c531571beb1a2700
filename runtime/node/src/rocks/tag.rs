//! Keys told apart by numbers, which are compared without looking the keys up.

/// The bytes of a key behind the first `alike`, as a number: of two keys that agree in so many, the one with the lesser
/// tag is the lesser.
pub(super) fn tag(key: &[u8], alike: usize) -> u64 {
    let behind = key.get(alike..).unwrap_or_default();
    let mut tag = [0; 8];
    let length = behind.len().min(8);
    tag[..length].copy_from_slice(&behind[..length]);
    u64::from_be_bytes(tag)
}

/// So many bytes both keys begin with alike.
pub(super) fn alike(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}
