//! What the tests share.

pub mod app;
pub mod demo;
pub mod dice;
pub mod postgres;
pub mod samples;
