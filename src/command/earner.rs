//! `touchmark earner forget`: an earner's personal data leaves the store.

use super::{CommandError, setup};
use crate::config::Config;
use crate::issue::Issuance;
use crate::issue::forget::Forgettable;
use crate::issue::request::EarnerIdentifier;
use crate::model::links::Own;
use crate::store::PartyKind;

/// `touchmark earner …`
#[derive(Debug, clap::Subcommand)]
pub enum EarnerCommand {
    /// Remove an earner's personal data from the store, for good: the signed forms, the evidence
    /// links, the share links, who it was. Status lists and the audit are kept, and so is whether
    /// it was revoked
    Forget {
        /// The issuer whose earner it is
        #[arg(long)]
        issuer: String,
        #[command(flatten)]
        whom: Whom,
    },
}

/// Whom to forget.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Whom {
    /// Whom the issuer tells from others by this address
    #[arg(long)]
    email: Option<String>,
    /// Whose DID this is, or whom the credentials call so (urn:uuid:…)
    #[arg(long)]
    id: Option<String>,
    /// Whom the issuer's system names so, as in accountId=A-7731
    #[arg(long, value_parser = identifier)]
    identifier: Option<EarnerIdentifier>,
    /// What this credential says (its link, or the id in that); others of its earner are kept
    #[arg(long)]
    credential: Option<String>,
}

fn identifier(text: &str) -> Result<EarnerIdentifier, String> {
    let (kind, value) = text.split_once('=').ok_or("write TYPE=VALUE, as in accountId=A-7731")?;
    Ok(EarnerIdentifier { kind: kind.into(), value: value.into() })
}

pub async fn run(
    issuance: &Issuance,
    config: &Config,
    command: EarnerCommand,
) -> Result<(), CommandError> {
    let EarnerCommand::Forget { issuer, whom } = command;
    setup::find(issuance, PartyKind::Issuer, &issuer).await?;
    let whom = wanted(issuance, whom);
    let forgotten = issuance.forget(&issuer, &whom, setup::OPERATOR, config.contexts).await?;
    for id in &forgotten.credentials {
        setup::print(&format!("forgot {id}"))?;
    }
    if forgotten.credentials.is_empty() {
        setup::print("nothing to forget: this issuer keeps no data of such an earner")?;
        if matches!(whom, Forgettable::Email(_)) {
            eprintln!(
                "An address is known only of earners whom the issuer names by nothing else; try \
                 --identifier, --id or --credential."
            );
        }
        return Ok(());
    }
    if !forgotten.kept.is_empty() {
        eprintln!("{} more of the same earner are kept:", forgotten.kept.len());
        for id in &forgotten.kept {
            eprintln!("  {id}");
        }
    }
    if !issuance.store.empty_log().await? {
        eprintln!(
            "A running service still reads what was written before; it goes from the file beside \
             the database when that service stops."
        );
    }
    eprintln!(
        "What recognizers recorded of claims with it is theirs: a claim is redacted by the \
         recognizer, on its own."
    );
    eprintln!("Backups made before still hold it, and on PostgreSQL the disk until VACUUM.");
    Ok(())
}

fn wanted(issuance: &Issuance, whom: Whom) -> Forgettable {
    let Whom { email, id, identifier, credential } = whom;
    match (email, id, identifier) {
        (Some(email), ..) => Forgettable::Email(email),
        (_, Some(id), _) => Forgettable::Id(id),
        (_, _, Some(identifier)) => Forgettable::Identifier(identifier),
        (None, None, None) => {
            let named = credential.unwrap_or_default();
            let id = match issuance.links.own(&named) {
                Some(Own::Credential(id)) => id.to_owned(),
                _ => named,
            };
            Forgettable::Credential(id)
        }
    }
}
