//! Google's Wycheproof: signatures that one library or another took or refused wrongly, against
//! our one place that checks signatures.
//! Source: <https://github.com/C2SP/wycheproof>, by the crate of that name.
//!
//! Each class must be there, so that another edition of the crate cannot take one away unseen.

use std::collections::BTreeMap;

use touchmark::model::key::PublicKey;
use touchmark::proof::signature_holds;
use wycheproof::{TestResult, ecdsa, eddsa, rsa_pkcs1_verify};

/// How many of a class were to hold, and how many not.
type Classes = BTreeMap<String, (usize, usize)>;

/// One signature against one key. `None` is a key that we do not even take.
fn judge(
    classes: &mut Classes,
    (id, flags): (usize, Vec<String>),
    expected: TestResult,
    key: Option<&PublicKey>,
    (message, signature): (&[u8], &[u8]),
) {
    let holds = key.is_some_and(|key| signature_holds(key, message, signature));
    match expected {
        TestResult::Valid => assert!(holds, "{id} {flags:?} is refused"),
        TestResult::Invalid => assert!(!holds, "{id} {flags:?} is taken"),
        // Either is right by the standard; ours is the strict reading.
        TestResult::Acceptable => assert!(!holds, "{id} {flags:?} is taken"),
    }
    for flag in flags {
        let (valid, invalid) = classes.entry(flag).or_default();
        *(if expected == TestResult::Valid { valid } else { invalid }) += 1;
    }
}

fn names(flags: &[impl std::fmt::Debug]) -> Vec<String> {
    flags.iter().map(|flag| format!("{flag:?}")).collect()
}

fn looked_at(classes: &Classes, expected: &[&str]) {
    let found: Vec<&str> = classes.keys().map(String::as_str).collect();
    assert_eq!(found, expected, "{classes:?}");
}

#[test]
fn each_class_of_ed25519_signatures_is_judged_as_wycheproof_does() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut classes = Classes::new();
    for group in &set.test_groups {
        let key = group.key.pk.as_ref().try_into().ok();
        let key = key.and_then(|bytes| PublicKey::ed25519(bytes).ok());
        for test in &group.tests {
            let told = (test.tc_id, names(&test.flags));
            judge(&mut classes, told, test.result, key.as_ref(), (&test.msg, &test.sig));
        }
    }
    looked_at(
        &classes,
        &[
            "CompressedSignature",
            "InvalidEncoding",
            "InvalidKnownTestVector",
            "InvalidSignature",
            "KnownTestVector",
            "SignatureMalleability",
            "SignatureWithGarbage",
            "TinkOverflow",
            "TruncatedSignature",
            "Valid",
        ],
    );
}

#[test]
fn each_class_of_ecdsa_signatures_is_judged_as_wycheproof_does() {
    use ecdsa::TestName::{EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363};
    let sets = [EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363];
    for name in sets {
        let set = ecdsa::TestSet::load(name).unwrap();
        let mut classes = Classes::new();
        for group in &set.test_groups {
            let point: &[u8] = &group.key.key;
            let key = PublicKey::p256(point).or_else(|_| PublicKey::p384(point)).ok();
            for test in &group.tests {
                let told = (test.tc_id, names(&test.flags));
                judge(&mut classes, told, test.result, key.as_ref(), (&test.msg, &test.sig));
            }
        }
        let expected = [
            "ArithmeticError",
            "EdgeCasePublicKey",
            "EdgeCaseShamirMultiplication",
            "IntegerOverflow",
            "InvalidSignature",
            "ModifiedInteger",
            "ModularInverse",
            "PointDuplication",
            "RangeCheck",
            "SignatureSize",
            "SmallRandS",
            "SpecialCaseHash",
            "ValidSignature",
        ];
        looked_at(&classes, &expected);
    }
}

#[test]
fn each_class_of_rsa_signatures_is_judged_as_wycheproof_does() {
    let set = rsa_pkcs1_verify::TestSet::load(rsa_pkcs1_verify::TestName::Rsa2048Sha256).unwrap();
    let mut classes = Classes::new();
    for group in &set.test_groups {
        let key = PublicKey::from_pem(&group.pem).ok();
        for test in &group.tests {
            let told = (test.tc_id, names(&test.flags));
            judge(&mut classes, told, test.result, key.as_ref(), (&test.msg, &test.sig));
        }
    }
    looked_at(
        &classes,
        &[
            "BerEncodedPadding",
            "EdgeCaseSignature",
            "InvalidAsnInPadding",
            "InvalidPadding",
            "InvalidSignature",
            "MissingNull",
            "ModifiedPadding",
            "NoHash",
            "ShortPadding",
            "SignatureMalleability",
            "SmallPublicKey",
            "SmallSignature",
            "WrongHash",
            "WrongPrimitive",
        ],
    );
}
