//! Tenants apart, pages, and the audit trail.

use super::*;

on_both_databases! {
    another_issuers_things_are_not_found
    credentials_page_newest_first_without_gaps
    the_audit_trail_refuses_update_and_delete
    the_audit_trail_tells_mints_and_changes_in_order
}

async fn another_issuers_things_are_not_found(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    let store = &house.store;
    let foreign = ("other", "a");
    let refused = store.change_status(foreign, &Change::Revoke, "", "k", at(2)).await.unwrap();
    assert_eq!(refused, Err(StatusRefusal::NoSuchCredential));
    let stolen = store.change_status(foreign, &supersede("b"), "", "k", at(2)).await.unwrap();
    assert_eq!(stolen, Err(StatusRefusal::NoSuchCredential));
    assert_eq!(store.credential_of("other", "a").await.unwrap(), None);
    assert!(store.credential_of("nea", "a").await.unwrap().is_some());
    assert!(store.credentials("other", None, 10).await.unwrap().is_empty());
    assert_eq!(store.replays("other", "lms", &["a"]).await.unwrap(), [None]);

    // Neither as the successor nor as the one that is superseded.
    let other = Mint {
        issuer: "other".into(),
        entries: vec![],
        supersedes: Some(Supersede { credential: "a".into(), reason: String::new() }),
        ..house.mint("b", 0)
    };
    assert_eq!(
        house.record(std::slice::from_ref(&other)).await,
        [Minted::SupersedeRefused(StatusRefusal::NoSuchCredential)]
    );
    assert_eq!(house.record(&[Mint { supersedes: None, ..other }]).await, [Minted::Recorded]);
    assert_eq!(house.change("a", supersede("b"), 2).await, Err(StatusRefusal::NoSuchSuccessor));
    assert_eq!(store.credential("a").await.unwrap().unwrap().state, CredentialState::Good);
}

async fn credentials_page_newest_first_without_gaps(database: Database) {
    let house = house(&database).await;
    for minute in 0..5_u32 {
        // Three share each moment.
        let mints: Vec<_> =
            (0..3).map(|n| house.mint(&format!("c{minute}-{n}"), minute * 3 + n)).collect();
        house.store.record(mints.into(), at(i64::from(minute) * 60), None).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = house.store.credentials("nea", cursor.as_ref(), 4).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = Some(last.cursor());
        seen.extend(page.into_iter().map(|row| row.id));
    }
    let mut expected: Vec<_> =
        (0..5).flat_map(|minute| (0..3).map(move |n| format!("c{minute}-{n}"))).collect();
    expected.reverse();
    assert_eq!(seen, expected);
}

async fn the_audit_trail_refuses_update_and_delete(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    for sql in ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit"] {
        let refused = database.execute(sql).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
    if house.store.dialect() == Dialect::Postgres {
        let refused = database.execute("TRUNCATE audit").await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    } else {
        // REPLACE deletes without a word unless triggers are recursive.
        let sql = "INSERT OR REPLACE INTO audit \
                   SELECT id, at, 'nobody', action, issuer, subject, detail FROM audit";
        assert!(database.execute(sql).await.is_err());
    }
    assert_eq!(
        house.store.audit_page(Some("nea"), None, 10).await.unwrap()[0].entry.actor,
        "key-1"
    );
}

async fn the_audit_trail_tells_mints_and_changes_in_order(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    house.change("a", Change::Revoke, 2).await.unwrap();
    let note = noted(at(3));
    house.store.append_audit(&note).await.unwrap();
    let all = house.store.audit_page(None, None, 10).await.unwrap();
    let actions: Vec<_> = all.iter().map(|row| row.entry.action.as_str()).collect();
    assert_eq!(actions, ["set-up", "set-up", "mint", "revoke", "set-up"]);
    let rows = &all[2..];
    assert_eq!(rows[2].entry, note.entry);
    assert_eq!(rows[1].entry.detail, r#"{"from":"good","to":"revoked"}"#);
    // A reason may name somebody, and this can never be erased.
    assert!(!format!("{rows:?}").contains("because"));
    let own = house.store.audit_page(Some("nea"), Some(&rows[0].id), 10).await.unwrap();
    assert_eq!(own, rows[1..2]);
    assert_eq!(house.store.audit_page(None, None, 1).await.unwrap(), all[..1]);
}
