//! Issuers and recognizers: their profile, their DID document and their keys.
//!
//! Each has a did:web DID of its own, an Ed25519 key and a P-256 key: usually the
//! one for embedded proofs and the other for JWTs ([`crate::model::securing`]). A key of
//! another kind is made when something is first to be signed with it.
//! Private keys are opened once per process and kept.

use std::collections::HashMap;
use std::sync::Mutex;

use super::IssueError;
use super::access::note;
use super::external::usual_suite;
use super::secure::ByProof;
use crate::ambient::Ambient;
use crate::did;
use crate::did::document::{self, IssuerKey};
use crate::keys::{self, Algorithm, KeyPair, SealingKey, Secret, SharedSigner};
use crate::model::fault::is_slug;
use crate::model::links::Links;
use crate::model::profile::ProfileDefinition;
use crate::model::securing::{JwtAlgorithm, Securing};
use crate::model::{Fault, key::PublicKey};
use crate::proof::Suite;
use crate::store::{KeyState, PartyKind, PartyRow, SigningKeyRow, Store, StoreError};

/// The kinds of keys that everyone has.
const USUAL: [Algorithm; 2] = [Algorithm::Ed25519, Algorithm::P256];

/// Each time somebody else made a key meanwhile, and there are four kinds.
const MOST_TRIES: usize = 5;

/// Everyone who owns things here.
pub struct Parties {
    store: Store,
    ambient: Ambient,
    links: Links,
    sealing: SealingKey,
    /// Signers by seal and public JWK. Opening is slow by design; a process does it once a key.
    opened: Mutex<HashMap<(String, String), SharedSigner>>,
}

/// One issuer or recognizer.
#[derive(Debug, Clone)]
pub struct Party {
    pub kind: PartyKind,
    /// Its short name in URLs.
    pub name: String,
    pub did: String,
    pub profile: ProfileDefinition,
}

/// A signer, and the verification method that its signatures name.
#[derive(Clone)]
pub struct MethodSigner {
    /// `DID#fragment`.
    pub method: String,
    pub public: PublicKey,
    pub signer: SharedSigner,
}

/// The active keys of a party, one of a kind.
#[derive(Clone)]
pub struct Signers(Vec<MethodSigner>);

impl Signers {
    /// Of the keys that are active: one of a kind.
    pub fn new(active: Vec<MethodSigner>) -> Self {
        Self(active)
    }

    /// What makes embedded proofs.
    pub fn of_proofs(&self, securing: Securing) -> Result<&MethodSigner, IssueError> {
        self.of(securing.proof_key())
    }

    /// What makes JWTs of this algorithm.
    pub fn of_jwts(&self, alg: JwtAlgorithm) -> Result<&MethodSigner, IssueError> {
        self.of(alg.key())
    }

    pub fn all(&self) -> &[MethodSigner] {
        &self.0
    }

    pub fn of(&self, algorithm: Algorithm) -> Result<&MethodSigner, IssueError> {
        let found = self.0.iter().find(|by| by.public.algorithm() == algorithm);
        found.ok_or_else(|| IssueError::Broken(format!("no active {algorithm} key")))
    }
}

/// In whose name a status list speaks, and with which keys.
pub struct Speaker {
    /// A DID.
    pub id: String,
    pub suite: &'static Suite,
    pub embeds: MethodSigner,
    pub signs_jwts: MethodSigner,
}

impl Party {
    /// Its name, where it is an issuer.
    fn issuer(&self) -> Option<&str> {
        (self.kind == PartyKind::Issuer).then_some(&self.name)
    }

    /// What the rows that it owns call it.
    pub fn owner(&self) -> String {
        self.kind.owner(&self.name)
    }
}

impl Parties {
    pub fn new(store: Store, ambient: Ambient, links: Links, sealing: SealingKey) -> Self {
        Self { store, ambient, links, sealing, opened: Mutex::default() }
    }

    pub fn sealing(&self) -> &SealingKey {
        &self.sealing
    }

    /// Adds a party. Its keys are made at first use, unless some are imported before.
    pub async fn add(
        &self,
        kind: PartyKind,
        name: &str,
        profile: &ProfileDefinition,
        actor: &str,
    ) -> Result<Party, IssueError> {
        if !is_slug(name) {
            let detail = "a name is lower-case letters, digits and single hyphens, such as \"nea\"";
            return Err(IssueError::Invalid(vec![Fault::new("/name", "not-a-slug", detail)]));
        }
        profile.check().map_err(IssueError::Invalid)?;
        let row = PartyRow {
            kind,
            name: name.into(),
            profile: serde_json::to_string(profile).expect("a profile is plain data"),
            created_at: self.ambient.now(),
        };
        let party = self.read(row.clone())?;
        let note = note(&self.ambient, (actor, "party.add"), party.issuer(), &party.did);
        match self.store.add_party(&row, &note).await {
            Err(StoreError::Taken { .. }) => Err(IssueError::Conflict {
                code: "name-taken",
                detail: format!("there is already a party named {name:?}; choose another name"),
            }),
            other => Ok(other?),
        }?;
        Ok(party)
    }

