//! `touchmark demo`: the main job with example data, in a throw-away folder.

use std::io::IsTerminal as _;
use std::sync::Arc;

use super::CommandError;
use super::example::{self, ISSUER, Minted};
use super::example_offices;
use super::folder::Folder;
use super::serve::Stop;
use crate::ambient::Ambient;
use crate::config::{Config, Settings};
use crate::http::auth::Scope;
use crate::issue::Issuance;
use crate::issue::access::NewApiKey;

/// Fills a fresh service, says what to try, and serves until Ctrl-C.
pub async fn run(settings: Settings, ambient: Ambient) -> Result<(), CommandError> {
    let stop = Stop::listen()?;
    let folder = Folder::within(&std::env::temp_dir(), "touchmark-demo", &ambient)?;
    let asked = settings.listen.filter(|address| address.ip().is_loopback());
    let mut config = config(settings, &folder)?;
    let listener = super::serve::bind(&mut config).await?;
    let port = config.listen.port();
    config.dev_origins =
        vec![format!("http://localhost:{port}"), format!("http://127.0.0.1:{port}")];

    let issuance = super::open(&config, &ambient).await?;
    let minted = example::fill(&issuance).await?;
    let token = api_key(&issuance).await?;
    let office = example_offices::fill(&issuance).await?;
    config.trusted = Some(Arc::new(example_offices::trusted(&issuance.links)?));
    let manage = issuance.manage_links().await?.first(&minted[0].id);
    // did:web knows no IP addresses, so the service calls itself localhost; it answers as well at
    // the address that was asked for.
    let base = match asked {
        Some(_) => format!("http://{}", config.listen),
        None => issuance.links.base().to_owned(),
    };
    let claim = example_offices::claim(&base, &minted[1].id, &office);
    println!("{}", summary(&base, &minted, &token, &manage, &claim));
    super::serve::serve(listener, issuance, &config, stop).await
}

/// The settings given, but always on embedded SQLite in the throw-away folder.
fn config(mut settings: Settings, folder: &Folder) -> Result<Config, CommandError> {
    settings.data = Some(folder.path().to_owned());
    settings.database_url = None;
    settings.key_file = None;
    settings.public_url = None;
    Ok(settings.resolve(None)?)
}

async fn api_key(issuance: &Issuance) -> Result<String, CommandError> {
    let new = NewApiKey {
        issuer: Some(ISSUER.into()),
        client: "demo".into(),
        scopes: [Scope::Mint, Scope::Status, Scope::Admin].map(Scope::as_str).into(),
        mints_per_hour: 1000,
        expires_at: None,
    };
    let (_, token) = issuance.create_api_key(new, "demo").await?;
    Ok(token.expose().to_owned())
}

fn summary(base: &str, minted: &[Minted], token: &str, manage: &str, claim: &[String]) -> String {
    let (bold, dim, end) = match std::io::stdout().is_terminal() {
        true => ("\x1b[1m", "\x1b[2m", "\x1b[0m"),
        false => ("", "", ""),
    };
    let mut lines = vec![
        String::new(),
        format!("  {bold}Touchmark{end} is at {base}"),
        format!("  {dim}an example issuer, three micro-credentials, five passing reviews{end}"),
        String::new(),
    ];
    for credential in minted {
        lines.push(format!(
            "  {bold}{:<10}{end} {:<15} {}",
            credential.status, credential.earner, credential.achievement
        ));
        lines.push(format!("             {base}/credentials/{}", credential.id));
    }
    let first = &minted[0].id;
    lines.extend([
        String::new(),
        format!("  {bold}Decide what others see of the first, as {} would{end}", minted[0].earner),
        format!("    {base}/manage/{manage}"),
        format!("  {bold}See what they count for: drop files or paste the links above{end}"),
        format!("    {base}/counts"),
        format!("  {bold}Verify one{end}"),
        format!("    curl -s {base}/credentials/{first}.json -o credential.json"),
        format!("    curl -s --data-binary @credential.json {base}/v1/verify"),
        format!("  {bold}Change one letter, and see it refused{end}"),
        format!(
            "    sed s/Jordan/Jordin/ credential.json | curl -s --data-binary @- {base}/v1/verify"
        ),
        format!("  {bold}Revoke it, and verify again{end}"),
        format!("    curl -s {base}/v1/issuers/{ISSUER}/credentials/{first}/revoke \\"),
        format!("      -H 'Authorization: Bearer {token}' \\"),
        "      -H 'Content-Type: application/json' -d '{\"reason\": \"trying it out\"}'".into(),
        format!("    curl -s --data-binary @credential.json {base}/v1/verify"),
        format!(
            "  {bold}Claim what {}'s counts for, with an example office{end}",
            minted[1].earner
        ),
    ]);
    lines.extend_from_slice(claim);
    lines.extend([
        String::new(),
        format!("  {dim}The API is at {base}/docs/ . Ctrl-C ends it and deletes everything.{end}"),
    ]);
    lines.join("\n")
}
