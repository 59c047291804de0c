//! Packs: what `touchmark verify --save` keeps, and what `--replay` makes of it.

use std::io::Write as _;
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{fetch, folder, run, text, verify};
use crate::support::demo::{Demo, PROGRAM};

#[test]
fn a_pack_comes_to_the_same_verdict_when_nobody_answers_any_more() {
    let demo = Demo::start();
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().expect("its path is text").to_owned();
    let mut packs = Vec::new();
    for (kind, code) in [("good", 0), ("revoked", 1)] {
        let link = &demo.credentials(kind)[0];
        std::fs::write(at(kind), fetch(&format!("{link}.jwt"))).expect("the folder is there");
        for (what, name) in [(link, "link"), (&at(kind), "file")] {
            let pack = at(&format!("{kind}-{name}.zip"));
            let (ended, report) = verify(&demo, &[what, "--save", &pack], None);
            assert_eq!(ended, Some(code), "{report}");
            packs.push((pack, code, report));
        }
    }
    assert!(demo.stop(), "a demo ends well");
    for (pack, code, then) in packs {
        // It would vouch for itself, so nobody opens it by mistake.
        let output = run(folder.path(), &["verify", &pack]);
        assert_eq!(output.status.code(), Some(64));
        assert!(text(&output.stderr).contains("--replay"), "{}", text(&output.stderr));
        // Unpacked, it is the same.
        let unpacked = format!("{pack}.d");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(&pack).unwrap()).unwrap();
        zip.extract(&unpacked).expect("it unpacks");
        for what in [&pack, &unpacked] {
            let output = run(folder.path(), &["verify", "--json", "--replay", what]);
            let now: Value = serde_json::from_slice(&output.stdout).expect("a report");
            assert_eq!(output.status.code(), Some(if code == 0 { 3 } else { code }), "{now}");
            assert_eq!(now["verified"], false, "a pack proves nothing by itself");
            assert_eq!((&now["verdicts"], &now["status"]), (&then["verdicts"], &then["status"]));
            assert_eq!(now["signer"], then["signer"]);
            assert_eq!(now["warnings"][0]["code"], "pack-replayed");
            let told = text(&run(folder.path(), &["verify", "--replay", what]).stdout);
            let headline = told.lines().next().expect("a headline");
            assert!(headline.contains("as given by the pack's own documents and clock"), "{told}");
            assert!(!headline.starts_with("VERIFIED"), "{told}");
        }
        // By its map alone, with a document missing, it is undecided.
        let index = std::fs::read_to_string(format!("{unpacked}/pack.json")).expect("its index");
        let index: Value = serde_json::from_str(&index).expect("JSON");
        let map = format!("{unpacked}/documents.json");
        let mut documents: Value =
            serde_json::from_str(&std::fs::read_to_string(&map).expect("its map")).expect("JSON");
        let what = match (index["credential"].as_str(), index["link"].as_str()) {
            (Some(file), None) => format!("{unpacked}/{file}"),
            (None, Some(link)) => link.to_owned(),
            other => panic!("{other:?}"),
        };
        let time = index["at"].as_str().expect("its time");
        let args = ["verify", &what, "--at", time, "--documents", &map];
        let output = run(folder.path(), &args);
        assert_eq!(output.status.code(), Some(code));
        let told = text(&output.stdout);
        assert!(told.lines().next().is_some_and(|line| line.contains("your map")), "{told}");
        let listed = documents.as_object_mut().expect("a map");
        assert!(listed.len() > 1, "keys and lists are in it");
        listed.retain(|url, _| !url.contains("/status/"));
        std::fs::write(&map, documents.to_string()).expect("the folder is there");
        assert_eq!(run(folder.path(), &args).status.code(), Some(2), "nothing is known of it");
        assert!(std::fs::read_dir(format!("{unpacked}/contexts")).expect("contexts").count() > 1);
    }
}

/// A pack whose credential is its file `credential`.
fn index(credential: &str) -> String {
    let index = serde_json::json!({"touchmark": "0.1.0", "at": "2026-11-22T09:00:00Z",
                                   "credential": credential, "documents": "documents.json"});
    index.to_string()
}

#[test]
fn a_pack_names_no_file_that_is_not_its_own() {
    let folder = folder();
    let pack = folder.path().join("pack");
    std::fs::create_dir(&pack).expect("the folder is there");
    std::fs::write(folder.path().join("secret.json"), "{}").expect("the folder is there");
    std::fs::create_dir(pack.join("a-folder")).expect("the folder is there");
    std::os::unix::fs::symlink("../secret.json", pack.join("link.json")).expect("a link is made");
    for name in ["../secret.json", "/etc/hostname", "link.json", "a-folder"] {
        std::fs::write(pack.join("pack.json"), index(name)).expect("the folder is there");
        let output = run(folder.path(), &["verify", "--replay", "pack"]);
        assert_eq!(output.status.code(), Some(64));
        let told = text(&output.stderr);
        assert!(told.contains("it is no file of the pack"), "{name}: {told}");
    }
    let unnamed = run(folder.path(), &["verify", "pack"]);
    assert_eq!(unnamed.status.code(), Some(64));
    assert!(text(&unnamed.stderr).contains("--replay"), "a folder is opened by name as well");
}

