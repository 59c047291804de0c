//! The example issuer, its three micro-credentials and five passing reviews.
//! All persons are made up.

use serde_json::json;

use super::CommandError;
use crate::issue::parties::Party;
use crate::issue::request::MintRequest;
use crate::issue::{Issuance, IssueError, Minter, Order};
use crate::keys::example;
use crate::model::achievement::AchievementDefinition;
use crate::model::profile::ProfileDefinition;
use crate::model::securing::Securing;
use crate::store::{Change, PartyKind};

const ACHIEVEMENTS: [&str; 3] = [
    include_str!("example/creating-a-classroom-community.json"),
    include_str!("example/restorative-practices.json"),
    include_str!("example/communication-for-esps.json"),
];

/// The example issuer's short name.
pub const ISSUER: &str = "nea";

/// A credential of the example, and how its status stands.
pub struct Minted {
    pub id: String,
    pub earner: String,
    pub achievement: String,
    pub status: &'static str,
}

/// Fills an empty store: issuer, achievements, five credentials, one revoked, one suspended.
pub async fn fill(issuance: &Issuance) -> Result<Vec<Minted>, CommandError> {
    let profile = ProfileDefinition {
        name: "NEA (example)".into(),
        url: Some("https://www.nea.org".into()),
        description: Some(
            "An example issuer for trying Touchmark out; not the National Education Association."
                .into(),
        ),
        email: None,
        image: None,
        embed_email_hash: false,
        securing: Securing::default(),
    };
    let keys = [example::nea_ed25519(), example::nea_es256()];
    let issuer = issuance.parties.add(PartyKind::Issuer, ISSUER, &profile, "demo").await?;
    issuance.parties.import_keys(&issuer, &keys).await?;
    for text in ACHIEVEMENTS {
        let definition: AchievementDefinition =
            serde_json::from_str(text).map_err(|e| CommandError::Refused(e.to_string()))?;
        issuance.add_achievement(ISSUER, &definition, "demo").await?;
    }
    let minted = mint(issuance, &issuer).await?;
    let change = async |id: &str, change: Change, reason: &str| {
        issuance.change(ISSUER, id, &change, reason, "demo").await
    };
    change(&minted[3].id, Change::Revoke, "The evidence was another educator's").await?;
    change(&minted[4].id, Change::Suspend, "The review is under appeal").await?;
    Ok(minted)
}

async fn mint(issuance: &Issuance, issuer: &Party) -> Result<Vec<Minted>, CommandError> {
    let reviews = [
        ("creating-a-classroom-community", "Jordan Rivera", "2026-05-04", "good"),
        ("restorative-practices", "Amara Okafor", "2026-05-11", "good"),
        ("communication-for-esps", "Chris Nguyen", "2026-06-02", "good"),
        ("creating-a-classroom-community", "Sam Whitfield", "2026-06-15", "revoked"),
        ("restorative-practices", "Dana Kowalski", "2026-06-22", "suspended"),
    ];
    let mut orders = Vec::new();
    for (achievement, earner, date, _) in reviews {
        orders.push(order(issuance, achievement, earner, date).await?);
    }
    let by = Minter { api_key: "demo".into(), client: "demo".into(), per_hour: 1000 };
    let issued = issuance.issue(issuer.clone(), by, orders).await;
    let issued: Vec<_> = issued.into_iter().collect::<Result<_, IssueError>>()?;
    let described = issued.into_iter().zip(reviews).map(|(issued, (_, earner, _, status))| {
        Minted { id: issued.id, earner: earner.into(), achievement: issued.achievement, status }
    });
    Ok(described.collect())
}

/// A review that passed on every criterion of an achievement of the example.
pub async fn order(
    issuance: &Issuance,
    achievement: &str,
    earner: &str,
    date: &str,
) -> Result<Order, CommandError> {
    let row = issuance.store.latest_achievement(ISSUER, achievement).await?;
    let row = row.ok_or_else(|| CommandError::Refused(format!("no example {achievement}")))?;
    let definition = crate::issue::definition(&row)?;
    let levels: serde_json::Map<_, _> = definition
        .result_description
        .iter()
        .enumerate()
        .map(|(i, c)| (c.id.clone(), json!(if i == 2 { "exemplary" } else { "proficient" })))
        .collect();
    let account = earner.to_lowercase().replace(' ', ".");
    let request = json!({
        "achievement": achievement,
        "earner": {"name": earner, "identifier": {"type": "accountId", "value": account}},
        "review": {"outcome": "passed", "date": date, "levels": levels},
        "evidence": [
            {"url": format!("https://evidence.example/{account}/plan.pdf"), "name": "Plan",
             "description": "The plan with its routines and agendas", "genre": "Plan", "open": true},
            {"url": format!("https://evidence.example/{account}/class.mp4"), "name": "Video of the class",
             "genre": "Video"},
        ],
    });
    let request: MintRequest =
        serde_json::from_value(request).map_err(|e| CommandError::Refused(e.to_string()))?;
    Ok(Order { request, idempotency_key: None, supersedes: None })
}
