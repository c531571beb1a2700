//! The acts of a shard's authority: calls of the built-in `system` program.

use crate::canonical_array;
use crate::codec::{Decode, Encode};
use crate::id::Hash;
use crate::profile::Profile;
use crate::sign::PublicKey;

/// The key in state under which the shard's program stands, in the system's own space.
pub const PROGRAM_KEY: &[u8] = b"program";
/// The key in state under which the shard's writer stands, once it is another than the genesis's.
pub const WRITER_KEY: &[u8] = b"writer";
/// The call of a program that only an upgrade makes: it brings the state of the program before it into its own
/// form, a step at a time, and answers whether that is done. From profile `2` on nobody else can call it.
pub const MIGRATE: &str = "migrate";

macro_rules! acts {
    ($($(#[doc = $doc:literal])+ $act:ident = $method:literal {
        $($(#[doc = $what:literal])+ $field:ident: $type:ty,)+
    })+) => {
        /// The system program's methods.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Act {
            $($(#[doc = $doc])+ $act($act),)+
        }

        $(
            #[doc = concat!("Arguments of `", $method, "`.")]
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub struct $act {
                $($(#[doc = $what])+ pub $field: $type,)+
            }

            canonical_array!($act { $($field),+ });
        )+

        impl Act {
            /// The act's method and arguments.
            pub fn to_call(self) -> (&'static str, Vec<u8>) {
                match self {
                    $(Act::$act(args) => ($method, args.to_bytes()),)+
                }
            }

            fn decode(method: &str, args: &[u8]) -> Option<Act> {
                match method {
                    $($method => $act::from_bytes(args).ok().map(Act::$act),)+
                    _ => None,
                }
            }
        }
    };
}

acts! {
    /// Makes a program the one that serves, from the next call on.
    Deploy = "deploy" {
        /// The program: the digest of its raw wasm.
        program: Hash,
    }
    /// Makes a key the writer's: it signs the block of this act, and those after it.
    SetWriter = "set_writer" {
        /// The new writer's key.
        key: PublicKey,
    }
    /// Brings the state back to what it was after an earlier block. History goes on: what is undone stays in
    /// it, and idempotency keys stay used.
    Revert = "revert" {
        /// The block after which the state was what it is to be.
        height: u64,
        /// The root of that state.
        root: Hash,
        /// The program that served then, and will again.
        program: Hash,
    }
    /// Lets logical time make a greater step than the genesis allows: this call's own.
    Advance = "advance" {
        /// The latest time that the call itself may have, in milliseconds of Unix time.
        to_ms: u64,
    }
    /// Puts the shard under a newer profile, from this call on. It is a call of that profile's system program.
    SetProfile = "set_profile" {
        /// The profile's hash.
        profile: Hash,
    }
    /// Runs the last step of a program's migration, and makes it the one that serves; if the migration says that
    /// it is not done, this fails, and the old program goes on.
    Upgrade = "upgrade" {
        /// The program.
        program: Hash,
    }
    /// Runs a step of the migration of a program that is to serve later. Until it does, the old one goes on.
    Migrate = "migrate" {
        /// The program.
        program: Hash,
    }
    /// Decides that a call's arguments, salts, output, events and messages are forgotten, and its block's diff.
    Erase = "erase" {
        /// The call's place in history.
        seq: u64,
    }
    /// Decides that blocks may be dropped, once two snapshots make up for them. Their leaf hashes stay.
    Prune = "prune" {
        /// The last of them.
        height: u64,
    }
}

impl Act {
    /// The act that a call of this profile's system program names; `None` where there is none, or its arguments
    /// are not in order: a writer's key is a point of the curve that is not of small order, and a profile is the
    /// system program's own.
    pub fn from_call(profile: Profile, method: &str, args: &[u8]) -> Option<Act> {
        let act = Act::decode(method, args).filter(|_| profile.acts().contains(&method))?;
        let is_in_order = match &act {
            Act::SetWriter(writer) => writer.key.is_sound(),
            Act::SetProfile(set) => set.profile == profile.hash(),
            _ => true,
        };
        is_in_order.then_some(act)
    }

    /// The program that serves after it, if it says.
    pub fn program(&self) -> Option<Hash> {
        match self {
            Act::Deploy(deploy) => Some(deploy.program),
            Act::Revert(revert) => Some(revert.program),
            Act::Upgrade(upgrade) => Some(upgrade.program),
            _ => None,
        }
    }

    /// The program whose code it runs, or that serves after it.
    pub fn needs(&self) -> Option<Hash> {
        match self {
            Act::Migrate(migrate) => Some(migrate.program),
            _ => self.program(),
        }
    }

    /// Who writes after it, if it says.
    pub fn writer(&self) -> Option<PublicKey> {
        match self {
            Act::SetWriter(writer) => Some(writer.key),
            _ => None,
        }
    }

    /// The profile from it on, if it says.
    pub fn profile(&self) -> Option<Profile> {
        match self {
            Act::SetProfile(set) => Profile::of(&set.profile),
            _ => None,
        }
    }

    /// Whether it stands alone in its block.
    pub fn is_alone(&self) -> bool {
        matches!(self, Act::Revert(_) | Act::SetProfile(_))
    }
}
