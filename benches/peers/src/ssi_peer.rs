//! The crate `ssi`, by its own verifier and signer.

use std::collections::HashMap;

use json_ld::IriBuf;
use ssi::JWK;
use ssi::claims::data_integrity::{
    self, AnySuite, CryptographicSuite as _, DataIntegrity, ProofOptions,
};
use ssi::claims::vc::v2::JsonCredential;
use ssi::claims::{SignatureEnvironment, VerificationParameters};
use ssi::json_ld::ContextLoader;
use ssi::verification_methods::{AnyMethod, Multikey, SingleSecretSigner};

use crate::task::Task;
use crate::{Peer, timed};

type Keys = HashMap<IriBuf, AnyMethod>;
type Credential = DataIntegrity<JsonCredential, AnySuite>;

pub struct Ssi {
    secured: String,
    unsigned: JsonCredential,
    verifier: VerificationParameters<Keys>,
    loader: ContextLoader,
    key: JWK,
    method: IriBuf,
    keys: Keys,
}

impl Ssi {
    pub fn new(task: &Task) -> Self {
        let method: IriBuf = task.method.parse().expect("it is an IRI");
        let issuer = task.method.split('#').next().unwrap_or_default();
        let multikey = |key: &str| {
            let json = serde_json::json!({
                "id": task.method, "type": "Multikey", "controller": issuer,
                "publicKeyMultibase": key,
            });
            AnyMethod::Multikey(serde_json::from_value::<Multikey>(json).expect("it is a Multikey"))
        };
        let contexts: HashMap<_, _> = task.contexts.iter().cloned().collect();
        let loader = ContextLoader::empty().with_context_map_from(contexts);
        let loader = loader.expect("the contexts are JSON");
        let key = JWK::generate_ed25519().expect("it makes a key");
        let ssi::jwk::Params::OKP(okp) = &key.params else { unreachable!("it is an Ed25519 key") };
        let public = [&[0xed, 0x01], okp.public_key.0.as_slice()].concat();
        let public = format!("z{}", bs58::encode(public).into_string());
        let verifier = Keys::from([(method.clone(), multikey(&task.multikey))]);
        Self {
            secured: task.secured.clone(),
            unsigned: serde_json::from_str(task.unsigned).expect("it reads the credential"),
            verifier: VerificationParameters::from_resolver(verifier)
                .with_json_ld_loader(loader.clone()),
            loader,
            keys: Keys::from([(method.clone(), multikey(&public))]),
            key,
            method,
        }
    }

    /// From text to what the verifier says.
    fn verified(&self, text: &str, by: &VerificationParameters<Keys>) -> Result<(), String> {
        let credential: Credential =
            data_integrity::from_json_str(text).map_err(|error| format!("{error}."))?;
        let verified = pollster::block_on(credential.verify(by));
        let verified = verified.map_err(|error| format!("{error}."))?;
        verified.map_err(|error| format!("{error}."))
    }

    /// From the composed document to text.
    fn signed(&self) -> Result<String, String> {
        let options =
            ProofOptions::from_method_and_options(self.method.clone().into(), Default::default());
        let environment = SignatureEnvironment { json_ld_loader: &self.loader, eip712_loader: () };
        let signer = SingleSecretSigner::new(self.key.clone()).into_local();
        let signed = AnySuite::EdDsaRdfc2022.sign_with(
            environment,
            self.unsigned.clone(),
            &self.keys,
            signer,
            options,
            Default::default(),
        );
        let signed = pollster::block_on(signed).map_err(|error| format!("{error}."))?;
        serde_json::to_string(&signed).map_err(|error| format!("{error}."))
    }
}

impl Peer for Ssi {
    fn name(&self) -> String {
        "crate `ssi` 0.16.0".into()
    }

    /// Timed to its verdict, whichever that is.
    fn verify(&mut self, calls: u32) -> Result<f64, String> {
        Ok(timed(calls, || drop(self.verified(&self.secured, &self.verifier))))
    }

    fn sign(&mut self, calls: u32) -> Result<f64, String> {
        self.signed()?;
        Ok(timed(calls, || drop(self.signed())))
    }

    fn calls(&self) -> u32 {
        5
    }

    fn note(&self) -> Option<String> {
        let why = self.verified(&self.secured, &self.verifier).err()?;
        Some(format!(
            "It rejects this credential, which all the others accept ({why}), and is timed up to \
             that verdict."
        ))
    }
}
