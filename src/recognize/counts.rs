//! What micro-credentials count for, told to whoever earned them before anything is filed.
//!
//! It is the counting of a claim, by the version of each policy that was published last. Whoever
//! asks is taken to be the earner: that is shown when a claim is filed.
//!
//! Invariant: nothing is recorded, and nothing that was recorded is looked at. Whether one was
//! counted before is its office's to say, and nobody else's to ask.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::menus::Accepted;
use super::request::{Input, input, is_wrapped};
use super::shelf::Shelf;
use super::{Recognition, RecognizeError};
use crate::check::{Report, counted};
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::model::fault::{Faults, token};
use crate::recognition::policy::span::Days;
use crate::recognition::prospect::Prospect;
use crate::recognition::{Answer, ClaimFacts, CountedCredential, Policy};
use crate::store::{PartyKind, PolicyName, Store, StoreError};

/// More than one educator has at hand.
pub const MOST_CREDENTIALS: usize = 50;
/// Policies that are counted by at once.
pub const MOST_POLICIES: usize = 100;
/// Policies among which those that were named are looked for.
const MOST_NAMES: usize = 10_000;
/// More than all policies that are counted by at once ask for.
const MOST_STATEMENTS: usize = 300;
/// Of the id of a policy or statement with what it is of, in letters.
const MOST_OF_AN_ID: usize = 300;
/// Longer names are cut, in letters.
const MOST_OF_A_NAME: usize = 200;

/// What some micro-credentials would count for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CountsRequest {
    /// One recognizer's short name; absent: all.
    #[serde(default)]
    #[schema(example = "tennessee")]
    pub recognizer: Option<String>,
    /// The ids of the policies to count by, each alone or as `recognizer/policy`; absent: all.
    #[serde(default)]
    pub policies: Vec<String>,
    /// The validity of the license, where a policy goes by it.
    #[serde(default)]
    pub license: Option<Days>,
    /// What the claimant could state, by the ids of the policies' statements; as
    /// `recognizer/policy/statement` where several policies use one id.
    #[serde(default)]
    pub statements: BTreeMap<String, bool>,
    /// Each a credential in any form that is verified here (JSON; a string with a JWT, a link, or a
    /// picture in base64), or an object with it as `credential` and what is known of it.
    #[schema(value_type = Vec<AskedCredential>)]
    pub credentials: Vec<Box<RawValue>>,
}

/// A credential that is asked about, with what is known of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedCredential {
    #[schema(value_type = serde_json::Value)]
    pub credential: Box<RawValue>,
    /// What could be stated of it, as in the request.
    #[serde(default)]
    pub statements: BTreeMap<String, bool>,
    /// When it was earned, where the credential itself does not say so.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub awarded: Option<Date>,
}

/// The same, read.
#[derive(Debug, Clone)]
pub struct Asked {
    pub input: Input,
    pub said: Said,
}

/// What its earner says of a credential.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub statements: BTreeMap<String, bool>,
    pub awarded: Option<Date>,
}

/// What is counted by, and what its earner says of it all.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub recognizer: Option<String>,
    pub policies: Vec<String>,
    pub license: Option<Days>,
    pub statements: BTreeMap<String, bool>,
}

/// What each office would count.
pub struct Counts {
    pub offices: Vec<Office>,
    /// There are more policies than were looked at.
    pub more: bool,
}

pub struct Office {
    pub party: Party,
    pub policies: Vec<ByPolicy>,
}

/// What one policy makes of it all.
pub struct ByPolicy {
    pub policy: Arc<Policy>,
    /// Where anyone reads this version.
    pub url: String,
    pub prospect: Prospect,
}

