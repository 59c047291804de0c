//! One change to a document.

use serde_json::{Map, Value, json};

use super::{Dice, material};

/// Where a value is: its steps from the top.
type Path = Vec<Step>;

#[derive(Clone)]
enum Step {
    Member(String),
    Item(usize),
}

/// Changes the document in one place. Not `wild`: into what people write too.
pub fn change(document: &mut Value, dice: &mut Dice, wild: bool) {
    let gentle: &[fn(&mut Value, &mut Dice)] = &[
        shuffle_members,
        shuffle_items,
        double_an_item,
        wrap_in_an_array,
        unwrap_an_array,
        replace_a_scalar,
        replace_a_scalar,
        wrap_in_an_object,
        remove_a_member,
        copy_a_member,
        set_an_id,
        drop_an_id,
        set_a_type,
        add_a_term_that_is_used,
        scope_a_context,
        name_by_full_iri,
        collect_in_included,
    ];
    let rough: &[fn(&mut Value, &mut Dice)] = &[
        replace_anything,
        add_a_member,
        rename_a_member,
        wrap_in_an_object,
        append_an_item,
        add_a_context,
        add_a_context,
        scope_a_context,
        shuffle_contexts,
        copy_a_member,
        set_a_type,
        set_an_id,
        replace_a_scalar,
        remove_a_member,
    ];
    dice.pick(if wild { rough } else { gentle })(document, dice);
}

fn replace_anything(document: &mut Value, dice: &mut Dice) {
    let new = material::value(dice, 0);
    replace(document, dice, |_| true, |_| new);
}

fn replace_a_scalar(document: &mut Value, dice: &mut Dice) {
    let new = material::scalar(dice);
    replace(document, dice, |value| !value.is_object() && !value.is_array(), |_| new);
}

fn wrap_in_an_array(document: &mut Value, dice: &mut Dice) {
    replace(document, dice, |_| true, |old| json!([old]));
}

fn unwrap_an_array(document: &mut Value, dice: &mut Dice) {
    let fits = |value: &Value| value.as_array().is_some_and(|items| items.len() == 1);
    replace(document, dice, fits, |old| old[0].clone());
}

fn wrap_in_an_object(document: &mut Value, dice: &mut Dice) {
    let mut inner = Dice::new(dice.next());
    replace(document, dice, |_| true, |old| material::wrapped(old, &mut inner));
}

fn shuffle_items(document: &mut Value, dice: &mut Dice) {
    if let Some(items) = array(document, dice) {
        shuffle(items, dice);
    }
}

fn double_an_item(document: &mut Value, dice: &mut Dice) {
    if let Some(items) = array(document, dice).filter(|items| !items.is_empty()) {
        items.push(dice.pick(items).clone());
    }
}

fn append_an_item(document: &mut Value, dice: &mut Dice) {
    let new = material::value(dice, 1);
    if let Some(items) = array(document, dice) {
        items.push(new);
    }
}

fn shuffle_members(document: &mut Value, dice: &mut Dice) {
    let members = object(document, dice);
    let mut list: Vec<_> = std::mem::take(members).into_iter().collect();
    shuffle(&mut list, dice);
    members.extend(list);
}

fn remove_a_member(document: &mut Value, dice: &mut Dice) {
    let members = object(document, dice);
    if let Some(name) = some_name(members, dice) {
        members.shift_remove(&name);
    }
}

fn add_a_member(document: &mut Value, dice: &mut Dice) {
    let (name, value) = (material::name(dice), material::value(dice, 0));
    object(document, dice).insert(name, value);
}

fn rename_a_member(document: &mut Value, dice: &mut Dice) {
    let new = material::name(dice);
    let members = object(document, dice);
    if let Some(value) = some_name(members, dice).and_then(|name| members.shift_remove(&name)) {
        members.insert(new, value);
    }
}

