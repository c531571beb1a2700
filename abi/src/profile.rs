//! The versioned rules of execution, by hash.

use crate::codec::{Encode, Writer};
use crate::fuel::PRICES;
use crate::hash::{PROFILE, PROGRAM};
use crate::hostcalls::TABLE;
use crate::id::Hash;
use crate::limits;
use std::sync::OnceLock;

/// The rules that decide what a call comes to. A genesis names those it begins under, every effect those it
/// came under. Other rules are another profile with a name of its own; these stay known for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Profile {
    /// `1`.
    One,
    /// `2`: the same rules for programs, and more acts of the authority.
    Two,
}

impl Profile {
    /// All that are known, from the oldest on.
    pub const ALL: [Profile; 2] = [Profile::One, Profile::Two];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Profile::One => "1",
            Profile::Two => "2",
        }
    }

    /// The profile of this hash, if it is known.
    pub fn of(hash: &Hash) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.hash() == *hash)
    }

    /// The profile whose `system` program this is, if it is one.
    pub fn of_system(program: &Hash) -> Option<Profile> {
        Profile::ALL.into_iter().find(|profile| profile.system() == *program)
    }

    /// The acts that its `system` program knows.
    pub fn acts(self) -> &'static [&'static str] {
        match self {
            Profile::One => &["deploy", "set_writer", "revert", "advance"],
            Profile::Two => &[
                "deploy",
                "set_writer",
                "revert",
                "advance",
                "set_profile",
                "upgrade",
                "migrate",
                "erase",
                "prune",
            ],
        }
    }

    /// The canonical bytes: version, name, the limits that decide outcomes, the prices of operators, the
    /// host-call table; from `2` on, the acts.
    pub fn to_bytes(self) -> Vec<u8> {
        let names_acts = self > Profile::One;
        let mut w = Writer::default();
        w.array(5 + usize::from(names_acts));
        crate::VERSION.encode(&mut w);
        w.text(self.name());
        w.array(LIMITS.len());
        LIMITS.iter().for_each(|(name, value)| (name, *value).encode(&mut w));
        w.array(PRICES.len());
        PRICES.iter().for_each(|(name, price)| (name, *price).encode(&mut w));
        w.array(TABLE.len());
        for call in TABLE {
            (call.name, call.params.len() as u64, call.base, call.per_byte).encode(&mut w);
        }
        if names_acts {
            w.array(self.acts().len());
            self.acts().iter().for_each(|name| w.text(name));
        }
        w.into_bytes()
    }

    /// The profile's hash.
    pub fn hash(self) -> Hash {
        static HASHES: OnceLock<[Hash; 2]> = OnceLock::new();
        HASHES.get_or_init(|| Profile::ALL.map(|profile| PROFILE.hash(&profile.to_bytes())))[self as usize]
    }

    /// The id of the built-in `system` program under this profile. Every call of a history is held to it.
    pub fn system(self) -> Hash {
        static SYSTEMS: OnceLock<[Hash; 2]> = OnceLock::new();
        SYSTEMS.get_or_init(|| Profile::ALL.map(|profile| system(&profile.hash())))[self as usize]
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
    fn the_profiles_are_pinned() {
        let hashes = Profile::ALL.map(|profile| profile.hash().to_string());
        assert_eq!(
            hashes,
            [
                "a853aa527d0a7354a5987d1c1d1b3273696562b75c1bc3206ca0da7ac19cf85b",
                "b5fad0c6795da5e077f335c472da92d2aeea574ffb997a018cd6465ab188eb19",
            ]
        );
    }

    #[test]
    fn a_profile_is_found_by_its_hash_and_by_its_system_program() {
        for profile in Profile::ALL {
            assert_eq!(Profile::of(&profile.hash()), Some(profile));
            assert_eq!(Profile::of_system(&profile.system()), Some(profile));
        }
        assert_eq!(Profile::of(&Hash::ZERO), None);
    }
}
