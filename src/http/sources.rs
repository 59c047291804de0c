//! Where outside documents come from in the service: our own from the books, the
//! rest over the network.
//!
//! Answering our own without a fetch makes a revocation visible at once, and
//! keeps a credential of ours verifiable from inside a closed network.
//!
//! What was read of them is kept as of anybody's, under the version that their
//! rows have: each use asks for the version, and a row that changed is read.

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::App;
use crate::check::issuer_books::IssuerRecord;
use crate::check::{Check, issuer_key};
use crate::did::{ControllerDocument, Resolution};
use crate::fetch::readings::{Edition, KeptList, ListAsked, Prove, ProvenList};
use crate::fetch::{FetchError, Fetched, ListError, Sources, read_keys};
use crate::issue::IssueError;
use crate::issue::status_list::ListForm;
use crate::model::links;
use crate::store::{CredentialRow, PartyKind};

/// The service's sources.
pub struct Own<'a> {
    app: &'a App,
}

impl<'a> Own<'a> {
    pub fn of(app: &'a App) -> Self {
        Self { app }
    }

    /// did:web always names https; a development service answers http at the same authority. What
    /// people and their mail programs hang on to a link (`?utm_source=…`, `#top`) names nothing.
    fn under_public_url(&self, url: &Url) -> String {
        let mut bare = url.clone();
        bare.set_query(None);
        bare.set_fragment(None);
        let address = bare.as_str();
        match (
            self.app.issuance.links.base().strip_prefix("http://"),
            address.strip_prefix("https://"),
        ) {
            (Some(authority), Some(rest)) if rest.starts_with(authority) => {
                format!("http://{rest}")
            }
            _ => address.to_owned(),
        }
    }

    /// In the form that the address's suffix names, else the embedded one; else the status that
    /// anybody else would get.
    async fn read(&self, address: &str) -> Result<Result<String, u16>, IssueError> {
        let issuance = &self.app.issuance;
        let Some(own) = issuance.links.own(address) else { return Ok(Err(404)) };
        let form = |row: CredentialRow| match address.ends_with(".jwt") {
            true => row.jwt,
            false => row.embedded,
        };
        let found = match own {
            links::Own::Credential(id) => match issuance.store.credential_and_control(id).await? {
                Some((row, _)) if row.is_forgotten() => return Ok(Err(410)),
                Some((_, control)) if control.hidden => return Ok(Err(403)),
                found => found.map(|(row, _)| form(row)),
            },
            links::Own::Shared(token) => match issuance.store.shared(token).await? {
                Some((link, ..)) if !link.is_live(issuance.ambient.now()) => return Ok(Err(410)),
                found => found.map(|(_, row, _)| form(row)),
            },
            links::Own::StatusList(id) => {
                issuance.status_list(id, ListForm::Embedded).await?.map(|list| list.body)
            }
            links::Own::DidDocument { recognizer, name } => {
                self.did_document(party_kind(recognizer), name).await?
            }
        };
        Ok(found.ok_or(404))
    }

    async fn did_document(
        &self,
        kind: PartyKind,
        name: &str,
    ) -> Result<Option<String>, IssueError> {
        let parties = &self.app.issuance.parties;
        Ok(match parties.party(kind, name).await? {
            Some(party) => Some(parties.did_document(&party).await?),
            None => None,
        })
    }

    /// The keys of a party here, decoded once for each state that its key rows have.
    async fn own_keys(
        &self,
        (kind, name): (PartyKind, &str),
        issuer: &str,
        url: &Url,
    ) -> Result<Arc<ControllerDocument>, Check> {
        let unreachable = |error| issuer_key::unreachable(&silent(url, &error).to_string());
        let version = self.app.issuance.store.keys_version(kind, name).await;
        let edition = Edition::Own(version.map_err(|error| unreachable(error.into()))?);
        let read = async || match self.did_document(kind, name).await {
            Ok(Some(document)) => read_keys(document.as_bytes(), issuer),
            Ok(None) => Err(issuer_key::unreachable(&not_found(url).to_string())),
            Err(error) => Err(unreachable(error)),
        };
        self.app.network.readings().keys(issuer, &edition, read).await
    }