fn copy_a_member(document: &mut Value, dice: &mut Dice) {
    let members = object(document, dice);
    let Some(name) = some_name(members, dice) else { return };
    let value = members[&name].clone();
    object(document, dice).insert(name, value);
}

fn set_an_id(document: &mut Value, dice: &mut Dice) {
    let id = material::id(dice);
    let name = *dice.pick(&["id", "id", "@id"]);
    object(document, dice).insert(name.to_owned(), id);
}

/// What had a name becomes a blank node.
fn drop_an_id(document: &mut Value, dice: &mut Dice) {
    object(document, dice).shift_remove("id");
}

fn set_a_type(document: &mut Value, dice: &mut Dice) {
    let types = material::types(dice);
    let name = *dice.pick(&["type", "type", "@type"]);
    object(document, dice).insert(name.to_owned(), types);
}

fn add_a_context(document: &mut Value, dice: &mut Dice) {
    let new = material::context(dice);
    let contexts = contexts_of(document);
    let at = dice.below(contexts.len() + 1);
    contexts.insert(at, new);
}

fn shuffle_contexts(document: &mut Value, dice: &mut Dice) {
    shuffle(contexts_of(document), dice);
}

fn scope_a_context(document: &mut Value, dice: &mut Dice) {
    let new = match dice.one_in(3) {
        true => json!([material::context(dice), material::context(dice)]),
        false => material::context(dice),
    };
    object(document, dice).insert("@context".into(), new);
}

/// A context of its own, and a member that it defines.
fn add_a_term_that_is_used(document: &mut Value, dice: &mut Dice) {
    let iri = json!("https://e.example/mine");
    let (definition, value) = match dice.below(13) {
        0 => (json!({"@id": iri, "@container": "@list"}), json!([[1, "a"], [], "b"])),
        1 => (
            json!({"@id": iri, "@container": "@language"}),
            json!({"de": ["a", "b"], "@none": "c", "EN": "d"}),
        ),
        2 => (
            json!({"@id": iri, "@container": "@index"}),
            json!({"i": "a", "j": ["b", {"id": "urn:j"}]}),
        ),
        3 => (
            json!({"@id": iri, "@container": "@id"}),
            json!({"urn:k:1": {"@type": "urn:t"}, "_:k": {}}),
        ),
        4 => (
            json!({"@id": iri, "@container": "@type"}),
            json!({"urn:t:1": {"@id": "urn:k:2"}, "urn:t:2": "urn:k:3"}),
        ),
        5 => (
            json!({"@id": iri, "@container": "@graph"}),
            json!([{"@id": "urn:g", "urn:p": 1}, {"urn:p": 2}]),
        ),
        6 => (
            json!({"@id": iri, "@container": ["@graph", "@id"]}),
            json!({"urn:g:1": {"urn:p": 1}, "_:g": {"urn:p": "x"}}),
        ),
        7 => (
            json!({"@id": iri, "@container": ["@graph", "@index"]}),
            json!({"a": {"urn:p": 1}, "b": [{"urn:p": 1}]}),
        ),
        8 => (json!({"@id": iri, "@type": "@json"}), material::value(dice, 0)),
        9 => (
            json!({"@id": iri, "@type": "http://www.w3.org/2001/XMLSchema#double"}),
            material::number(dice),
        ),
        10 => (
            json!({"@id": iri, "@type": "http://www.w3.org/2001/XMLSchema#boolean"}),
            material::scalar(dice),
        ),
        11 => (json!({"@reverse": iri}), json!([{"@id": "urn:r:1"}, {"urn:p": [1, 1.5, 1]}])),
        _ => (json!({"@id": iri, "@type": "@none"}), material::scalar(dice)),
    };
    contexts_of(document).push(json!({"mine": definition}));
    object(document, dice).insert("mine".into(), value);
}

