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
