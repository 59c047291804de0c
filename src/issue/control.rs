//! The earner's part: the private link by which they decide what others see.
//!
//! A manage link is `{id}.{token}`, its token the first 128 bits of a keyed hash of the
//! credential's id and the link's generation: minting writes nothing for it, and the database holds
//! nothing that opens it. Renewing it counts the generation up. Invariant: a wrong token, a wrong
//! id and an ended link are told apart neither in words nor by the time of the comparison.

use subtle::ConstantTimeEq as _;

use super::{Issuance, IssueError, access};
use crate::keys::{Secret, keyed_hash, keyed_token};
use crate::store::{Act, Acted, Control, CredentialRow, Holder};

/// Who acts by a manage link, in the audit.
pub const EARNER: &str = "earner";

/// The generation of the link that a mint answers with.
pub(super) const FIRST: i64 = 1;

/// What makes manage links, and tells them.
pub struct ManageLinks {
    key: Secret,
}

impl ManageLinks {
    fn new(secret: &Secret) -> Self {
        // A key of its own: what earners are looked up by must not stand in a link.
        let key = keyed_hash(secret.expose().as_bytes(), b"touchmark manage links");
        Self { key: Secret::new(key) }
    }

    /// The link that a mint answers with.
    pub fn first(&self, credential: &str) -> String {
        self.link(credential, FIRST)
    }

    /// The link of this number.
    pub fn link(&self, credential: &str, generation: i64) -> String {
        format!("{credential}.{}", self.token(credential, generation))
    }

    fn token(&self, credential: &str, generation: i64) -> String {
        keyed_token(self.key.expose().as_bytes(), format!("{credential}\0{generation}").as_bytes())
    }
}

/// A credential in the hands of its earner.
#[derive(Debug)]
pub struct Managed {
    pub credential: CredentialRow,
    pub control: Control,
}

impl Issuance {
    pub async fn manage_links(&self) -> Result<&ManageLinks, IssueError> {
        self.manage_links
            .get_or_try_init(async || Ok(ManageLinks::new(self.lookup_secret().await?)))
            .await
    }

    /// The credential that a manage link leads to, while it leads anywhere.
    pub async fn managed(&self, link: &str) -> Result<Option<Managed>, IssueError> {
        let (id, token) = link.split_once('.').unwrap_or((link, ""));
        let found = self.store.credential_and_control(id).await?;
        // Compared also where there is no such credential, so that time tells nothing.
        let generation = found.as_ref().map_or(FIRST, |(_, control)| control.generation);
        let expected = self.manage_links().await?.token(id, generation);
        let fits = bool::from(expected.as_bytes().ct_eq(token.as_bytes()));
        let live = found.filter(|(row, control)| fits && !control.ended && !row.is_forgotten());
        Ok(live.map(|(credential, control)| Managed { credential, control }))
    }

    /// Does what the earner decided.
    pub async fn act(&self, managed: &Managed, act: &Act) -> Result<Acted, IssueError> {
        let id = &managed.credential.id;
        let note = access::note(&self.ambient, (EARNER, ""), None, id);
        let by = Holder { credential: id, generation: managed.control.generation };
        Ok(self.store.act(by, act, &note).await?)
    }

    /// Another manage link for an issuer's credential; the one before leads nowhere from now on.
    pub async fn renew_manage_link(
        &self,
        issuer: &str,
        credential: &str,
        actor: &str,
    ) -> Result<String, IssueError> {
        let row = self.store.credential_of(issuer, credential).await?;
        let row = row.ok_or(IssueError::NotFound)?;
        let note =
            access::note(&self.ambient, (actor, "manage-link.renew"), Some(issuer), credential);
        let generation = match row.is_forgotten() {
            true => None,
            false => self.store.renew_manage_link((issuer, credential), &note).await?,
        };
        let generation = generation.ok_or(IssueError::Forgotten)?;
        Ok(self.manage_links().await?.link(credential, generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_credential_and_each_generation_has_a_link_of_its_own() {
        let links = ManageLinks::new(&Secret::new("a".repeat(64)));
        assert_eq!(links.first("c1"), links.link("c1", 1));
        let tokens = [("c1", 1), ("c1", 2), ("c2", 1), ("c1\0", 1), ("c11", 1), ("c1", 11)]
            .map(|(id, generation)| links.token(id, generation));
        for (i, token) in tokens.iter().enumerate() {
            assert_eq!(token.len(), 32);
            assert!(!tokens[..i].contains(token));
        }
        let others = ManageLinks::new(&Secret::new("b".repeat(64)));
        assert_ne!(others.first("c1"), links.first("c1"));
    }
}
