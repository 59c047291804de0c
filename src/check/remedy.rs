//! What the holder or the issuer can do about a problem, by its code.
//!
//! Invariant: each code has an answer; the general one is for codes that only an issuer's
//! software can mend.

/// One plain sentence.
pub fn remedy(code: &str) -> &'static str {
    match code {
        "signature" | "differs-from-hosted" | "differs-from-issuer-books" => ORIGINAL,
        "key-document-unreachable"
        | "status-list-unreachable"
        | "schema-unreachable"
        | "document-unreachable"
        | "link-unreachable"
        | "issuer-books-silent"
        | "unreadable-document" => {
            "Try again later; if it stays like this, the issuer has to bring the address back."
        }
        "not-json"
        | "not-a-credential"
        | "not-strict-json"
        | "not-a-jws"
        | "unreadable"
        | "invalid-envelope"
        | "not-an-assertion"
        | "damaged-picture"
        | "no-credential-in-picture"
        | "picture-inflates"
        | "picture-with-document-type" => {
            "Give the file or link that the issuer handed out, whole and unchanged."
        }
        "too-large"
        | "too-complex"
        | "too-many-status-entries"
        | "too-many-keys"
        | "too-many-proofs"
        | "too-many-schemas"
        | "too-many-endorsements" => {
            "The issuer has to hand out one that is smaller: nobody checks what grows without end."
        }
        "too-many-documents" => "Verify fewer credentials at once.",
        "issuer-books-not-compared" => "Verify it alone, as its issuer handed it out.",
        "no-proof" | "not-hosted" => {
            "Ask the issuer for the signed one: as it is, nobody vouches for it."
        }
        "unsigned-presentation" => "Ask the holder to sign the presentation.",
        "not-in-issuer-books" | "not-of-issuer" | "older-than-issuer-books" => {
            "Ask the issuer whether they awarded it; do not rely on it before."
        }
        "key-of-another-controller"
        | "key-not-of-issuer"
        | "no-key-of-issuer"
        | "no-key-named"
        | "header-key"
        | "key-not-found"
        | "not-for-assertions"
        | "purpose"
        | "proof-purpose" => {
            "Do not rely on it; the issuer has to sign with a key that its own document lists for \
             signing credentials."
        }
        "key-revoked" | "key-expired" => {
            "The issuer has to sign it anew with a key that is in use."
        }
        "key-not-for-presenting" => {
            "The holder has to sign with a key that their own document lists for authentication."
        }
        "revoked" => "Ask the issuer why; a revoked credential does not come back.",
        "suspended" => "Ask the issuer; a suspension may be lifted.",
        "superseded" => "Ask the holder for the one that replaces it.",
        "expired" => "Ask the holder whether there is a newer one.",
        "not-yet-valid" | "proof-not-yet-valid" => {
            "Wait until it starts, or check the clock of this machine."
        }
        "gone" => "Ask the issuer: it shows this credential no longer.",
        "status-list-expired"
        | "status-list-too-old"
        | "status-list-behind"
        | "status-list-not-yet-valid" => {
            "Try again later; the issuer has to publish its status list anew."
        }
        "status-list-of-another-issuer"
        | "another-status-list"
        | "status-list-not-authentic"
        | "status-list-unreadable"
        | "invalid-status-list"
        | "status-purpose"
        | "status-index"
        | "invalid-status-entry" => {
            "The issuer has to mend its status list or the credential's entry in it; until then \
             nobody can tell whether it is revoked."
        }
        "unknown-context" => {
            "The operator of this verifier can pin the context; else the issuer has to use \
             contexts that are well known."
        }
        "undefined-term"
        | "relative-type"
        | "relative-iri"
        | "dropped-value"
        | "vocab-catch-all"
        | "not-compacted"
        | "same-id-twice"
        | "added-context"
        | "protected-term-redefinition"
        | "colliding-keywords" => {
            "The issuer has to write it so that all that is read is signed, and sign it anew."
        }
        "unsupported-proof"
        | "unsupported-status"
        | "unsupported-algorithm"
        | "unsupported-data-model"
        | "schema-not-read"
        | "unsupported-key" => {
            "Use a verifier that knows this kind, or ask the issuer for one in a usual form."
        }
        "endorses-something-else" | "not-an-endorsement" => {
            "Read the credential without this endorsement."
        }
        "no-sub" | "claim-mismatch" | "exp-alone" => {
            "The issuer's software has to repeat in the JWT's claims what the credential says, and \
             sign it anew."
        }
        "another-salt" => "Rely on the issuer's copy.",
        "embedded-proof-ignored" => "Nothing, where the JWT holds; its signature decides.",
        "dangling-result"
        | "open-badges-context"
        | "issuer-profile"
        | "several-status-entries"
        | "not-an-array"
        | "strict-form"
        | "identity-hash" => {
            "Nothing for its holder; the issuer can mend it in what it awards from now on."
        }
        "not-a-url" => "Give a link that starts with https:.",
        "several-credentials" => {
            "Give a file with one credential; the holder knows which is meant."
        }
        "presentation-in-picture" => "Ask the holder for the credential itself.",
        _ => "The issuer has to correct this and sign the credential anew.",
    }
}

const ORIGINAL: &str = "Ask the holder for the file as the issuer handed it out; if that does not \
                        hold either, the issuer has to sign it anew.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_down_is_tried_again_and_what_was_changed_is_asked_for_anew() {
        assert!(remedy("status-list-unreachable").starts_with("Try again"));
        assert!(remedy("signature").starts_with("Ask the holder"));
        assert!(remedy("missing").starts_with("The issuer"));
    }
}