impl CountsRequest {
    /// The credentials, or all that is wrong with the request.
    pub fn read(&self) -> Result<(Vec<Asked>, Wish), Vec<Fault>> {
        let mut faults = Faults::default();
        faults.count("/credentials", self.credentials.len(), MOST_CREDENTIALS);
        if self.credentials.is_empty() {
            faults.add("/credentials", "no-credentials", "give one credential at least");
        }
        if self.license.is_some_and(|days| days.until < days.from) {
            let detail = "the license ends before it begins";
            faults.add("/license", "ends-before-it-begins", detail);
        }
        faults.count("/policies", self.policies.len(), MOST_POLICIES);
        for (i, policy) in self.policies.iter().take(MOST_POLICIES).enumerate() {
            faults.text(&format!("/policies/{i}"), policy, MOST_OF_AN_ID);
        }
        check_statements(&mut faults, "/statements", &self.statements);
        let mut asked = Vec::with_capacity(self.credentials.len().min(MOST_CREDENTIALS));
        for (i, raw) in self.credentials.iter().take(MOST_CREDENTIALS).enumerate() {
            match read(raw, &format!("/credentials/{i}")) {
                Ok(one) => {
                    let at = format!("/credentials/{i}/statements");
                    check_statements(&mut faults, &at, &one.said.statements);
                    asked.push(one);
                }
                Err(fault) => faults.add(fault.pointer, fault.code, fault.detail),
            }
        }
        let wish = Wish {
            recognizer: self.recognizer.clone(),
            policies: self.policies.clone(),
            license: self.license,
            statements: self.statements.clone(),
        };
        faults.into_result().map(|()| (asked, wish))
    }
}

/// Each is looked up for each policy.
fn check_statements(faults: &mut Faults, at: &str, statements: &BTreeMap<String, bool>) {
    faults.count(at, statements.len(), MOST_STATEMENTS);
    if statements.keys().any(|id| id.chars().count() > MOST_OF_AN_ID) {
        let detail = format!("the id of a statement may have at most {MOST_OF_AN_ID} characters");
        faults.add(at, "too-long", detail);
    }
}

/// A presentation is as many credentials as it holds.
pub fn check_count(credentials: usize) -> Result<(), Vec<Fault>> {
    let mut faults = Faults::default();
    faults.count("/credentials", credentials, MOST_CREDENTIALS);
    faults.into_result()
}

fn read(raw: &RawValue, at: &str) -> Result<Asked, Fault> {
    let text = raw.get();
    if !(text.starts_with('{') && is_wrapped(text)) {
        return Ok(Asked { input: input(raw, at)?, said: Said::default() });
    }
    let AskedCredential { credential, statements, awarded } = serde_json::from_str(text)
        .map_err(|error| Fault::new(at, "wrong-shape", error.to_string()))?;
    let input = input(&credential, &format!("{at}/credential"))?;
    Ok(Asked { input, said: Said { statements, awarded } })
}

/// What counting goes by of each credential of a report, with the report on it alone: of a
/// presentation there may be several.
pub fn drawn(report: &Report) -> Vec<(CountedCredential, &Report)> {
    let contained = report.presentation.iter().flat_map(|it| &it.credentials);
    let several: Vec<_> = contained.flat_map(drawn).collect();
    match several.is_empty() {
        true => counted::credentials(report, "").into_iter().map(|facts| (facts, report)).collect(),
        false => several,
    }
}

/// Calls each credential by its own name, unlike all the others.
pub fn name_apart<'f>(all: impl Iterator<Item = &'f mut CountedCredential>) {
    let mut taken = HashSet::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for (i, facts) in all.enumerate() {
        let name = facts.name.clone().unwrap_or_else(|| format!("credential {}", i + 1));
        let name: String = name.chars().take(MOST_OF_A_NAME).collect();
        let mut input = name.clone();
        // Goes on where the last of this name came to.
        let number = numbers.entry(name.clone()).or_insert(1);
        while !taken.insert(input.clone()) {
            *number += 1;
            input = format!("{name} ({number})");
        }
        facts.input = input;
    }
}

impl Said {
    /// Adds to what was drawn what its earner says. The credential's own word on its day stands.
    pub fn add_to(&self, facts: &mut CountedCredential) {
        facts.statements.clone_from(&self.statements);
        if facts.awarded_at.is_none() {
            facts.awarded = facts.awarded.or(self.awarded);
        }
        facts.belongs = Answer::Yes;
    }
}

