//! Memories with vectors: texts, what they were derived from, and which of them are like a question.
//!
//! A scope has an owner, who alone writes in it, and vectors of one dimension. The vectors come from a model outside;
//! the program takes none on trust, and compares them itself.
//!
//! # Guarantees
//!
//! - Every vector that is kept is of its scope's dimension, finite, and of norm 1 within [`NORM_TOLERANCE`]: one that
//!   is empty, not finite or of no norm is refused, and is to be computed again where the text is; one of norm 1 is
//!   kept byte for byte; every other is normalised.
//! - A memory that was derived from others is one deeper than the deepest of them, and at most [`DEPTH_MAX`] deep. What
//!   others were derived from cannot be forgotten before them.
//! - A ranking is the same on every engine and as native code: components are `f32`, sums are `f64` and run in the
//!   order of the components, and nothing else is computed than +, ·, ÷ and the root, all correctly rounded. Equal
//!   cosines are ordered by id.
//!
//! # Limits
//!
//! A search compares with every memory of its scope, and is exact: it takes some 17,000 fuel for each whose vector has
//! 384 components, so that 50,000 are within the fuel of a usual query.
#![no_std]

extern crate alloc;

mod types;
mod vector;

pub use crate::memory::Program;
pub use types::{Error, Match, Memory, Scope};

/// Deepest derivation; what was derived from nothing has depth 0.
pub const DEPTH_MAX: u8 = 8;
/// Most memories that one is derived from.
pub const SOURCES_MAX: usize = 64;
/// Most components of a vector.
pub const DIMENSION_MAX: u32 = 4_096;
/// Longest text, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 << 10;
/// Longest name of a scope, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Most items of a query's answer.
pub const ANSWER_MAX: u32 = 50;
/// How far the norm of a vector that is kept as it came may be from 1.
pub const NORM_TOLERANCE: f64 = 1e-3;

/// The program.
#[guest_sdk::program]
pub mod memory {
    use crate::vector::Vector;
    use crate::{
        ANSWER_MAX, DEPTH_MAX, DIMENSION_MAX, Error, Match, Memory, NAME_BYTES_MAX, SOURCES_MAX, Scope,
        TEXT_BYTES_MAX,
    };
    use alloc::string::String;
    use alloc::vec::Vec;
    use guest_sdk::{Bytes, Context, Event, Map};

    /// What the program keeps.
    #[state]
    pub struct Memories {
        /// Scopes by name.
        scopes: Map<String, Scope>,
        /// Memories by id.
        memories: Map<u128, Memory>,
        /// Their vectors, by scope and id: what a search reads.
        vectors: Map<(String, u128), Bytes>,
        /// What was derived from what: source and derived.
        derived: Map<(u128, u128), ()>,
    }

    /// A memory was added.
    #[derive(Event)]
    pub struct Remembered {
        /// Its id.
        pub id: u128,
        /// Where.
        pub scope: String,
        /// How often derived.
        pub depth: u8,
        /// Whether its vector is another than came, of norm 1.
        pub is_normalised: bool,
    }

    /// A memory was removed.
    #[derive(Event)]
    pub struct Forgotten {
        /// Its id.
        pub id: u128,
    }

    impl Memories {
        /// Opens a scope for vectors of `dimension` components. The caller owns it.
        #[call]
        pub fn open(&mut self, ctx: &Context, name: String, dimension: u32) -> Result<(), Error> {
            let owner = ctx.caller();
            if owner.is_nobody() {
                return Err(Error::NoCaller);
            }
            if !(1..=NAME_BYTES_MAX).contains(&name.len()) {
                return Err(Error::NameLength { size: name.len() as u64, max: NAME_BYTES_MAX as u64 });
            }
            if !(1..=DIMENSION_MAX).contains(&dimension) {
                return Err(Error::DimensionOutOfRange { dimension, max: DIMENSION_MAX });
            }
            if self.scopes.contains(&name) {
                return Err(Error::ScopeExists);
            }
            self.scopes.insert(&name, &Scope { name: name.clone(), owner, dimension, memories: 0 });
            Ok(())
        }

        /// Adds a memory to a scope, derived from `sources` of the same scope, and answers its depth. `vector` is its
        /// text's, as little-endian f32.
        #[call]
        pub fn remember(
            &mut self,
            ctx: &Context,
            id: u128,
            scope: String,
            text: String,
            sources: Vec<u128>,
            vector: Bytes,
        ) -> Result<u8, Error> {
            let mut within = self.owned(ctx, &scope)?;
            if self.memories.contains(&id) {
                return Err(Error::MemoryExists);
            }
            if text.len() > TEXT_BYTES_MAX {
                return Err(Error::TextTooLong { size: text.len() as u64, max: TEXT_BYTES_MAX as u64 });
            }
            let depth = self.depth_from(&scope, &sources)?;
            let kept = Vector::read(&vector, within.dimension)?.kept(&vector);
            let is_normalised = kept != vector;

            within.memories += 1;
            self.scopes.insert(&scope, &within);
            self.vectors.insert(&(scope.clone(), id), &kept);
            for source in &sources {
                self.derived.insert(&(*source, id), &());
            }
            let time_ms = ctx.time_ms();
            let memory = Memory { id, scope, text, sources, depth, is_normalised, time_ms };
            self.memories.insert(&id, &memory);
            ctx.emit(&Remembered { id, scope: memory.scope, depth, is_normalised });
            Ok(depth)
        }

