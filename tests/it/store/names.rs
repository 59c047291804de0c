//! Achievements, parties, earners and keys.

use super::*;

on_both_databases! {
    concurrent_versions_of_an_achievement_are_distinct
    achievements_are_listed_by_their_latest_version
    a_slug_or_name_is_taken_once
    what_is_settled_first_holds
    an_owner_has_one_active_key_per_algorithm_and_keeps_the_old
    an_api_key_is_revoked_once_and_only_by_its_issuer
}

async fn concurrent_versions_of_an_achievement_are_distinct(database: Database) {
    let store = database.store().await;
    store.create_achievement("nea", "classroom", "first", &noted(at(0))).await.unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                let body = format!("body {number}");
                let version = store
                    .add_achievement_version("nea", "classroom", &body, &noted(at(1)))
                    .await
                    .unwrap();
                (version.unwrap(), body)
            })
        })
        .collect();
    let mut versions = HashSet::new();
    for task in tasks {
        let (version, body) = task.await.unwrap();
        let row = store.achievement_version("nea", "classroom", version).await.unwrap().unwrap();
        assert_eq!(row.body, body);
        versions.insert(version);
    }
    assert_eq!(versions, (2..=17).collect());
    assert_eq!(store.achievement_versions("nea", "classroom").await.unwrap().len(), 17);
}

async fn achievements_are_listed_by_their_latest_version(database: Database) {
    let store = database.store().await;
    for slug in ["b", "a", "c"] {
        store.create_achievement("nea", slug, "1", &noted(at(0))).await.unwrap();
    }
    store.create_achievement("other", "z", "1", &noted(at(0))).await.unwrap();
    assert_eq!(
        store.add_achievement_version("nea", "b", "2", &noted(at(1))).await.unwrap(),
        Some(2)
    );
    assert_eq!(
        store.add_achievement_version("other", "b", "2", &noted(at(1))).await.unwrap(),
        None
    );
    let names = |rows: Vec<touchmark::store::AchievementRow>| -> Vec<(String, i64)> {
        rows.into_iter().map(|row| (row.slug, row.version)).collect()
    };
    let all = names(store.achievements("nea").await.unwrap());
    assert_eq!(all, [("a".into(), 1), ("b".into(), 2), ("c".into(), 1)]);
    let some = store.latest_achievements_of("nea", &["c", "b", "z", "'"]).await.unwrap();
    assert_eq!(names(some), [("b".into(), 2), ("c".into(), 1)]);
    assert!(store.latest_achievements_of("nea", &[]).await.unwrap().is_empty());
    assert_eq!(store.latest_achievement("nea", "b").await.unwrap().unwrap().body, "2");
    assert_eq!(store.latest_achievement("other", "b").await.unwrap(), None);
}

async fn a_slug_or_name_is_taken_once(database: Database) {
    let store = database.store().await;
    store.create_achievement("nea", "a", "{}", &noted(at(0))).await.unwrap();
    let again = store.create_achievement("nea", "a", "{}", &noted(at(0))).await;
    assert!(matches!(again, Err(StoreError::Taken { .. })));

    let nea = |kind| PartyRow { kind, name: "nea".into(), profile: "{}".into(), created_at: at(0) };
    store.add_party(&nea(PartyKind::Issuer), &noted(at(0))).await.unwrap();
    store.add_party(&nea(PartyKind::Recognizer), &noted(at(0))).await.unwrap();
    let again = store.add_party(&nea(PartyKind::Issuer), &noted(at(0))).await;
    assert!(matches!(again, Err(StoreError::Taken { .. })));
    assert_eq!(store.parties(PartyKind::Issuer).await.unwrap(), [nea(PartyKind::Issuer)]);

    let new = r#"{"name":"NEA"}"#;
    let changed =
        store.update_profile(PartyKind::Issuer, "nea", new, &noted(at(0))).await.unwrap().unwrap();
    assert_eq!(changed.profile, new);
    assert_eq!(store.party(PartyKind::Issuer, "nea").await.unwrap(), Some(changed));
    assert_eq!(store.party(PartyKind::Recognizer, "nea").await.unwrap().unwrap().profile, "{}");
    assert_eq!(
        store.update_profile(PartyKind::Issuer, "none", new, &noted(at(0))).await.unwrap(),
        None
    );
}

