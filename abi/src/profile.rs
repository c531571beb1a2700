//! The versioned rules of execution, by hash.

use crate::codec::{Encode, Writer};
use crate::fuel::PRICES;
use crate::hash::{PROFILE, PROGRAM};
use crate::hostcalls::TABLE;
use crate::id::Hash;
use crate::limits;
use std::sync::OnceLock;

/// The rules that decide what a call comes to. Its hash stands in every genesis and every effect.
///
/// There is one. Other rules are another profile with a name of its own; this one stays known for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Profile;

impl Profile {
    /// Its name.
    pub const NAME: &str = "1";

    /// The canonical bytes: version, name, the limits that decide outcomes, the prices of operators, the
    /// host-call table.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut w = Writer::default();
        w.array(5);
        crate::VERSION.encode(&mut w);
        w.text(Self::NAME);
        w.array(LIMITS.len());
        LIMITS.iter().for_each(|(name, value)| (name, *value).encode(&mut w));
        w.array(PRICES.len());
        PRICES.iter().for_each(|(name, price)| (name, *price).encode(&mut w));
        w.array(TABLE.len());
        for call in TABLE {
            (call.name, call.params.len() as u64, call.base, call.per_byte).encode(&mut w);
        }
        w.into_bytes()
    }

    /// The profile's hash.
    pub fn hash(self) -> Hash {
        static HASH: OnceLock<Hash> = OnceLock::new();
        *HASH.get_or_init(|| PROFILE.hash(&self.to_bytes()))
    }

    /// The id of the built-in `system` program under this profile. Every call of a history is held to it.
    pub fn system(self) -> Hash {
        static SYSTEM: OnceLock<Hash> = OnceLock::new();
        *SYSTEM.get_or_init(|| system(&self.hash()))
    }
}

/// The id of the built-in `system` program under the profile of this hash.
pub fn system(profile: &Hash) -> Hash {
    PROGRAM.hash_parts(&[b"system ", &profile.0])
}

macro_rules! limits {
    ($($name:ident),+ $(,)?) => {
        /// The limits that decide outcomes or admission, by name.
        pub const LIMITS: &[(&str, u64)] = &[$((stringify!($name), limits::$name as u64)),+];
    };
}

limits! {
    METHOD_BYTES_MAX, ARGS_BYTES_MAX, OUTPUT_BYTES_MAX, EVENT_BYTES_MAX, EVENTS_MAX, EVENTS_BYTES_MAX,
    MESSAGE_BYTES_MAX, MESSAGES_MAX, MESSAGES_BYTES_MAX,
    KEY_BYTES_MAX, VALUE_BYTES_MAX, WRITES_MAX, WRITES_BYTES_MAX, CURSORS_MAX, RANDOM_BYTES_MAX,
    PROGRAM_BYTES_MAX, MEMORY_PAGES_MAX, TABLE_ELEMENTS_MAX, FUNCTIONS_MAX, FUNCTION_BYTES_MAX, LOCALS_MAX,
    PARAMS_MAX, GLOBALS_MAX, SEGMENTS_MAX, EXPORTS_MAX, CONTROL_DEPTH_MAX, OPERANDS_MAX, BR_TABLE_TARGETS_MAX,
    LOOP_DEPTH_MAX, FUNCTION_SQUARES_MAX, FUNCTION_FLOW_MAX, FLOW_MAX, FUNCTION_PASSED_MAX, PASSED_MAX,
    PROGRAM_LOCALS_MAX,
    FUEL_MAX, WINDOW_MS_MAX, WINDOW_KEYS_MAX, BLOCK_CALLS_MAX, BLOCK_ITEMS_MAX, BLOCK_BYTES_MAX,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits and prices are part of every effect: this fails until a change is meant.
    #[test]
    fn the_profile_is_pinned() {
        assert_eq!(
            Profile.hash().to_string(),
            "a853aa527d0a7354a5987d1c1d1b3273696562b75c1bc3206ca0da7ac19cf85b"
        );
    }
}
