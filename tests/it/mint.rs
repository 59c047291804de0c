//! Minting over HTTP: from a passing review to a credential that verifies.

mod batch;
mod content;
mod faults;
mod idempotency;
mod securing;
