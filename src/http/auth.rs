//! Who calls: API keys, their scopes and their party.
//!
//! Invariant: a key of one issuer learns nothing of another's things; what is
//! not its own is answered like what does not exist (404).

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use jiff::Timestamp;

use super::App;
use super::problem::Problem;
use crate::issue::Minter;
use crate::keys::api_key::Presented;
use crate::store::ApiKeyRow;

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scope {
    /// Mint credentials.
    Mint,
    /// Sign what was composed elsewhere, whatever it says, in the issuer's name.
    Issue,
    /// Suspend, reinstate, revoke and supersede credentials.
    Status,
    /// Set up: profile, achievements, keys, API keys.
    Admin,
    /// File claims with a recognizer.
    Claim,
    /// Publish a recognizer's policies.
    Policy,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Mint => "mint",
            Scope::Issue => "issue",
            Scope::Status => "status",
            Scope::Admin => "admin",
            Scope::Claim => "claim",
            Scope::Policy => "policy",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        <Self as clap::ValueEnum>::value_variants().iter().copied().find(|s| s.as_str() == word)
    }
}

/// The holder of a valid API key.
#[derive(Debug, Clone)]
pub struct Caller {
    key: ApiKeyRow,
}

impl Caller {
    /// This key may do `scope` for the issuer of that name.
    pub fn may(&self, scope: Scope, issuer: &str) -> Result<(), Problem> {
        self.speaks_for(issuer)?;
        self.has(scope)
    }

    /// This key may read what the issuer of that name keeps here: it mints, changes or sets up
    /// for it.
    pub fn may_read(&self, issuer: &str) -> Result<(), Problem> {
        self.speaks_for(issuer)?;
        match [Scope::Mint, Scope::Status, Scope::Admin].iter().any(|s| self.has(*s).is_ok()) {
            true => Ok(()),
            false => Err(Problem::Forbidden { needed: "mint, status or admin" }),
        }
    }

    fn speaks_for(&self, issuer: &str) -> Result<(), Problem> {
        match self.key.issuer.as_deref().is_none_or(|own| own == issuer) {
            true => Ok(()),
            false => Err(Problem::NotFound),
        }
    }

    /// This key may do `scope` for the whole service.
    pub fn may_everywhere(&self, scope: Scope) -> Result<(), Problem> {
        self.has(scope)?;
        if self.key.issuer.is_some() {
            return Err(Problem::Forbidden { needed: "admin of the whole service" });
        }
        Ok(())
    }

    fn has(&self, scope: Scope) -> Result<(), Problem> {
        if self.key.scopes.split(' ').any(|s| s == scope.as_str()) {
            Ok(())
        } else {
            Err(Problem::Forbidden { needed: scope.as_str() })
        }
    }

    /// The same caller as of now, for what goes on after the request began.
    pub async fn again(&self, app: &App) -> Result<Self, Problem> {
        let key = app.issuance.store.api_key(&self.key.id).await?;
        let now = app.issuance.ambient.now();
        let key = key.filter(|key| is_live(key, now)).ok_or(Problem::Unauthorized)?;
        Ok(Self { key })
    }

    /// The one issuer that this key speaks for; none where it speaks for the whole service.
    pub fn own_issuer(&self) -> Option<&str> {
        self.key.issuer.as_deref()
    }

    pub fn key_id(&self) -> &str {
        &self.key.id
    }

    /// Whose system uses the key.
    pub fn client(&self) -> &str {
        &self.key.client
    }

    pub fn minter(&self) -> Minter {
        Minter {
            api_key: self.key.id.clone(),
            client: self.key.client.clone(),
            per_hour: self.key.mints_per_hour,
        }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let presented = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .and_then(|(_, token)| Presented::parse(token.trim()))
            .ok_or(Problem::Unauthorized)?;
        let key = app.issuance.store.api_key(presented.id()).await?;
        // Compared also where there is no such key, so that time tells nothing.
        let fits = presented.matches(key.as_ref().map(|k| k.secret_hash.as_str()));
        let now = app.issuance.ambient.now();
        let key = key.filter(|key| fits && is_live(key, now)).ok_or(Problem::Unauthorized)?;
        Ok(Caller { key })
    }
}

fn is_live(key: &ApiKeyRow, now: Timestamp) -> bool {
    key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end)
}
