//! Publishing menus, and what is known of menus when something is counted.
//!
//! Each achievement on a menu is endorsed by a credential that the recognizer signs; one
//! whose words stay the same keeps its own while that stands, another supersedes it where they do not,
//! and what is taken off is revoked.
//! Where one stands no more, because its key was withdrawn or it was revoked by itself, the same
//! menu is published once more to have it signed anew.
//!
//! Invariant: a menu of a recognizer here is what stands in the books; of any other only
//! an endorsement by its own DID counts, verified.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{Recognition, RecognizeError, policy, sign};
use crate::check::Report;
use crate::check::report::Form;
use crate::issue::access::note;
use crate::issue::parties::{Party, Signers};
use crate::issue::secure::{ByProof, prepare, sign_embedded};
use crate::issue::{IssueError, definition};
use crate::model::Fault;
use crate::model::date_time;
use crate::model::fault::is_slug;
use crate::model::links::Links;
use crate::model::profile::Profile;
use crate::recognition::menu::{self, EndorsementFacts, Menu, MenuDefinition};
use crate::recognition::outlook::{Menus, outlook};
use crate::recognition::policy::Recognizer;
use crate::recognition::{CountedCredential, Policy, digest_multibase};
use crate::store::{
    CredentialState, EndedEndorsement, MenuEntryRow, MenuPublished, MenuRow, Mint, NewMenu,
    StoreError,
};

/// How often a menu is made again because another version or another mint came between.
const MOST_TRIES: usize = 40;

/// An achievement that somebody accepts, as a verified endorsement says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The DID that signed it.
    pub by: String,
    pub achievement: String,
}

/// A menu that is ready but for its endorsements.
struct Draft<'d> {
    recognizer: &'d Party,
    name: &'d str,
    definition: &'d MenuDefinition,
    policy: Policy,
    digest: String,
    /// Of each achievement, what it is called and what its endorsement says.
    said: Vec<(Option<String>, String)>,
}

/// The endorsements of a menu that stand.
struct Standing {
    ids: HashSet<String>,
    /// There is none that does not.
    all: bool,
    /// How many keys were withdrawn by then.
    withdrawn: usize,
}

