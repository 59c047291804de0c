//! `touchmark doctor`: what is in order and what is not, with the cure.
//!
//! Invariant: it looks and changes nothing. No folder, database or key file is made.

use jiff::SignedDuration;

use super::CommandError;
use crate::ambient::Ambient;
use crate::config::{Config, Database};
use crate::fetch::{Network, Sources as _};
use crate::issue::{EARNER_LOOKUP_SECRET, PUBLIC_URL};
use crate::store::{PartyKind, Store};

/// What one look found.
enum Finding {
    Good(String),
    /// Works, and worth knowing.
    Note(String),
    Bad(String),
}

/// Looks at everything and prints it; true where nothing is bad.
pub async fn run(config: &Config, ambient: &Ambient) -> bool {
    let mut findings = vec![("configuration", configuration(config))];
    match &config.database {
        Database::Sqlite(file) if !file.exists() => {
            let text = format!("there is no {} yet; the first start makes it", file.display());
            findings.push(("database", Finding::Note(text)));
        }
        _ => match super::open_store(config).await {
            Err(error) => findings.push(("database", Finding::Bad(error.to_string()))),
            Ok(store) => in_store(config, ambient, &store, &mut findings).await,
        },
    }
    findings.push(("reachable", reachable(config, ambient).await));
    for (what, finding) in &findings {
        let (mark, text) = match finding {
            Finding::Good(text) => ("ok  ", text),
            Finding::Note(text) => ("note", text),
            Finding::Bad(text) => ("BAD ", text),
        };
        println!("{mark} {what:<14} {text}");
    }
    !findings.iter().any(|(_, finding)| matches!(finding, Finding::Bad(_)))
}

async fn in_store(
    config: &Config,
    ambient: &Ambient,
    store: &Store,
    findings: &mut Vec<(&'static str, Finding)>,
) {
    findings.push(("database", database(config, store).await));
    if store.schema_version().await.is_ok_and(|version| version > 0) {
        findings.push(("keys", keys(config, store).await));
        findings.push(("clock", clock(ambient, store).await));
        findings.push(("public URL", settled(config, store).await));
    }
}

fn configuration(config: &Config) -> Finding {
    if config.production() {
        return Finding::Good("production: https, no development switches, no example keys".into());
    }
    Finding::Note("development: the public URL is loopback, so only this machine can verify".into())
}

async fn database(config: &Config, store: &Store) -> Finding {
    let name = config.database.describe();
    if let Err(error) = store.ping().await {
        return Finding::Bad(format!("{name} does not answer: {error}"));
    }
    match store.schema_version().await {
        Err(error) => Finding::Bad(format!("{name}: {error}")),
        Ok(0) => Finding::Note(format!("{name} is empty; the first start migrates it")),
        Ok(found) if found < store.newest_schema() => Finding::Note(format!(
            "{name} is at schema {found}; the next start migrates it to {}",
            store.newest_schema()
        )),
        Ok(found) if found > store.newest_schema() => Finding::Bad(format!(
            "{name} is at schema {found}, newer than this program knows; use a newer program"
        )),
        Ok(found) => Finding::Good(format!("{name} answers, schema {found}")),
    }
}

/// Every sealed key opens and fits its public half.
async fn keys(config: &Config, store: &Store) -> Finding {
    let looked = async {
        let Some(sealed) = store.any_seal(EARNER_LOOKUP_SECRET).await? else {
            return Ok("none yet".to_owned());
        };
        let sealing = config.sealing_key_of(&sealed)?;
        let mut opened = 0;
        for kind in [PartyKind::Issuer, PartyKind::Recognizer] {
            for party in store.parties(kind).await? {
                for key in store.keys(kind, &party.name).await? {
                    config.admit_key(&key.public_jwk)?;
                    sealing.signer(&key.sealed, &key.public_jwk)?;
                    opened += 1;
                }
            }
        }
        Ok::<_, CommandError>(format!("{opened} signing keys open; {}", sealing.describe()))
    };
    match looked.await {
        Ok(text) => Finding::Good(text),
        Err(error) => Finding::Bad(error.to_string()),
    }
}

/// A clock behind what was recorded already would date credentials back.
async fn clock(ambient: &Ambient, store: &Store) -> Finding {
    let now = ambient.now();
    match store.newest_audit().await {
        Err(error) => Finding::Bad(error.to_string()),
        Ok(Some(newest)) if newest > now + SignedDuration::from_mins(5) => Finding::Bad(format!(
            "it says {now}, but the newest record is of {newest}; set the clock (NTP)"
        )),
        Ok(_) => Finding::Good(now.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
    }
}

async fn settled(config: &Config, store: &Store) -> Finding {
    let wanted = config.public_url.base();
    match store.instance(PUBLIC_URL).await {
        Err(error) => Finding::Bad(error.to_string()),
        Ok(None) => Finding::Note(format!("{wanted}; the first mint fixes it for good")),
        Ok(Some(settled)) if settled == wanted => {
            Finding::Good(format!("{settled}, fixed by the first mint"))
        }
        Ok(Some(settled)) => Finding::Bad(CommandError::OtherPublicUrl { settled }.to_string()),
    }
}

/// Whether the world finds the service where the credentials say it is.
async fn reachable(config: &Config, ambient: &Ambient) -> Finding {
    let base = config.public_url.base().to_owned();
    let dev = if config.production() { Vec::new() } else { vec![base.clone()] };
    let fetched = async {
        let network = Network::new(ambient.clone(), &dev).map_err(|e| e.to_string())?;
        let url = url::Url::parse(&format!("{base}/healthz")).map_err(|e| e.to_string())?;
        network.fetch(&url, "text/plain").await.map_err(|e| e.to_string())
    };
    match fetched.await {
        Ok(answer) if answer.bytes.starts_with(b"ok") => Finding::Good(format!("{base} answers")),
        Ok(_) => Finding::Bad(format!("something else answers at {base}/healthz")),
        Err(why) if config.production() => Finding::Bad(format!(
            "{why}; verifiers need the DID documents and status lists there: start the service, \
             and check DNS, TLS and the proxy"
        )),
        Err(why) => Finding::Note(format!("{why}; start the service and look again")),
    }
}
