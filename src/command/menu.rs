//! `touchmark menu publish`: what a recognizer accepts, each achievement endorsed.

use std::path::{Path, PathBuf};

use super::CommandError;
use super::receipt::told;
use super::setup::{OPERATOR, find, print};
use crate::issue::Issuance;
use crate::recognition::menu::MenuDefinition;
use crate::recognize::{Recognition, RecognizeError};
use crate::store::PartyKind;

/// `touchmark menu …`
#[derive(Debug, clap::Subcommand)]
pub enum MenuCommand {
    /// Publish a menu, or a new version of it; what is taken off is revoked
    Publish {
        /// Whose it is
        #[arg(long)]
        recognizer: String,
        /// The menu, in YAML or JSON, with its `id`
        file: PathBuf,
    },
}

pub async fn run(issuance: &Issuance, command: &MenuCommand) -> Result<(), CommandError> {
    let MenuCommand::Publish { recognizer, file } = command;
    publish(issuance, recognizer, file).await
}

async fn publish(issuance: &Issuance, recognizer: &str, file: &Path) -> Result<(), CommandError> {
    let party = find(issuance, PartyKind::Recognizer, recognizer).await?;
    let what = format!("cannot read {}", file.display());
    let text = std::fs::read(file).map_err(CommandError::input(what))?;
    let refused = |error: RecognizeError| CommandError::Refused(told(&error));
    let invalid = |faults| refused(RecognizeError::Invalid(faults));
    let definition = MenuDefinition::read(&text).map_err(invalid)?;
    let Some(id) = &definition.id else {
        let told = "/id: say what the menu is called in its address, as in: id: our-menu";
        return Err(CommandError::Refused(told.into()));
    };
    let recognition = Recognition { issuance };
    let published = recognition.publish_menu(&party, id, &definition, OPERATOR).await;
    let (row, new) = published.map_err(refused)?;
    let url = issuance.links.menu(recognizer, &row.name);
    let done = if new { "published" } else { "was published before:" };
    print(&format!("{done} {url}/versions/{}", row.number))
}
