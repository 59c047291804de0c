//! What the holder or the issuer can do about a problem, by its code.
//!
//! Invariant: each code has an answer; the general one is for codes that only an issuer's
//! software can mend.

/// One plain sentence, in English. Pages say [`Remedy::of`] in the reader's language.
pub fn remedy(code: &str) -> &'static str {
    Remedy::of(code).text()
}

macro_rules! remedies {
    ($($name:ident, $key:literal: $text:literal;)*) => {
        /// What can be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Remedy {
            $($name,)*
        }

        impl Remedy {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name of its message.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$name => $key,)*
                }
            }

            /// In English.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

remedies! {
    Original, "remedy-original":
        "Ask the holder for the file as the issuer handed it out; if that does not hold either, \
         the issuer has to sign it anew.";
    TryLater, "remedy-try-later":
        "Try again later; if it stays like this, the issuer has to bring the address back.";
    GiveWhole, "remedy-give-whole":
        "Give the file or link that the issuer handed out, whole and unchanged.";
    MakeSmaller, "remedy-make-smaller":
        "The issuer has to hand out one that is smaller: nobody checks what grows without end.";
    FewerAtOnce, "remedy-fewer-at-once":
        "Verify fewer credentials at once.";
    Alone, "remedy-alone": "Verify it alone, as its issuer handed it out.";
    AskForSigned, "remedy-ask-for-signed":
        "Ask the issuer for the signed one: as it is, nobody vouches for it.";
    AskHolderToSign, "remedy-ask-holder-to-sign":
        "Ask the holder to sign the presentation.";
    AskIssuerFirst, "remedy-ask-issuer-first":
        "Ask the issuer whether they awarded it; do not rely on it before.";
    ForeignKey, "remedy-foreign-key":
        "Do not rely on it; the issuer has to sign with a key that its own document lists for \
         signing credentials.";
    SignWithKeyInUse, "remedy-sign-with-key-in-use":
        "The issuer has to sign it anew with a key that is in use.";
    HolderKey, "remedy-holder-key":
        "The holder has to sign with a key that their own document lists for authentication.";
    AskWhyRevoked, "remedy-ask-why-revoked":
        "Ask the issuer why; a revoked credential does not come back.";
    AskWhySuspended, "remedy-ask-why-suspended":
        "Ask the issuer; a suspension may be lifted.";
    AskForSuccessor, "remedy-ask-for-successor":
        "Ask the holder for the one that replaces it.";
    AskForNewer, "remedy-ask-for-newer":
        "Ask the holder whether there is a newer one.";
    Wait, "remedy-wait":
        "Wait until it starts, or check the clock of this machine.";
    AskWhyGone, "remedy-ask-why-gone":
        "Ask the issuer: it shows this credential no longer.";
    PublishListAnew, "remedy-publish-list-anew":
        "Try again later; the issuer has to publish its status list anew.";
    MendList, "remedy-mend-list":
        "The issuer has to mend its status list or the credential's entry in it; until then \
         nobody can tell whether it is revoked.";
    PinContext, "remedy-pin-context":
        "The operator of this verifier can pin the context; else the issuer has to use contexts \
         that are well known.";
    SignAllThatIsRead, "remedy-sign-all-that-is-read":
        "The issuer has to write it so that all that is read is signed, and sign it anew.";
    UsualForm, "remedy-usual-form":
        "Use a verifier that knows this kind, or ask the issuer for one in a usual form.";
    WithoutEndorsement, "remedy-without-endorsement":
        "Read the credential without this endorsement.";
    RepeatClaims, "remedy-repeat-claims":
        "The issuer's software has to repeat in the JWT's claims what the credential says, and \
         sign it anew.";
    RelyOnIssuersCopy, "remedy-rely-on-issuers-copy":
        "Rely on the issuer's copy.";
    SignatureDecides, "remedy-signature-decides":
        "Nothing, where the JWT holds; its signature decides.";
    FromNowOn, "remedy-from-now-on":
        "Nothing for its holder; the issuer can mend it in what it awards from now on.";
    GiveLink, "remedy-give-link":
        "Give a link that starts with https:.";
    GiveOne, "remedy-give-one":
        "Give a file with one credential; the holder knows which is meant.";
    AskForCredential, "remedy-ask-for-credential":
        "Ask the holder for the credential itself.";
    Correct, "remedy-correct":
        "The issuer has to correct this and sign the credential anew.";
}