impl Recognition<'_> {
    /// Publishes a menu, or a new version of it; false where it was published so before.
    pub async fn publish_menu(
        self,
        recognizer: &Party,
        name: &str,
        definition: &MenuDefinition,
        actor: &str,
    ) -> Result<(MenuRow, bool), RecognizeError> {
        self.issuance.settle_public_url().await?;
        for _ in 0..MOST_TRIES {
            let draft = self.draft_menu(recognizer, name, definition).await?;
            let store = &self.issuance.store;
            let latest = store.latest_menu(&recognizer.name, name).await?;
            let standing = self.standing_endorsements(&draft).await?;
            if let Some(row) = latest.clone().filter(|row| row.digest == draft.digest)
                && standing.all
            {
                return Ok((row, false));
            }
            let number = latest.map_or(1, |row| row.number + 1);
            if let Some(row) = self.record_menu(&draft, (number, standing), actor).await? {
                tracing::info!(recognizer = %row.recognizer, menu = %row.name, row.number,
                    "published a menu");
                return Ok((row, true));
            }
        }
        Err(IssueError::Broken("a menu was made again and again".into()).into())
    }

    async fn draft_menu<'d>(
        self,
        recognizer: &'d Party,
        name: &'d str,
        definition: &'d MenuDefinition,
    ) -> Result<Draft<'d>, RecognizeError> {
        let mut faults = check_name(name, definition);
        let latest = self.issuance.store.latest_policy(&recognizer.name, &definition.policy);
        let Some(row) = latest.await? else {
            let detail = format!("this recognizer has no such policy {:?}", definition.policy);
            faults.push(Fault::new("/policy", "unknown-policy", detail));
            return Err(RecognizeError::Invalid(faults));
        };
        let policy = policy(&row)?;
        let links = &self.issuance.links;
        let url = links.policy_version(&recognizer.name, &policy.id, &policy.version);
        let mut said = Vec::new();
        for (i, entry) in definition.achievements.iter().enumerate() {
            let found = self.judge_entry(recognizer, &entry.id, &policy).await?;
            let own = found.unwrap_or_else(|(member, code, detail)| {
                faults.push(Fault::new(format!("/achievements/{i}{member}"), code, detail));
                None
            });
            let called = entry.name.clone().or(own);
            let by = (&policy, url.as_str());
            let named = called.as_deref();
            let comment = menu::comment(&recognizer.profile.name, (definition, entry), named, by);
            said.push((called, comment));
        }
        if !faults.is_empty() {
            return Err(RecognizeError::Invalid(faults));
        }
        let digest = digest(definition, &policy, &said);
        Ok(Draft { recognizer, name, definition, policy, digest, said })
    }

    /// The name of an achievement here, which the policy has to count; of others nothing is known.
    async fn judge_entry(
        self,
        recognizer: &Party,
        id: &str,
        policy: &Policy,
    ) -> Result<Result<Option<String>, (&'static str, &'static str, String)>, RecognizeError> {
        let links = &self.issuance.links;
        let Some((issuer, slug)) = links.own_achievement(id) else {
            let below = id.strip_prefix(links.base()).is_some_and(|rest| rest.starts_with('/'));
            let detail = "no achievement of this service has this id; ids end without a version";
            return Ok(if below {
                Err(("/id", "unknown-achievement", detail.into()))
            } else {
                Ok(None)
            });
        };
        let Some(row) = self.issuance.store.latest_achievement(issuer, slug).await? else {
            let detail = "no achievement of this service has this id";
            return Ok(Err(("/id", "unknown-achievement", detail.into())));
        };
        let definition = definition(&row)?;
        let mut known =
            CountedCredential::of_achievement((&links.issuer_did(issuer), id), &definition);
        // Whom the recognizer trusts is its own to say, and changes.
        known.trusted = true;
        let on_all = policy.accepts.iter().filter_map(|it| it.menu.clone());
        let menus: Menus = on_all.map(|menu| (menu, [id.to_owned()].into())).collect();
        let today = policy.zone().day(self.issuance.ambient.now());
        if outlook(policy, &known, (today, &menus)).is_none() {
            let detail = format!(
                "version {} of the policy {:?} would not count it; ask {} to change one or the other",
                policy.version, policy.id, recognizer.profile.name
            );
            return Ok(Err(("", "not-counted", detail)));
        }
        Ok(Ok(Some(definition.name)))
    }

    /// Which endorsements of the menu as it is stand: they are good, and no key that signed one was
    /// withdrawn.
    async fn standing_endorsements(self, draft: &Draft<'_>) -> Result<Standing, RecognizeError> {
        let (store, party) = (&self.issuance.store, draft.recognizer);
        let withdrawn = self.issuance.parties.withdrawn(party).await?;
        let mut standing =
            Standing { ids: HashSet::new(), all: true, withdrawn: withdrawn.count() };
        for row in store.menu_endorsements(&party.name, draft.name).await? {
            if row.state == CredentialState::Good && !withdrawn.signed(&row)? {
                standing.ids.insert(row.id);
            } else {
                standing.all = false;
            }
        }
        Ok(standing)
    }

    /// None where it has to be made again.
    async fn record_menu(
        self,
        draft: &Draft<'_>,
        (number, standing): (i64, Standing),
        actor: &str,
    ) -> Result<Option<MenuRow>, RecognizeError> {
        let (issuance, party) = (self.issuance, draft.recognizer);
        let before = issuance.store.menu_entries(&party.name, draft.name).await?;
        let mut before: HashMap<String, MenuEntryRow> =
            before.into_iter().map(|row| (row.achievement.clone(), row)).collect();
        let (mut entries, mut fresh) = (Vec::new(), Vec::new());
        for (entry, (_, comment)) in draft.definition.achievements.iter().zip(&draft.said) {
            let stays = |row: &&MenuEntryRow| {
                row.comment == *comment && standing.ids.contains(&row.endorsement)
            };
            let kept = before.get(&entry.id).filter(stays).cloned();
            let kept = kept.inspect(|_| drop(before.remove(&entry.id)));
            if kept.is_none() {
                fresh.push(entries.len());
            }
            entries.push(kept.unwrap_or_else(|| MenuEntryRow {
                recognizer: party.name.clone(),
                name: draft.name.to_owned(),
                achievement: entry.id.clone(),
                title: draft.definition.title.clone(),
                comment: comment.clone(),
                endorsement: issuance.token(),
            }));
        }
        let kinds = [party.profile.securing.proof_key()];
        let signers = issuance.parties.signers_with(party, &kinds).await?;
        let mut mints = Vec::with_capacity(fresh.len());
        for i in &fresh {
            let called = draft.said[*i].0.as_deref();
            mints.push(self.endorse(draft, (&entries[*i], called), &signers, actor).await?);
        }
        let menu = draft.menu(self, number, &entries);
        let mut new = NewMenu {
            recognizer: party.name.clone(),
            name: draft.name.to_owned(),
            number,
            digest: draft.digest.clone(),
            body: super::claim::json(&menu),
            ended: before.into_values().map(|row| ended(row, &entries)).collect(),
            entries,
            mints,
            withdrawn: standing.withdrawn,
        };
        let note =
            note(&issuance.ambient, (actor, "menu.publish"), Some(&party.owner()), draft.name);
        for _ in 0..MOST_TRIES {
            match issuance.store.publish_menu(&new, &note).await? {
                MenuPublished::Published => {
                    return Ok(issuance
                        .store
                        .menu_version((&party.name, draft.name), number)
                        .await?);
                }
                MenuPublished::Stale => return Ok(None),
                MenuPublished::SignAgain(taken) => {
                    // By the keys that there are now: one may have been withdrawn.
                    let signers = issuance.parties.signers_with(party, &kinds).await?;
                    for at in taken {
                        let i = fresh[at];
                        let called = draft.said[i].0.as_deref();
                        let again = self.endorse(draft, (&new.entries[i], called), &signers, actor);
                        new.mints[at] = again.await?;
                    }
                }
            }
        }
        Ok(None)
    }

    /// An endorsement, signed and checked, with a freshly drawn place in a status list.
    async fn endorse(
        self,
        draft: &Draft<'_>,
        (entry, called): (&MenuEntryRow, Option<&str>),
        signers: &Signers,
        actor: &str,
    ) -> Result<Mint, RecognizeError> {
        let (issuance, party) = (self.issuance, draft.recognizer);
        let now = issuance.ambient.now();
        let place = self.draw(party, now).await?;
        let at = date_time::whole_seconds(now);
        let unsigned = menu::compose(&EndorsementFacts {
            id: &issuance.links.credential(&entry.endorsement),
            recognizer: Profile::new(&party.did, &party.profile),
            achievement: &entry.achievement,
            name: called,
            comment: &entry.comment,
            at,
            status: place.status,
        });
        prepare(&unsigned)?;
        let by = ByProof::new(signers, party.profile.securing)?;
        Ok(Mint {
            subject_id: entry.achievement.clone(),
            embedded: sign_embedded(&unsigned, by, at)?,
            keys: signers.ids(),
            ..sign::mint(party, (entry.endorsement.clone(), at), (place.entry, actor))
        })
    }

    /// The menus that a policy goes by, with what of the credentials' achievements stands on them;
    /// without those that nothing is known of.
    pub async fn menus(
        self,
        policy: &Policy,
        credentials: &[CountedCredential],
        accepted: &[Accepted],
    ) -> Result<Menus, StoreError> {
        if policy.accepts.iter().all(|it| it.menu.is_none()) {
            return Ok(Menus::new());
        }
        let on_menus = self.on_menus_here(credentials).await?;
        Ok(on_menus.of(&self.issuance.links, policy, accepted))
    }

    /// Who of this service has the credentials' achievements on a menu: asked once for each.
    pub(super) async fn on_menus_here(
        self,
        credentials: &[CountedCredential],
    ) -> Result<OnMenus, StoreError> {
        let achievements = credentials.iter().filter_map(|it| it.achievement.as_ref());
        let achievements: BTreeSet<&String> = achievements.collect();
        let mut by_recognizer: HashMap<String, BTreeSet<String>> = HashMap::new();
        for achievement in achievements {
            for name in self.issuance.store.recognizers_naming(achievement).await? {
                by_recognizer.entry(name).or_default().insert(achievement.clone());
            }
        }
        Ok(OnMenus(by_recognizer))
    }
}

