//! The endorsements that an authentic credential carries, each verified as a credential
//! of its own.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#endorsementcredential-verification>
//!
//! Invariant: nothing of an endorsement is fetched before the signature of the credential
//! held; a few are looked at, and none of their own.

use futures_util::future::join_all;

use super::{Sources, Verifier, decode, unreadable};
use crate::check::Report;
use crate::check::endorsement::{self, EndorsementReport, Endorsing, Found};
use crate::check::options::Options;
use crate::check::report::Verdict;
use crate::model::json::{self, Object};

/// The report with what came of the endorsements in `root`.
pub(super) async fn add<S: Sources>(
    mut report: Report,
    root: &Object<'_>,
    verifier: Verifier<'_, S>,
) -> Report {
    if report.verdicts.authentic != Verdict::Yes {
        return report;
    }
    let (found, seen) = endorsement::find(root);
    if found.is_empty() {
        return report;
    }
    // The asker's wishes are about the credential.
    let wishes = Options { recipient: None, explain: false, ..verifier.options.clone() };
    let verifier = Verifier { options: &wishes, ..verifier };
    report.endorsements = join_all(found.iter().map(|found| one(found, verifier))).await;
    report.warnings.extend(endorsement::too_many(seen));
    report
}

async fn one<S: Sources>(found: &Found<'_, '_>, verifier: Verifier<'_, S>) -> EndorsementReport {
    let text = match &found.endorsement {
        Endorsing::Embedded(value) => json::text(value),
        Endorsing::Jwt(text) => (*text).to_owned(),
    };
    let secured = match decode(text.as_bytes()) {
        Ok(secured) => secured,
        Err(error) => return EndorsementReport::new(found, unreadable(&error), None),
    };
    match secured.document_with(verifier.wrapped()) {
        Ok(document) => {
            let report = verifier.verify_alone(&secured, &document).await;
            EndorsementReport::new(found, report, Some(document.root()))
        }
        Err(error) => EndorsementReport::new(found, unreadable(&error), None),
    }
}
