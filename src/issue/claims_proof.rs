//! A proof for a claim: who has a credential's manage link hands it over with the credential, and
//! so shows a recognizer of this service that the credential is theirs.
//!
//! It is `{credential}.{end}.{token}`: the token is the first 128 bits of a keyed hash of the
//! credential, the link's generation, the recognizer and the end, in seconds. Nothing is written
//! for it. Invariant: it holds for one credential, at one recognizer, until its end, and no longer
//! than the manage link that it was made by.

use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use super::control::Managed;
use super::{Issuance, IssueError};
use crate::keys::{keyed_hash, keyed_token};
use crate::store::Control;

/// What a proof lasts where nothing else is asked for.
pub const USUAL: SignedDuration = SignedDuration::from_hours(24);
/// What it lasts at most.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A proof, and when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimsProof {
    pub token: String,
    pub expires_at: Timestamp,
}

/// What a proof turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Who made it has the credential's manage link.
    Control,
    Ended {
        at: Timestamp,
    },
    /// It was made for another credential or another recognizer, by a link that was renewed or
    /// ended, or by nobody.
    Nothing,
}

impl Issuance {
    /// Made by who has the manage link, for one recognizer.
    pub async fn claims_proof(
        &self,
        managed: &Managed,
        recognizer: &str,
        lasts: SignedDuration,
    ) -> Result<ClaimsProof, IssueError> {
        let end = self.ambient.now().as_second() + lasts.min(LONGEST).as_secs();
        let id = &managed.credential.id;
        let token = self.token_of((id, managed.control.generation), recognizer, end).await?;
        let broken = |_| IssueError::Broken("a proof that ends past all time".into());
        let expires_at = Timestamp::from_second(end).map_err(broken)?;
        Ok(ClaimsProof { token: format!("{id}.{end}.{token}"), expires_at })
    }

    /// Whether a proof is of this credential and for this recognizer.
    pub async fn shown(
        &self,
        proof: &str,
        credential: &str,
        recognizer: &str,
    ) -> Result<Shown, IssueError> {
        let mut parts = proof.trim().split('.');
        let (id, end, token) = (parts.next(), parts.next(), parts.next());
        let (Some(id), Some(end), Some(token), None) = (id, end, token, parts.next()) else {
            return Ok(Shown::Nothing);
        };
        let Ok(end) = end.parse::<i64>() else { return Ok(Shown::Nothing) };
        let control = self.store.control(credential).await?;
        let Control { generation, ended, .. } = control;
        let expected = self.token_of((credential, generation), recognizer, end).await?;
        let fits = bool::from(expected.as_bytes().ct_eq(token.as_bytes()));
        if !fits || ended || id != credential {
            return Ok(Shown::Nothing);
        }
        Ok(match Timestamp::from_second(end) {
            Ok(at) if at <= self.ambient.now() => Shown::Ended { at },
            Ok(_) => Shown::Control,
            Err(_) => Shown::Nothing,
        })
    }

    async fn token_of(
        &self,
        (credential, generation): (&str, i64),
        recognizer: &str,
        end: i64,
    ) -> Result<String, IssueError> {
        let secret = self.lookup_secret().await?.expose().as_bytes();
        // A key of its own: what earners are looked up by must not stand in what is handed on.
        let key = keyed_hash(secret, b"touchmark claims proofs");
        let text = format!("{credential}\0{generation}\0{recognizer}\0{end}");
        Ok(keyed_token(key.as_bytes(), text.as_bytes()))
    }
}
