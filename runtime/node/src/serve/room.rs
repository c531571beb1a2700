//! Memory for answers, which is bounded however slowly they are read.
//!
//! Every connection may hold a little. What is larger takes room of what there is for all until its last byte is
//! written: so slow readers of large answers take none from others, and if there is none left, what would need it is
//! refused.

use super::body::units;
use super::failure::Failure;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory for all answers together, in units.
const ALL_UNITS: usize = 128 << 10;
/// What every connection may hold besides.
const HELD_BYTES: usize = 64 << 10;

/// The memory.
pub(crate) struct Rooms(Arc<Semaphore>);

/// Room for an answer that is about to be made, if it needs any.
#[derive(Clone)]
pub(crate) struct Room {
    _held: Option<Arc<OwnedSemaphorePermit>>,
}

impl Room {
    /// The answer, with its room beside it.
    pub(crate) fn beside(self, mut response: Response) -> Response {
        if size(&response) > HELD_BYTES {
            response.extensions_mut().insert(self);
        }
        response
    }
}

/// The bytes of an answer, in their room.
struct Held {
    bytes: Bytes,
    _room: Room,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Default for Rooms {
    fn default() -> Rooms {
        Rooms(Arc::new(Semaphore::new(ALL_UNITS)))
    }
}

impl Rooms {
    /// Room for an answer of about so many bytes, before anything is done for it.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<Room, Failure> {
        if bytes <= HELD_BYTES {
            return Ok(Room { _held: None });
        }
        let room = self.0.clone().try_acquire_many_owned(units(bytes)).map_err(|_| Failure::Busy)?;
        Ok(Room { _held: Some(Arc::new(room)) })
    }

    /// The same answer, which keeps its room until it is written.
    pub(crate) async fn held(&self, response: Response) -> Response {
        let bytes = size(&response);
        if bytes <= HELD_BYTES {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        let _room = match parts.extensions.remove().map_or_else(|| self.reserve(bytes), Ok) {
            Ok(room) => room,
            Err(failure) => return failure.into_response(),
        };
        match to_bytes(body, bytes).await {
            Ok(bytes) => Response::from_parts(parts, Body::from(Bytes::from_owner(Held { bytes, _room }))),
            Err(_) => Failure::Busy.into_response(),
        }
    }
}

/// The size of an answer. A stream has none: it is made while it is read.
fn size(response: &Response) -> usize {
    response.body().size_hint().exact().map_or(0, |size| usize::try_from(size).unwrap_or(usize::MAX))
}
