//! Prepare and secure: no signature before the conformance checks, and none
//! leaves before it was verified with the published key.

use jiff::Timestamp;

use super::IssueError;
use super::parties::{MethodSigner, Signers};
use crate::check;
use crate::jsonld::{self, Contexts, Dataset};
use crate::model::securing::{JwtAlgorithm, Securing};
use crate::model::{Credential, Document, Fault};
use crate::proof::Suite;
use crate::proof::data_integrity::{Options, Unsecured};
use crate::proof::secured::MAX_BYTES;
use crate::proof::vc_jwt::{self, Jws, Kind, SigningHeader};
use crate::proof::{appended_proof, before_proof, with_proof_alone};

/// Composed and linted, not yet signed.
pub struct Prepared<'d> {
    document: Document<'d>,
    /// What the checks expanded it to: it is signed as it was checked.
    graph: Graph,
}

type Graph = Result<Dataset, jsonld::Error>;

/// Both forms of a credential, each signed once.
pub struct Secured {
    pub embedded: String,
    pub jwt: String,
}

/// Runs the checks that every verifier runs.
pub fn prepare(unsigned: &[u8]) -> Result<Prepared<'_>, IssueError> {
    let document = Document::parse(unsigned).map_err(|e| broken("composing", e))?;
    let mut conformance = check::conform(&document, Contexts::bundled());
    let graph = conformance.graph.take();
    match (conformance.problems().next(), graph) {
        (None, Some(graph)) => Ok(Prepared { document, graph }),
        (None, None) => Err(IssueError::Broken("conformance: it was not expanded".into())),
        (_, Some(Err(error))) if error.could_not_tell() => {
            let detail = format!("verifiers would not agree about this text: {error}");
            Err(IssueError::Invalid(vec![Fault::new("", "ambiguous-text", detail)]))
        }
        (Some(problem), _) => {
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
    securing: Securing,
    created: Timestamp,
) -> Result<Secured, IssueError> {
    let Prepared { document, graph } = &prepared;
    let embedded = embed(document, graph, ByProof::new(signers, securing)?, created)?;
    let jwt = jwt(document, signers.of_jwts(securing.alg())?)?;
    if embedded.len().max(jwt.len()) > MAX_BYTES {
        let detail = format!(
            "the credential would be larger than the {MAX_BYTES} bytes that verifiers read; \
             shorten the texts of the achievement or the review, or link the pictures"
        );
        return Err(IssueError::Invalid(vec![Fault::new("", "too-large", detail)]));
    }
    Ok(Secured { embedded, jwt })
}

/// What makes an embedded proof.
#[derive(Clone, Copy)]
pub struct ByProof<'s> {
    pub suite: &'static Suite,
    /// With a key that the suite takes.
    pub signer: &'s MethodSigner,
}

impl<'s> ByProof<'s> {
    pub fn new(signers: &'s Signers, securing: Securing) -> Result<Self, IssueError> {
        let suite = Suite::signing(securing.cryptosuite());
        Ok(Self { suite, signer: signers.of_proofs(securing)? })
    }
}

/// Signs a document of ours that is no achievement's, such as a status list.
pub fn sign_embedded(
    unsigned: &[u8],
    by: ByProof<'_>,
    created: Timestamp,
) -> Result<String, IssueError> {
    let document = Document::parse(unsigned).map_err(|e| broken("composing", e))?;
    let graph = check::json_ld::expand(document.root(), &["proof"], Contexts::bundled());
    with_its_proof(&document, embed(&document, &graph, by, created)?)
}

