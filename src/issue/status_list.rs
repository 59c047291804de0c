//! Our own status lists: computed from the rows, and signed when asked for.
//!
//! Spec: <https://www.w3.org/TR/vc-bitstring-status-list/>
//!
//! What a list says is a function of its rows and of the hour: every replica says
//! the same, and there is no publishing step to race. Its bytes may differ (ECDSA
//! signs with fresh randomness, a key may have been rotated), so its entity tag is
//! a weak one. Invariant: `validFrom`
//! is when the list last changed, so it never goes back; `validUntil` is at
//! least a day ahead of whenever it is fetched.

use jiff::{SignedDuration, Timestamp};

use super::secure::{sign_embedded, sign_jwt};
use super::{Issuance, IssueError};
use crate::model::date_time;
use crate::status::bitstring::{self, Bits, ListCredential};
use crate::store::{PartyKind, SetBits};

/// A list is signed anew each hour, so that its end moves ahead of its readers.
const EPOCH_SECONDS: i64 = 3600;

/// A list as it is answered.
#[derive(Debug, Clone)]
pub struct SignedList {
    /// Changes with the rows and with the hour, and differs between forms: the entity tag.
    pub tag: String,
    pub body: String,
}

/// How a list is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListForm {
    /// JSON with an embedded proof.
    Embedded,
    /// A compact JWS, Open Badges' VC-JWT.
    Jwt,
}

impl Issuance {
    /// The list as of now; `None` where there is none of this id.
    pub async fn status_list(
        &self,
        id: &str,
        form: ListForm,
    ) -> Result<Option<SignedList>, IssueError> {
        let Some(version) = self.store.list_version(id).await? else { return Ok(None) };
        let epoch = self.epoch();
        if let Some(known) = self.lists.get(&(id.to_owned(), form))
            && known.tag == tag(version, epoch, form)
        {
            return Ok(Some(known));
        }
        // The rows may have changed since; they bring their own version.
        let Some(bits) = self.store.set_bits(id).await? else { return Ok(None) };
        let list = SignedList {
            tag: tag(bits.list.version, epoch, form),
            body: self.sign_list(&bits, epoch, form).await?,
        };
        self.lists.insert((id.to_owned(), form), list.clone());
        Ok(Some(list))
    }

    /// What the list's entity tag is now; `None` where there is none of this id.
    pub async fn list_tag(&self, id: &str, form: ListForm) -> Result<Option<String>, IssueError> {
        let version = self.store.list_version(id).await?;
        Ok(version.map(|version| tag(version, self.epoch(), form)))
    }

    fn epoch(&self) -> i64 {
        self.ambient.now().as_second().div_euclid(EPOCH_SECONDS)
    }

    async fn sign_list(
        &self,
        set: &SetBits,
        epoch: i64,
        form: ListForm,
    ) -> Result<String, IssueError> {
        let broken =
            |what: &str| IssueError::Broken(format!("status list {}: {what}", set.list.id));
        let issuer = self
            .parties
            .party(PartyKind::Issuer, &set.list.issuer)
            .await?
            .ok_or_else(|| broken("its issuer is gone"))?;
        let mut bits = Bits::new(set.list.length as usize);
        for index in &set.indexes {
            if !bits.set(*index as usize) {
                return Err(broken("an index past its end"));
            }
        }
        let hour =
            Timestamp::from_second(epoch * EPOCH_SECONDS).map_err(|e| broken(&e.to_string()))?;
        let unsigned = bitstring::compose(&ListCredential {
            id: &self.links.status_list(&set.list.id),
            issuer: &issuer.did,
            purpose: &set.list.purpose.as_str().into(),
            bits: &bits,
            valid_from: set.list.changed_at,
            valid_until: hour + SignedDuration::from_hours(25),
        });
        let signers = self.parties.signers(&issuer).await?;
        let created = date_time::whole_seconds(set.list.changed_at.max(hour));
        match form {
            ListForm::Embedded => sign_embedded(&unsigned, &signers.ed25519, created),
            ListForm::Jwt => sign_jwt(&unsigned, &signers.es256),
        }
    }
}

/// The two forms are two representations, so that a copy of one never passes for the other.
fn tag(version: i64, epoch: i64, form: ListForm) -> String {
    let form = match form {
        ListForm::Embedded => "json",
        ListForm::Jwt => "jwt",
    };
    format!("{version}.{epoch}.{form}")
}
