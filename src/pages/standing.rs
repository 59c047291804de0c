//! Where a micro-credential counts, as pages of achievements and credentials show it.

use super::speech::Speech;
use super::{here, rules};
use crate::model::links::Links;
use crate::recognize::standing::{Counts, Standing};

/// What `standing.html` shows.
pub struct Shown {
    pub as_of: String,
    pub offices: Vec<Office>,
    pub whole: bool,
}

pub struct Office {
    pub name: String,
    pub page: String,
    pub counts: Vec<Line>,
    /// Title and page of each menu that it stands on.
    pub menus: Vec<(String, String)>,
}

/// By one policy.
pub struct Line {
    pub worth: String,
    pub policy: String,
    pub version: String,
    /// The policy's own text.
    pub link: String,
    pub conditions: Vec<String>,
}

impl Shown {
    pub fn of(t: &Speech, links: &Links, standing: &Standing) -> Self {
        let offices = standing.offices.iter().map(|office| {
            let name = &office.party.name;
            let line = |Counts { policy, outlook }: &Counts| Line {
                worth: rules::worth(t, outlook),
                policy: policy.name.clone(),
                version: policy.version.clone(),
                link: here(links, &links.policy_version(name, &policy.id, &policy.version)).into(),
                conditions: rules::conditions(t, policy),
            };
            Office {
                name: office.party.profile.name.clone(),
                page: here(links, &links.recognizer(name)).to_owned(),
                counts: office.counts.iter().map(line).collect(),
                menus: office
                    .menus
                    .iter()
                    .map(|row| {
                        (row.title.clone(), here(links, &links.menu(name, &row.name)).to_owned())
                    })
                    .collect(),
            }
        });
        Self {
            as_of: t.date(standing.as_of.to_string()),
            offices: offices.collect(),
            whole: standing.whole,
        }
    }
}