fn name_by_full_iri(document: &mut Value, dice: &mut Dice) {
    let name = *dice.pick(&[
        "urn:p:1",
        "https://e.example/p",
        "urn:p:\u{ff5e}",
        "urn:p:🍎",
        "https://w3id.org/security#proof",
    ]);
    let value = match dice.below(4) {
        0 => json!({"@list": [material::scalar(dice), {"@id": "_:x"}, {"urn:q": {"@id": "_:x"}}]}),
        1 => {
            json!([{"@id": "_:x", "urn:q": {"@id": "_:y"}}, {"@id": "_:y", "urn:q": {"@id": "_:x"}}])
        }
        2 => json!({"@reverse": {"urn:q": [{"@id": "_:x"}, {"urn:p:2": "v"}]}}),
        _ => material::scalar(dice),
    };
    object(document, dice).insert(name.into(), value);
}

fn collect_in_included(document: &mut Value, dice: &mut Dice) {
    let value =
        json!([{"@id": "urn:i:1", "urn:p": material::scalar(dice)}, {"urn:p": {"@id": "urn:i:1"}}]);
    object(document, dice).insert((*dice.pick(&["@included", "@graph", "urn:p:3"])).into(), value);
}

fn shuffle<T>(items: &mut [T], dice: &mut Dice) {
    for at in (1..items.len()).rev() {
        items.swap(at, dice.below(at + 1));
    }
}

/// The document's contexts, as an array.
fn contexts_of(document: &mut Value) -> &mut Vec<Value> {
    if !document.is_object() {
        *document = json!({});
    }
    let context = &mut document["@context"];
    if !context.is_array() {
        *context = match context.take() {
            Value::Null => json!([]),
            one => json!([one]),
        };
    }
    context.as_array_mut().unwrap()
}

fn some_name(members: &Map<String, Value>, dice: &mut Dice) -> Option<String> {
    let names: Vec<&String> = members.keys().filter(|name| *name != "@context").collect();
    (!names.is_empty()).then(|| (*dice.pick(&names)).clone())
}

/// Some object of the document; the document itself has to be one.
fn object<'v>(document: &'v mut Value, dice: &mut Dice) -> &'v mut Map<String, Value> {
    let path = some_path(document, dice, |value| value.is_object()).unwrap_or_default();
    at(document, &path).as_object_mut().unwrap()
}

fn array<'v>(document: &'v mut Value, dice: &mut Dice) -> Option<&'v mut Vec<Value>> {
    let path = some_path(document, dice, |value| value.is_array())?;
    at(document, &path).as_array_mut()
}

/// Replaces some value that fits, below the top.
fn replace(
    document: &mut Value,
    dice: &mut Dice,
    fits: impl Fn(&Value) -> bool,
    new: impl FnOnce(Value) -> Value,
) {
    let mut paths = Vec::new();
    collect(document, &mut Vec::new(), &fits, &mut paths);
    paths.retain(|path| !path.is_empty());
    if !paths.is_empty() {
        let path: &Path = dice.pick(&paths);
        let place = at(document, path);
        *place = new(place.take());
    }
}

fn some_path(document: &Value, dice: &mut Dice, fits: impl Fn(&Value) -> bool) -> Option<Path> {
    let mut paths = Vec::new();
    collect(document, &mut Vec::new(), &fits, &mut paths);
    (!paths.is_empty()).then(|| dice.pick(&paths).clone())
}

/// Contexts are left alone: there are changes of their own for them.
fn collect(value: &Value, path: &mut Path, fits: &impl Fn(&Value) -> bool, found: &mut Vec<Path>) {
    if fits(value) {
        found.push(path.clone());
    }
    let mut inside = |step: Step, value: &Value| {
        path.push(step);
        collect(value, path, fits, found);
        path.pop();
    };
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| *name != "@context")
            .for_each(|(name, value)| inside(Step::Member(name.clone()), value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, value)| inside(Step::Item(at), value));
        }
        _ => {}
    }
}

fn at<'v>(document: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(document, |value, step| match step {
        Step::Member(name) => &mut value[name.as_str()],
        Step::Item(at) => &mut value[*at],
    })
}
