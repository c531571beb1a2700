//! The rewriting of an admitted module into one that every conforming engine runs alike.
//!
//! Under the profile `unstable` it changes nothing: fuel and the canonical form of NaN come from the
//! engine's own switches, the depth of calls from the engine's own stack. What is stored, hashed and
//! replicated is the raw module either way; this runs again at every load.

use crate::AdmitError;
use std::borrow::Cow;

/// The module that is compiled, made from an admitted one: under the profile `unstable`, itself.
///
/// # Errors
///
/// None yet; a pass that rewrites may find the module to have grown over a limit.
pub(crate) fn prepare(wasm: &[u8]) -> Result<Cow<'_, [u8]>, AdmitError> {
    Ok(Cow::Borrowed(wasm))
}
