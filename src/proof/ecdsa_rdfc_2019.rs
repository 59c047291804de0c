//! The `ecdsa-rdfc-2019` cryptosuite: ECDSA over the graph of a document.
//! Spec: <https://www.w3.org/TR/vc-di-ecdsa/#ecdsa-rdfc-2019>
//!
//! Invariant: under a P-256 key everything is hashed with SHA-256, under a P-384
//! key with SHA-384, the blank nodes of RDFC-1.0 too. Signatures are r‖s, never DER.

use super::suite::{Form, Suite};
use crate::model::key::Algorithm;

pub const CRYPTOSUITE: &str = "ecdsa-rdfc-2019";

pub const SUITE: Suite =
    Suite { name: CRYPTOSUITE, form: Form::Rdfc, keys: &[Algorithm::P256, Algorithm::P384] };
