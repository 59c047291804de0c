//! What the tests share.

pub mod demo;
pub mod postgres;