        /// Removes a memory from which no other was derived.
        #[call]
        pub fn forget(&mut self, ctx: &Context, id: u128) -> Result<(), Error> {
            let memory = self.memories.get(&id).ok_or(Error::MemoryUnknown { id })?;
            let mut within = self.owned(ctx, &memory.scope)?;
            if let Some(by) = self.derived(id, None, 1).first() {
                return Err(Error::SourceOfAnother { by: *by });
            }
            within.memories -= 1;
            self.scopes.insert(&memory.scope, &within);
            self.vectors.remove(&(memory.scope, id));
            for source in memory.sources {
                self.derived.remove(&(source, id));
            }
            self.memories.remove(&id);
            ctx.emit(&Forgotten { id });
            Ok(())
        }

        /// The memories of a scope whose vectors are most like `vector`, the nearest first, at most `limit`.
        #[query]
        pub fn recall(&self, scope: String, vector: Bytes, limit: u32) -> Result<Vec<Match>, Error> {
            let within = self.scopes.get(&scope).ok_or(Error::ScopeUnknown)?;
            let asked = Vector::read(&vector, within.dimension)?;
            let mut nearest: Vec<(f64, u128)> = Vec::with_capacity(answered(limit) + 1);
            for ((_, id), kept) in self.vectors.range((scope.clone(), 0)..=(scope, u128::MAX)) {
                // Ids ascend: behind its equals is behind the smaller ids.
                let cosine = asked.cosine(&kept);
                let place = nearest.partition_point(|(other, _)| *other >= cosine);
                if place < answered(limit) {
                    nearest.insert(place, (cosine, id));
                    nearest.truncate(answered(limit));
                }
            }
            let found = |&(cosine, id): &(f64, u128)| {
                let Memory { text, depth, .. } = self.memories.get(&id)?;
                Some(Match { id, cosine_e9: (cosine * 1e9) as i64, depth, text })
            };
            Ok(nearest.iter().filter_map(found).collect())
        }

        /// A memory.
        #[query]
        pub fn memory(&self, id: u128) -> Option<Memory> {
            self.memories.get(&id)
        }

        /// The vector that is kept of a memory, as little-endian f32.
        #[query]
        pub fn vector(&self, id: u128) -> Option<Bytes> {
            self.vectors.get(&(self.memories.get(&id)?.scope, id))
        }

        /// What was derived from a memory, by id, from `from` on, at most `limit`.
        #[query]
        pub fn derived(&self, id: u128, from: Option<u128>, limit: u32) -> Vec<u128> {
            let derived = self.derived.range((id, from.unwrap_or(0))..=(id, u128::MAX));
            derived.take(answered(limit)).map(|((_, derived), ())| derived).collect()
        }

        /// The scopes by name, from `from` on, at most `limit`.
        #[query]
        pub fn scopes(&self, from: String, limit: u32) -> Vec<Scope> {
            self.scopes.range(from..).take(answered(limit)).map(|(_, scope)| scope).collect()
        }

        /// A scope that is the caller's.
        fn owned(&self, ctx: &Context, name: &String) -> Result<Scope, Error> {
            let scope = self.scopes.get(name).ok_or(Error::ScopeUnknown)?;
            if scope.owner == ctx.caller() { Ok(scope) } else { Err(Error::NotTheOwner) }
        }

        /// How deep a memory of `scope` is that is derived from `sources`.
        fn depth_from(&self, scope: &str, sources: &[u128]) -> Result<u8, Error> {
            if sources.len() > SOURCES_MAX {
                return Err(Error::TooManySources { size: sources.len() as u64, max: SOURCES_MAX as u64 });
            }
            if !sources.is_sorted_by(|a, b| a < b) {
                return Err(Error::SourcesNotAscending);
            }
            let mut depth = 0;
            for &id in sources {
                let source = self.memories.get(&id).ok_or(Error::SourceUnknown { id })?;
                if source.scope != scope {
                    return Err(Error::SourceInAnotherScope { id });
                }
                depth = depth.max(source.depth + 1);
            }
            if depth > DEPTH_MAX { Err(Error::TooDeep { depth, max: DEPTH_MAX }) } else { Ok(depth) }
        }
    }

    fn answered(limit: u32) -> usize {
        limit.min(ANSWER_MAX) as usize
    }
}

#[cfg(test)]
mod tests;
