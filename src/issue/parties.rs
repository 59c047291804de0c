//! Issuers and recognizers: their profile, their DID document and their keys.
//!
//! Each has a did:web DID of its own, an Ed25519 key and a P-256 key: usually the
//! one for embedded proofs and the other for JWTs ([`crate::model::securing`]). A key of
//! another kind is made when something is first to be signed with it.
//! Private keys are opened once per process and kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::IssueError;
use super::access::note;
use super::external::usual_suite;
use super::secure::ByProof;
use crate::ambient::Ambient;
use crate::did;
use crate::did::document::{self, IssuerKey};
use crate::keys::{self, Algorithm, SealingKey, Secret, SharedSigner};
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
    sealing: Arc<SealingKey>,
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

/// The first of all parties of a kind.
pub struct First {
    pub parties: Vec<Party>,
    /// There are others after them.
    pub more: bool,
    /// How many of them could not be read, and are left out.
    pub unreadable: usize,
}

/// A signer, and the verification method that its signatures name.
#[derive(Clone)]
pub struct MethodSigner {
    /// `DID#fragment`.
    pub method: String,
    pub public: PublicKey,
    pub signer: SharedSigner,
}

impl MethodSigner {
    /// The key's id among its owner's.
    pub fn id(&self) -> &str {
        self.method.split_once('#').map_or("", |(_, id)| id)
    }
}

/// The active keys of a party, one of a kind.
#[derive(Clone)]
pub struct Signers {
    all: Vec<MethodSigner>,
    ids: Arc<[String]>,
}

impl Signers {
    /// Of the keys that are active: one of a kind.
    pub fn new(active: Vec<MethodSigner>) -> Self {
        let ids = active.iter().map(|by| by.id().to_owned()).collect();
        Self { all: active, ids }
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
        &self.all
    }

    /// The ids of all keys.
    pub fn ids(&self) -> Arc<[String]> {
        self.ids.clone()
    }

    pub fn of(&self, algorithm: Algorithm) -> Result<&MethodSigner, IssueError> {
        let found = self.all.iter().find(|by| by.public.algorithm() == algorithm);
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
        Self { store, ambient, links, sealing: Arc::new(sealing), opened: Mutex::default() }
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
        let (keys, seal) = (keys.to_vec(), self.seal(party));
        let rows = off_thread(move || keys.iter().map(seal).collect::<Result<Vec<_>, _>>());
        Ok(self.store.add_keys(&rows.await?).await?)
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

    /// So many of them at most, by their names. One that cannot be read is logged and left out.
    pub async fn first(&self, kind: PartyKind, most: usize) -> Result<First, IssueError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = self.store.first_parties(kind, limit).await?;
        let more = rows.len() > most;
        rows.truncate(most);
        let looked_at = rows.len();
        let parties = self.readable_of(kind, rows);
        Ok(First { unreadable: looked_at - parties.len(), parties, more })
    }

    /// All that can be read; the others are logged and left out.
    pub async fn readable(&self, kind: PartyKind) -> Result<Vec<Party>, IssueError> {
        Ok(self.readable_of(kind, self.store.parties(kind).await?))
    }

