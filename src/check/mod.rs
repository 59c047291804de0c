//! What is checked: one file a check, and the verdicts.

pub mod report;

pub use report::{Check, Outcome, Problem, Report, Verdicts};