impl Recognition<'_> {
    /// What each policy makes of the credentials; `accepted` is what endorsements that hold say.
    pub async fn counts(
        self,
        shelf: &Shelf,
        wish: &Wish,
        mut credentials: Vec<CountedCredential>,
        accepted: &[Accepted],
    ) -> Result<Counts, RecognizeError> {
        let store = &self.issuance.store;
        let (policies, more) = self.wished(shelf, wish).await?;
        let mut counts = Counts { offices: Vec::new(), more };
        // What no policy asks for is not carried along.
        let asked = policies.iter().flat_map(|(_, policy)| &policy.statements);
        let asked: HashSet<&str> = asked.map(|it| it.id.as_str()).collect();
        for credential in &mut credentials {
            credential.statements.retain(|stated, _| asked.contains(statement_id(stated)));
        }
        let now = self.issuance.ambient.now();
        let trust = Trust::in_issuers(store, &credentials).await?;
        let on_menus = self.on_menus_here(&credentials).await?;
        for (row, policy) in &policies {
            let Some(office) = self.office_of(&mut counts, &row.recognizer).await else {
                counts.more = true;
                continue;
            };
            let seen = trust.seen_by(&row.recognizer, &credentials);
            let menus = on_menus.of(&self.issuance.links, policy, accepted);
            let facts = ClaimFacts { menus, ..ClaimFacts::on(policy.zone().day(now)) };
            let prospect = wish.prospect(&row.recognizer, policy, seen, facts);
            let url = self.issuance.links.policy_version(&row.recognizer, &row.id, &row.version);
            let policy = policy.clone();
            counts.offices[office].policies.push(ByPolicy { policy, url, prospect });
            // Others have their turn between policies.
            tokio::task::yield_now().await;
        }
        Ok(counts)
    }

    /// The newest policies that were asked for, and whether there are more.
    async fn wished(
        self,
        shelf: &Shelf,
        wish: &Wish,
    ) -> Result<(Vec<(PolicyName, Arc<Policy>)>, bool), StoreError> {
        let store = &self.issuance.store;
        let named: HashSet<&str> = wish.policies.iter().map(String::as_str).collect();
        let most = if named.is_empty() { MOST_POLICIES } else { MOST_NAMES };
        let limit = i64::try_from(most + 1).unwrap_or(i64::MAX);
        let mut newest = store.latest_policies(wish.recognizer.as_deref(), limit).await?;
        let mut more = newest.len() > most;
        newest.retain(|row| {
            let whole = || format!("{}/{}", row.recognizer, row.id);
            named.is_empty() || named.contains(&*row.id) || named.contains(&*whole())
        });
        more |= newest.len() > MOST_POLICIES;
        let mut policies = Vec::new();
        for row in newest.into_iter().take(MOST_POLICIES) {
            match shelf.policy(store, &row).await {
                Some(policy) => policies.push((row, policy)),
                None => more = true,
            }
        }
        Ok((policies, more))
    }

    /// The place of an office among those told of; none where it cannot be had, which is logged.
    async fn office_of(self, counts: &mut Counts, name: &str) -> Option<usize> {
        if counts.offices.last().is_some_and(|office| office.party.name == name) {
            return Some(counts.offices.len() - 1);
        }
        let party = match self.issuance.parties.party(PartyKind::Recognizer, name).await {
            Ok(party) => party?,
            Err(error) => {
                tracing::error!(%error, recognizer = name, "a recognizer cannot be read");
                return None;
            }
        };
        counts.offices.push(Office { party, policies: Vec::new() });
        Some(counts.offices.len() - 1)
    }
}

/// Without the recognizer and the policy before it.
fn statement_id(stated: &str) -> &str {
    stated.rsplit('/').next().unwrap_or_default()
}

/// Which offices trust an issuer, and which do not, by lists of their own.
struct Trust(HashMap<String, HashMap<String, bool>>);

impl Trust {
    async fn in_issuers(
        store: &Store,
        credentials: &[CountedCredential],
    ) -> Result<Self, StoreError> {
        let mut known = HashMap::new();
        for issuer in credentials.iter().filter_map(|it| it.issuer.as_ref()) {
            if !known.contains_key(issuer) {
                let offices = store.trust_in(issuer).await?;
                known.insert(issuer.clone(), offices);
            }
        }
        Ok(Self(known))
    }

    /// As an office sees them. Who has no list of its own goes by the operator's file.
    fn seen_by(&self, office: &str, credentials: &[CountedCredential]) -> Vec<CountedCredential> {
        let mut seen = credentials.to_vec();
        for credential in &mut seen {
            let own = credential.issuer.as_ref().and_then(|issuer| self.0.get(issuer)?.get(office));
            credential.trusted = own.copied().unwrap_or(credential.trusted);
        }
        seen
    }
}

