//! What the tests mint: an issuer, an achievement with a four-part rubric, a
//! passing review of it.

use serde_json::{Value, json};

pub fn nea() -> Value {
    json!({"name": "NEA (example)", "url": "https://www.nea.example",
           "description": "A union of educators."})
}

/// `restorative-practices`.
pub fn achievement() -> Value {
    let levels = json!([{"id": "not-yet", "name": "Not yet"},
                        {"id": "proficient", "name": "Proficient", "description": "Shown."},
                        {"id": "exemplary", "name": "Exemplary", "points": "3"}]);
    let criterion = |id: &str, name: &str| {
        json!({"id": id, "name": name, "requiredLevel": "proficient",
               "rubricCriterionLevel": levels})
    };
    json!({
        "name": "Restorative Practices",
        "description": "Repairs harm and strengthens community in the classroom.",
        "criteria": {"narrative": "Lead **three** circles and reflect on them."},
        "resultDescription": [criterion("overview", "Overview"), criterion("plan", "Plan"),
                              criterion("artifacts", "Artifacts"),
                              criterion("reflection", "Reflection")],
        "alignment": [{"targetName": "Standard 3: Learning Environments",
                       "targetUrl": "https://standards.example/3",
                       "targetType": "ceasn:Competency"}],
        "tag": ["Classroom Climate"],
        "hours": "15",
        "inLanguage": "en-US",
    })
}

/// The same under another slug, open to suspension.
pub fn suspendable() -> Value {
    with(achievement(), json!({"slug": "suspendable", "suspendable": true}))
}

/// A passing review of [`achievement`].
pub fn review() -> Value {
    json!({
        "achievement": "restorative-practices",
        "earner": {"name": "Jordan Rivera", "email": "jordan.rivera@school.example",
                   "identifier": {"type": "accountId", "value": "A-7731"}},
        "review": {"outcome": "passed", "date": "2026-05-03",
                   "levels": {"overview": "proficient", "plan": "exemplary",
                              "artifacts": "proficient", "reflection": "proficient"}},
        "evidence": [
            {"url": "https://drive.example/d/9f2c-circle-agenda", "name": "Circle agenda",
             "genre": "LessonPlan", "description": "An agenda of the second circle."},
            {"url": "https://drive.example/d/77aa-reflection", "name": "Reflection",
             "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
             "open": true}],
        "narrative": "Jordan led circles after conflicts and followed up with families.",
    })
}

/// A passing review of [`suspendable`].
pub fn suspendable_review() -> Value {
    with(review(), json!({"achievement": "suspendable"}))
}

/// `base` with the members of `change` put over its own; null takes one away.
pub fn with(mut base: Value, change: Value) -> Value {
    let members = base.as_object_mut().expect("an object");
    for (name, value) in change.as_object().expect("an object") {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    base
}
