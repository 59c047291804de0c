//! The direction of imports, as `src/lib.rs` draws it: each module imports only
//! from floors below its own, and floors 0 to 3 know nothing that does I/O.

use std::path::{Path, PathBuf};

/// The floors of `src/lib.rs`, lowest first.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["jsonld"],
    &["proof", "did", "status", "bake", "recognition"],
    &["check"],
    &["ambient", "cache", "fetch", "keys", "store"],
    &["issue", "verify"],
    &["recognize"],
    &["command", "config", "http", "pages", "main"],
];

/// The highest floor without I/O, and the crates that it must not name.
const PURE: usize = 3;
const IMPURE: &[&str] = &["tokio", "sqlx", "reqwest", "axum"];

#[test]
fn every_module_imports_only_from_the_floors_below() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 10, "the walk found the sources");
    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(&root).expect("it was found there");
            faults(path, &std::fs::read_to_string(file).expect("sources are text"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn lib_rs_draws_the_same_floors() {
    let map = include_str!("../../src/lib.rs");
    for (floor, modules) in FLOORS.iter().enumerate() {
        let row = map.lines().find(|line| line.starts_with(&format!("//! | {floor} |")));
        let row = row.unwrap_or_else(|| panic!("lib.rs has a row for floor {floor}"));
        for module in modules.iter().filter(|module| **module != "main") {
            assert!(row.contains(&format!("[`{module}`]")), "{module} stands on floor {floor}");
        }
    }
}

#[test]
fn an_import_upwards_is_found_however_it_is_written() {
    for source in [
        "use crate::store::Store;",
        "use crate::{model::json, store};",
        "use crate::{\n    model::json,\n    store::{self, Store},\n};",
        "fn f() { crate::store::open() }",
    ] {
        let found = faults(Path::new("proof/vc_jwt.rs"), source);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found[0].contains("`store` (floor 4)"), "{found:?}");
    }
}

#[test]
fn a_neighbour_is_no_lower_floor_but_ambient_and_the_top_are_shared() {
    let found = |file: &str, source: &str| faults(Path::new(file), source).len();
    assert_eq!(found("did/web.rs", "use crate::proof::Suite;"), 1);
    assert_eq!(found("did/web.rs", "use crate::did::key::Key;"), 0);
    assert_eq!(found("keys/mod.rs", "use crate::ambient::Ambient;"), 0);
    assert_eq!(found("keys/mod.rs", "use crate::store::Store;"), 1);
    assert_eq!(found("check.rs", "use crate::ambient::Ambient;"), 1);
    assert_eq!(found("http/mod.rs", "use crate::config::Config;"), 0);
    assert_eq!(found("main.rs", "use touchmark::config::Settings;"), 0);
}

#[test]
fn io_is_found_on_the_pure_floors_only_and_not_in_comments() {
    let found = |file: &str, source: &str| faults(Path::new(file), source).len();
    assert_eq!(found("did/web.rs", "use tokio::time;"), 1);
    assert_eq!(found("did/web.rs", "// no tokio::time here\nlet tokio_like = 1;"), 0);
    assert_eq!(found("did/web.rs", "reqwest::get(url)"), 1);
    assert_eq!(found("fetch.rs", "use reqwest::Client;"), 0);
}

#[test]
fn a_module_that_stands_on_no_floor_is_a_fault() {
    assert_eq!(faults(Path::new("util.rs"), "").len(), 1);
    assert_eq!(faults(Path::new("model/key.rs"), "use crate::util::x;").len(), 1);
}

/// What one source file does against the floors.
fn faults(path: &Path, source: &str) -> Vec<String> {
    let own = module_of(path);
    if own == "lib" {
        return Vec::new();
    }
    let Some(floor) = floor_of(&own) else {
        return vec![format!("{}: `{own}` stands on no floor; add it to lib.rs", path.display())];
    };
    let code = without_comments(source);
    let mut faults = Vec::new();
    for target in imports(&code) {
        match floor_of(&target) {
            Some(other) if target == own || other < floor || shared(&target, other, floor) => {}
            Some(other) => faults.push(format!(
                "{}: `{own}` (floor {floor}) imports `{target}` (floor {other})",
                path.display()
            )),
            None => faults.push(format!("{}: `{target}` stands on no floor", path.display())),
        }
    }
    if floor <= PURE {
        let named = IMPURE.iter().filter(|name| words(&code).any(|word| word == **name));
        faults.extend(named.map(|n| format!("{}: `{own}` does no I/O, so no {n}", path.display())));
    }
    faults
}

/// Neighbours may share the time, randomness and caches of floor 4, and the top
/// floor, where configuration, routes and pages make one program.
fn shared(target: &str, other: usize, floor: usize) -> bool {
    other == floor && (matches!(target, "ambient" | "cache") || floor == FLOORS.len() - 1)
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// `proof/vc_jwt.rs` is of `proof`, `fetch.rs` of `fetch`.
fn module_of(path: &Path) -> String {
    let first = path.iter().next().expect("a path has a part").to_string_lossy();
    first.strip_suffix(".rs").unwrap_or(&first).to_owned()
}

/// The top-level modules that `crate::…` names, each once: after `crate::` a
/// name, or braces with a name at the start of each of their entries.
fn imports(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, prefix) in code.match_indices("crate::") {
        let whole_word = !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            _ if !whole_word => {}
            Some(group) => found.extend(entries(group)),
            None => found.extend(name(rest)),
        }
    }
    // `crate::Something` would be an item of lib.rs; modules are lower case.
    found.retain(|name| name.starts_with(|c: char| c.is_lowercase()));
    found.sort();
    found.dedup();
    found
}

/// The first name of each entry, up to the brace that closes the group.
fn entries(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut found) = (0usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' if depth > 0 => {}
            ',' | '}' => {
                found.extend(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
        if c == '}' && start == at + 1 {
            break;
        }
    }
    found
}

fn name(text: &str) -> Option<String> {
    words(text.trim_start()).next().filter(|word| !word.is_empty()).map(str::to_owned)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn without_comments(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in folder.read_dir().expect("sources can be listed") {
        let path = entry.expect("sources can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