impl Wish {
    fn prospect(
        &self,
        recognizer: &str,
        policy: &Policy,
        mut credentials: Vec<CountedCredential>,
        facts: ClaimFacts,
    ) -> Prospect {
        let stated = |said: &BTreeMap<String, bool>| -> BTreeMap<String, bool> {
            let asked = policy.statements.iter().map(|condition| &condition.id);
            let known = asked.filter_map(|id| {
                let whole = said.get(&format!("{recognizer}/{}/{id}", policy.id));
                Some((id.clone(), *whole.or_else(|| said.get(id))?))
            });
            known.collect()
        };
        let zone = policy.zone();
        let facts =
            ClaimFacts { license: self.license, statements: stated(&self.statements), ..facts };
        for credential in &mut credentials {
            credential.statements = stated(&credential.statements);
            credential.awarded = credential.awarded_in(&zone);
            credential.awarded_at = None;
        }
        Prospect::of(policy, &credentials, &facts)
    }

    /// What names nothing that was counted by was misspelt.
    pub fn check(&self, Counts { offices, more }: &Counts) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        // It may be one that was not looked at.
        if *more {
            return Ok(());
        }
        if let Some(name) = self.recognizer.as_ref().filter(|_| offices.is_empty()) {
            let detail = format!("no recognizer {name:?} has published such a policy here");
            faults.push(Fault::new("/recognizer", "unknown-recognizer", detail));
        }
        let by = |office: &Office, wanted: &str| {
            let name = &office.party.name;
            let ids = office.policies.iter().map(|by| &by.policy.id);
            ids.into_iter().any(|id| id == wanted || format!("{name}/{id}") == wanted)
        };
        for (i, wanted) in self.policies.iter().enumerate() {
            if faults.is_empty() && !offices.iter().any(|office| by(office, wanted)) {
                let detail = format!("there is no such policy {wanted:?} here");
                faults.push(Fault::new(format!("/policies/{i}"), "unknown-policy", detail));
            }
        }
        for stated in self.statements.keys() {
            let id = statement_id(stated);
            let mut policies = offices.iter().flat_map(|office| &office.policies);
            let asks = |by: &ByPolicy| by.policy.statements.iter().any(|it| it.id == id);
            if faults.is_empty() && !policies.any(asks) {
                let detail = format!("none of these policies asks for {stated:?}");
                let pointer = format!("/statements/{}", token(stated));
                faults.push(Fault::new(pointer, "not-asked-for", detail));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_of_one_name_are_told_apart() {
        let named = |name: Option<&str>| CountedCredential {
            name: name.map(str::to_owned),
            ..CountedCredential::default()
        };
        let mut all = [Some("A"), Some("A (2)"), Some("A"), None, Some("A")].map(named);
        name_apart(all.iter_mut());
        let inputs: Vec<&str> = all.iter().map(|it| it.input.as_str()).collect();
        assert_eq!(inputs, ["A", "A (2)", "A (3)", "credential 4", "A (4)"]);
    }

    #[test]
    fn what_is_wrong_with_a_request_is_told_with_its_place() {
        let read = |request: serde_json::Value| {
            let request: CountsRequest = serde_json::from_str(&request.to_string()).unwrap();
            request.read().map(|(asked, _)| asked.len()).map_err(|faults| {
                faults.iter().map(|it| (it.pointer.clone(), it.code)).collect::<Vec<_>>()
            })
        };
        let told = read(json!({"credentials": [1, {"credential": "a.b.c", "belongs": {}}],
                               "license": {"from": "2026-01-02", "until": "2026-01-01"}}));
        let expected = [
            ("/license".to_owned(), "ends-before-it-begins"),
            ("/credentials/0".to_owned(), "not-a-credential"),
            ("/credentials/1".to_owned(), "wrong-shape"),
        ];
        assert_eq!(told, Err(expected.into()));
        assert_eq!(read(json!({"credentials": []})).unwrap_err()[0].1, "no-credentials");
        assert!(read(json!({"credentials": vec!["a.b.c"; MOST_CREDENTIALS + 1]})).is_err());
        let one =
            json!({"credential": "a.b.c", "awarded": "2026-01-01", "statements": {"s": true}});
        assert_eq!(read(json!({"credentials": [one]})), Ok(1));
    }
}