/// The same by any suite, verified as it stands in the bytes that leave.
pub fn sign_by(
    document: &Document<'_>,
    ByProof { suite, signer }: ByProof<'_>,
    created: Timestamp,
    contexts: &Contexts,
) -> Result<String, IssueError> {
    let options = Options { created, verification_method: &signer.method, expires: None };
    let algorithm = signer.public.algorithm();
    let secured = suite.sign(document, &options, algorithm, contexts, |m| signer.signer.sign(m));
    let secured = secured.map_err(|e| broken("signing", e))?;
    let secured = String::from_utf8(secured).map_err(|e| broken("signing", e))?;
    let secured = with_its_proof(document, secured)?;
    let again =
        Document::parse(secured.as_bytes()).map_err(|e| broken("reading what was signed", e))?;
    let proof = again.root().get("proof").and_then(|proof| proof.items().first()?.as_object());
    let proof = proof.ok_or_else(|| IssueError::Broken("what was signed has no proof".into()))?;
    suite
        .verify(Unsecured::of(&again), proof, &signer.public, contexts)
        .map_err(|e| broken("verifying our own", e))?;
    Ok(secured)
}

/// Open Badges keep their proof in an array, which their strict JSON wants; what else there is, as
/// status lists, has one object.
fn with_its_proof(document: &Document<'_>, secured: String) -> Result<String, IssueError> {
    let credential = Credential(document.root());
    if credential.is_achievement_credential() || credential.has_type("EndorsementCredential") {
        return Ok(secured);
    }
    let alone = with_proof_alone(document, secured.as_bytes())
        .ok_or_else(|| IssueError::Broken("the signed document is not what was prepared".into()))?;
    String::from_utf8(alone).map_err(|e| broken("signing", e))
}

/// A `vc+jwt` of what was composed elsewhere.
pub fn enveloped(document: &Document<'_>, by: &MethodSigner) -> Result<String, IssueError> {
    sign_jws(by, Kind::VcJose, document.bytes())
}

/// The same as a JWS.
pub fn sign_jwt(unsigned: &[u8], by: &MethodSigner) -> Result<String, IssueError> {
    let document = Document::parse(unsigned).map_err(|e| broken("composing", e))?;
    jwt(&document, by)
}

/// What a JWT of ours was signed by.
pub fn alg_of(jwt: &str) -> Result<JwtAlgorithm, IssueError> {
    let header = Jws::parse(jwt).and_then(|jws| jws.header());
    let header = header.map_err(|e| broken("reading a stored JWT", e))?;
    header.alg.parse().map_err(|e| broken("reading a stored JWT", e))
}

/// The VC-JOSE form of a credential of ours that is secured already.
pub fn vc_jose(embedded: &str, by: &MethodSigner) -> Result<String, IssueError> {
    let unsigned = before_proof(embedded)
        .ok_or_else(|| IssueError::Broken("a stored credential has no proof".into()))?;
    sign_jws(by, Kind::VcJose, unsigned.as_bytes())
}

/// An embedded proof, verified as it stands in the bytes that
/// leave: those are the document's, which were read and expanded already, and
/// the proof, which is read from them.
fn embed(
    document: &Document<'_>,
    graph: &Graph,
    ByProof { suite, signer }: ByProof<'_>,
    created: Timestamp,
) -> Result<String, IssueError> {
    let contexts = Contexts::bundled();
    let options = Options { created, verification_method: &signer.method, expires: None };
    let algorithm = signer.public.algorithm();
    let unsecured = Unsecured::of(document);
    let signed = suite
        .transform_expanded(unsecured, graph, Suite::hash(algorithm))
        .map_err(|e| broken("signing", e))?;
    let ready = suite
        .prepare_transformed(document, &signed, &options, algorithm, contexts)
        .map_err(|e| broken("signing", e))?;
    let signature = signer.signer.sign(&ready.message())?;
    let secured = ready.finish(&signature);

    let again = appended_proof(document, &secured)
        .ok_or_else(|| IssueError::Broken("the signed document is not what was prepared".into()))?;
    let again = Document::parse(again).map_err(|e| broken("reading what was signed", e))?;
    suite
        .verify_transformed(unsecured, &signed, again.root(), &signer.public, contexts)
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