/// One that stands no more, with what stands for its achievement now.
fn ended(row: MenuEntryRow, now: &[MenuEntryRow]) -> EndedEndorsement {
    let successor = now.iter().find(|entry| entry.achievement == row.achievement);
    EndedEndorsement {
        id: row.endorsement,
        successor: successor.map(|entry| entry.endorsement.clone()),
    }
}

/// What of some achievements stands on the menus of recognizers here.
pub(super) struct OnMenus(HashMap<String, BTreeSet<String>>);

impl OnMenus {
    /// The menus that a policy goes by; without those that nothing is known of.
    pub(super) fn of(&self, links: &Links, policy: &Policy, accepted: &[Accepted]) -> Menus {
        let mut menus = Menus::new();
        for menu in policy.accepts.iter().filter_map(|it| it.menu.as_ref()) {
            if menus.contains_key(menu) {
                continue;
            }
            match links.own_recognizer(menu) {
                Some(name) => {
                    let on_it = self.0.get(name).cloned().unwrap_or_default();
                    menus.insert(menu.clone(), on_it);
                }
                None => add_endorsed(&mut menus, menu, accepted),
            }
        }
        menus
    }
}

impl Draft<'_> {
    fn menu(&self, recognition: Recognition<'_>, number: i64, entries: &[MenuEntryRow]) -> Menu {
        let asked = self.definition.achievements.iter().zip(&self.said);
        let endorsed = asked.zip(entries).map(|((entry, (called, says)), row)| menu::Endorsed {
            id: entry.id.clone(),
            name: called.clone(),
            note: entry.note.clone(),
            says: says.clone(),
            endorsement: recognition.issuance.links.credential(&row.endorsement),
        });
        let (did, name) = (self.recognizer.did.clone(), self.recognizer.profile.name.clone());
        Menu {
            id: self.name.to_owned(),
            version: number,
            recognizer: Recognizer { name, id: Some(did) },
            title: self.definition.title.clone(),
            description: self.definition.description.clone(),
            policy: self.policy.reference(),
            policy_name: self.policy.name.clone(),
            applies: self.definition.applies.clone(),
            achievements: endorsed.collect(),
        }
    }
}

