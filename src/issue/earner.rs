//! Who earned it, without keeping who that is: a random subject id, and a keyed
//! hash by which the same earner gets the same id again.

use super::request::MintRequest;
use super::{Issuance, IssueError, Party};
use crate::keys::{Secret, keyed_hash};

/// How a credential names its subject.
pub struct Subject {
    /// The earner's DID, or a random `urn:uuid` that stays theirs with this issuer.
    pub id: String,
    /// Keyed hash of what the issuer calls them.
    pub lookup: String,
}

impl Issuance {
    /// The subject of a request's earner.
    pub(super) async fn subject(
        &self,
        issuer: &Party,
        request: &MintRequest,
    ) -> Result<Subject, IssueError> {
        let lookup = keyed_hash(
            self.lookup_secret().await?.expose().as_bytes(),
            request.earner.lookup().as_bytes(),
        );
        if let Some(did) = &request.earner.id {
            return Ok(Subject { id: did.clone(), lookup });
        }
        let proposed = format!("urn:uuid:{}", uuid_v4(self.ambient.random()));
        let id = self.store.subject_id(&issuer.name, &lookup, &proposed).await?;
        Ok(Subject { id, lookup })
    }

    /// The secret of earner lookups: random, sealed like a private key, the same for good.
    async fn lookup_secret(&self) -> Result<&Secret, IssueError> {
        self.lookup_secret
            .get_or_try_init(|| async {
                const NAME: &str = "earner-lookup-secret";
                let sealed = match self.store.instance(NAME).await? {
                    Some(sealed) => sealed,
                    None => {
                        let fresh = Secret::new(format!("{}{}", self.token(), self.token()));
                        self.store.settle(NAME, &self.parties.sealing().seal(&fresh)?).await?
                    }
                };
                Ok(self.parties.sealing().open(&sealed)?)
            })
            .await
    }
}

/// RFC 9562, version 4.
fn uuid_v4(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_says_its_version_and_variant() {
        assert_eq!(uuid_v4([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