    fn readable_of(&self, kind: PartyKind, rows: Vec<PartyRow>) -> Vec<Party> {
        let mut parties = Vec::with_capacity(rows.len());
        for row in rows {
            let name = row.name.clone();
            match self.read(row) {
                Ok(party) => parties.push(party),
                Err(error) => tracing::error!(%error, ?kind, name, "a party cannot be read"),
            }
        }
        parties
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

    /// Withdraws a key that may have leaked, named by its method or the fragment of that: nothing
    /// that it signed is to be believed any more, whenever that was. Where it signed until now, a new
    /// one does from now on. All keys; none where it has no such key.
    pub async fn withdraw(
        &self,
        party: &Party,
        key: &str,
        actor: &str,
    ) -> Result<Option<Vec<SigningKeyRow>>, IssueError> {
        let own = key.strip_prefix(&party.did).and_then(|rest| rest.strip_prefix('#'));
        let id = own.unwrap_or(key);
        for _ in 0..MOST_TRIES {
            let rows = self.keys(party).await?;
            let Some(row) = rows.iter().find(|row| row.id == id) else { return Ok(None) };
            if row.withdrawn_at.is_some() {
                return Ok(Some(rows));
            }
            let algorithm = |kind: &Algorithm| kind.name() == row.algorithm;
            let next = match row.state {
                KeyState::Active => Algorithm::ALL.into_iter().filter(algorithm).collect(),
                KeyState::Retired => Vec::new(),
            };
            let next = self.generate(party, next).await?;
            let mut note =
                note(&self.ambient, (actor, "keys.withdraw"), party.issuer(), &party.did);
            note.entry.detail = serde_json::json!({ "key": row.id }).to_string();
            // Else it was rotated meanwhile, and is looked at again.
            if self.store.withdraw_key(row, next.first(), &note).await? {
                tracing::warn!(key = %row.id, party = %party.did, "withdrew a signing key");
                return Ok(Some(self.keys(party).await?));
            }
        }
        Err(IssueError::Broken("a key was changed again and again".into()))
    }

    /// Its DID document: all its keys, the retired ones too.
    pub async fn did_document(&self, party: &Party) -> Result<String, IssueError> {
        let mut rows = self.keys(party).await?;
        // Verifiers in use take the first key for a JWS whatever its `kid` says: the key that
        // signs JWTs now stands first, retired keys last.
        let jwts = party.profile.securing.alg().key().name();
        rows.sort_by_key(|row| (row.state == KeyState::Retired, row.algorithm != jwts));
        let keys: Vec<_> = rows.iter().map(public_key).collect::<Result<_, _>>()?;
        let named = rows.iter().zip(&keys).map(|(row, key)| IssuerKey {
            fragment: &row.id,
            key,
            withdrawn: row.withdrawn_at,
        });
        let keys: Vec<_> = named.collect();
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
        let mut signers = Vec::new();
        for row in now {
            signers.push(self.open(party, row).await?);
        }
        Ok(Signers::new(signers))
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
        let by = self.open(party, row).await?;
        let by = MethodSigner { method: did::key::method_id(&by.public), ..by };
        let (id, suite) = (did::key::did(&by.public), usual_suite(by.public.algorithm()));
        Ok(Speaker { id, suite, embeds: by.clone(), signs_jwts: by })
    }

    async fn open(&self, party: &Party, row: &SigningKeyRow) -> Result<MethodSigner, IssueError> {
        // By both: a seal that was moved beside another's public key is opened anew, and refused.
        let which = (row.sealed.clone(), row.public_jwk.clone());
        let known = self.opened.lock().expect("no holder panics").get(&which).cloned();
        let signer = match known {
            Some(signer) => signer,
            None => {
                let (sealing, (sealed, public)) = (self.sealing.clone(), which.clone());
                let signer = off_thread(move || Ok(sealing.signer(&sealed, &public)?)).await?;
                let mut opened = self.opened.lock().expect("no holder panics");
                opened.insert(which, signer.clone());
                signer
            }
        };
        let method = format!("{}#{}", party.did, row.id);
        Ok(MethodSigner { method, public: public_key(row)?, signer })
    }

    async fn generate(
        &self,
        party: &Party,
        kinds: Vec<Algorithm>,
    ) -> Result<Vec<SigningKeyRow>, IssueError> {
        let (ambient, seal) = (self.ambient.clone(), self.seal(party));
        off_thread(move || {
            let made =
                kinds.into_iter().map(|kind| seal(&keys::generate(kind, &ambient)?.private_jwk));
            made.collect()
        })
        .await
    }

    /// What makes a row of a private key, for this party as of now.
    fn seal(
        &self,
        party: &Party,
    ) -> impl Fn(&Secret) -> Result<SigningKeyRow, IssueError> + Send + 'static {
        let (sealing, now) = (self.sealing.clone(), self.ambient.now());
        let (owner_kind, owner) = (party.kind, party.name.clone());
        move |jwk| {
            let signer = keys::signer(jwk)?;
            let mut row = SigningKeyRow {
                owner_kind,
                owner: owner.clone(),
                id: String::new(),
                algorithm: signer.algorithm().name().into(),
                public_jwk: signer.public_jwk().into(),
                sealed: sealing.seal(jwk)?,
                state: KeyState::Active,
                created_at: now,
                retired_at: None,
                withdrawn_at: None,
            };
            // The key names itself, so that two processes cannot give one name to two keys.
            row.id = match public_key(&row)? {
                // The Multikey of such a key fills a page.
                key if key.algorithm() == Algorithm::Rsa => key.thumbprint(),
                key => key.multikey(),
            };
            Ok(row)
        }
    }

    fn read(&self, row: PartyRow) -> Result<Party, IssueError> {
        let profile = serde_json::from_str(&row.profile).map_err(|e| {
            IssueError::Broken(format!("the stored profile of {:?}: {e}", row.name))
        })?;
        let did = self.did(row.kind, &row.name);
        Ok(Party { kind: row.kind, did, profile, name: row.name })
    }
}

/// Away from the tasks of others: looking for an RSA key's primes takes a while, and so does
/// opening a seal by passphrase.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IssueError> + Send + 'static,
) -> Result<T, IssueError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| IssueError::Broken(format!("work on keys: {error}")))?
}

fn active(rows: &[SigningKeyRow], algorithm: Algorithm) -> Option<&SigningKeyRow> {
    rows.iter().find(|r| r.state == KeyState::Active && r.algorithm == algorithm.name())
}

/// The public half of a stored key.
fn public_key(row: &SigningKeyRow) -> Result<PublicKey, IssueError> {
    PublicKey::from_jwk_text(&row.public_jwk)
        .map_err(|e| IssueError::Broken(format!("the stored public key {}: {e}", row.id)))
}
