//! Order-preserving keys of state (to be written).
