//! One byte of a valid credential changed, in every place: never authentic, unless what was signed
//! is still the same.

use touchmark::bake::Picture;
use touchmark::check::report::Verdict;
use touchmark::jsonld::{Contexts, HashAlgorithm, Input, expand};
use touchmark::model::{Document, json};
use touchmark::proof::Secured;
use touchmark::verify::verify;

use crate::baked::{png, vector};
use crate::support::dice::Dice;
use crate::vectors::{Vector, World};

/// What a signature covers: the canonical form of the document and of its proof's options, or the
/// signed text and the signature of a JWS. `None` is nothing that was ever signed.
fn signed(input: &[u8]) -> Option<String> {
    let held = Picture::of(input).map(|picture| picture.open(input).ok());
    let text = match &held {
        None => input,
        Some(held) => held.as_ref()?.credential.as_bytes(),
    };
    match Secured::decode(text).ok()? {
        Secured::Jws { .. } => Some(String::from_utf8(text.trim_ascii().to_vec()).ok()?),
        Secured::Embedded(document) => {
            let root = document.root();
            let proof = root.get("proof")?.items().first()?.as_object()?;
            let context = root.get("@context")?;
            let graph = |input: &Input<'_, '_>| {
                let dataset = expand(input, Contexts::bundled()).ok()?;
                dataset.canonicalize(HashAlgorithm::Sha256).ok()
            };
            let said = graph(&Input { object: root, without: &["proof"], context: None })?;
            let options = Input { object: proof, without: &["proofValue"], context: Some(context) };
            Some(said + &graph(&options)? + proof.str("proofValue")?)
        }
    }
}

/// Tries every place with a byte that is drawn for it, and says how many were found to be the same.
async fn changed_everywhere(input: &[u8], vector: &Vector, seed: u64) -> usize {
    let world = World(&vector.documents, vector.now);
    let original = signed(input).expect("it is signed");
    let whole = verify(input, &world, Contexts::bundled(), vector.now).await;
    assert_eq!(whole.verdicts.authentic, Verdict::Yes, "{whole:#?}");
    let mut dice = Dice::new(seed);
    let mut same = 0;
    for at in 0..input.len() {
        let mut changed = input.to_vec();
        // A bit now, any byte the next time: letters become letters, and letters quotes.
        match at % 2 {
            0 => changed[at] ^= 1 << dice.below(8),
            _ => changed[at] = changed[at].wrapping_add(u8::try_from(1 + dice.below(255)).unwrap()),
        }
        let report = verify(&changed, &world, Contexts::bundled(), vector.now).await;
        if report.verdicts.authentic != Verdict::Yes {
            continue;
        }
        let text = String::from_utf8_lossy(&changed);
        assert_eq!(signed(&changed).as_ref(), Some(&original), "byte {at} of {seed}: {text}");
        same += 1;
    }
    same
}

#[tokio::test]
async fn json_with_another_byte_anywhere_is_authentic_only_if_it_means_the_same() {
    let vector = vector("good-status.json");
    for seed in 0..2 {
        changed_everywhere(vector.input.as_bytes(), &vector, seed).await;
    }
    // Between two members there is room for a space: the same graph, and authentic.
    let spaced = vector.input.replacen(",\"", ", \"", 1);
    let parsed =
        |text: &str| json::parse(text.as_bytes()).map(|v| serde_json::to_string(&v).unwrap());
    assert_eq!(parsed(&spaced), parsed(&vector.input));
    let world = World(&vector.documents, vector.now);
    let report = verify(spaced.as_bytes(), &world, Contexts::bundled(), vector.now).await;
    assert_eq!(report.verdicts.authentic, Verdict::Yes);
    assert!(Document::parse(spaced.as_bytes()).is_ok());
}

#[tokio::test]
async fn a_jwt_with_another_byte_anywhere_is_never_authentic() {
    for name in ["good-vc-jwt-eddsa.json", "good-vc-jwt-es256.json", "good-vc-jose.json"] {
        let vector = vector(name);
        assert_eq!(changed_everywhere(vector.input.as_bytes(), &vector, 3).await, 0, "{name}");
    }
}

#[tokio::test]
async fn a_picture_with_another_byte_anywhere_is_authentic_only_with_the_same_credential() {
    for (name, seed) in [("good-json.json", 4), ("good-vc-jwt-eddsa.json", 5)] {
        let vector = vector(name);
        let baked = Picture::Png.bake(&png(), &vector.input).unwrap();
        // Nothing vouches for the picture around it: its own bytes may change.
        let same = changed_everywhere(&baked, &vector, seed).await;
        assert!(same < 60, "{same} of {} bytes are the picture's own", baked.len());
    }
}
