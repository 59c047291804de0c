//! Who earned it, without keeping who that is: a random subject id, and a keyed
//! hash by which the same earner gets the same id again.

use std::collections::HashMap;

use super::request::MintRequest;
use super::{Issuance, IssueError, Party};
use crate::keys::{Secret, keyed_hash};

/// The name under which the secret of earner lookups is settled in the store, sealed.
pub const EARNER_LOOKUP_SECRET: &str = "earner-lookup-secret";

/// How a credential names its subject.
pub struct Subject {
    /// The earner's DID, or a random `urn:uuid` that stays theirs with this issuer.
    pub id: String,
    /// The id is proposed: it becomes the earner's with this credential, unless another did first.
    pub new: bool,
    /// Keyed hash of what the issuer calls them.
    pub lookup: String,
}

impl Issuance {
    /// The subjects of requests' earners, in their order.
    pub(super) async fn subjects(
        &self,
        issuer: &Party,
        requests: &[&MintRequest],
    ) -> Result<Vec<Subject>, IssueError> {
        let secret = self.lookup_secret().await?.expose().as_bytes();
        let lookup =
            |request: &&MintRequest| keyed_hash(secret, request.earner.lookup().as_bytes());
        let lookups: Vec<String> = requests.iter().map(lookup).collect();
        let unnamed = || requests.iter().zip(&lookups).filter(|(it, _)| it.earner.id.is_none());
        let asked: Vec<&str> = unnamed().map(|(_, lookup)| lookup.as_str()).collect();
        let mut known = match asked.is_empty() {
            true => Vec::new(),
            false => self.store.known_subjects(&issuer.name, &asked).await?,
        }
        .into_iter();
        // One earner's credentials of one batch propose the same id.
        let mut proposed: HashMap<String, String> = HashMap::new();
        let subject = |(request, lookup): (&&MintRequest, String)| {
            let (id, new) = match &request.earner.id {
                Some(id) => (id.clone(), false),
                None => match known.next().expect("each lookup has its answer") {
                    Some(id) => (id, false),
                    None => {
                        let fresh = || self.fresh_subject();
                        (proposed.entry(lookup.clone()).or_insert_with(fresh).clone(), true)
                    }
                },
            };
            Subject { id, new, lookup }
        };
        Ok(requests.iter().zip(lookups).map(subject).collect())
    }

    /// The same of whoever a credential that was composed elsewhere is about: one who has no id
    /// there is nobody that is known.
    pub(super) async fn external_lookup(
        &self,
        subject: Option<&str>,
    ) -> Result<String, IssueError> {
        let secret = self.lookup_secret().await?.expose().as_bytes();
        let who = subject.map_or_else(|| self.token(), |id| format!("external {id}"));
        Ok(keyed_hash(secret, who.as_bytes()))
    }

    /// A keyed hash under the secret of earner lookups.
    pub async fn keyed_hash(&self, message: &str) -> Result<String, IssueError> {
        Ok(keyed_hash(self.lookup_secret().await?.expose().as_bytes(), message.as_bytes()))
    }

    /// A random subject id.
    pub fn fresh_subject(&self) -> String {
        format!("urn:uuid:{}", uuid_v4(self.ambient.random()))
    }

    /// The secret of earner lookups: random, sealed like a private key, the same for good.
    pub(super) async fn lookup_secret(&self) -> Result<&Secret, IssueError> {
        self.lookup_secret
            .get_or_try_init(|| async {
                let sealed = match self.store.instance(EARNER_LOOKUP_SECRET).await? {
                    Some(sealed) => sealed,
                    None => {
                        let fresh = Secret::new(format!("{}{}", self.token(), self.token()));
                        let sealed = self.parties.sealing().seal(&fresh)?;
                        self.store.settle(EARNER_LOOKUP_SECRET, &sealed).await?
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
