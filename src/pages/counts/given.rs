//! What was given to count, after it was verified.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::check::Report;
use crate::check::remedy::Remedy;
use crate::check::report::OutcomeName;
use crate::model::date_time;
use crate::pages::speech::Speech;
use crate::pages::verdict;
use crate::recognition::{Answer, CountedCredential, digest_multibase};
use crate::recognize::menus::{self, Accepted};

use super::Checked;

/// One micro-credential, or what was given for one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Given {
    /// As it was drawn, and what its earner said of it.
    pub facts: CountedCredential,
    /// When it was verified.
    pub at: Timestamp,
    /// What the endorsements inside of it accept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<Accepted>,
    /// The verdict's message.
    headline: String,
    /// Whom it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earner: Option<String>,
    /// The first thing that did not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
    /// The day that its earner gave.
    #[serde(skip)]
    pub said_awarded: Option<Date>,
    /// Its text, for `/verify` to tell more of it.
    #[serde(skip)]
    pub text: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Trouble {
    /// The message of what can be done.
    remedy: String,
    /// In English.
    detail: String,
}

/// More of a stranger's words than a sentence needs.
const MOST_OF_A_DETAIL: usize = 500;

impl Given {
    pub fn of(facts: CountedCredential, report: &Report, at: Timestamp) -> Self {
        let wrong = [OutcomeName::Fail, OutcomeName::Undecided].into_iter().find_map(|outcome| {
            let mut checks = report.checks.iter().filter(|check| check.outcome == outcome);
            checks.find_map(|check| check.problem.as_ref())
        });
        Self {
            facts,
            at,
            accepted: menus::carried(report),
            headline: verdict::judge(report).1.to_owned(),
            earner: report.credential.as_ref().and_then(|it| it.earner.as_ref()?.name.clone()),
            trouble: wrong.map(|problem| Trouble {
                remedy: Remedy::of(&problem.code).key().to_owned(),
                detail: problem.detail.chars().take(MOST_OF_A_DETAIL).collect(),
            }),
            said_awarded: None,
            text: None,
        }
    }

    /// A file or text that holds nothing to verify.
    pub fn unreadable(name: &str, at: Timestamp) -> Self {
        let name = Some(name.chars().take(100).collect());
        Self {
            facts: CountedCredential {
                name,
                authentic: Answer::No,
                ..CountedCredential::default()
            },
            at,
            accepted: Vec::new(),
            headline: "verdict-unreadable".into(),
            earner: None,
            trouble: None,
            said_awarded: None,
            text: None,
        }
    }

    /// It is genuine and holds; what could not be told is for each office to say.
    pub fn can_count(&self) -> bool {
        self.facts.authentic == Answer::Yes && self.facts.current == Answer::Yes
    }

    /// It has no day of its own; one that its earner gave is not its own word.
    pub fn is_silent_on_its_day(&self) -> bool {
        self.facts.awarded_at.is_none()
    }

    /// What answers about it are bound to: of the same micro-credential the same, in whatever form
    /// it is given, and of no other.
    pub fn key(&self) -> String {
        let CountedCredential { issuer, id, achievement, name, awarded_at, .. } = &self.facts;
        let own = serde_json::to_vec(&(issuer, id, achievement, name, awarded_at));
        digest_multibase(&own.expect("it is plain data"))
    }

    /// When it was verified, in words.
    pub fn checked(&self, t: &Speech) -> Checked {
        let at = date_time::whole_seconds(self.at).to_string();
        let told = t.one("counts-checked", "when", t.moment(&at));
        Checked { at, told }
    }

    /// What decisions call it.
    pub fn name(&self) -> &str {
        &self.facts.input
    }

    /// `bad`, or `open` where nothing speaks against it.
    pub fn tone(&self) -> &'static str {
        let refused = [self.facts.authentic, self.facts.current].contains(&Answer::No);
        if refused { "bad" } else { "open" }
    }

    pub fn headline(&self, t: &Speech) -> String {
        t.text(&self.headline)
    }

    pub fn what_to_do(&self, t: &Speech) -> String {
        t.text(self.trouble.as_ref().map_or("counts-unreadable", |it| &it.remedy))
    }

    pub fn detail(&self) -> Option<&str> {
        self.trouble.as_ref().map(|it| it.detail.as_str())
    }
}