fn add_endorsed(menus: &mut Menus, menu: &str, accepted: &[Accepted]) {
    for Accepted { by, achievement } in accepted.iter().filter(|it| it.by == menu) {
        menus.entry(by.clone()).or_default().insert(achievement.clone());
    }
}

/// What a menu is called stands in its address.
fn check_name(name: &str, definition: &MenuDefinition) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !is_slug(name) {
        let detail = "a menu's id is lower-case letters, digits and single hyphens";
        faults.push(Fault::new("/id", "not-a-slug", detail));
    } else if definition.id.as_ref().is_some_and(|id| id != name) {
        let detail = format!("this is the address of {name:?}; leave it out, or ask there");
        faults.push(Fault::new("/id", "other-menu", detail));
    }
    faults
}

/// The same where nothing would change that anybody reads.
fn digest(
    definition: &MenuDefinition,
    policy: &Policy,
    said: &[(Option<String>, String)],
) -> String {
    let definition = MenuDefinition { id: None, ..definition.clone() };
    let text = super::claim::json(&(definition, policy.reference(), said));
    digest_multibase(text.as_bytes())
}

/// The achievements that the endorsements inside of a credential accept.
pub fn carried(report: &Report) -> Vec<Accepted> {
    let inner = report.presentation.iter().flat_map(|it| &it.credentials);
    let all = report.endorsements.iter().chain(inner.flat_map(|it| &it.endorsements));
    let held = all.filter(|it| it.verified);
    let accepted = |it: &crate::check::endorsement::EndorsementReport| {
        Some(Accepted { by: it.issuer.clone()?, achievement: it.endorses.clone()? })
    };
    held.filter_map(accepted).collect()
}

/// What an endorsement that comes alone accepts, where it holds. It has to be a credential: of a
/// presentation the signature is its holder's, and what it says of an issuer is anybody's word.
pub fn handed(report: &Report) -> Option<Accepted> {
    let is_credential = matches!(report.form, Some(Form::Json | Form::VcJwt | Form::VcJose));
    let summary = report.credential.as_ref().filter(|summary| summary.endorsement)?;
    if !report.verified || !is_credential || report.presentation.is_some() {
        return None;
    }
    let by = report.signer.as_ref()?.issuer.clone();
    Some(Accepted { by, achievement: summary.earner.as_ref()?.id.clone()? })
}
