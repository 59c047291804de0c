//! What a report says beside the verdicts, as lines for people: endorsements, and what
//! the asker wished to know.

use super::plain;
use crate::check::Report;
use crate::check::endorsement::EndorsementReport;
use crate::check::recipient::Fit;

pub fn lines(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = report.endorsements.iter().map(endorsement).collect();
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
    lines
}

fn endorsement(found: &EndorsementReport) -> String {
    let issuer = found.issuer_name.as_ref().or(found.issuer.as_ref());
    let issuer = plain(issuer.map_or("nobody", String::as_str));
    let problem = found.problems.first().map_or("", |problem| &problem.detail);
    match found.verified {
        true => format!("  {:<10} holds, by {issuer} (as it calls itself)", "endorsed"),
        false => format!("  {:<10} does not hold, by {issuer}: {}", "endorsed", plain(problem)),
    }
}
