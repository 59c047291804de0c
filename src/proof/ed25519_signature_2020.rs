//! `Ed25519Signature2020`, which was before `DataIntegrityProof`: verified, and
//! not signed with any more.
//! Spec: <https://www.w3.org/TR/vc-di-eddsa/#ed25519signature2020>
//!
//! Its proofs name no cryptosuite, but have a type of their own, which many a
//! document's contexts do not define. Signers read the options in one context or
//! another, and all of those say the same of the members that the suite has.
//!
//! Invariant: the options mean what the suite's own context says, whatever the
//! document's contexts make of them; a member that it does not define fails.

use super::suite::{Form, Suite};
use crate::model::key::Algorithm;

pub const TYPE: &str = "Ed25519Signature2020";

/// The context of the suite.
pub const CONTEXT: &str = "https://w3id.org/security/suites/ed25519-2020/v1";

pub const SUITE: Suite =
    Suite { name: TYPE, form: Form::RdfcUnder(CONTEXT), keys: &[Algorithm::Ed25519] };
