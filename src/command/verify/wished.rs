//! What an asker wished to know beside the verdicts, as lines for people.

use super::plain;
use crate::check::Report;
use crate::check::recipient::Fit;

pub fn lines(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
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
