//! Why a claim is not recorded, in words for who files it.

use super::RecognizeError::{self, Invalid};
use super::belongs::Claimant;
use super::claim::Claim;
use crate::model::Fault;
use crate::recognition::policy::span::Days;
use crate::recognition::{ClaimFacts, Policy};
use crate::store::{Lost, Past, UseOf};

/// The same words whatever it was counted for, and by whom.
pub(super) fn already_counted(claim: &Claim<'_>, used: &[(usize, UseOf)]) -> RecognizeError {
    let fault = |(index, of): &(usize, UseOf)| {
        let input = claim.examined.get(*index).map_or("", |it| it.facts.input.as_str());
        let (code, detail) = match of {
            UseOf::Credential => (
                "already-counted",
                format!(
                    "{input} was counted already, and what was counted is used up; leave it out, \
                     and the others can be counted"
                ),
            ),
            UseOf::Achievement => (
                "achievement-already-counted",
                format!(
                    "{input}: this achievement was counted already for a claimant with one of these \
                     names, by another credential. It counts once; if that was somebody else, claim \
                     without the name that both use"
                ),
            ),
        };
        Fault::new(format!("/credentials/{index}"), code, detail)
    };
    RecognizeError::AlreadyCounted(used.iter().map(fault).collect())
}

pub(super) fn nothing_to_correct() -> RecognizeError {
    let detail = "the claim does not stand any more, so that nothing of it can be corrected";
    RecognizeError::Conflict { code: "claim-is-final", detail: detail.into() }
}

pub(super) fn challenge_over() -> RecognizeError {
    let detail = "this challenge was used, has ended, or was given by another recognizer; ask for a \
                  new one, and have the presentation made for that";
    Invalid(vec![Fault::new("/challenge", "challenge-over", detail)])
}

pub(super) fn not_a_correction() -> RecognizeError {
    let detail = "a correction keeps the policy or the claimant of the claim that it corrects; \
                  withdraw that claim, and file this one by itself";
    RecognizeError::Conflict { code: "not-a-correction", detail: detail.into() }
}

/// Between its verification and the books a credential was revoked, suspended or superseded here, or
/// its key was withdrawn.
pub(super) fn no_longer_good(claim: &Claim<'_>, lost: &[(usize, Lost)]) -> RecognizeError {
    let fault = |(index, lost): &(usize, Lost)| {
        let input = claim.examined.get(*index).map_or("", |it| it.facts.input.as_str());
        let (code, what) = match lost {
            Lost::Is(state) => {
                ("status-changed", format!("{input} was {} by its issuer", state.as_str()))
            }
            Lost::KeyWithdrawn => (
                "key-withdrawn",
                format!("the key that signed {input} was withdrawn by its issuer"),
            ),
        };
        let detail = format!(
            "{what} while the claim was decided, and nothing was recorded; file the claim again to \
             have it decided without that"
        );
        Fault::new(format!("/credentials/{index}"), code, detail)
    };
    RecognizeError::StatusChanged(lost.iter().map(fault).collect())
}

/// The license whose validity a claim goes by is the one that earlier claims went by, or another
/// altogether: who shifts its days a little would begin anew.
pub(super) fn check_license(policy: &Policy, facts: &ClaimFacts, past: &Past) -> Result<(), Fault> {
    let Some(license) = facts.license.filter(|_| policy.goes_by_license()) else { return Ok(()) };
    let at = "/claimant/license";
    if license.from > facts.on {
        let detail = format!(
            "the license begins on {}, after the day of the claim, {}; state the validity of the \
             license that is renewed",
            license.from, facts.on
        );
        return Err(Fault::new(at, "license-not-begun", detail));
    }
    let mut recorded = past.claims.iter().filter_map(|row| Days::parse(row.license.as_deref()?));
    let Some(other) = recorded.find(|other| *other != license && other.overlap(license)) else {
        return Ok(());
    };
    let detail = format!(
        "an earlier claim went by a license from {} to {}, which overlaps this one; state the same \
         validity, or correct that claim",
        other.from, other.until
    );
    Err(Fault::new(at, "other-license", detail))
}

/// A license number is one person's. An address that a whole school reads, or a number that was
/// misspelt, would make one claimant of two, each using up what is the other's.
pub(super) fn check_numbers(
    claimant: &Claimant,
    names: &[String],
    past: &Past,
) -> Result<(), Fault> {
    let own = names.first().filter(|_| claimant.license_number.is_some());
    let others = past.numbers.iter().filter(|number| Some(*number) != own).count();
    if others + usize::from(own.is_some()) < 2 {
        return Ok(());
    }
    let detail = "by these names this would be one claimant with two license numbers: an earlier \
                  claim has one of the names beside another number. Leave out the address or id \
                  that both use; or, if one of the numbers is mistaken or has changed, correct that \
                  claim";
    Err(Fault::new("/claimant", "two-license-numbers", detail))
}
