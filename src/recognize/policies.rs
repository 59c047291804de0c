//! Publishing policies.

use std::collections::BTreeMap;

use super::{Recognition, RecognizeError};
use crate::issue::IssueError;
use crate::issue::access::note;
use crate::issue::parties::Party;
use crate::model::Fault;
use crate::recognition::{Policy, words};
use crate::store::{NewPolicy, PolicyRow, Published};

/// How often a version is checked again because another came between.
const MOST_TRIES: usize = 40;

impl Recognition<'_> {
    /// Publishes a version of a recognizer's policy, from its text; false where it was published
    /// before.
    pub async fn publish(
        self,
        recognizer: &Party,
        text: &[u8],
        actor: &str,
    ) -> Result<(PolicyRow, bool), RecognizeError> {
        let policy = Policy::read(text).map_err(RecognizeError::Invalid)?;
        self.check(recognizer, &policy)?;
        for _ in 0..MOST_TRIES {
            if let Some(published) = self.publish_next(recognizer, &policy, actor).await? {
                return Ok(published);
            }
        }
        Err(IssueError::Broken("a policy was overtaken again and again".into()).into())
    }

    /// None where another version was published while this one was checked.
    async fn publish_next(
        self,
        recognizer: &Party,
        policy: &Policy,
        actor: &str,
    ) -> Result<Option<(PolicyRow, bool)>, RecognizeError> {
        let (store, ambient) = (&self.issuance.store, &self.issuance.ambient);
        let latest = store.latest_policy(&recognizer.name, &policy.id).await?;
        self.check_kept(&recognizer.name, policy, latest.as_ref()).await?;
        let (reference, body) = (policy.reference(), policy.canonical());
        let owner = recognizer.owner();
        let note = note(ambient, (actor, "policy.publish"), Some(&owner), &policy.id);
        let new = NewPolicy {
            recognizer: &recognizer.name,
            id: &policy.id,
            version: &policy.version,
            digest: &reference.digest_multibase,
            body: &body,
            after: latest.map_or(0, |row| row.number),
        };
        match store.publish_policy(new, &note).await? {
            Published::New(row) => Ok(Some((row, true))),
            Published::Same(row) => Ok(Some((row, false))),
            Published::Overtaken => Ok(None),
            Published::Differs(_) => {
                let detail = format!(
                    "version {:?} of {:?} was published before and never changes; give the new \
                     text a version of its own",
                    policy.version, policy.id
                );
                Err(RecognizeError::Conflict { code: "version-published", detail })
            }
        }
    }

    /// What the versions of a policy have in common, and the policies of a group: what was recorded
    /// by one holds for all.
    async fn check_kept(
        self,
        recognizer: &str,
        policy: &Policy,
        latest: Option<&PolicyRow>,
    ) -> Result<(), RecognizeError> {
        let store = &self.issuance.store;
        let faults = match latest {
            Some(latest) => other_than_before(policy, &super::policy(latest)?),
            None => self.other_than_the_group(recognizer, policy).await?,
        };
        let named = store.policy_version((recognizer, &policy.id), &policy.version).await?;
        // Where it is no new version, that is told instead.
        if faults.is_empty() || named.is_some() {
            Ok(())
        } else {
            Err(RecognizeError::Invalid(faults))
        }
    }

    /// An achievement is used up in a period, by whichever policy of the group.
    async fn other_than_the_group(
        self,
        recognizer: &str,
        policy: &Policy,
    ) -> Result<Vec<Fault>, RecognizeError> {
        let rows = self.issuance.store.policies(recognizer).await?;
        let newest: BTreeMap<&str, &PolicyRow> =
            rows.iter().map(|row| (row.id.as_str(), row)).collect();
        for (id, row) in newest {
            let other = super::policy(row)?;
            let together = other.exclusive_group() == policy.exclusive_group();
            if together && other.again() != policy.again() {
                let detail = format!(
                    "the policy {id:?}, of the same exclusive group, counts an achievement {}; \
                     counted {}, it could count by both. Say the same as that policy",
                    words::again(&other.again()),
                    words::again(&policy.again())
                );
                return Ok(vec![Fault::new("/again", "other-period", detail)]);
            }
        }
        Ok(Vec::new())
    }

    /// What the policy alone cannot tell.
    fn check(self, recognizer: &Party, policy: &Policy) -> Result<(), RecognizeError> {
        let mut faults = Vec::new();
        if policy.recognizer.id.as_ref().is_some_and(|id| *id != recognizer.did) {
            let detail = format!("this recognizer's id is {}; leave it out", recognizer.did);
            faults.push(Fault::new("/recognizer/id", "other-recognizer", detail));
        }
        // It stands in the addresses of the policy.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if policy.version.is_empty() || !policy.version.chars().all(plain) {
            let detail = "a version is letters, digits, full stops and hyphens, such as \"2026.1\"";
            faults.push(Fault::new("/version", "not-a-version", detail));
        }
        if faults.is_empty() { Ok(()) } else { Err(RecognizeError::Invalid(faults)) }
    }
}

/// What is used up is used up in the group and the period of the version that decided, and what was
/// recorded is in its unit.
fn other_than_before(policy: &Policy, before: &Policy) -> Vec<Fault> {
    const ELSE: &str = "or publish this under another id, as a policy with uses of its own";
    let mut faults = Vec::new();
    let (group, kept) = (policy.exclusive_group(), before.exclusive_group());
    if group != kept {
        let detail = format!(
            "the versions before this one use credentials up in the group {kept:?}; in {group:?} all \
             that they counted would count again. Keep the group, {ELSE}"
        );
        faults.push(Fault::new("/exclusive/group", "other-group", detail));
    }
    if policy.again() != before.again() {
        let detail = format!(
            "the versions before this one count an achievement {}; counted {}, what they counted \
             could count again. Keep that, {ELSE}",
            words::again(&before.again()),
            words::again(&policy.again())
        );
        faults.push(Fault::new("/again", "other-period", detail));
    }
    if policy.unit != before.unit {
        let (unit, kept) = (policy.unit, before.unit);
        let (unit, kept) = (words::unit(unit), words::unit(kept));
        let detail = format!(
            "the versions before this one award {kept}; limits and tables would add them to {unit}. \
             Keep the unit, {ELSE}"
        );
        faults.push(Fault::new("/unit", "other-unit", detail));
    }
    faults
}