#[test]
fn a_small_pack_cannot_ask_for_much_memory() {
    let folder = folder();
    // Few bytes, inflated to the most that is read of a file.
    let pack = |files: usize, urls: usize| {
        let path = folder.path().join(format!("{files}.zip"));
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("it is made"));
        let options = zip::write::SimpleFileOptions::default();
        let mut put = |name: &str, bytes: &[u8]| {
            zip.start_file(name, options).expect("a file is begun");
            zip.write_all(bytes).expect("a file is written");
        };
        let named = (0..urls).map(|url| {
            (format!("https://a.example/{url}"), format!("{}.json", url % files).into())
        });
        let map = Value::Object(named.collect());
        put("pack.json", index("credential.json").as_bytes());
        put("credential.json", b"{}");
        put("documents.json", map.to_string().as_bytes());
        (0..files).for_each(|file| put(&format!("{file}.json"), &vec![b' '; 2 << 20]));
        zip.finish().expect("a zip is made");
        let most = format!("ulimit -v 2000000; exec {PROGRAM} verify --replay {}", path.display());
        Command::new("sh").args(["-c", &most]).output().expect("the program starts")
    };
    let one = pack(1, 4096);
    assert_eq!(one.status.code(), Some(1), "read once: {}", text(&one.stderr));
    let many = pack(40, 40);
    assert_eq!(many.status.code(), Some(64), "{}", text(&many.stderr));
    assert!(text(&many.stderr).contains("more than 67108864 bytes"), "{}", text(&many.stderr));
}

#[test]
fn a_pack_is_never_written_over_a_file() {
    let folder = folder();
    for name in ["kept.zip", "credential.json"] {
        std::fs::write(folder.path().join(name), "{}").expect("the folder is there");
    }
    let args = ["verify", "credential.json", "--offline", "--save", "kept.zip"];
    let output = run(folder.path(), &args);
    assert_eq!(output.status.code(), Some(64));
    assert!(text(&output.stderr).contains("already"), "{}", text(&output.stderr));
    let kept = std::fs::read(folder.path().join("kept.zip")).expect("it is there");
    assert_eq!(kept, b"{}");
}

#[test]
fn a_pack_is_replayed_only_with_the_contexts_that_it_knew() {
    let folder = folder();
    let vector = include_str!("../../vectors/did-key-calls-itself-nea.json");
    let vector: Value = serde_json::from_str(vector).expect("a vector is JSON");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("the folder is there");
    };
    let input = vector["input"].as_str().expect("its input is text");
    let mut credential: Value = serde_json::from_str(input).expect("JSON");
    let named = credential["@context"].as_array_mut().expect("an array");
    named.push("https://a.example/c".into());
    write("credential.json", &credential.to_string());
    let context = r#"{"@context": {"own": "https://a.example/own"}}"#;
    write("mine.jsonld", context);
    let digest: String = Sha256::digest(context).iter().map(|b| format!("{b:02x}")).collect();
    let pin =
        format!(r#"{{"https://a.example/c": {{"file": "mine.jsonld", "sha256": "{digest}"}}}}"#);
    write("contexts.json", &pin);
    let save = ["verify", "credential.json", "--offline", "--explain", "--save", "p.zip"];
    let saved = run(folder.path(), &[&save[..], &["--contexts", "."]].concat());
    let replay = ["verify", "--json", "--replay", "p.zip"];
    let refused = run(folder.path(), &replay);
    assert_eq!(refused.status.code(), Some(64));
    let told = text(&refused.stderr);
    assert!(told.contains("https://a.example/c") && told.contains("--contexts"), "{told}");
    let replayed = run(folder.path(), &[&replay[..], &["--contexts", "."]].concat());
    // What is named and not used changes nothing of what was signed.
    let ended = (saved.status.code(), replayed.status.code());
    assert_eq!(ended, (Some(0), Some(3)), "{}", text(&replayed.stderr));
    let report: Value = serde_json::from_slice(&replayed.stdout).expect("a report");
    assert!(report.get("explanation").is_some(), "what was told then is told again: {report:#}");
}

#[test]
fn each_report_of_a_batch_says_that_it_rests_on_given_documents() {
    let folder = folder();
    let vector = include_str!("../../vectors/did-key-calls-itself-nea.json");
    let vector: Value = serde_json::from_str(vector).expect("a vector is JSON");
    let input: Value = serde_json::from_str(vector["input"].as_str().expect("text")).expect("JSON");
    std::fs::write(folder.path().join("all.ndjson"), format!("{input}\n{{}}\n")).expect("written");
    std::fs::write(folder.path().join("map.json"), "{}").expect("written");
    let lines = |args: &[&str]| {
        let output = run(folder.path(), &[&["verify", "--batch", "all.ndjson"], args].concat());
        let lines = text(&output.stdout);
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.map(|line| line["report"]["warnings"][0]["code"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&["--documents", "map.json"]), ["documents-given", "documents-given"]);
    assert!(!lines(&["--offline"]).contains(&"documents-given".into()));
}