impl Remedy {
    /// The remedy for problems of this code.
    pub fn of(code: &str) -> Self {
        match code {
            "signature" | "differs-from-hosted" | "differs-from-issuer-books" => Self::Original,
            "key-document-unreachable"
            | "status-list-unreachable"
            | "schema-unreachable"
            | "document-unreachable"
            | "link-unreachable"
            | "issuer-books-silent"
            | "unreadable-document" => Self::TryLater,
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
            | "picture-with-document-type" => Self::GiveWhole,
            "too-large"
            | "too-complex"
            | "too-many-status-entries"
            | "too-many-keys"
            | "too-many-proofs"
            | "too-many-schemas"
            | "too-many-endorsements" => Self::MakeSmaller,
            "too-many-documents" => Self::FewerAtOnce,
            "issuer-books-not-compared" => Self::Alone,
            "no-proof" | "not-hosted" => Self::AskForSigned,
            "unsigned-presentation" => Self::AskHolderToSign,
            "not-in-issuer-books" | "not-of-issuer" | "older-than-issuer-books" => {
                Self::AskIssuerFirst
            }
            "key-of-another-controller"
            | "key-not-of-issuer"
            | "no-key-of-issuer"
            | "no-key-named"
            | "header-key"
            | "key-not-found"
            | "not-for-assertions"
            | "purpose"
            | "proof-purpose" => Self::ForeignKey,
            "key-revoked" | "key-expired" => Self::SignWithKeyInUse,
            "key-not-for-presenting" => Self::HolderKey,
            "revoked" => Self::AskWhyRevoked,
            "suspended" => Self::AskWhySuspended,
            "superseded" => Self::AskForSuccessor,
            "expired" => Self::AskForNewer,
            "not-yet-valid" | "proof-not-yet-valid" => Self::Wait,
            "gone" => Self::AskWhyGone,
            "status-list-expired"
            | "status-list-too-old"
            | "status-list-behind"
            | "status-list-not-yet-valid" => Self::PublishListAnew,
            "status-list-of-another-issuer"
            | "another-status-list"
            | "status-list-not-authentic"
            | "status-list-unreadable"
            | "invalid-status-list"
            | "status-purpose"
            | "status-index"
            | "invalid-status-entry" => Self::MendList,
            "unknown-context" => Self::PinContext,
            "undefined-term"
            | "relative-type"
            | "relative-iri"
            | "dropped-value"
            | "vocab-catch-all"
            | "not-compacted"
            | "same-id-twice"
            | "added-context"
            | "protected-term-redefinition"
            | "colliding-keywords" => Self::SignAllThatIsRead,
            "unsupported-proof"
            | "unsupported-status"
            | "unsupported-algorithm"
            | "unsupported-data-model"
            | "schema-not-read"
            | "unsupported-key" => Self::UsualForm,
            "endorses-something-else" | "not-an-endorsement" => Self::WithoutEndorsement,
            "no-sub" | "claim-mismatch" | "exp-alone" => Self::RepeatClaims,
            "another-salt" => Self::RelyOnIssuersCopy,
            "embedded-proof-ignored" => Self::SignatureDecides,
            "dangling-result"
            | "open-badges-context"
            | "issuer-profile"
            | "several-status-entries"
            | "not-an-array"
            | "strict-form"
            | "identity-hash" => Self::FromNowOn,
            "not-a-url" => Self::GiveLink,
            "several-credentials" => Self::GiveOne,
            "presentation-in-picture" => Self::AskForCredential,
            _ => Self::Correct,
        }
    }
}

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
