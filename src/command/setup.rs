//! Set-up by command: issuers, recognizers, API keys, signing keys.

use std::io::Write as _;

use jiff::Timestamp;

use super::CommandError;
use crate::config::Config;
use crate::http::auth::Scope;
use crate::issue::Issuance;
use crate::issue::access::NewApiKey;
use crate::issue::parties::Party;
use crate::model::profile::ProfileDefinition;
use crate::model::securing::{Cryptosuite, Curve, JwtAlgorithm, Securing};
use crate::store::{KeyState, PartyKind, SigningKeyRow};

/// Who changes things by command, in the audit.
pub(super) const OPERATOR: &str = "operator";

/// `touchmark issuer …`, `touchmark recognizer …`
#[derive(Debug, clap::Subcommand)]
pub enum PartyCommand {
    /// Add one, with its profile; its keys are made here and now
    Add {
        /// Short name in URLs and in its DID: lower-case letters, digits, hyphens
        slug: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Its own web site (https)
        #[arg(long)]
        url: Option<String>,
        #[arg(long)]
        description: Option<String>,
        #[arg(long)]
        email: Option<String>,
        /// The cryptosuite of its embedded proofs, where a mint says no other
        #[arg(long)]
        cryptosuite: Option<Cryptosuite>,
        /// The curve behind its `ecdsa-…` proofs, where a mint says no other
        #[arg(long)]
        curve: Option<Curve>,
        /// The `alg` of its JWTs, where a mint says no other
        #[arg(long)]
        alg: Option<JwtAlgorithm>,
    },
    /// List all
    List,
}

/// `touchmark api-key …`
#[derive(Debug, clap::Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key; its token is shown this once
    Create {
        /// What it may do; several with commas
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<Scope>,
        /// The one issuer that it speaks for; without, the whole service
        #[arg(long)]
        issuer: Option<String>,
        /// The one recognizer that it speaks for
        #[arg(long, conflicts_with = "issuer")]
        recognizer: Option<String>,
        /// Whose system uses it: idempotency keys belong to the client and outlive a rotation
        #[arg(long, default_value = "default")]
        client: String,
        /// Credentials that it may mint in an hour
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        mints: Option<u32>,
        /// When it ends (RFC 3339)
        #[arg(long)]
        expires: Option<Timestamp>,
    },
    /// List keys, without their tokens
    List {
        #[arg(long)]
        issuer: Option<String>,
    },
    /// Revoke a key, for good and at once
    Revoke {
        /// The key's id, the part of the token between its underscores
        id: String,
    },
}

/// `touchmark keys …`
#[derive(Debug, clap::Subcommand)]
pub enum KeysCommand {
    /// List the signing keys of an issuer or recognizer, the retired ones too
    List(Owner),
    /// Make new signing keys; the old ones stay published, so what they signed stays good
    Rotate(Owner),
    /// Withdraw a key that may have leaked, for good: nothing that it signed verifies any more,
    /// whenever that was. A new key signs in its place
    Withdraw {
        #[command(flatten)]
        owner: Owner,
        /// The key, as `keys list` names it
        key: String,
    },
}

/// Whose keys.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Owner {
    #[arg(long)]
    issuer: Option<String>,
    #[arg(long)]
    recognizer: Option<String>,
}

pub async fn party(
    issuance: &Issuance,
    kind: PartyKind,
    command: PartyCommand,
) -> Result<(), CommandError> {
    let (slug, profile) = match command {
        PartyCommand::Add { slug, name, url, description, email, cryptosuite, curve, alg } => {
            let profile = ProfileDefinition {
                name,
                url,
                description,
                email,
                image: None,
                embed_email_hash: false,
                securing: Securing { cryptosuite, curve, alg },
            };
            (slug, profile)
        }
        PartyCommand::List => {
            for party in issuance.parties.all(kind).await? {
                print(&format!("{}\t{}\t{}", party.name, party.did, party.profile.name))?;
            }
            return Ok(());
        }
    };
    let party = issuance.parties.add(kind, &slug, &profile, OPERATOR).await?;
    issuance.parties.keys(&party).await?;
    print(&format!("added {} as {}", party.name, party.did))
}

