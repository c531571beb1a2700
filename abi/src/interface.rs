//! A program's interface (to be written).
