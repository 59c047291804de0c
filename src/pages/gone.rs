//! What was here and ended at its holder's wish: said kindly, and never as if something were wrong.

use askama::Template;

use super::render;
use super::speech::Speech;
use crate::http::problem::Problem;
use crate::store::{CredentialRow, PartyKind};

#[derive(Template)]
#[template(path = "gone.html")]
struct Page<'a> {
    t: &'a Speech,
    title: String,
    means: String,
    what_to_do: String,
}

/// By the message of its title; those of its text are named after it.
pub fn page(t: &Speech, key: &str) -> Result<String, Problem> {
    let (means, what_to_do) = (t.text(&format!("{key}-means")), t.text(&format!("{key}-do")));
    render(&Page { t, title: t.text(key), means, what_to_do })
}

/// The keys that pages here are made of.
pub const SHARE_WITHDRAWN: &str = "share-withdrawn";
pub const SHARE_ENDED: &str = "share-ended";
pub const MANAGE_ENDED: &str = "manage-ended";
pub const FORGOTTEN: &str = "forgotten";
pub const REDACTED: &str = "receipt-redacted";

/// Of a credential whose personal data was deleted: by its holder's wish, or a receipt's by its
/// claimant's.
pub fn of(row: &CredentialRow) -> &'static str {
    match PartyKind::of_owner(&row.issuer).0 {
        PartyKind::Issuer => FORGOTTEN,
        PartyKind::Recognizer => REDACTED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_ended_what_it_means_and_what_to_do() {
        let t = Speech::english();
        for key in [SHARE_WITHDRAWN, SHARE_ENDED, MANAGE_ENDED, FORGOTTEN, REDACTED] {
            for key in [key.to_owned(), format!("{key}-means"), format!("{key}-do")] {
                assert!(t.has(&key), "{key}");
            }
            let page = page(&t, key).unwrap_or_else(|problem| panic!("{problem}"));
            assert!(!page.to_lowercase().contains("invalid"), "{page}");
        }
    }
}