pub async fn api_key(
    issuance: &Issuance,
    config: &Config,
    command: ApiKeyCommand,
) -> Result<(), CommandError> {
    match command {
        ApiKeyCommand::Create { scope, issuer, recognizer, client, mints, expires } => {
            let owner = match (issuer, recognizer) {
                (Some(name), _) => Some((PartyKind::Issuer, name)),
                (None, Some(name)) => Some((PartyKind::Recognizer, name)),
                (None, None) => None,
            };
            let owner = match owner {
                Some((kind, name)) => Some(find(issuance, kind, &name).await?.owner()),
                None => None,
            };
            let new = NewApiKey {
                issuer: owner,
                client,
                scopes: scope.into_iter().map(Scope::as_str).collect(),
                mints_per_hour: i64::from(mints.unwrap_or(config.limits.mints_per_hour)),
                expires_at: expires,
            };
            let (row, token) = issuance.create_api_key(new, OPERATOR).await?;
            eprintln!("key {} ({}); the token is shown this once:", row.id, row.scopes);
            print(token.expose())
        }
        ApiKeyCommand::List { issuer } => {
            for key in issuance.store.api_keys(issuer.as_deref()).await? {
                let issuer = key.issuer.as_deref().unwrap_or("(all)");
                let state = if key.revoked_at.is_some() { "revoked" } else { "live" };
                print(&format!("{}\t{issuer}\t{}\t{}\t{state}", key.id, key.client, key.scopes))?;
            }
            Ok(())
        }
        ApiKeyCommand::Revoke { id } => match issuance.revoke_api_key(&id, None, OPERATOR).await? {
            Some(_) => print(&format!("revoked {id}")),
            None => Err(CommandError::Refused(format!("there is no API key {id:?}"))),
        },
    }
}

pub async fn keys(issuance: &Issuance, command: KeysCommand) -> Result<(), CommandError> {
    let parties = &issuance.parties;
    match command {
        KeysCommand::List(owner) => {
            let party = owner.find(issuance).await?;
            list_keys(&party, &parties.keys(&party).await?)
        }
        KeysCommand::Rotate(owner) => {
            let party = owner.find(issuance).await?;
            list_keys(&party, &parties.rotate(&party, OPERATOR).await?)
        }
        KeysCommand::Withdraw { owner, key } => {
            let party = owner.find(issuance).await?;
            let rows = parties.withdraw(&party, &key, OPERATOR).await?;
            let rows = rows.ok_or_else(|| {
                let name = &party.name;
                CommandError::Refused(format!("{name} has no key {key:?}; see `keys list`"))
            })?;
            list_keys(&party, &rows)?;
            after_withdrawal(issuance, &party, rows.iter().find(|row| key.ends_with(&row.id))).await
        }
    }
}

impl Owner {
    async fn find(self, issuance: &Issuance) -> Result<Party, CommandError> {
        match (self.issuer, self.recognizer) {
            (Some(name), _) => find(issuance, PartyKind::Issuer, &name).await,
            (None, name) => find(issuance, PartyKind::Recognizer, &name.unwrap_or_default()).await,
        }
    }
}

fn list_keys(party: &Party, rows: &[SigningKeyRow]) -> Result<(), CommandError> {
    for key in rows {
        let state = match key.state {
            _ if key.withdrawn_at.is_some() => "withdrawn",
            KeyState::Active => "active",
            KeyState::Retired => "retired",
        };
        print(&format!(
            "{}#{}\t{}\t{state}\t{}",
            party.did, key.id, key.algorithm, key.created_at
        ))?;
    }
    Ok(())
}

/// What is left to do once a key is withdrawn.
async fn after_withdrawal(
    issuance: &Issuance,
    party: &Party,
    key: Option<&SigningKeyRow>,
) -> Result<(), CommandError> {
    let Some(SigningKeyRow { created_at, retired_at: Some(until), .. }) = key else {
        return Ok(());
    };
    let minted = issuance.store.minted_between(&party.owner(), (*created_at, *until)).await?;
    let next = match party.kind {
        PartyKind::Issuer => {
            "mint each anew, as a replacement of the old (`…/credentials/ID/supersede`). Claims here \
             that count one by it are flagged"
                .to_owned()
        }
        PartyKind::Recognizer => format!(
            "`touchmark receipt renew --recognizer {}` signs receipts anew, each in the place of the \
             old; claimants get the new links. `touchmark menu publish` signs the endorsements of a menu \
             anew that do not stand: publish each again as it is",
            party.name
        ),
    };
    eprintln!(
        "{minted} credentials were minted while it signed. What it signed of them does not verify \
         any more: {next}. Verifiers elsewhere learn of it when they read {}'s key document again. A \
         did:key of this key cannot be withdrawn: it is no document of anybody's.",
        party.did
    );
    Ok(())
}

/// `touchmark restored`
pub async fn restored(issuance: &Issuance) -> Result<(), CommandError> {
    let lists = issuance.store.close_lists_and_raise_versions(issuance.ambient.now()).await?;
    issuance.audit(OPERATOR, "store.restored").await?;
    print(&format!(
        "closed {lists} status lists; revoke again what was revoked after the backup was made"
    ))
}

pub(super) async fn find(
    issuance: &Issuance,
    kind: PartyKind,
    name: &str,
) -> Result<Party, CommandError> {
    let party = issuance.parties.party(kind, name).await?;
    party.ok_or_else(|| {
        CommandError::Refused(format!("there is no {} {name:?}; add it first", kind.as_str()))
    })
}

pub(super) fn print(line: &str) -> Result<(), CommandError> {
    writeln!(std::io::stdout(), "{line}").map_err(CommandError::io("cannot print"))
}