async fn what_is_settled_first_holds(database: Database) {
    let store = database.store().await;
    assert_eq!(store.instance("url").await.unwrap(), None);
    let race: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { store.settle("url", &number.to_string()).await.unwrap() })
        })
        .collect();
    let mut answers = HashSet::new();
    for task in race {
        answers.insert(task.await.unwrap());
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(store.instance("url").await.unwrap(), answers.into_iter().next());
}

async fn an_owner_has_one_active_key_per_algorithm_and_keeps_the_old(database: Database) {
    let store = database.store().await;
    let key = |id: &str, algorithm: &str, seconds| SigningKeyRow {
        owner_kind: PartyKind::Issuer,
        owner: "nea".into(),
        id: id.into(),
        algorithm: algorithm.into(),
        public_jwk: "{}".into(),
        sealed: "sealed".into(),
        state: KeyState::Active,
        withdrawn_at: None,
        created_at: at(seconds),
        retired_at: None,
    };
    let first = [key("k1", "Ed25519", 0), key("k2", "ES256", 0)];
    store.add_keys(&first).await.unwrap();
    // The second process that makes the first keys gets nothing in.
    let second = [key("k4", "RS256", 0), key("k3", "Ed25519", 0)];
    assert!(matches!(store.add_keys(&second).await, Err(StoreError::Taken { .. })));
    assert_eq!(store.keys(PartyKind::Issuer, "nea").await.unwrap(), first);
    assert!(store.keys(PartyKind::Recognizer, "nea").await.unwrap().is_empty());

    store.rotate(&[key("k5", "Ed25519", 60)], &noted(at(60))).await.unwrap();
    let keys = store.keys(PartyKind::Issuer, "nea").await.unwrap();
    assert_eq!(keys.iter().map(|key| &*key.id).collect::<Vec<_>>(), ["k1", "k2", "k5"]);
    assert_eq!((keys[0].state, keys[0].retired_at), (KeyState::Retired, Some(at(60))));
    assert_eq!(keys[1], first[1]);
    assert_eq!(keys[2].state, KeyState::Active);
    // A rotation that fails retires nothing, and nothing is noted of it.
    let before = database.count("audit").await;
    let new = [key("k6", "ES256", 90), key("k1", "Ed25519", 90)];
    assert!(store.rotate(&new, &noted(at(90))).await.is_err());
    assert_eq!(database.count("audit").await, before);
    assert_eq!(store.keys(PartyKind::Issuer, "nea").await.unwrap(), keys);
}

async fn an_api_key_is_revoked_once_and_only_by_its_issuer(database: Database) {
    let store = database.store().await;
    let key = |id: &str, issuer: Option<&str>| ApiKeyRow {
        id: id.into(),
        secret_hash: "hash".into(),
        issuer: issuer.map(str::to_owned),
        client: "lms".into(),
        scopes: "mint status".into(),
        mints_per_hour: 1000,
        created_at: at(0),
        expires_at: Some(at(1000)),
        revoked_at: None,
    };
    let (own, foreign, whole) = (key("a", Some("nea")), key("b", Some("other")), key("c", None));
    for key in [&own, &foreign, &whole] {
        store.add_api_key(key, &noted(at(0))).await.unwrap();
    }
    assert!(matches!(store.add_api_key(&own, &noted(at(0))).await, Err(StoreError::Taken { .. })));
    assert_eq!(store.api_key("c").await.unwrap(), Some(whole));
    assert_eq!(store.api_keys(Some("nea")).await.unwrap(), [own]);
    assert_eq!(store.api_keys(None).await.unwrap().len(), 3);

    for id in ["b", "c", "none"] {
        assert_eq!(store.revoke_api_key(id, Some("nea"), &noted(at(5))).await.unwrap(), None);
    }
    for seconds in [5, 6] {
        let revoked =
            store.revoke_api_key("a", Some("nea"), &noted(at(seconds))).await.unwrap().unwrap();
        assert_eq!(revoked.revoked_at, Some(at(5)));
    }
    assert!(store.revoke_api_key("c", None, &noted(at(7))).await.unwrap().is_some());
}
