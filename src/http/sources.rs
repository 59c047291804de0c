//! Where outside documents come from in the service: our own from the books, the
//! rest over the network.
//!
//! Answering our own without a fetch makes a revocation visible at once, and
//! keeps a credential of ours verifiable from inside a closed network.

use jiff::Timestamp;
use url::Url;

use super::App;
use crate::check::issuer_books::IssuerRecord;
use crate::fetch::{FetchError, Fetched, Sources};
use crate::issue::IssueError;
use crate::issue::status_list::ListForm;
use crate::model::links;
use crate::store::PartyKind;

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

    /// In the form that the address's suffix names, else the embedded one.
    async fn read(&self, address: &str) -> Result<Option<String>, IssueError> {
        let issuance = &self.app.issuance;
        let Some(own) = issuance.links.own(address) else { return Ok(None) };
        let wants_jwt = address.ends_with(".jwt");
        Ok(match own {
            links::Own::Credential(id) => {
                let row = issuance.store.credential(id).await?;
                row.map(|row| if wants_jwt { row.jwt } else { row.embedded })
            }
            links::Own::StatusList(id) => {
                issuance.status_list(id, ListForm::Embedded).await?.map(|list| list.body)
            }
            links::Own::DidDocument { recognizer, name } => {
                let kind = if recognizer { PartyKind::Recognizer } else { PartyKind::Issuer };
                match issuance.parties.party(kind, name).await? {
                    Some(party) => Some(issuance.parties.did_document(&party).await?),
                    None => None,
                }
            }
        })
    }
}

impl Own<'_> {
    async fn credential_record(
        &self,
        issuer: &str,
        id: &str,
    ) -> Result<Option<IssuerRecord>, IssueError> {
        let issuance = &self.app.issuance;
        let row = issuance.store.credential(id).await?;
        let row = row.filter(|row| issuance.links.issuer_did(&row.issuer) == issuer);
        Ok(row.map(|row| IssuerRecord::Found {
            superseded_by: row.superseded_by.map(|id| issuance.links.credential(&id)),
            embedded: row.embedded,
        }))
    }
}

impl Sources for Own<'_> {
    async fn fetch(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        let address = self.under_public_url(url);
        if self.app.issuance.links.own(&address).is_none() {
            return self.app.network.fetch(url, accept).await;
        }
        let text = self.read(&address).await.map_err(|error| {
            tracing::error!(%error, "our own document could not be answered");
            FetchError::Unreachable { url: url.to_string() }
        })?;
        let bytes =
            text.ok_or(FetchError::Status { url: url.to_string(), status: 404 })?.into_bytes();
        Ok(Fetched { bytes, content_type: None, fetched_at: self.app.issuance.ambient.now() })
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
        let record = match credential_id.and_then(|id| issuance.links.own(id)) {
            Some(links::Own::Credential(id)) => self.credential_record(issuer, id).await,
            Some(links::Own::StatusList(id)) => issuance
                .status_list(id, ListForm::Embedded)
                .await
                .map(|list| list.map(|list| IssuerRecord::List { embedded: list.body })),
            Some(links::Own::DidDocument { .. }) | None => Ok(None),
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
