//! `touchmark recognizer trust`: whom a recognizer trusts, said and shown.

use std::path::PathBuf;

use super::CommandError;
use super::setup::{OPERATOR, PartyCommand, find, party, print};
use crate::check::trusted_issuers::TrustedIssuers;
use crate::issue::Issuance;
use crate::recognize::{Recognition, RecognizeError, trust};
use crate::store::PartyKind;

/// `touchmark recognizer …`
#[derive(Debug, clap::Subcommand)]
pub enum RecognizerCommand {
    #[command(flatten)]
    Party(PartyCommand),
    /// Say whom it trusts: the whole list of issuers, in the place of the one before. Without a
    /// file, show the list in use. What it says is public
    Trust {
        /// The recognizer
        slug: String,
        /// TOML, as `--trusted-issuers` takes it: an `[[issuer]]` with `id`, `name` and `from` each
        file: Option<PathBuf>,
    },
}

pub async fn run(issuance: &Issuance, command: RecognizerCommand) -> Result<(), CommandError> {
    let (slug, file) = match command {
        RecognizerCommand::Party(command) => {
            return party(issuance, PartyKind::Recognizer, command).await;
        }
        RecognizerCommand::Trust { slug, file } => (slug, file),
    };
    let recognizer = find(issuance, PartyKind::Recognizer, &slug).await?;
    let recognition = Recognition { issuance };
    let Some(file) = file else { return show(recognition, &slug).await };
    let what = format!("cannot read {}", file.display());
    let text = std::fs::read_to_string(&file).map_err(CommandError::input(what))?;
    let issuers = TrustedIssuers::parse(&text)
        .map_err(|error| CommandError::Refused(format!("{}, {error}", file.display())))?;
    let published = recognition.trust(&recognizer, &issuers, OPERATOR).await;
    let (row, new) = published.map_err(refused)?;
    let done = if new { "trusts" } else { "trusts already" };
    let url = issuance.links.trusted_issuers(&slug, Some(&row.digest));
    print(&format!("{slug} {done} {} issuers: {url}", issuers.len()))
}

async fn show(recognition: Recognition<'_>, slug: &str) -> Result<(), CommandError> {
    let row = recognition.issuance.store.trusted_issuers(slug).await;
    let row = row.map_err(|error| refused(error.into()))?;
    let Some(row) = row else {
        return print("no list of its own: the operator's file of trusted issuers stands in");
    };
    for issuer in trust::issuers(&row).map_err(|error| refused(error.into()))?.issuers() {
        print(&format!("{}\t{}\t{}", issuer.id, issuer.name, issuer.from))?;
    }
    Ok(())
}

fn refused(error: RecognizeError) -> CommandError {
    CommandError::Refused(error.to_string())
}
