//! What a report says beside the verdicts, as lines for people: endorsements, and what
//! the asker wished to know.

use super::{BY_THE_PACK, Basis, plain};
use crate::check::Report;
use crate::check::endorsement::EndorsementReport;
use crate::check::explain::ExplainedProof;
use crate::check::recipient::Fit;
use crate::check::report::Verdict;

pub(super) fn lines(report: &Report, basis: Basis) -> Vec<String> {
    let endorsed = report.endorsements.iter().map(|found| endorsement(found, basis));
    let mut lines: Vec<String> = endorsed.collect();
    if !lines.is_empty() {
        lines.insert(0, String::new());
    }
    if let Some(recipient) = &report.recipient {
        let word = match recipient.outcome {
            Fit::Fits => "fits",
            Fit::DoesNotFit => "does not fit",
            Fit::NothingToCompare => "nothing to compare",
        };
        lines.push(String::new());
        lines.push(format!("  {:<10} {word}: {}", "recipient", plain(&recipient.detail)));
    }
    lines.extend(report.explanation.iter().flat_map(explained));
    lines
}

/// The canonical texts line by line: they are compared with what other software says.
fn explained(proof: &ExplainedProof) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut says = |label: &str, text: Option<&String>| {
        lines.extend(text.map(|text| format!("  {label:<18} {}", plain(text))));
    };
    says("proof", proof.pointer.as_ref());
    says("mechanism", proof.mechanism.as_ref());
    says("names the key", proof.verification_method.as_ref());
    says("issuer's key", proof.key.as_ref().map(|key| &key.public_key_multibase));
    says("hash", proof.hash.as_ref());
    says("of the options", proof.options_hash.as_ref());
    says("of the document", proof.document_hash.as_ref());
    says("signed", proof.signed.as_ref());
    says("document as at", proof.same_document_as.as_ref());
    says("stopped", proof.stopped.as_ref());
    for (what, text) in [
        ("options", proof.canonical_options.as_ref()),
        ("document", proof.canonical_document.as_ref()),
    ] {
        let Some(text) = text else { continue };
        lines.push(format!("  the {what} in canonical form:"));
        lines.extend(text.lines().map(|line| format!("    {}", plain(line))));
    }
    lines
}

fn endorsement(found: &EndorsementReport, basis: Basis) -> String {
    let issuer = found.issuer_name.as_ref().or(found.issuer.as_ref());
    let issuer = plain(issuer.map_or("nobody", String::as_str));
    let problem = found.problems.first().map_or("", |problem| &problem.detail);
    let word = match (found.verified, [found.authentic, found.current].contains(&Verdict::No)) {
        (true, _) => return format!("  {:<10} by {issuer}, as it calls itself", "endorsed"),
        (false, _) if basis == Basis::Pack && found.holds() => {
            let told = format!("by {issuer}, as it calls itself: {BY_THE_PACK}");
            return format!("  {:<10} {told}", "endorsed");
        }
        (false, true) => "not valid",
        (false, false) if !found.endorses_this => "not of this",
        (false, false) => "undecided",
    };
    format!("  {:<10} by {issuer}, {word}: {}", "endorsed", plain(problem))
}
