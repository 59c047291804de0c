//! Public keys and verification methods.
