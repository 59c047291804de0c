//! `/counts` over several requests: what it verified before, what was answered about it, and whom it
//! can be counted by.

use jiff::SignedDuration;
use serde_json::{Value, json};
use touchmark::recognize::Recognition;
use touchmark::store::PartyKind;

use super::counts::{hidden, offices, offices_on, page, values};
use super::verify_page::send;
use crate::support::app::{Database, TestApp};
use crate::support::samples::{self, with};

/// Another one of the same achievement.
async fn sams(app: &TestApp) -> Value {
    let sam = json!({"earner": {"name": "Sam", "email": "s@b.example"}});
    app.mint(&with(samples::review(), sam)).await.expect(201).json()
}

fn jwt(minted: &Value) -> &[u8] {
    minted["jwt"].as_str().unwrap().as_bytes()
}

/// Which of the boxes are ticked.
fn ticked(page: &str) -> Vec<String> {
    let boxes = page.split("name=\"state\" value=\"").skip(1);
    let ticked =
        boxes.filter(|rest| rest.split('>').next().is_some_and(|it| it.ends_with(" checked")));
    ticked.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_page_says_as_of_when_each_was_checked_however_long_it_is_brought_along() {
    let app = offices().await;
    let minted = app.minted().await;
    let first = page(&app, &[("text", None, jwt(&minted))]).await;
    let moment = "<time datetime=\"2026-06-01T10:00:00Z\" dir=\"auto\">Checked on June 1, 2026, \
                  10:00 UTC.</time>";
    assert!(first.contains(moment), "{first}");
    let kept = hidden(&first, "kept");
    app.clock.advance(SignedDuration::from_mins(20));
    let kept = ("kept", None, kept.as_bytes());
    assert!(page(&app, &[kept]).await.contains(moment));
    let spanish = send(&app, "/counts?lang=es", &[kept]).await.expect(200).text();
    assert!(spanish.contains("Comprobado el 1 de junio de 2026, 10:00 UTC."), "{spanish}");

    // Beside one that is checked now, and one that does not hold.
    let sams = sams(&app).await;
    let forged = sams["credential"].to_string().replacen("Sam", "Pam", 1);
    let several = page(
        &app,
        &[kept, ("text", None, jwt(&sams)), ("file", Some("p.json"), forged.as_bytes())],
    )
    .await;
    for (name, at) in [("Restorative Practices", "10:00"), ("Restorative Practices (3)", "10:20")] {
        let told = format!("{name}: checked on June 1, 2026, {at} UTC.");
        assert!(several.contains(&told), "{told}: {several}");
    }
    let (_, troubles) = several.split_once("id=\"troubles\"").expect("one does not hold");
    assert!(troubles.contains("datetime=\"2026-06-01T10:20:00Z\""), "{troubles}");
}

#[tokio::test]
async fn what_was_answered_about_one_falls_on_no_other_that_stands_in_its_place() {
    let app = offices().await;
    let (mine, sams) = (app.minted().await, sams(&app).await);
    let first = page(&app, &[("text", None, jwt(&mine))]).await;
    let (kept, states) = (hidden(&first, "kept"), values(&first, "state"));
    assert_eq!(states.len(), 2);
    let [one, other] = [0, 1].map(|i| ("state", None, states[i].as_bytes()));
    let forged = kept.replacen(&kept[..1], if kept.starts_with('A') { "B" } else { "A" }, 1);
    let old = [("kept", None, forged.as_bytes()), one, other];

    // What was kept is refused: its answers are left, and that is said.
    let left = "so they were not taken over";
    let alone = [&old[..], &[("text", None, jwt(&sams))]].concat();
    let answered = page(&app, &alone).await;
    assert!(answered.contains("is needed again") && answered.contains(left), "{answered}");
    assert_eq!(ticked(&answered), [""; 0]);
    let nothing = send(&app, "/counts", &old).await.expect(400).text();
    assert!(nothing.contains("is needed again") && nothing.contains(left), "{nothing}");
    assert_eq!(nothing.matches("role=\"alert\"").count(), 1, "all of it in one place: {nothing}");

    // Given again, they are about it wherever it stands.
    let both = [("text", None, jwt(&sams)), ("text", None, jwt(&mine))];
    let answered = page(&app, &[&old[..], &both[..]].concat()).await;
    assert!(answered.contains("is needed again") && !answered.contains(left), "{answered}");
    assert_eq!(ticked(&answered), states);
    let without = page(&app, &[&both[..], &[one, other]].concat()).await;
    assert_eq!(ticked(&without), states);
    app.clock.advance(SignedDuration::from_mins(31));
    let kept = ("kept", None, kept.as_bytes());
    let late = page(&app, &[kept, one, other, ("text", None, jwt(&sams))]).await;
    assert!(late.contains(left), "{late}");
    assert_eq!(ticked(&late), [""; 0]);
}

#[tokio::test]
async fn what_was_stated_of_all_that_was_kept_is_not_stated_of_what_is_given_instead() {
    let app = offices().await;
    let profile = serde_json::from_value(json!({"name": "Nashville (example)"})).unwrap();
    let issuance = &app.app.issuance;
    let party =
        issuance.parties.add(PartyKind::Recognizer, "nashville", &profile, "test").await.unwrap();
    let policy = json!({"id": "pay", "version": "1", "name": "Pay", "belongs": "likely",
        "recognizer": {"name": "Nashville (example)"}, "authority": [{"title": "A rule (example)"}],
        "unit": "USD", "accepts": [{"trustedIssuers": true}],
        "statements": [{"id": "own-time", "text": "All of it was in my own time.", "of": "claim"}],
        "award": {"perCredential": {"amount": "200"}}});
    let text = policy.to_string();
    Recognition { issuance }.publish(&party, text.as_bytes(), "test").await.unwrap();
    let (mine, sams) = (app.minted().await, sams(&app).await);
    let nashville = ("recognizer", None, &b"nashville"[..]);
    let first = page(&app, &[nashville, ("text", None, jwt(&mine))]).await;
    let (kept, stated) = (hidden(&first, "kept"), &values(&first, "state")[0]);
    assert_eq!(stated, "nashville/pay/own-time");
    let kept = [nashville, ("kept", None, kept.as_bytes()), ("state", None, stated.as_bytes())];
    let second = page(&app, &kept).await;
    assert!(second.contains("<strong>US$200</strong></p>"), "{second}");
    assert_eq!(ticked(&second), [stated.as_str()]);
    app.clock.advance(SignedDuration::from_mins(31));
    let late = page(&app, &[&kept[..], &[("text", None, jwt(&sams))]].concat()).await;
    assert!(late.contains("so they were not taken over"), "{late}");
    assert_eq!(ticked(&late), [""; 0]);
}

#[tokio::test]
async fn an_office_that_the_list_has_no_room_for_is_found_by_its_name() {
    let app = offices().await;
    for i in 0..200 {
        let profile = serde_json::from_value(json!({"name": format!("Office {i}")})).unwrap();
        let parties = &app.app.issuance.parties;
        let name = format!("a-{i:03}");
        parties.add(PartyKind::Recognizer, &name, &profile, "test").await.unwrap();
    }
    let form = app.get_as("/counts?recognizer=tennessee", "text/html").await.expect(200).text();
    assert!(form.contains("<option value=\"tennessee\" selected>Tennessee"), "{form}");
    assert!(!form.contains("no such office") && !form.contains("value=\"lebanon\""), "{form}");
    assert!(form.contains("There are more offices than this list shows"), "{form}");
    let mine = app.minted().await;
    let tennessee = ("recognizer", None, &b"tennessee"[..]);
    let answered = page(&app, &[tennessee, ("text", None, jwt(&mine))]).await;
    assert!(answered.contains("<strong>6 PDPs</strong>"), "{answered}");
    assert!(!answered.contains("Lebanon"), "{answered}");
    let none = app.get_as("/counts?recognizer=texas", "text/html").await.expect(200).text();
    assert!(none.contains("There is no such office here"), "{none}");
}

#[tokio::test]
async fn an_office_that_cannot_be_read_is_told_as_missing_and_the_others_are_shown() {
    let database = Database::sqlite();
    let app = offices_on(database.clone()).await;
    let whole = app.get_as("/counts", "text/html").await.expect(200).text();
    assert!(whole.contains("value=\"lebanon\"") && !whole.contains("are missing"), "{whole}");
    database.execute("UPDATE parties SET profile = '{' WHERE name = 'lebanon'").await;
    let form = app.get_as("/counts", "text/html").await.expect(200).text();
    assert!(form.contains("value=\"tennessee\"") && !form.contains("value=\"lebanon\""), "{form}");
    assert!(form.contains("Some offices are missing from this list"), "{form}");
    let chosen = app.get_as("/counts?recognizer=lebanon", "text/html").await.expect(200).text();
    assert!(chosen.contains("The office that you chose cannot be shown just now"), "{chosen}");
    let mine = app.minted().await;
    let answered = page(&app, &[("text", None, jwt(&mine))]).await;
    assert!(answered.contains("<strong>6 PDPs</strong>"), "{answered}");
    assert!(answered.contains("There are more offices than are looked at together"), "{answered}");
    database.execute("ALTER TABLE parties RENAME TO elsewhere").await;
    let form = app.get_as("/counts", "text/html").await.expect(200).text();
    assert!(form.contains("Some offices are missing from this list"), "{form}");
}
