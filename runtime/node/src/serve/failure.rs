//! What a request can fail with: a status, a number, and a word about what to do.

use crate::error::NodeError;
use abi::Coded;
use abi::fault::Fault;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::Rejected;
use serde_json::{Value, json};

/// Seconds after which to ask again, where nothing says it better.
const RETRY_SECONDS: u32 = 1;

/// Why a request is not answered as it asks. What lies inside the node, its paths and traces, is not told.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No token, an unknown, expired or revoked one: which of them is not told.
    #[error(
        "no valid token: send `Authorization: Bearer TOKEN`; an operator makes one by `foil token create`"
    )]
    Unauthorized,
    /// A token that may not do this.
    #[error("the token may not do this: it has another role, or is for other shards")]
    Forbidden,
    /// A call in the name of another.
    #[error("the call is in the name of {claimed:?}, and the token vouches for {held:?}")]
    AnotherName {
        /// The call's caller.
        claimed: String,
        /// The token's name.
        held: String,
    },
    /// There is nothing of this name.
    #[error("{0}")]
    NotFound(String),
    /// Not with this method.
    #[error("the path is there, but not for this method; the header `allow` says for which")]
    Method,
    /// A body or a parameter that is not what it must be.
    #[error("{at}: {because}")]
    Malformed {
        /// Where, as a path into the body, or the parameter.
        at: String,
        /// What is wrong.
        because: String,
    },
    /// A body that is too large.
    #[error("the body has more than {max} bytes; send less at a time")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// A body that comes too slowly.
    #[error("the body did not come within {seconds} seconds; send it faster, or less of it")]
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// A body in a form that is not read here.
    #[error(
        "the body's {header} is not read here: send application/json or application/cbor, not compressed"
    )]
    Unsupported {
        /// Which header says so.
        header: &'static str,
    },
    /// No form of the answer is accepted.
    #[error("answers are application/json or application/cbor; accept one of them")]
    NotAcceptable,
    /// More is waiting than the node takes.
    #[error("more is waiting than this node takes; nothing of this was done, ask again a little later")]
    Busy,
    /// The same client asks too often.
    #[error("too many requests of one client; nothing of this was done, ask again a little later")]
    TooMany,
    /// The node stops.
    #[error("the node is stopping; nothing of this was done, ask again when it is back")]
    Stopping,
    /// A shard does not serve.
    #[error("the shard does not serve: {code}; the node's log says more")]
    Halted {
        /// The number of what stopped it.
        code: String,
    },
    /// Whether a call has happened is not known.
    #[error(
        "the shard failed ({code}), and whether the call is history is not known; ask again with the same key"
    )]
    Unknown {
        /// The number of what happened.
        code: String,
    },
    /// The shard has no room for more, and reading goes on.
    #[error("the shard has no room ({code}); nothing of this was done, and reading goes on")]
    NoRoom {
        /// The number of the reason.
        code: String,
    },
    /// A call that was not admitted.
    #[error("{1}")]
    Rejected(u16, String),
    /// Anything that has a number of its own and is the caller's doing.
    #[error("{1}")]
    Other(u16, String),
    /// The machine failed at something that changes nothing.
    #[error("the node could not answer ({code}); its log says more")]
    Internal {
        /// The number of what happened.
        code: String,
    },
}

impl Failure {
    pub(crate) fn malformed(at: impl Into<String>, because: impl ToString) -> Failure {
        Failure::Malformed { at: at.into(), because: because.to_string() }
    }

    /// What a call comes to after a fault, of which the log has everything.
    pub(crate) fn of_fault(fault: &Fault) -> Failure {
        let code = format!("E{}", fault.code());
        match fault {
            Fault::Full { .. } | Fault::Outgrown { .. } => Failure::NoRoom { code },
            _ => Failure::Unknown { code },
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Failure::Unauthorized => StatusCode::UNAUTHORIZED,
            Failure::Forbidden | Failure::AnotherName { .. } => StatusCode::FORBIDDEN,
            Failure::NotFound(_) => StatusCode::NOT_FOUND,
            Failure::Method => StatusCode::METHOD_NOT_ALLOWED,
            Failure::Malformed { .. } => StatusCode::BAD_REQUEST,
            Failure::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Failure::TooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
            Failure::Unsupported { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Failure::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Failure::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Failure::Busy
            | Failure::Stopping
            | Failure::Halted { .. }
            | Failure::Unknown { .. }
            | Failure::NoRoom { .. } => StatusCode::SERVICE_UNAVAILABLE,
            // The key is another call's.
            Failure::Rejected(5012, _) => StatusCode::CONFLICT,
            Failure::Rejected(5013, _) => StatusCode::TOO_MANY_REQUESTS,
            Failure::Rejected(5006 | 5007, _) => StatusCode::FORBIDDEN,
            Failure::Rejected(..) | Failure::Other(..) => StatusCode::UNPROCESSABLE_ENTITY,
            Failure::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Its object in an answer; with the request's id, where it is the whole answer.
    pub(crate) fn shown(&self, request: Option<&str>) -> Value {
        let mut error = json!({ "code": format!("E{}", self.code()), "message": self.to_string() });
        request.into_iter().for_each(|request| error["request"] = request.into());
        json!({ "error": error })
    }
}

impl Coded for Failure {
    fn code(&self) -> u16 {
        match self {
            Failure::Unauthorized => 7501,
            Failure::Forbidden => 7502,
            Failure::AnotherName { .. } => 7503,
            Failure::NotFound(_) => 7504,
            Failure::Method => 7505,
            Failure::Malformed { .. } => 7506,
            Failure::TooLarge { .. } => 7507,
            Failure::TooSlow { .. } => 7508,
            Failure::Unsupported { .. } => 7509,
            Failure::NotAcceptable => 7510,
            Failure::Busy => 7511,
            Failure::TooMany => 7512,
            Failure::Stopping => 7513,
            Failure::Halted { .. } => 7514,
            Failure::Unknown { .. } => 7515,
            Failure::NoRoom { .. } => 7516,
            Failure::Internal { .. } => 7517,
            Failure::Rejected(code, _) | Failure::Other(code, _) => *code,
        }
    }
}

impl From<&Rejected> for Failure {
    fn from(rejected: &Rejected) -> Failure {
        Failure::Rejected(rejected.code(), rejected.to_string())
    }
}

impl From<NodeError> for Failure {
    fn from(error: NodeError) -> Failure {
        match error {
            NodeError::Rejected(rejected) => Failure::from(&rejected),
            NodeError::NoMethod { .. } => Failure::Rejected(error.code(), error.to_string()),
            NodeError::NotThere { .. } => Failure::NotFound(error.to_string()),
            NodeError::Interface(_)
            | NodeError::Argument { .. }
            | NodeError::Program(_)
            | NodeError::After(_) => Failure::Other(error.code(), error.to_string()),
            // What was pruned or erased is gone for whoever asks.
            NodeError::Fault(Fault::Pruned { .. } | Fault::Erased { .. }) => {
                Failure::Other(error.code(), error.to_string())
            }
            NodeError::Usage(because) => Failure::Malformed { at: "request".into(), because },
            error => {
                tracing::error!(code = error.code(), %error, "a request could not be answered");
                Failure::Internal { code: format!("E{}", error.code()) }
            }
        }
    }
}

/// The failure itself travels beside the response, whose body is made where the request's id is known.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        let headers = response.headers_mut();
        if matches!(self.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, RETRY_SECONDS.into());
        }
        if self == Failure::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
