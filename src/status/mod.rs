//! Status of credentials: one file a method.
//!
//! Nothing here fetches or verifies a list's signature; see `check::status`.

pub mod bitstring;
pub mod revocation_list;
pub mod status_list_2021;
