//! Claims of 1,000 verified credentials, by each way of awarding. The bound is 10 ms.

use touchmark::model::decimal::Hours;
use touchmark::recognition::{Answer, ClaimFacts, CountedCredential, Policy};

const CREDENTIALS: usize = 1000;

/// Each with its name.
pub fn policies() -> Vec<(&'static str, Policy)> {
    let hours = "{every: 8, amount: 0.5, of: together, rounding: {way: down, to: 0.5}}";
    [
        ("each", "perCredential: {amount: 6}".to_owned()),
        ("pairs", "perGroup: {of: 2, amount: 10, relatedBy: [stack, alignment]}".to_owned()),
        ("threes", "perGroup: {of: 3, amount: 10, relatedBy: [stack, alignment]}".to_owned()),
        ("hours", format!("perHours: {hours}")),
        ("table", "table: {by: hours, rows: [{from: 900, amount: 1, name: A}]}".to_owned()),
    ]
    .map(|(name, award)| {
        // A table says by its rows how much it awards.
        let limited = if name == "table" { "credentials: 60000" } else { "amount: 100000" };
        (name, policy(&award, limited))
    })
    .into()
}

fn policy(award: &str, limited: &str) -> Policy {
    let text = format!(
        "id: p\nversion: '1'\nname: P\nrecognizer: {{name: Office}}\nauthority: [{{title: R}}]\n\
         unit: PDP\ntimeZone: America/Los_Angeles\naccepts: [{{issuers: ['did:web:nea.example']}}]\nminimumHours: 10\n\
         window: {{years: 10}}\nlimits: [{{{limited}, per: ever}}]\naward: {{{award}}}\n"
    );
    Policy::read(text.as_bytes()).expect("the policy contradicts itself nowhere")
}

/// In 57 stacks and 23 alignments, each with two of the one and one of the other; one in a hundred
/// is there twice.
pub fn credentials() -> Vec<CountedCredential> {
    (0..CREDENTIALS).map(|n| credential(n, if n % 100 == 99 { n - 1 } else { n })).collect()
}

fn credential(n: usize, achievement: usize) -> CountedCredential {
    let hours = format!("{}.5", 10 + n % 6);
    let awarded = jiff::civil::date(2017 + (n % 9) as i16, 3, 1);
    let evening = awarded.at(23, 30, 0, 0).to_zoned(jiff::tz::TimeZone::UTC);
    CountedCredential {
        awarded: Some(awarded),
        awarded_at: evening.ok().map(|evening| evening.timestamp()),
        issuer: Some("did:web:nea.example".into()),
        id: Some(format!("https://nea.example/credentials/{n}")),
        input: format!("{n}.json"),
        achievement: Some(format!("https://nea.example/achievements/{achievement}")),
        hours: Some(Hours::parse(&hours).expect("these are hours")),
        tags: vec![format!("Stack {}", n * 7 % 57), format!("Stack {}", n * 13 % 57)],
        alignments: vec![format!("https://standards.example/{}", n * 5 % 23)],
        authentic: Answer::Yes,
        current: Answer::Yes,
        belongs: Answer::Yes,
        ..CountedCredential::default()
    }
}

pub fn facts() -> ClaimFacts {
    ClaimFacts::on(jiff::civil::date(2026, 4, 1))
}
