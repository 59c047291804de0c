//! Our JSON Schema against the public JSON-Schema-Test-Suite, where that is at hand: an answer
//! is right, or it is not given.

use std::path::Path;

use serde_json::Value;
use touchmark::check::json_schema::{Schema, Stop};
use touchmark::model::json;

/// The folders of the suite, and what `$schema` names them where a schema does not.
const DRAFTS: [(&str, &str); 4] = [
    ("draft6", "http://json-schema.org/draft-06/schema#"),
    ("draft7", "http://json-schema.org/draft-07/schema#"),
    ("draft2019-09", "https://json-schema.org/draft/2019-09/schema"),
    ("draft2020-12", "https://json-schema.org/draft/2020-12/schema"),
];

#[test]
fn no_case_of_the_public_suite_is_answered_wrongly() {
    let Some(folder) = std::env::var_os("TOUCHMARK_JSON_SCHEMA_SUITE") else {
        return println!("did not run: TOUCHMARK_JSON_SCHEMA_SUITE names no checkout of the suite");
    };
    let (mut right, mut unanswered, mut wrong) = (0, 0, Vec::new());
    for (name, draft) in DRAFTS {
        for file in std::fs::read_dir(Path::new(&folder).join("tests").join(name)).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            let groups: Vec<Value> = serde_json::from_str(&text).unwrap();
            for group in &groups {
                for case in group["tests"].as_array().unwrap() {
                    match holds(&group["schema"], draft, &case["data"]) {
                        Ok(found) if case["valid"] == found => right += 1,
                        Ok(_) => wrong.push(format!(
                            "{name} {}: {}: {}",
                            file.file_stem().unwrap().display(),
                            group["description"],
                            case["description"]
                        )),
                        Err(_) => unanswered += 1,
                    }
                }
            }
        }
    }
    println!("{right} right, {unanswered} not answered");
    assert!(right > 2000, "{right} right, {unanswered} not answered");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn holds(schema: &Value, draft: &str, data: &Value) -> Result<bool, Stop> {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.entry("$schema").or_insert(draft.into());
    }
    let (schema, data) = (schema.to_string(), data.to_string());
    let data = json::parse(data.as_bytes())?;
    Ok(Schema::read(schema.as_bytes())?.violation(&data)?.is_none())
}
