//! What an asker wishes of a verification. What is not wished for is not done.

use std::sync::Arc;

use super::recipient::Expected;
use super::trusted_issuers::TrustedIssuers;

/// How strictly, and what else is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    pub profile: Profile,
    /// What a presentation must have been made for; also the `aud` of one that is a JWT.
    pub domain: Option<String>,
    /// What a presentation must answer; also the `nonce` of one that is a JWT.
    pub challenge: Option<String>,
    /// Whom the asker expects the credential to name.
    pub recipient: Option<Expected>,
    /// Whether the intermediate values of the proofs are told, of a credential that comes alone.
    pub explain: bool,
    /// Whether what counting goes by is drawn from each credential.
    pub counted: bool,
    /// The issuers that are known to who asks.
    pub trusted: Option<Arc<TrustedIssuers>>,
}

impl Options {
    /// What anyone gets who wishes for nothing.
    pub const USUAL: &'static Self = &Self {
        profile: Profile::Strict,
        domain: None,
        challenge: None,
        recipient: None,
        explain: false,
        counted: false,
        trusted: None,
    };
}

/// Which rules hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Those that a reader may rely on.
    #[default]
    Strict,
    /// Those of the public conformance suites, whose credentials are signed with keys that are
    /// not their issuer's and whose terms are made up. Never for a reader.
    Conformance,
}
