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
//!
//! Bits and signed forms are kept in memory under their list's version, which
//! each answer asks the rows for. When it has moved, the rows that changed since
//! are read, as long as they account for each step; else all of them, so what is
//! kept may go at any time.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::secure::{ByProof, sign_embedded, sign_jwt};
use super::{Issuance, IssueError};
use crate::cache::{Bound, Cache, Figures};
use crate::model::date_time;
use crate::status::bitstring::{self, Bits, ListCredential};
use crate::store::{BitChanges, SetBits, StatusListRow};

/// A list is signed anew each hour, so that its end moves ahead of its readers.
const EPOCH_SECONDS: i64 = 3600;

/// Further behind, the whole list is read at no greater cost.
const MOST_CHANGES: i64 = 2000;

/// What is kept of each kind, in bytes.
const ROOM: u64 = 32 * 1024 * 1024;

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

/// What is kept of our own lists.
pub struct Lists {
    signed: Cache<(String, ListForm), Answer>,
    bits: Cache<String, BitsRead>,
}

type Answer = Result<Option<SignedList>, IssueError>;
type BitsRead = Result<Option<Arc<Known>>, IssueError>;

/// A list's bits, as of a version.
struct Known {
    list: StatusListRow,
    bits: Bits,
}

impl Default for Lists {
    fn default() -> Self {
        // A signed list is made anew each hour at the latest.
        let bound = Bound { bytes: ROOM, time: Duration::from_secs(EPOCH_SECONDS.unsigned_abs()) };
        Self {
            signed: Cache::new("own-lists", bound, |(id, _), list| {
                let signed = list.as_ref().ok().and_then(Option::as_ref);
                id.len() + signed.map_or(0, |list| list.body.len() + list.tag.len())
            }),
            bits: Cache::new("own-bits", bound, |id, known| {
                let known = known.as_ref().ok().and_then(Option::as_ref);
                id.len() + known.map_or(0, |known| size_of::<Known>() + known.bits.len() / 8)
            }),
        }
    }
}

impl Lists {
    pub async fn figures(&self) -> [Figures; 2] {
        [self.signed.figures().await, self.bits.figures().await]
    }
}

impl Issuance {
    /// The list as of now; `None` where there is none of this id.
    pub async fn status_list(&self, id: &str, form: ListForm) -> Answer {
        let Some(version) = self.store.list_version(id).await? else { return Ok(None) };
        let epoch = self.epoch();
        let wanted = tag(version, epoch, form);
        let fits = |kept: &Answer| matches!(kept, Ok(Some(list)) if list.tag == wanted);
        let key = (id.to_owned(), form);
        self.lists.signed.get(key, fits, || self.sign_anew(id, (version, epoch), form)).await
    }

    async fn sign_anew(&self, id: &str, (version, epoch): (i64, i64), form: ListForm) -> Answer {
        let Some(known) = self.bits(id, version).await? else { return Ok(None) };
        Ok(Some(SignedList {
            // The rows may have changed since; they bring their own version.
            tag: tag(known.list.version, epoch, form),
            body: self.sign_list(&known, epoch, form).await?,
        }))
    }

    /// A list's bits, of this version or a later one.
    async fn bits(&self, id: &str, version: i64) -> BitsRead {
        let fits =
            |kept: &BitsRead| matches!(kept, Ok(Some(known)) if known.list.version == version);
        let make = async || {
            if let Some(Ok(Some(older))) = self.lists.bits.peek(id).await
                && (1..=MOST_CHANGES).contains(&(version - older.list.version))
                && let Some(changes) = self.store.bits_since(id, older.list.version).await?
            {
                return Ok(Some(Arc::new(older.then(changes)?)));
            }
            let whole = self.store.set_bits(id).await?;
            whole.map(|whole| Known::whole(whole).map(Arc::new)).transpose()
        };
        self.lists.bits.get(id.to_owned(), fits, make).await
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
        Known { list, bits }: &Known,
        epoch: i64,
        form: ListForm,
    ) -> Result<String, IssueError> {
        let broken = |what: &str| broken(list, what);
        let issuer =
            self.parties.owner(&list.issuer).await?.ok_or_else(|| broken("its issuer is gone"))?;
        let hour =
            Timestamp::from_second(epoch * EPOCH_SECONDS).map_err(|e| broken(&e.to_string()))?;
        let speaker = self.parties.speaker(&issuer, &list.signed_as).await?;
        let unsigned = bitstring::compose(&ListCredential {
            id: &self.links.status_list(&list.id),
            issuer: &speaker.id,
            purpose: &list.purpose.as_str().into(),
            bits,
            valid_from: list.changed_at,
            valid_until: hour + SignedDuration::from_hours(25),
        });
        let created = date_time::whole_seconds(list.changed_at.max(hour));
        match form {
            ListForm::Embedded => {
                let by = ByProof { suite: speaker.suite, signer: &speaker.embeds };
                sign_embedded(&unsigned, by, created)
            }
            ListForm::Jwt => sign_jwt(&unsigned, &speaker.signs_jwts),
        }
    }
}

impl Known {
    fn whole(SetBits { list, indexes }: SetBits) -> Result<Self, IssueError> {
        let mut known = Self { bits: Bits::new(list.length as usize), list };
        indexes.into_iter().try_for_each(|index| known.put(index, true))?;
        Ok(known)
    }

    /// What it became by these changes.
    fn then(&self, BitChanges { list, entries }: BitChanges) -> Result<Self, IssueError> {
        let mut known = Self { bits: self.bits.clone(), list };
        entries.into_iter().try_for_each(|(index, bit)| known.put(index, bit))?;
        Ok(known)
    }

    fn put(&mut self, index: u32, bit: bool) -> Result<(), IssueError> {
        match self.bits.put(index as usize, bit) {
            true => Ok(()),
            false => Err(broken(&self.list, "an index past its end")),
        }
    }
}

fn broken(list: &StatusListRow, what: &str) -> IssueError {
    IssueError::Broken(format!("status list {}: {what}", list.id))
}

/// The two forms are two representations, so that a copy of one never passes for the other.
fn tag(version: i64, epoch: i64, form: ListForm) -> String {
    let form = match form {
        ListForm::Embedded => "json",
        ListForm::Jwt => "jwt",
    };
    format!("{version}.{epoch}.{form}")
}