    /// A list of ours as of now, proven once for each version that its rows have.
    async fn own_list(
        &self,
        id: &str,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<ProvenList, ListError> {
        let issuance = &self.app.issuance;
        let tag = issuance.list_tag(id, ListForm::Embedded).await;
        let tag = tag.map_err(|error| silent(asked.url, &error))?;
        let edition = Edition::Own(tag.ok_or_else(|| not_found(asked.url))?);
        let make = async || match issuance.status_list(id, ListForm::Embedded).await {
            Ok(Some(list)) => {
                KeptList::prove(asked, Edition::Own(list.tag), list.body.as_bytes(), prove)
            }
            Ok(None) => KeptList::refused(asked, &not_found(asked.url)),
            Err(error) => KeptList::refused(asked, &silent(asked.url, &error)),
        };
        Ok(self.app.network.readings().list(asked, &edition, || make()).await?)
    }
}

fn party_kind(recognizer: bool) -> PartyKind {
    if recognizer { PartyKind::Recognizer } else { PartyKind::Issuer }
}

fn silent(url: &Url, error: &IssueError) -> FetchError {
    tracing::error!(%error, "our own document could not be answered");
    FetchError::Unreachable { url: url.to_string() }
}

fn not_found(url: &Url) -> FetchError {
    FetchError::Status { url: url.to_string(), status: 404 }
}

impl Own<'_> {
    async fn credential_record(
        &self,
        issuer: &str,
        id: &str,
    ) -> Result<Option<IssuerRecord>, IssueError> {
        let issuance = &self.app.issuance;
        let row = match (issuance.links.own(id), issuance.links.own_issuer(issuer)) {
            (Some(links::Own::Credential(token)), _) => issuance.store.credential(token).await?,
            // Composed elsewhere, with an id of its issuer's own.
            (None, Some(name)) => issuance.store.credential_by_external_id(name, id).await?,
            _ => None,
        };
        let row = row.filter(|row| {
            let (kind, name) = PartyKind::of_owner(&row.issuer);
            issuance.parties.did(kind, name) == issuer
        });
        let Some(row) = row else { return Ok(None) };
        let forgotten = row.is_forgotten();
        let superseded_by = row.superseded_by.map(|id| issuance.links.credential(&id));
        Ok(Some(match forgotten {
            true => IssuerRecord::Forgotten {
                digest: issuance.store.control(&row.id).await?.digest,
                salt: issuance.forgotten_salt(&row.id).await?,
                superseded_by,
            },
            false => IssuerRecord::Found { superseded_by, embedded: row.embedded },
        }))
    }
}

impl Sources for Own<'_> {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        let address = self.under_public_url(url);
        if self.app.issuance.links.own(&address).is_none() {
            return self.app.network.fetch(url, accept).await;
        }
        let text = self.read(&address).await.map_err(|error| silent(url, &error))?;
        let refused = |status| FetchError::Status { url: url.to_string(), status };
        let bytes = text.map_err(refused)?.into_bytes();
        Ok(Fetched { bytes, content_type: None, fetched_at: self.app.issuance.ambient.now() })
    }

    async fn keys(&self, issuer: &str) -> Result<Arc<ControllerDocument>, Check> {
        if issuer.starts_with("did:web:")
            && let Resolution::Fetch(url) = issuer_key::locate(Some(issuer))?
            && let address = self.under_public_url(&url)
            && let Some(links::Own::DidDocument { recognizer, name }) =
                self.app.issuance.links.own(&address)
        {
            return self.own_keys((party_kind(recognizer), name), issuer, &url).await;
        }
        self.app.network.keys(issuer).await
    }

    async fn list(
        &self,
        asked: ListAsked<'_>,
        prove: &Prove<'_>,
    ) -> Result<(ProvenList, Timestamp), ListError> {
        let address = self.under_public_url(asked.url);
        match self.app.issuance.links.own(&address) {
            Some(links::Own::StatusList(id)) => {
                let proven = self.own_list(id, asked, prove).await?;
                Ok((proven, self.app.issuance.ambient.now()))
            }
            // A credential or a key document of ours is no list, and nowhere but here.
            Some(_) => {
                let fetched = self.fetch(asked.url, "").await?;
                Ok((prove(&fetched.bytes)?, fetched.fetched_at))
            }
            None => self.app.network.list(asked, prove).await,
        }
    }

    fn newest_list(&self, issuer: &str, url: &str, valid_from: Timestamp) -> Timestamp {
        self.app.network.newest_list(issuer, url, valid_from)
    }

    async fn issuer_record(&self, issuer: &str, credential_id: Option<&str>) -> IssuerRecord {
        let issuance = &self.app.issuance;
        let ours = [issuance.links.issuer_did(""), issuance.links.recognizer_did("")];
        if !ours.iter().any(|base| issuer.starts_with(base)) {
            return IssuerRecord::NotOurs;
        }
        let Some(id) = credential_id else { return IssuerRecord::Absent };
        let record = match issuance.links.own(id) {
            Some(links::Own::StatusList(id)) => issuance
                .status_list(id, ListForm::Embedded)
                .await
                .map(|list| list.map(|list| IssuerRecord::List { embedded: list.body })),
            _ => self.credential_record(issuer, id).await,
        };
        match record {
            Ok(record) => record.unwrap_or(IssuerRecord::Absent),
            Err(error) => {
                tracing::error!(%error, "our own books did not answer");
                IssuerRecord::Unknown
            }
        }
    }
}
