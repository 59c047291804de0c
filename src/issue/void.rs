//! Whether a credential is void: whether a key that signed it was withdrawn.
//!
//! Invariant: what a withdrawn key signed is signed anew only as another credential, in the place of
//! the old one; none of its forms is made anew.

use super::IssueError;
use super::parties::{Parties, Party};
use crate::proof::vc_jwt::Jws;
use crate::store::CredentialRow;

/// The verification methods of a party's keys that were withdrawn.
pub struct Withdrawn(Vec<String>);

impl Parties {
    /// As of now.
    pub async fn withdrawn(&self, party: &Party) -> Result<Withdrawn, IssueError> {
        let keys = self.keys(party).await?;
        let withdrawn = keys.iter().filter(|key| key.withdrawn_at.is_some());
        Ok(Withdrawn(withdrawn.map(|key| format!("{}#{}", party.did, key.id)).collect()))
    }
}

impl Withdrawn {
    /// Whether one of them signed a credential of the party's, as it was minted: in either form.
    pub fn signed(&self, row: &CredentialRow) -> Result<bool, IssueError> {
        let broken = |error| IssueError::Broken(format!("the stored JWT of {}: {error}", row.id));
        let kid = match row.jwt.as_str() {
            "" => None,
            jwt => Jws::parse(jwt).and_then(|jws| jws.header()).map_err(broken)?.kid,
        };
        let signed = |method: &String| {
            kid.as_ref() == Some(method) || row.embedded.contains(&format!("\"{method}\""))
        };
        Ok(self.0.iter().any(signed))
    }

    /// How many there are: none is ever taken back.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Why no other form of a credential is signed.
pub(super) fn refused() -> IssueError {
    let detail = "the key that signed this credential was withdrawn, so that nothing of it is \
                  signed any more; ask its issuer for the one that takes its place";
    IssueError::Conflict { code: "key-withdrawn", detail: detail.into() }
}
