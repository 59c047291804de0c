//! Check `successor`: whether the issuer's own books name a credential that
//! replaces this one.
//!
//! Only where we are the issuer: a status list can say *revoked*, and nothing
//! in the standards says by what.

use super::{Check, Problem};

pub const NAME: &str = "successor";
pub const SUPERSEDED: &str = "superseded";

pub fn check(superseded_by: Option<&str>) -> Check {
    match superseded_by {
        None => Check::pass(NAME, "the issuer knows of none"),
        Some(id) => {
            let detail = format!("The issuer replaced this credential by {id}; ask for that one.");
            Check::fail(NAME, id, Problem::new(SUPERSEDED, detail))
        }
    }
}