    /// Seals keys that were made elsewhere, for a party that has none yet.
    pub async fn import_keys(&self, party: &Party, keys: &[Secret]) -> Result<(), IssueError> {
        let rows = keys.iter().map(|jwk| self.seal(party.kind, &party.name, jwk));
        Ok(self.store.add_keys(&rows.collect::<Result<Vec<_>, _>>()?).await?)
    }

    pub async fn party(&self, kind: PartyKind, name: &str) -> Result<Option<Party>, IssueError> {
        self.store.party(kind, name).await?.map(|row| self.read(row)).transpose()
    }

    /// The party that rows call so.
    pub async fn owner(&self, owner: &str) -> Result<Option<Party>, IssueError> {
        let (kind, name) = PartyKind::of_owner(owner);
        self.party(kind, name).await
    }

    /// The DID of a party, whether there is one or not.
    pub fn did(&self, kind: PartyKind, name: &str) -> String {
        match kind {
            PartyKind::Issuer => self.links.issuer_did(name),
            PartyKind::Recognizer => self.links.recognizer_did(name),
        }
    }

    pub async fn all(&self, kind: PartyKind) -> Result<Vec<Party>, IssueError> {
        self.store.parties(kind).await?.into_iter().map(|row| self.read(row)).collect()
    }

    /// Changes what a party says of itself. Credentials keep what they were minted with.
    pub async fn update(
        &self,
        kind: PartyKind,
        name: &str,
        profile: &ProfileDefinition,
        actor: &str,
    ) -> Result<Option<Party>, IssueError> {
        profile.check().map_err(IssueError::Invalid)?;
        let text = serde_json::to_string(profile).expect("a profile is plain data");
        let Some(party) = self.party(kind, name).await? else { return Ok(None) };
        let note = note(&self.ambient, (actor, "party.update"), party.issuer(), &party.did);
        let row = self.store.update_profile(kind, name, &text, &note).await?;
        row.map(|row| self.read(row)).transpose()
    }

    /// Every key that it ever had, oldest first; those that its own securing calls for exist
    /// afterwards.
    pub async fn keys(&self, party: &Party) -> Result<Vec<SigningKeyRow>, IssueError> {
        self.keys_with(party, &[]).await
    }

