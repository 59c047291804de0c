//! Asking again: under one idempotency key the same request is signed once.
//!
//! Invariant: the same bytes are answered as the first time, and another request under the same
//! key is refused. Keys belong to a client and an issuer, as those of mints do.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::{External, ExternalError, Mechanism, SignedExternal, answer};
use crate::check::options::Profile;
use crate::issue::parties::Party;
use crate::issue::{Issuance, IssueError, Minter};
use crate::store::{Idempotency, Replay};

impl Issuance {
    /// What was signed under the key that is given, if one is and something was.
    pub(super) async fn signed_before(
        &self,
        issuer: &Party,
        by: &Minter,
        asked: External<'_>,
    ) -> Result<Option<SignedExternal>, ExternalError> {
        let Some(key) = asked.idempotency_key else { return Ok(None) };
        let mut found = self.store.replays(&issuer.name, &by.client, &[key]).await?;
        found.pop().flatten().map(|replay| replayed(replay, asked)).transpose()
    }
}

/// What a key stands for, where the request is the same.
pub(super) fn replayed(
    replay: Replay,
    asked: External<'_>,
) -> Result<SignedExternal, ExternalError> {
    // Of what was asked for then nothing is kept, so it cannot be compared.
    if replay.credential.is_forgotten() {
        return Err(IssueError::Forgotten.into());
    }
    if replay.request_hash != request_hash(asked) {
        return Err(IssueError::IdempotencyKeyReused.into());
    }
    let row = replay.credential;
    let vc_jose = row.vc_jose.filter(|_| matches!(asked.mechanism, Some(Mechanism::VcJose(_))));
    Ok(SignedExternal { credential: answer(row.embedded, vc_jose.as_deref()), replayed: true })
}

pub(super) fn idempotency(by: &Minter, asked: External<'_>) -> Option<Idempotency> {
    asked.idempotency_key.map(|key| Idempotency {
        client: by.client.clone(),
        key: key.to_owned(),
        request_hash: request_hash(asked),
    })
}

/// Of the credential as it was written, how it was to be secured and by which rules it was
/// checked: what passed the conformance suites' rules has not passed a reader's. No mint's is
/// like it.
fn request_hash(asked: External<'_>) -> String {
    let mechanism = asked.mechanism.map(Mechanism::name).unwrap_or_default();
    let mut hash = Sha256::new_with_prefix(b"credential composed elsewhere\0");
    hash.update(mechanism);
    if asked.profile == Profile::Conformance {
        hash.update(b" conformance");
    }
    hash.update(b"\0");
    hash.update(asked.credential.bytes());
    BASE64_URL_SAFE_NO_PAD.encode(hash.finalize())
}
