//! `touchmark receipt explain`: what a recognizer decided and why, from the file
//! alone; `renew`, after a key was withdrawn; and publishing the policies that
//! receipts are of.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::CommandError;
use super::setup::{OPERATOR, find};
use crate::bake::Picture;
use crate::issue::Issuance;
use crate::proof::Secured;
use crate::recognition::receipt::Explained;
use crate::recognize::{Recognition, RecognizeError};
use crate::store::PartyKind;

/// `touchmark receipt …`
#[derive(Debug, clap::Subcommand)]
pub enum ReceiptCommand {
    /// Say what was decided and on what, by the file alone; whether it is genuine says `verify`
    Explain {
        /// The receipt: JSON, a JWT, or a picture with it
        file: PathBuf,
    },
    /// Sign a recognizer's receipts anew that were signed by a key that is withdrawn; each takes the
    /// old one's place, and the others stay as they are
    Renew {
        #[arg(long)]
        recognizer: String,
        /// The claim whose receipt it is; without, of all claims that stand
        #[arg(long)]
        claim: Option<String>,
    },
}

/// `touchmark receipt explain`
pub fn explain(file: &Path) -> Result<(), CommandError> {
    let what = format!("cannot read {}", file.display());
    let bytes = std::fs::read(file).map_err(CommandError::input(what))?;
    let refused = |why: &str| CommandError::Refused(format!("{}: {why}", file.display()));
    let baked = Picture::of(&bytes).map(|picture| picture.open(&bytes));
    let text = match baked.transpose().map_err(|error| refused(&error.to_string()))? {
        Some(baked) => baked.credential.into_bytes(),
        None => bytes,
    };
    let secured = Secured::decode(&text).map_err(|error| refused(&error.to_string()))?;
    let document = secured.document().map_err(|error| refused(&error.to_string()))?;
    let explained = Explained::of(document.root())
        .ok_or_else(|| refused("this is no receipt of a recognizer"))?;
    print(&explained.lines().join("\n"))
}

/// `touchmark receipt renew`
pub async fn renew(
    issuance: &Issuance,
    recognizer: &str,
    claim: Option<String>,
) -> Result<(), CommandError> {
    let party = find(issuance, PartyKind::Recognizer, recognizer).await?;
    let claims = match claim {
        Some(claim) => vec![claim],
        None => issuance.store.standing_claims(&party.name).await?,
    };
    let recognition = Recognition { issuance };
    let mut renewed = 0;
    for claim in claims {
        let new = recognition.renew_receipt(&party, &claim, OPERATOR).await;
        let new = new.map_err(|error| CommandError::Refused(told(&error)))?;
        if let Some(new) = new {
            renewed += 1;
            print(&format!("{claim} {}", issuance.links.credential(&new)))?;
        }
    }
    print(&format!("renewed {renewed} receipts"))
}

/// `touchmark policy publish`
pub async fn publish(
    issuance: &Issuance,
    recognizer: &str,
    file: &Path,
) -> Result<(), CommandError> {
    let party = find(issuance, PartyKind::Recognizer, recognizer).await?;
    let what = format!("cannot read {}", file.display());
    let text = std::fs::read(file).map_err(CommandError::input(what))?;
    let (row, new) = Recognition { issuance }
        .publish(&party, &text, OPERATOR)
        .await
        .map_err(|error| CommandError::Refused(told(&error)))?;
    let url = issuance.links.policy(recognizer, &row.id);
    let done = if new { "published" } else { "was published before:" };
    print(&format!("{done} {url}/versions/{}", row.version))
}

pub(super) fn told(error: &RecognizeError) -> String {
    match error {
        RecognizeError::Invalid(faults) => {
            let lines = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail));
            lines.collect::<Vec<_>>().join("\n")
        }
        error => error.to_string(),
    }
}

/// Text of others stays text: control characters would be commands to a terminal.
fn print(text: &str) -> Result<(), CommandError> {
    let plain: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    writeln!(std::io::stdout(), "{plain}").map_err(CommandError::io("cannot print"))
}