    /// The same, with keys of these kinds too.
    async fn keys_with(
        &self,
        party: &Party,
        also: &[Algorithm],
    ) -> Result<Vec<SigningKeyRow>, IssueError> {
        let mut wanted = USUAL.to_vec();
        wanted.extend([party.profile.securing.proof_key(), party.profile.securing.alg().key()]);
        wanted.extend(also);
        for _ in 0..MOST_TRIES {
            let rows = self.store.keys(party.kind, &party.name).await?;
            let is_missing =
                |kind: &Algorithm| wanted.contains(kind) && active(&rows, *kind).is_none();
            let missing: Vec<_> = Algorithm::ALL.into_iter().filter(is_missing).collect();
            if missing.is_empty() {
                return Ok(rows);
            }
            match self.store.add_keys(&self.generate(party, missing).await?).await {
                // Another process made some of them in the same moment; those are as good.
                Ok(()) | Err(StoreError::Taken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.store.keys(party.kind, &party.name).await?)
    }

    /// A new key for each algorithm that it has one for; the old ones stay published.
    pub async fn rotate(
        &self,
        party: &Party,
        actor: &str,
    ) -> Result<Vec<SigningKeyRow>, IssueError> {
        let rows = self.keys(party).await?;
        let kinds = Algorithm::ALL.into_iter().filter(|kind| active(&rows, *kind).is_some());
        let new = self.generate(party, kinds.collect()).await?;
        let note = note(&self.ambient, (actor, "keys.rotate"), party.issuer(), &party.did);
        self.store.rotate(&new, &note).await?;
        self.keys(party).await
    }

    /// Its DID document: all its keys, the retired ones too.
    pub async fn did_document(&self, party: &Party) -> Result<String, IssueError> {
        let mut rows = self.keys(party).await?;
        // Verifiers in use take the first key for a JWS whatever its `kid` says: the key that
        // signs JWTs now stands first, retired keys last.
        let jwts = party.profile.securing.alg().key().name();
        rows.sort_by_key(|row| (row.state == KeyState::Retired, row.algorithm != jwts));
        let keys: Vec<_> = rows.iter().map(public_key).collect::<Result<_, _>>()?;
        let named = rows.iter().zip(&keys);
        let keys: Vec<_> = named.map(|(row, key)| IssuerKey { fragment: &row.id, key }).collect();
        Ok(document::compose(&party.did, &keys).to_string())
    }

    /// What signs for this party now.
    pub async fn signers(&self, party: &Party) -> Result<Signers, IssueError> {
        self.signers_with(party, &[]).await
    }

    /// The same, with keys of these kinds too: they are made where the party has none.
    pub async fn signers_with(
        &self,
        party: &Party,
        also: &[Algorithm],
    ) -> Result<Signers, IssueError> {
        let rows = self.keys_with(party, also).await?;
        let now = Algorithm::ALL.into_iter().filter_map(|kind| active(&rows, kind));
        Ok(Signers::new(now.map(|row| self.open(party, row)).collect::<Result<_, _>>()?))
    }

    /// The party itself, or the did:key of a key that it has or had: only that key can speak in
    /// its name, so a retired one goes on with its lists.
    pub async fn speaker(&self, party: &Party, multikey: &str) -> Result<Speaker, IssueError> {
        if multikey.is_empty() {
            let signers = self.signers(party).await?;
            let securing = party.profile.securing;
            let ByProof { suite, signer } = ByProof::new(&signers, securing)?;
            let signs_jwts = signers.of_jwts(securing.alg())?.clone();
            return Ok(Speaker {
                id: party.did.clone(),
                suite,
                embeds: signer.clone(),
                signs_jwts,
            });
        }
        let rows = self.keys(party).await?;
        let row = rows.iter().find(|row| row.id == multikey);
        let row = row.ok_or_else(|| IssueError::Broken(format!("no key {multikey}")))?;
        let by = self.open(party, row)?;
        let by = MethodSigner { method: did::key::method_id(&by.public), ..by };
        let (id, suite) = (did::key::did(&by.public), usual_suite(by.public.algorithm()));
        Ok(Speaker { id, suite, embeds: by.clone(), signs_jwts: by })
    }

    fn open(&self, party: &Party, row: &SigningKeyRow) -> Result<MethodSigner, IssueError> {
        // By both: a seal that was moved beside another's public key is opened anew, and refused.
        let which = (row.sealed.clone(), row.public_jwk.clone());
        let known = self.opened.lock().expect("no holder panics").get(&which).cloned();
        let signer = match known {
            Some(signer) => signer,
            None => {
                let signer = self.sealing.signer(&row.sealed, &row.public_jwk)?;
                let mut opened = self.opened.lock().expect("no holder panics");
                opened.insert(which, signer.clone());
                signer
            }
        };
        let method = format!("{}#{}", party.did, row.id);
        Ok(MethodSigner { method, public: public_key(row)?, signer })
    }

    /// Away from the tasks of others: looking for an RSA key's primes takes a while.
    async fn generate(
        &self,
        party: &Party,
        kinds: Vec<Algorithm>,
    ) -> Result<Vec<SigningKeyRow>, IssueError> {
        let ambient = self.ambient.clone();
        let make = move || {
            let keys = kinds.into_iter().map(|kind| keys::generate(kind, &ambient));
            keys.collect::<Result<Vec<KeyPair>, _>>()
        };
        let made = tokio::task::spawn_blocking(make).await;
        let made = made.map_err(|error| IssueError::Broken(format!("making keys: {error}")))??;
        made.iter().map(|key| self.seal(party.kind, &party.name, &key.private_jwk)).collect()
    }

    fn seal(&self, kind: PartyKind, name: &str, jwk: &Secret) -> Result<SigningKeyRow, IssueError> {
        let signer = keys::signer(jwk)?;
        let mut row = SigningKeyRow {
            owner_kind: kind,
            owner: name.into(),
            id: String::new(),
            algorithm: signer.algorithm().name().into(),
            public_jwk: signer.public_jwk().into(),
            sealed: self.sealing.seal(jwk)?,
            state: KeyState::Active,
            created_at: self.ambient.now(),
            retired_at: None,
        };
        // The key names itself, so that two processes cannot give one name to two keys.
        row.id = match public_key(&row)? {
            // The Multikey of such a key fills a page.
            key if key.algorithm() == Algorithm::Rsa => key.thumbprint(),
            key => key.multikey(),
        };
        Ok(row)
    }

    fn read(&self, row: PartyRow) -> Result<Party, IssueError> {
        let profile = serde_json::from_str(&row.profile).map_err(|e| {
            IssueError::Broken(format!("the stored profile of {:?}: {e}", row.name))
        })?;
        let did = self.did(row.kind, &row.name);
        Ok(Party { kind: row.kind, did, profile, name: row.name })
    }
}

fn active(rows: &[SigningKeyRow], algorithm: Algorithm) -> Option<&SigningKeyRow> {
    rows.iter().find(|r| r.state == KeyState::Active && r.algorithm == algorithm.name())
}

/// The public half of a stored key.
fn public_key(row: &SigningKeyRow) -> Result<PublicKey, IssueError> {
    PublicKey::from_jwk_text(&row.public_jwk)
        .map_err(|e| IssueError::Broken(format!("the stored public key {}: {e}", row.id)))
}
