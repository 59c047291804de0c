//! What an operator types beside a running service, on its database.

use std::process::Output;

use super::{run, text};
use crate::support::app::{Database, TestApp};
use crate::support::samples;

const USAGE: i32 = 64;

/// A service, and the program's commands on its database.
struct Beside {
    app: TestApp,
    database: Database,
}

impl Beside {
    async fn new() -> Self {
        let database = Database::sqlite();
        Self { app: TestApp::new(database.clone()).await, database }
    }

    fn run(&self, args: &[&str]) -> Output {
        let folder = self.database.folder();
        let (data, key_file) = (folder.to_str().unwrap(), folder.join("keys"));
        let place = ["--data", data, "--key-file", key_file.to_str().unwrap()];
        let public = ["--public-url", "https://touchmark.example"];
        run(folder, &[args, &place, &public].concat())
    }

    #[track_caller]
    fn succeed(&self, args: &[&str]) -> (String, String) {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earner_is_forgotten_by_command_and_the_running_service_knows() {
    let beside = Beside::new().await;
    let minted = beside.app.minted().await;
    let id = minted["id"].as_str().unwrap();
    let forget = |whom: &[&str]| beside.run(&[&["earner", "forget"], whom].concat());
    let whom = ["--issuer", "nea", "--identifier", "accountId=A-7731"];

    let nobody = forget(&["--issuer", "nea", "--identifier", "accountId=B-1"]);
    assert!(nobody.status.success() && text(&nobody.stdout).contains("nothing to forget"));
    let unknown = forget(&["--issuer", "nobody", "--credential", id]);
    assert!(!unknown.status.success());
    assert!(text(&unknown.stderr).contains("there is no issuer \"nobody\""));
    for wrong in [&["--issuer", "nea"][..], &["--issuer", "nea", "--identifier", "A-7731"]] {
        assert_eq!(forget(wrong).status.code(), Some(USAGE), "{wrong:?}");
    }
    beside.app.get(&format!("/credentials/{id}.json")).await.expect(200);

    let done = forget(&whom);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(text(&done.stdout), format!("forgot {id}\n"));
    let told = text(&done.stderr);
    for said in ["Backups made before still hold it", "redacted by the recognizer"] {
        assert!(told.contains(said), "{told}");
    }
    assert!(!told.contains("Jordan"), "{told}");
    let gone = beside.app.get(&format!("/credentials/{id}.json")).await;
    gone.expect_problem(410, "withdrawn-by-holder");
    assert!(text(&forget(&whom).stdout).contains("nothing to forget"), "once is enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_leaked_is_withdrawn_by_command_and_the_running_service_knows() {
    let beside = Beside::new().await;
    let minted = beside.app.minted().await;
    let proof = &minted["credential"]["proof"];
    let proof = proof.as_array().map_or(proof, |proofs| &proofs[0]);
    let key = proof["verificationMethod"].as_str().unwrap();
    let (listed, _) = beside.succeed(&["keys", "list", "--issuer", "nea"]);
    assert!(listed.contains(&format!("{key}\tEd25519\tactive\t")), "{listed}");

    let unknown = beside.run(&["keys", "withdraw", "--issuer", "other", key]);
    assert!(!unknown.status.success(), "it is not the other's key");
    let (listed, told) = beside.succeed(&["keys", "withdraw", "--issuer", "nea", key]);
    assert!(listed.contains(&format!("{key}\tEd25519\twithdrawn\t")), "{listed}");
    assert_eq!(listed.matches("\tactive\t").count(), 2, "{listed}");
    assert!(told.contains("1 credentials were minted while it signed"), "{told}");

    let report = beside.app.verify(minted["credential"].to_string()).await;
    assert_eq!(report["verdicts"]["authentic"], "no", "{report:#}");
    beside.succeed(&["recognizer", "add", "tn", "--name", "Tennessee (example)"]);
    let (listed, _) = beside.succeed(&["keys", "list", "--recognizer", "tn"]);
    let office_key = listed.split('\t').next().unwrap();
    let (_, told) = beside.succeed(&["keys", "withdraw", "--recognizer", "tn", office_key]);
    let advice = "`touchmark receipt renew --recognizer tn`";
    assert!(told.contains(advice) && !told.contains("supersede"), "{told}");
    let (done, _) = beside.succeed(&["receipt", "renew", "--recognizer", "tn"]);
    assert_eq!(done, "renewed 0 receipts\n");
    // The command's clock is not the test's, and what it changed is not of the future.
    beside.app.clock.advance(jiff::SignedDuration::from_hours(20 * 365 * 24));
    let new = beside.app.mint(&samples::review()).await.expect(201).json();
    let report = beside.app.verify(new["credential"].to_string()).await;
    assert_eq!(report["verified"], true, "{report:#}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recognizer_says_whom_it_trusts_by_command() {
    let beside = Beside::new().await;
    beside.succeed(&["recognizer", "add", "tn", "--name", "Tennessee (example)"]);
    let (none, _) = beside.succeed(&["recognizer", "trust", "tn"]);
    assert!(none.contains("the operator's file"), "{none}");
    let file = beside.database.folder().join("trusted.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    let trust = ["recognizer", "trust", "tn", file.to_str().unwrap()];
    write("[[issuer]]\nid = \"did:web:nea.example\"\nname = \"NEA\"\nfrom = \"a letter\"\n");
    let (done, _) = beside.succeed(&trust);
    assert!(done.starts_with("tn trusts 1 issuers: https://touchmark.example/recogn"), "{done}");
    assert!(beside.succeed(&trust).0.starts_with("tn trusts already 1 issuers"));
    let (listed, _) = beside.succeed(&["recognizer", "trust", "tn"]);
    assert_eq!(listed, "did:web:nea.example\tNEA\ta letter\n");
    let read = beside.app.get("/recognizers/tn/trusted-issuers").await.expect(200).json();
    assert_eq!(read["issuers"][0]["name"], "NEA");

    write("[[issuer]]\nid = \"nea.example\"\nname = \"NEA\"\nfrom = \"a letter\"\n");
    let refused = beside.run(&trust);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("line 2"), "{}", text(&refused.stderr));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_menu_is_published_by_command_and_its_endorsements_hold() {
    let beside = Beside::new().await;
    beside.app.publish(&samples::achievement()).await;
    beside.succeed(&["recognizer", "add", "committee", "--name", "A committee (example)"]);
    let write = |name: &str, text: &str| {
        let file = beside.database.folder().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let policy = "id: pay\nversion: '1'\nname: Pay\nrecognizer: {name: A committee (example)}\n\
                  authority: [{title: A rule (example)}]\nunit: USD\nbelongs: likely\n\
                  accepts: [{menu: 'did:web:touchmark.example:recognizers:committee'}]\n\
                  award: {perCredential: {amount: 200}}\n";
    let policy = write("policy.yaml", policy);
    let achievement = "https://touchmark.example/achievements/nea.restorative-practices";
    let menu = format!("title: Chosen\npolicy: pay\nachievements: [{{id: '{achievement}'}}]\n");
    let named = write("menu.yaml", &format!("id: classrooms\n{menu}"));
    let publish = |file: &str| beside.run(&["menu", "publish", "--recognizer", "committee", file]);
    let refused = |file: &str, says: &str| {
        let output = publish(file);
        assert!(!output.status.success() && output.stdout.is_empty(), "{file}");
        assert!(text(&output.stderr).contains(says), "{}", text(&output.stderr));
    };
    refused(&named, "/policy");
    beside.succeed(&["policy", "publish", "--recognizer", "committee", &policy]);
    refused(&write("nameless.yaml", &menu), "/id: say what the menu is called");
    refused(&write("broken.yaml", "title: ["), "");
    refused("absent.yaml", "cannot read absent.yaml");
    refused(&write("twice.yaml", &format!("id: classrooms\n{menu}more: 1\n")), "more");

    let url = "https://touchmark.example/recognizers/committee/menus/classrooms";
    let printed = |file: &str| text(&publish(file).stdout);
    assert_eq!(printed(&named), format!("published {url}/versions/1\n"));
    assert_eq!(printed(&named), format!("was published before: {url}/versions/1\n"));
    beside.app.clock.advance(jiff::SignedDuration::from_hours(20 * 365 * 24));
    let endorsed = async || {
        let menu = beside.app.get("/recognizers/committee/menus/classrooms").await.expect(200);
        let link = menu.json()["achievements"][0]["endorsement"].as_str().unwrap().to_owned();
        let path = link.strip_prefix("https://touchmark.example").unwrap();
        let signed = beside.app.get(&format!("{path}.json")).await.expect(200);
        let report = beside.app.verify(signed.text()).await;
        let method = &signed.json()["proof"][0]["verificationMethod"];
        (report["verdicts"]["authentic"].clone(), method.as_str().unwrap().to_owned())
    };
    let (authentic, key) = endorsed().await;
    assert_eq!(authentic, "yes");

    // A key that leaked takes its endorsements along; the same menu again is signed anew.
    let (_, told) = beside.succeed(&["keys", "withdraw", "--recognizer", "committee", &key]);
    assert!(told.contains("`touchmark menu publish`"), "{told}");
    assert_eq!(endorsed().await.0, "no");
    assert_eq!(printed(&named), format!("published {url}/versions/2\n"));
    let (authentic, new) = endorsed().await;
    assert_eq!(authentic, "yes");
    assert_ne!(new, key);
}
