//! Asking a credential's refresh service, once.
//!
//! Invariant: it is asked only after the signature held, so that who forges cannot
//! name it; and what it answers is verified without asking its own, so that no
//! chain of services leads us on.

use std::pin::Pin;

use url::Url;

use super::{Sources, Verifier, decode};
use crate::check::Report;
use crate::check::refresh::{self, Answer, Service};
use crate::fetch::ACCEPT_CREDENTIAL;
use crate::model::Credential;

/// Asks the service that the credential names, if it names one.
pub(super) async fn refresh<S: Sources>(
    credential: &Credential<'_, '_>,
    verifier: Verifier<'_, S>,
) -> Option<(Service, Answer)> {
    let service = refresh::service(credential)?;
    let answer = match Url::parse(&service.url) {
        Err(_) => Answer::Silent(format!("{} is not a URL", service.url)),
        Ok(url) => match verifier.sources.fetch(&url, ACCEPT_CREDENTIAL).await {
            Err(error) => Answer::Silent(error.to_string()),
            Ok(fetched) => verify_once(&fetched.bytes, verifier).await,
        },
    };
    Some((service, answer))
}

/// Boxed: verifying is what led here.
fn verify_once<'r, S: Sources>(
    bytes: &'r [u8],
    verifier: Verifier<'r, S>,
) -> Pin<Box<dyn Future<Output = Answer> + Send + 'r>> {
    Box::pin(async move {
        let secured = match decode(bytes) {
            Ok(secured) => secured,
            Err(error) => return Answer::Silent(error.to_string()),
        };
        let document = match secured.document_with(verifier.wrapped()) {
            Ok(document) => document,
            Err(error) => return Answer::Silent(error.to_string()),
        };
        let report: Report = verifier.verify_alone(&secured, &document).await;
        Answer::Answered(Box::new(report))
    })
}
