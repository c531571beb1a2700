//! Runs any module, prepared as programs are, on every engine the product knows, and compares them bit by bit.
//!
//! - [`machine`]: one store of one engine, with the values and traps of all engines in one form.
//! - [`lockstep`]: several of them, doing the same and compared after each step.
//! - [`script`]: the scripts of the WebAssembly specification's suite, in lockstep.
//! - [`generate`]: random modules; [`trial`]: what is done with each; [`programs`]: the same, by the product.
//! - [`stack`]: room for the guests' frames, which callers of the above have to see to.
//! - [`targets`]: all of this as bodies of fuzz targets.

pub mod generate;
pub mod lockstep;
pub mod machine;
pub mod programs;
pub mod rng;
pub mod script;
pub mod shape;
pub mod stack;
pub mod targets;
pub mod trial;
pub mod value;

pub use lockstep::Divergence;
pub use machine::Engines;
pub use rng::Rng;
pub use stack::deep;
pub use value::Value;
