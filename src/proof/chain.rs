//! Proof sets and chains: which proofs a proof follows.
//! Spec: <https://www.w3.org/TR/vc-data-integrity/#verify-proof-sets-and-chains>
//!
//! Proofs beside each other are a set. One whose `previousProof` names others is
//! signed over the document with those in it, in the order of the document, so
//! that none of them can be taken away.
//!
//! Invariant: each name is that of one proof beside it, and no way along them
//! leads back.

use crate::model::Document;
use crate::model::json::{Object, Value};

/// The proofs that `all[at]` follows, in the order of the document.
pub fn previous<'p, 'a>(
    all: &[&'p Object<'a>],
    at: usize,
) -> Result<Vec<&'p Object<'a>>, ChainError> {
    let places = places(all, all[at])?;
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let mut seen = vec![false; all.len()];
    let mut ahead = places.clone();
    while let Some(next) = ahead.pop() {
        if next == at {
            return Err(ChainError::Cycle);
        }
        if !std::mem::replace(&mut seen[next], true) {
            // What is wrong with that one is its own to tell.
            ahead.extend(self::places(all, all[next]).unwrap_or_default());
        }
    }
    Ok(places.into_iter().map(|place| all[place]).collect())
}

/// The document as it was signed over: with these proofs and no others.
pub fn signed_with<'a>(document: &Document<'a>, previous: &[&Object<'a>]) -> Object<'a> {
    let proofs = previous.iter().map(|proof| Value::Object((*proof).clone())).collect();
    document.root().with("proof", Value::Array(proofs))
}

/// Where the proofs stand that a proof names.
fn places(all: &[&Object<'_>], proof: &Object<'_>) -> Result<Vec<usize>, ChainError> {
    let Some(value) = proof.get("previousProof") else { return Ok(Vec::new()) };
    let mut places = Vec::new();
    for name in value.items() {
        let id = name.as_str().ok_or(ChainError::NotAnId { found: name.kind() })?;
        let mut named = (0..all.len()).filter(|place| all[*place].str("id") == Some(id));
        match (named.next(), named.next()) {
            (Some(place), None) => places.push(place),
            (None, _) => return Err(ChainError::Absent { id: id.into() }),
            (Some(_), Some(_)) => return Err(ChainError::Twice { id: id.into() }),
        }
    }
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

/// Why it cannot be told which proofs a proof follows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    #[error(
        "`previousProof` names proofs by their ids, as a string or an array of strings; it has {found}"
    )]
    NotAnId { found: &'static str },
    #[error(
        "`previousProof` names {id:?}, and no proof beside it has that id; it was taken away, or never there"
    )]
    Absent { id: String },
    #[error("`previousProof` names {id:?}, and two proofs beside it have that id")]
    Twice { id: String },
    #[error(
        "the proof follows itself by way of `previousProof`, so none of them can have been made first"
    )]
    Cycle,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The ids of what each proof follows.
    fn followed(proofs: serde_json::Value) -> Vec<Result<Vec<String>, ChainError>> {
        let text = json!({"proof": proofs}).to_string();
        let document = Document::parse(text.as_bytes()).unwrap();
        let items = document.root().get("proof").unwrap().items();
        let all: Vec<_> = items.iter().map(|item| item.as_object().unwrap()).collect();
        let ids = |found: Vec<&Object<'_>>| {
            found.iter().map(|proof| proof.str("id").unwrap_or_default().to_owned()).collect()
        };
        (0..all.len()).map(|at| previous(&all, at).map(ids)).collect()
    }

    #[test]
    fn a_proof_follows_what_it_names_in_the_order_of_the_document() {
        let found = followed(json!([
            {"id": "urn:a"},
            {"id": "urn:b"},
            {"id": "urn:c", "previousProof": ["urn:b", "urn:a", "urn:b"]},
            {"previousProof": "urn:c"},
        ]));
        let names = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(found, [names(&[]), names(&[]), names(&["urn:a", "urn:b"]), names(&["urn:c"])]);
    }

    #[test]
    fn what_is_no_name_of_one_proof_is_refused() {
        let error = |proofs| followed(proofs).remove(0).unwrap_err();
        let number = ChainError::NotAnId { found: "a number" };
        assert_eq!(error(json!([{"previousProof": 7}])), number);
        assert_eq!(error(json!([{"previousProof": [7]}])), number);
        let null = ChainError::NotAnId { found: "null" };
        assert_eq!(error(json!([{"previousProof": null}])), null);
        let absent = ChainError::Absent { id: "urn:a".into() };
        assert_eq!(error(json!([{"previousProof": "urn:a"}])), absent);
        let twice = ChainError::Twice { id: "urn:a".into() };
        let proofs = json!([{"previousProof": "urn:a"}, {"id": "urn:a"}, {"id": "urn:a"}]);
        assert_eq!(error(proofs), twice);
    }

    #[test]
    fn a_way_that_leads_back_is_refused_for_each_proof_on_it_alone() {
        let found = followed(json!([
            {"id": "urn:a", "previousProof": "urn:b"},
            {"id": "urn:b", "previousProof": "urn:a"},
            {"id": "urn:c", "previousProof": "urn:c"},
            {"id": "urn:d", "previousProof": "urn:a"},
        ]));
        assert_eq!(found[..3], vec![Err(ChainError::Cycle); 3]);
        assert!(found[3].is_ok());
    }
}
