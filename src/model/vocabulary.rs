//! The words that members of Open Badges 3.0 may have.
//! Spec: <https://www.imsglobal.org/spec/ob/v3p0#enumerations>
//!
//! Invariant: a list that may be extended takes `ext:` and a name, and nothing else.

/// A list of words.
pub struct Vocabulary {
    words: &'static [&'static str],
    /// Whether words of one's own may be added, as `ext:…`.
    extensible: bool,
}

impl Vocabulary {
    pub fn contains(&self, word: &str) -> bool {
        self.words.contains(&word)
            || (self.extensible && word.strip_prefix("ext:").is_some_and(is_extension))
    }

    /// What is allowed, for a sentence.
    pub fn described(&self) -> String {
        let words = self.words.join(", ");
        if self.extensible { format!("{words}, or a word that starts with `ext:`") } else { words }
    }
}

fn is_extension(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"|.-_".contains(&b))
}

pub static ACHIEVEMENT_TYPES: Vocabulary = Vocabulary {
    words: &[
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    ],
    extensible: true,
};

pub static IDENTIFIER_TYPES: Vocabulary = Vocabulary {
    words: &[
        "name",
        "sourcedId",
        "systemId",
        "productId",
        "userName",
        "accountId",
        "emailAddress",
        "nationalIdentityNumber",
        "isbn",
        "issn",
        "lisSourcedId",
        "oneRosterSourcedId",
        "sisSourcedId",
        "ltiContextId",
        "ltiDeploymentId",
        "ltiToolId",
        "ltiPlatformId",
        "ltiUserId",
        "identifier",
    ],
    extensible: true,
};

pub static RESULT_TYPES: Vocabulary = Vocabulary {
    words: &[
        "GradePointAverage",
        "LetterGrade",
        "Percent",
        "PerformanceLevel",
        "PredictedScore",
        "RawScore",
        "Result",
        "RubricCriterion",
        "RubricCriterionLevel",
        "RubricScore",
        "ScaledScore",
        "Status",
    ],
    extensible: true,
};

pub static RESULT_STATUSES: Vocabulary = Vocabulary {
    words: &["Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"],
    extensible: false,
};

pub static TARGET_TYPES: Vocabulary = Vocabulary {
    words: &[
        "ceasn:Competency",
        "ceterms:Credential",
        "CFItem",
        "CFRubric",
        "CFRubricCriterion",
        "CFRubricCriterionLevel",
        "CTDL",
    ],
    extensible: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_ones_own_start_with_ext_and_only_where_the_list_may_be_extended() {
        for fine in ["MicroCredential", "ext:Stack", "ext:a|b.c-d_e"] {
            assert!(ACHIEVEMENT_TYPES.contains(fine), "{fine}");
        }
        for wrong in ["", "Stack", "microcredential", "ext:", "ext:a b", "text:Stack"] {
            assert!(!ACHIEVEMENT_TYPES.contains(wrong), "{wrong}");
        }
        assert!(RESULT_STATUSES.contains("OnHold") && !RESULT_STATUSES.contains("ext:Paused"));
    }
}
