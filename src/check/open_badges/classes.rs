//! The classes of Open Badges 3.0 as tables: what each must have, and what kind
//! of value each member is.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#data-models>
//!
//! Invariant: what the published JSON Schema (its lenient form) refuses of one of
//! these classes, [`walk`](super::walk) refuses too; a test compares them.

use crate::model::vocabulary::{
    ACHIEVEMENT_TYPES, IDENTIFIER_TYPES, RESULT_STATUSES, RESULT_TYPES, TARGET_TYPES, Vocabulary,
};

/// One class of the standard.
pub struct Class {
    /// What its `type` names; nothing where the class has no type.
    pub name: &'static str,
    pub required: &'static [&'static str],
    pub members: &'static [(&'static str, Kind)],
    /// No other member may stand in it, and its `type` is one string.
    pub closed: bool,
}

/// What kind of value a member has.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A text, or one in several languages.
    Text,
    Texts,
    /// A word of a list.
    Word(&'static Vocabulary),
    Number,
    Bool,
    /// A date and time with an offset.
    Time,
    /// A day.
    Date,
    /// Compact JWSs.
    Tokens,
    One(&'static Class),
    Many(&'static Class),
    /// A profile, or its id alone.
    Issuer,
}

use Kind::{Bool, Date, Issuer, Many, Number, One, Text, Texts, Time, Tokens, Word};

/// What every credential of the standard has. Its type and its dates are looked at apart.
pub static CREDENTIAL: Class = Class {
    name: "",
    required: &["id"],
    members: &[
        ("name", Text),
        ("description", Text),
        ("issuer", Issuer),
        ("credentialSubject", Kind::One(&ANY)),
        ("awardedDate", Time),
        ("image", One(&IMAGE)),
        ("evidence", Many(&EVIDENCE)),
        ("endorsement", Many(&ANY)),
        ("endorsementJwt", Tokens),
        ("credentialSchema", Many(&SERVICE)),
        ("termsOfUse", Many(&ANY)),
        ("refreshService", One(&SERVICE)),
        ("proof", Many(&ANY)),
    ],
    closed: false,
};

pub static ACHIEVEMENT_SUBJECT: Class = Class {
    name: "AchievementSubject",
    required: &[],
    members: &[
        ("achievement", One(&ACHIEVEMENT)),
        ("identifier", Many(&IDENTITY_OBJECT)),
        ("result", Many(&RESULT)),
        ("source", One(&PROFILE)),
        ("image", One(&IMAGE)),
        ("activityStartDate", Time),
        ("activityEndDate", Time),
        ("creditsEarned", Number),
        ("licenseNumber", Text),
        ("narrative", Text),
        ("role", Text),
        ("term", Text),
    ],
    closed: false,
};

pub static ENDORSEMENT_SUBJECT: Class = Class {
    name: "EndorsementSubject",
    required: &["id"],
    members: &[("endorsementComment", Text)],
    closed: false,
};

static ACHIEVEMENT: Class = Class {
    name: "Achievement",
    required: &["id", "name", "description"],
    members: &[
        ("name", Text),
        ("description", Text),
        ("criteria", One(&CRITERIA)),
        ("achievementType", Word(&ACHIEVEMENT_TYPES)),
        ("alignment", Many(&ALIGNMENT)),
        ("resultDescription", Many(&RESULT_DESCRIPTION)),
        ("image", One(&IMAGE)),
        ("tag", Texts),
        ("version", Text),
        ("inLanguage", Text),
        ("creator", One(&PROFILE)),
        ("creditsAvailable", Number),
        ("endorsement", Many(&ANY)),
        ("endorsementJwt", Tokens),
        ("fieldOfStudy", Text),
        ("humanCode", Text),
        ("otherIdentifier", Many(&IDENTIFIER_ENTRY)),
        ("related", Many(&RELATED)),
        ("specialization", Text),
    ],
    closed: false,
};

static CRITERIA: Class =
    Class { name: "", required: &[], members: &[("narrative", Text)], closed: false };

static ALIGNMENT: Class = Class {
    name: "Alignment",
    required: &["targetName", "targetUrl"],
    members: &[
        ("targetName", Text),
        ("targetUrl", Text),
        ("targetType", Word(&TARGET_TYPES)),
        ("targetCode", Text),
        ("targetDescription", Text),
        ("targetFramework", Text),
    ],
    closed: false,
};

static RESULT: Class = Class {
    name: "Result",
    required: &[],
    members: &[
        ("resultDescription", Text),
        ("achievedLevel", Text),
        ("value", Text),
        ("status", Word(&RESULT_STATUSES)),
        ("alignment", Many(&ALIGNMENT)),
    ],
    closed: false,
};

static RESULT_DESCRIPTION: Class = Class {
    name: "ResultDescription",
    required: &["id", "name", "resultType"],
    members: &[
        ("name", Text),
        ("resultType", Word(&RESULT_TYPES)),
        ("rubricCriterionLevel", Many(&RUBRIC_CRITERION_LEVEL)),
        ("requiredLevel", Text),
        ("requiredValue", Text),
        ("allowedValue", Texts),
        ("valueMin", Text),
        ("valueMax", Text),
        ("alignment", Many(&ALIGNMENT)),
    ],
    closed: false,
};

static RUBRIC_CRITERION_LEVEL: Class = Class {
    name: "RubricCriterionLevel",
    required: &["id", "name"],
    members: &[
        ("name", Text),
        ("description", Text),
        ("level", Text),
        ("points", Text),
        ("alignment", Many(&ALIGNMENT)),
    ],
    closed: false,
};

pub static PROFILE: Class = Class {
    name: "Profile",
    required: &["id"],
    members: &[
        ("name", Text),
        ("url", Text),
        ("email", Text),
        ("phone", Text),
        ("description", Text),
        ("image", One(&IMAGE)),
        ("otherIdentifier", Many(&IDENTIFIER_ENTRY)),
        ("parentOrg", One(&PROFILE)),
        ("address", One(&ADDRESS)),
        ("official", Text),
        ("endorsement", Many(&ANY)),
        ("endorsementJwt", Tokens),
        ("familyName", Text),
        ("givenName", Text),
        ("additionalName", Text),
        ("patronymicName", Text),
        ("honorificPrefix", Text),
        ("honorificSuffix", Text),
        ("familyNamePrefix", Text),
        ("dateOfBirth", Date),
    ],
    closed: false,
};

static ADDRESS: Class = Class {
    name: "Address",
    required: &[],
    members: &[
        ("addressCountry", Text),
        ("addressCountryCode", Text),
        ("addressRegion", Text),
        ("addressLocality", Text),
        ("streetAddress", Text),
        ("postOfficeBoxNumber", Text),
        ("postalCode", Text),
        ("geo", One(&GEO_COORDINATES)),
    ],
    closed: false,
};

static GEO_COORDINATES: Class = Class {
    name: "GeoCoordinates",
    required: &["latitude", "longitude"],
    members: &[("latitude", Number), ("longitude", Number)],
    closed: false,
};

static EVIDENCE: Class = Class {
    name: "Evidence",
    required: &[],
    members: &[
        ("name", Text),
        ("narrative", Text),
        ("description", Text),
        ("genre", Text),
        ("audience", Text),
    ],
    closed: false,
};

static IDENTITY_OBJECT: Class = Class {
    name: "IdentityObject",
    required: &["hashed", "identityHash", "identityType"],
    members: &[
        ("hashed", Bool),
        ("identityHash", Text),
        ("identityType", Word(&IDENTIFIER_TYPES)),
        ("salt", Text),
    ],
    closed: true,
};

static IDENTIFIER_ENTRY: Class = Class {
    name: "IdentifierEntry",
    required: &["identifier", "identifierType"],
    members: &[("identifier", Text), ("identifierType", Word(&IDENTIFIER_TYPES))],
    closed: true,
};

static IMAGE: Class = Class {
    name: "Image",
    required: &["id"],
    members: &[("id", Text), ("caption", Text)],
    closed: true,
};

static RELATED: Class = Class {
    name: "Related",
    required: &["id"],
    members: &[("inLanguage", Text), ("version", Text)],
    closed: false,
};

/// Says where it is; its type is the data model's to check.
static SERVICE: Class = Class { name: "", required: &["id"], members: &[], closed: false };

/// An object of which more is said elsewhere.
static ANY: Class = Class { name: "", required: &[], members: &[], closed: false };
