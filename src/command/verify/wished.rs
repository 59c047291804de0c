//! What a report says beside the verdicts, as lines for people: endorsements, and what
//! the asker wished to know.

use super::plain;
use crate::check::Report;
use crate::check::endorsement::EndorsementReport;
use crate::check::recipient::Fit;
use crate::check::report::Verdict;

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
    let word = match (found.verified, [found.authentic, found.current].contains(&Verdict::No)) {
        (true, _) => return format!("  {:<10} by {issuer}, as it calls itself", "endorsed"),
        (false, true) => "not valid",
        (false, false) if !found.endorses_this => "not of this",
        (false, false) => "undecided",
    };
    format!("  {:<10} by {issuer}, {word}: {}", "endorsed", plain(problem))
}
