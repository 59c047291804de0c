//! Prepare and secure: no signature before the conformance checks, and none
//! leaves before it was verified with the published key.

use jiff::Timestamp;

use super::IssueError;
use super::parties::{MethodSigner, Signers};
use crate::check;
use crate::jsonld::Contexts;
use crate::model::{Document, Fault};
use crate::proof::before_proof;
use crate::proof::eddsa_rdfc_2022::{self, Options};
use crate::proof::secured::MAX_BYTES;
use crate::proof::vc_jwt::{self, Jws, Kind, SigningHeader};

/// Composed and linted, not yet signed.
pub struct Prepared<'d> {
    document: Document<'d>,
}

/// Both forms of a credential, each signed once.
pub struct Secured {
    pub embedded: String,
    pub jwt: String,
}

/// Runs the checks that every verifier runs.
pub fn prepare(unsigned: &[u8]) -> Result<Prepared<'_>, IssueError> {
    let document = Document::parse(unsigned).map_err(|e| broken("composing", e))?;
    let conformance = check::conform(&document, Contexts::bundled());
    match conformance.problems().next() {
        None => Ok(Prepared { document }),
        Some(problem) => {
            let at = problem.pointer.as_deref().unwrap_or_default();
            Err(IssueError::Broken(format!(
                "conformance: {} at {at}: {}",
                problem.code, problem.detail
            )))
        }
    }
}

pub fn secure(
    prepared: Prepared<'_>,
    signers: &Signers,
    created: Timestamp,
) -> Result<Secured, IssueError> {
    let embedded = embed(&prepared.document, &signers.ed25519, created)?;
    let jwt = jwt(&prepared.document, &signers.es256)?;
    if embedded.len().max(jwt.len()) > MAX_BYTES {
        let detail = format!(
            "the credential would be larger than the {MAX_BYTES} bytes that verifiers read; \
             shorten the texts of the achievement or the review, or link the pictures"
        );
        return Err(IssueError::Invalid(vec![Fault::new("", "too-large", detail)]));
    }
    Ok(Secured { embedded, jwt })
}

/// Signs a document of ours that is no achievement's, such as a status list.
pub fn sign_embedded(
    unsigned: &[u8],
    by: &MethodSigner,
    created: Timestamp,
) -> Result<String, IssueError> {
    let document = Document::parse(unsigned).map_err(|e| broken("composing", e))?;
    embed(&document, by, created)
}

/// The same as a JWS.
pub fn sign_jwt(unsigned: &[u8], by: &MethodSigner) -> Result<String, IssueError> {
    let document = Document::parse(unsigned).map_err(|e| broken("composing", e))?;
    jwt(&document, by)
}

/// The VC-JOSE form of a credential of ours that is secured already.
pub fn vc_jose(embedded: &str, by: &MethodSigner) -> Result<String, IssueError> {
    let unsigned = before_proof(embedded)
        .ok_or_else(|| IssueError::Broken("a stored credential has no proof".into()))?;
    sign_jws(by, Kind::VcJose, unsigned.as_bytes())
}

/// An embedded `eddsa-rdfc-2022` proof.
fn embed(
    document: &Document<'_>,
    by: &MethodSigner,
    created: Timestamp,
) -> Result<String, IssueError> {
    let contexts = Contexts::bundled();
    let options = Options { created, verification_method: &by.method, expires: None };
    let ready =
        eddsa_rdfc_2022::prepare(document, &options, contexts).map_err(|e| broken("signing", e))?;
    let signature = by.signer.sign(&ready.message())?;
    let secured = ready.finish(&signature);

    let again = Document::parse(&secured).map_err(|e| broken("reading what was signed", e))?;
    let proof = again.root().get("proof").and_then(|p| p.items().first()?.as_object());
    let proof =
        proof.ok_or_else(|| IssueError::Broken("the signed document has no proof".into()))?;
    eddsa_rdfc_2022::verify(&again, proof, &by.public, contexts)
        .map_err(|e| broken("verifying our own", e))?;
    String::from_utf8(secured).map_err(|e| broken("signing", e))
}

/// The Open Badges VC-JWT.
fn jwt(document: &Document<'_>, by: &MethodSigner) -> Result<String, IssueError> {
    let payload = vc_jwt::compose(document).map_err(|e| broken("composing a JWT", e))?;
    sign_jws(by, Kind::OpenBadges, &payload)
}

fn sign_jws(by: &MethodSigner, kind: Kind, payload: &[u8]) -> Result<String, IssueError> {
    let header = SigningHeader { algorithm: by.public.algorithm(), kid: &by.method, kind };
    let jwt = vc_jwt::sign(&header, payload, |message| by.signer.sign(message))?;

    let again = Jws::parse(&jwt).map_err(|e| broken("reading what was signed", e))?;
    let header = again.header().map_err(|e| broken("reading what was signed", e))?;
    again.verify(&header, &by.public).map_err(|e| broken("verifying our own", e))?;
    Ok(jwt)
}

fn broken(doing: &str, error: impl std::fmt::Display) -> IssueError {
    IssueError::Broken(format!("{doing}: {error}"))
}
