//! Recording mints: races, taken indexes, ceilings.

use super::*;

on_both_databases! {
    sixty_four_concurrent_mints_share_no_index
    one_idempotency_key_raced_by_many_mints_once
    one_batch_sent_by_many_at_once_is_minted_once
    slices_with_keys_in_opposite_order_do_not_deadlock
    a_taken_index_leaves_nothing_of_its_mint_and_the_others_go_on
    a_mint_to_a_foreign_or_closed_list_takes_nothing
    a_failing_slice_leaves_nothing
    the_same_mint_sent_again_without_a_key_takes_nothing_away
    two_of_a_slice_cannot_supersede_one_credential
    a_key_is_scoped_to_its_issuer_and_client
    a_ceiling_refuses_the_whole_slice_and_replays_are_free
    hours_that_are_long_over_are_not_kept
    evidence_is_found_by_its_token
    two_replicas_mint_side_by_side
    slices_that_draw_indexes_in_opposite_order_all_end
    a_mint_that_is_cancelled_is_recorded_whole_or_not_at_all
    an_earner_keeps_the_first_subject_id
    concurrent_first_mints_of_one_earner_agree_on_a_subject_id
    a_slice_that_fails_among_many_at_once_spoils_none_of_them
    slices_at_once_share_one_ceiling_to_the_last_credential
    many_keys_are_looked_up_in_their_order
}

async fn replay(house: &House, key: &str) -> Option<Replay> {
    house.store.replays("nea", "lms", &[key]).await.unwrap().remove(0)
}

async fn sixty_four_concurrent_mints_share_no_index(database: Database) {
    let house = Arc::new(house(&database).await);
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                // Everybody draws the same small indexes, so that they collide.
                for index in 0.. {
                    let mint = house.keyed(&format!("c{number}"), index, &format!("k{number}"));
                    match house.record(&[mint]).await.as_slice() {
                        [Minted::Recorded] => return index,
                        [Minted::IndexTaken] => {}
                        other => panic!("{other:?}"),
                    }
                }
                unreachable!("an index is free")
            })
        })
        .collect();
    let mut indexes = HashSet::new();
    for task in tasks {
        indexes.insert(task.await.unwrap());
    }
    assert_eq!(indexes, (0..64).collect());
    assert_eq!(database.count("credentials").await, 64);
    assert_eq!(database.count("status_entries").await, 64);
    assert_eq!(database.count("idempotency").await, 64);
    let list = house.store.status_list(&house.list).await.unwrap().unwrap();
    assert_eq!((list.allocated, list.version), (64, 1));
}

async fn one_idempotency_key_raced_by_many_mints_once(database: Database) {
    let house = Arc::new(house(&database).await);
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let mint = house.keyed(&format!("c{number}"), number, "the-key");
                house.record(&[mint]).await.remove(0)
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    let winner = outcomes.iter().position(|outcome| *outcome == Minted::Recorded).unwrap();
    for (number, outcome) in outcomes.iter().enumerate().filter(|(number, _)| *number != winner) {
        let Minted::Replayed(replay) = outcome else { panic!("{number}: {outcome:?}") };
        assert_eq!(replay.credential.id, format!("c{winner}"));
        assert_eq!(replay.credential.embedded, format!("{{\"id\":\"c{winner}\"}}"));
        assert_eq!(replay.request_hash, "hash-1");
    }
    assert_eq!(database.count("credentials").await, 1);
    assert_eq!(database.count("status_entries").await, 1);
    // Two are the house's.
    assert_eq!(database.count("audit").await, 3);
    let replay = replay(&house, "the-key").await.unwrap();
    assert_eq!(replay.credential.id, format!("c{winner}"));
}

async fn one_batch_sent_by_many_at_once_is_minted_once(database: Database) {
    let house = Arc::new(house(&database).await);
    let tasks: Vec<_> = (0..6_u32)
        .map(|sender| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let line = |n: u32| {
                    house.keyed(&format!("c{sender}-{n}"), sender * 100 + n, &format!("k{n}"))
                };
                let mints: Vec<_> = (0..30).map(line).collect();
                house.record(&mints).await
            })
        })
        .collect();
    let mut recorded = vec![0; 30];
    for task in tasks {
        let outcomes = task.await.unwrap();
        assert_eq!(outcomes.len(), 30);
        for (line, outcome) in outcomes.iter().enumerate() {
            recorded[line] += u32::from(*outcome == Minted::Recorded);
            assert!(*outcome == Minted::Recorded || is_replay(outcome), "{outcome:?}");
        }
    }
    assert_eq!(recorded, vec![1; 30]);
    assert_eq!(database.count("credentials").await, 30);
}

async fn slices_with_keys_in_opposite_order_do_not_deadlock(database: Database) {
    let house = Arc::new(house(&database).await);
    let tasks: Vec<_> = (0..8_u32)
        .map(|sender| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let mut lines: Vec<_> = (0..10).collect();
                if sender % 2 == 1 {
                    lines.reverse();
                }
                let mint = |n: &u32| {
                    house.keyed(&format!("c{sender}-{n}"), sender * 10 + n, &format!("k{n}"))
                };
                let mints: Vec<_> = lines.iter().map(mint).collect();
                let outcomes = house.record(&mints).await;
                // Answered in the order asked.
                for (line, outcome) in lines.iter().zip(&outcomes) {
                    let Minted::Replayed(replay) = outcome else { continue };
                    assert!(replay.credential.id.ends_with(&format!("-{line}")));
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(database.count("credentials").await, 10);
}

async fn a_taken_index_leaves_nothing_of_its_mint_and_the_others_go_on(database: Database) {
    let house = house(&database).await;
    let suspensions =
        house.store.open_list("nea", Purpose::Suspension, "list-s", at(0)).await.unwrap();
    house.minted("first", 7).await;

    let mut broken = house.keyed("broken", 7, "b");
    // The first of its entries is free, the second is taken.
    broken.entries.insert(0, StatusEntry { list: suspensions.id.clone(), index: 3 });
    broken.evidence = vec![EvidenceRow { token: "t".into(), url: "https://x/".into(), open: true }];
    let slice = [house.keyed("good", 8, "c"), broken, house.keyed("also", 9, "a")];
    let outcomes = house.record(&slice).await;
    assert_eq!(outcomes, [Minted::Recorded, Minted::IndexTaken, Minted::Recorded]);

    assert_eq!(house.store.credential("broken").await.unwrap(), None);
    assert_eq!(replay(&house, "b").await, None);
    assert_eq!(house.store.evidence("t").await.unwrap(), None);
    assert_eq!(house.store.status_list(&suspensions.id).await.unwrap().unwrap().allocated, 0);
    assert_eq!(database.count("status_entries").await, 3);

    // Drawn again, it goes through under the same key.
    let again = house.keyed("broken", 10, "b");
    assert_eq!(house.record(&[again]).await, [Minted::Recorded]);
}

async fn a_mint_to_a_foreign_or_closed_list_takes_nothing(database: Database) {
    let house = house(&database).await;
    let foreign = Mint { issuer: "other".into(), ..house.mint("foreign", 1) };
    let past_the_end = house.mint("past", 131_072);
    let outcomes = house.record(&[foreign, past_the_end]).await;
    assert_eq!(outcomes, [Minted::IndexTaken, Minted::IndexTaken]);
    house.store.close_lists_and_raise_versions(at(1)).await.unwrap();
    assert_eq!(house.record(&[house.mint("closed", 2)]).await, [Minted::IndexTaken]);
    assert_eq!(database.count("credentials").await, 0);
}

async fn a_failing_slice_leaves_nothing(database: Database) {
    let house = house(&database).await;
    house.minted("same", 1).await;
    // The second mint has an id that is in use: a defect of the caller.
    let slice = [house.keyed("new", 2, "k"), house.mint("same", 3)];
    let failed = house.store.record(slice.into(), at(1), None).await;
    assert!(matches!(failed, Err(StoreError::Taken { .. })), "{failed:?}");
    assert_eq!(house.store.credential("new").await.unwrap(), None);
    assert_eq!(replay(&house, "k").await, None);
    assert_eq!(database.count("status_entries").await, 1);
    // Two are the house's.
    assert_eq!(database.count("audit").await, 3);
}

async fn a_key_is_scoped_to_its_issuer_and_client(database: Database) {
    let house = house(&database).await;
    let mut other_client = house.keyed("b", 2, "k");
    other_client.idempotency.as_mut().unwrap().client = "portal".into();
    let mut other_issuer = house.keyed("c", 3, "k");
    other_issuer.issuer = "other".into();
    other_issuer.entries.clear();
    let slice = [house.keyed("a", 1, "k"), other_client, other_issuer, house.keyed("d", 4, "k")];
    let outcomes = house.record(&slice).await;
    assert_eq!(outcomes[..3], [Minted::Recorded, Minted::Recorded, Minted::Recorded]);
    // Twice in one slice is once.
    let Minted::Replayed(replay) = &outcomes[3] else { panic!("{outcomes:?}") };
    assert_eq!(replay.credential.id, "a");
}

async fn a_ceiling_refuses_the_whole_slice_and_replays_are_free(database: Database) {
    let house = house(&database).await;
    let ceiling = Ceiling { api_key: "key-1".into(), per_hour: 3 };
    let slice = |from: u32, to: u32| -> Vec<Mint> {
        (from..to).map(|n| house.keyed(&format!("c{n}"), n, &format!("k{n}"))).collect()
    };
    let record = async |mints: &[Mint], seconds| {
        house.store.record(mints.into(), at(seconds), Some(ceiling.clone())).await.unwrap()
    };
    assert!(matches!(record(&slice(0, 2), 0).await, Recorded::Done(_)));
    let reached = record(&slice(2, 4), 0).await;
    let Recorded::CeilingReached { minted, per_hour, resets_at } = reached else {
        panic!("{reached:?}")
    };
    assert_eq!((minted, per_hour), (2, 3));
    assert!(resets_at > at(0) && resets_at <= at(3600));
    assert_eq!(resets_at.as_second() % 3600, 0);
    assert_eq!(database.count("credentials").await, 2);

    // Two replays and one new one reach the ceiling exactly.
    let Recorded::Done(outcomes) = record(&slice(0, 3), 0).await else { panic!() };
    assert!(is_replay(&outcomes[0]) && is_replay(&outcomes[1]));
    assert_eq!(outcomes[2], Minted::Recorded);
    assert!(matches!(record(&slice(0, 3), 0).await, Recorded::Done(_)));
    assert!(matches!(record(&slice(3, 4), 0).await, Recorded::CeilingReached { .. }));
    // Another key and another hour have their own.
    assert!(matches!(record(&slice(3, 4), 3600).await, Recorded::Done(_)));
    let other = Ceiling { api_key: "key-2".into(), per_hour: 1 };
    let done = house.store.record(slice(4, 5).into(), at(0), Some(other)).await.unwrap();
    assert!(matches!(done, Recorded::Done(_)));
}

async fn hours_that_are_long_over_are_not_kept(database: Database) {
    let house = house(&database).await;
    let ceiling = Ceiling { api_key: "key-1".into(), per_hour: 2 };
    let other = Ceiling { api_key: "key-2".into(), per_hour: 2 };
    let mint = async |number: u32, ceiling: &Ceiling, hours: i64| {
        let mints = [house.mint(&format!("c{number}"), number)];
        house.store.record(mints.into(), at(3600 * hours), Some(ceiling.clone())).await.unwrap()
    };
    let done = Recorded::Done(vec![Minted::Recorded]);
    for (number, hours) in (0_u32..).zip([0, 1, 25]) {
        assert_eq!(mint(number, &ceiling, hours).await, done);
    }
    assert_eq!(database.count("usage_by_hour").await, 2, "the first was a day before the last");
    assert_eq!(mint(3, &other, 100).await, done);
    assert_eq!(database.count("usage_by_hour").await, 3, "another key's are its own");
    assert_eq!(mint(4, &ceiling, 25).await, done);
    let past = mint(5, &ceiling, 25).await;
    assert!(matches!(past, Recorded::CeilingReached { minted: 2, .. }), "{past:?}");
}

async fn evidence_is_found_by_its_token(database: Database) {
    let house = house(&database).await;
    let mut mint = house.mint("a", 1);
    mint.evidence = ["t2", "t1"]
        .map(|token| EvidenceRow {
            token: token.into(),
            url: format!("https://example.org/{token}"),
            open: token == "t1",
        })
        .to_vec();
    let given = mint.evidence.clone();
    house.record(&[mint]).await;
    let found = house.store.evidence("t1").await.unwrap().unwrap();
    assert_eq!((found.credential.as_str(), &found.evidence), ("a", &given[1]));
    assert_eq!(house.store.evidence("t3").await.unwrap(), None);
}

async fn two_replicas_mint_side_by_side(database: Database) {
    let house = house(&database).await;
    let replica = House { store: database.store().await, list: house.list.clone() };
    let run = async |house: &House, name: &str| {
        let mut recorded = 0;
        for index in 0..40 {
            let mint = house.keyed(&format!("{name}{index}"), index, &format!("k{index}"));
            recorded += u32::from(house.record(&[mint]).await == [Minted::Recorded]);
        }
        recorded
    };
    let (a, b) = tokio::join!(run(&house, "a"), run(&replica, "b"));
    assert_eq!(a + b, 40);
    assert_eq!(database.count("credentials").await, 40);
}

async fn a_mint_that_is_cancelled_is_recorded_whole_or_not_at_all(database: Database) {
    let house = house(&database).await;
    for round in 0..20_u32 {
        let mint = |n| {
            let (id, index) = (format!("c{round}-{n}"), round * 10 + n);
            house.keyed(&id, index, &id)
        };
        let mints: Vec<_> = (0..10).map(mint).collect();
        let patience = std::time::Duration::from_micros(u64::from(round) * 700);
        let done = tokio::time::timeout(patience, house.record(&mints)).await;
        // One query sees one moment: a commit may still be under way.
        let seen = house.store.credentials("nea", None, 1000).await.unwrap();
        let kept = mints.iter().filter(|mint| seen.iter().any(|row| row.id == mint.id)).count();
        assert!(kept == 10 || (kept == 0 && done.is_err()), "{kept} of 10 after {patience:?}");
    }
    house.store.close().await;
    let credentials = database.count("credentials").await;
    assert_eq!(database.count("status_entries").await, credentials);
    assert_eq!(database.count("idempotency").await, credentials);
    let list = database.store().await.status_list(&house.list).await.unwrap().unwrap();
    assert_eq!(i64::from(list.allocated), credentials);
}

async fn slices_that_draw_indexes_in_opposite_order_all_end(database: Database) {
    let house = Arc::new(house(&database).await);
    // Without keys there is no common order: PostgreSQL finds deadlocks here,
    // and the store begins again.
    let tasks: Vec<_> = (0..4_u32)
        .map(|sender| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let mut indexes: Vec<_> = (0..40).collect();
                if sender % 2 == 1 {
                    indexes.reverse();
                }
                let mint = |index: &u32| house.mint(&format!("c{sender}-{index}"), *index);
                let mints: Vec<_> = indexes.iter().map(mint).collect();
                let outcomes = house.record(&mints).await;
                outcomes.iter().filter(|outcome| **outcome == Minted::Recorded).count()
            })
        })
        .collect();
    let mut recorded = 0;
    for task in tasks {
        recorded += task.await.unwrap();
    }
    assert_eq!(recorded, 40);
    assert_eq!(database.count("credentials").await, 40);
}

async fn the_same_mint_sent_again_without_a_key_takes_nothing_away(database: Database) {
    let house = house(&database).await;
    house.minted("a", 1).await;
    assert_eq!(house.record(&[house.mint("a", 1)]).await, [Minted::IndexTaken]);
    assert_eq!(database.count("status_entries").await, 1);
    house.change("a", Change::Revoke, 2).await.unwrap();
    assert_eq!(house.bits(&house.list).await, [1]);
}

async fn two_of_a_slice_cannot_supersede_one_credential(database: Database) {
    let house = house(&database).await;
    house.minted("old", 1).await;
    let supersede = Supersede { credential: "old".into(), reason: "corrected".into() };
    let mint = |id: &str, index| Mint {
        supersedes: Some(supersede.clone()),
        ..house.keyed(id, index, id)
    };
    let slice = [mint("new", 2), mint("newer", 3)];
    assert_eq!(house.record(&slice).await, [Minted::Recorded, Minted::IndexTaken]);
    let terminal = StatusRefusal::Terminal { state: CredentialState::Superseded };
    let again = house.record(&[mint("newer", 4)]).await;
    assert_eq!(again, [Minted::SupersedeRefused(terminal)]);
    let old = house.store.credential("old").await.unwrap().unwrap();
    assert_eq!(old.superseded_by.as_deref(), Some("new"));
}

async fn an_earner_keeps_the_first_subject_id(database: Database) {
    let house = house(&database).await;
    let mint = |id: &str, index, lookup: &str, subject: &str| Mint {
        subject_lookup: lookup.into(),
        subject_id: subject.into(),
        new_subject: true,
        ..house.keyed(id, index, id)
    };
    let known = async |issuer: &'static str, lookups: &[&str]| {
        house.store.known_subjects(issuer, lookups).await.unwrap()
    };
    assert_eq!(known("nea", &["h"]).await, [None]);
    let slice = [mint("a", 1, "h", "s1"), mint("b", 2, "k", "s2"), mint("c", 3, "k", "s2")];
    assert_eq!(house.record(&slice).await, vec![Minted::Recorded; 3]);
    let late = house.record(&[mint("d", 4, "h", "s3"), mint("e", 5, "l", "s4")]).await;
    assert_eq!(late, [Minted::SubjectKnown { subject_id: "s1".into() }, Minted::Recorded]);
    let seen = known("nea", &["l", "none", "h", "l"]).await;
    assert_eq!(seen, [Some("s4".into()), None, Some("s1".into()), Some("s4".into())]);
    assert_eq!(known("other", &["h"]).await, [None]);
    assert!(known("nea", &[]).await.is_empty());
    // Nothing else of it stayed: it goes through under the same key and index.
    assert_eq!(house.record(&[mint("d", 4, "h", "s1")]).await, [Minted::Recorded]);
}

async fn concurrent_first_mints_of_one_earner_agree_on_a_subject_id(database: Database) {
    let house = Arc::new(house(&database).await);
    let tasks: Vec<_> = (0..32_u32)
        .map(|number| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                let id = format!("c{number}");
                let mut mint = Mint {
                    subject_lookup: "one".into(),
                    new_subject: true,
                    ..house.keyed(&id, number, &id)
                };
                match house.record(std::slice::from_ref(&mint)).await.remove(0) {
                    Minted::Recorded => {}
                    Minted::SubjectKnown { subject_id } => {
                        mint.subject_id = subject_id;
                        mint.new_subject = false;
                        let again = house.record(std::slice::from_ref(&mint)).await;
                        assert_eq!(again, [Minted::Recorded]);
                    }
                    other => panic!("{other:?}"),
                }
                house.store.credential(&mint.id).await.unwrap().unwrap().subject_id
            })
        })
        .collect();
    let mut subjects = HashSet::new();
    for task in tasks {
        subjects.insert(task.await.unwrap());
    }
    assert_eq!(subjects.len(), 1);
    assert_eq!(database.count("earners").await, 1);
    assert_eq!(database.count("credentials").await, 32);
}

async fn a_slice_that_fails_among_many_at_once_spoils_none_of_them(database: Database) {
    let house = Arc::new(house(&database).await);
    house.minted("same", 1000).await;
    let tasks: Vec<_> = (0..40_u32)
        .map(|number| {
            let house = Arc::clone(&house);
            tokio::spawn(async move {
                // Each fourth has an id that is in use: a defect of its caller.
                let id = if number % 4 == 0 { "same".into() } else { format!("c{number}") };
                let mint = house.keyed(&id, number, &format!("k{number}"));
                (number, house.store.record([mint].into(), at(1), None).await)
            })
        })
        .collect();
    for task in tasks {
        match task.await.unwrap() {
            (number, Err(StoreError::Taken { .. })) => assert_eq!(number % 4, 0),
            (number, done) => {
                assert_eq!(done.unwrap(), Recorded::Done(vec![Minted::Recorded]));
                assert_ne!(number % 4, 0);
            }
        }
    }
    assert_eq!(database.count("credentials").await, 31);
    assert_eq!(database.count("status_entries").await, 31);
    assert_eq!(database.count("idempotency").await, 30);
    let list = house.store.status_list(&house.list).await.unwrap().unwrap();
    assert_eq!(list.allocated, 31);
}

async fn slices_at_once_share_one_ceiling_to_the_last_credential(database: Database) {
    let house = Arc::new(house(&database).await);
    let record = |number: u32, api_key: &str, per_hour| {
        let house = Arc::clone(&house);
        let ceiling = Ceiling { api_key: api_key.into(), per_hour };
        tokio::spawn(async move {
            let mint = house.keyed(&format!("c{number}"), number, &format!("k{number}"));
            house.store.record([mint].into(), at(1), Some(ceiling)).await.unwrap()
        })
    };
    let limited: Vec<_> = (0..24).map(|number| record(number, "limited", 10)).collect();
    let free: Vec<_> = (24..48).map(|number| record(number, "free", 1000)).collect();
    let mut recorded = 0;
    for task in limited {
        match task.await.unwrap() {
            Recorded::Done(outcomes) => {
                assert_eq!(outcomes, [Minted::Recorded]);
                recorded += 1;
            }
            Recorded::CeilingReached { minted, per_hour, .. } => {
                assert_eq!((minted, per_hour), (10, 10));
            }
        }
    }
    assert_eq!(recorded, 10);
    for task in free {
        assert_eq!(task.await.unwrap(), Recorded::Done(vec![Minted::Recorded]));
    }
    assert_eq!(database.count("credentials").await, 34);
}

async fn many_keys_are_looked_up_in_their_order(database: Database) {
    let house = house(&database).await;
    let mints: Vec<_> =
        (0..80_u32).map(|n| house.keyed(&format!("c{n}"), n, &format!("k{n}"))).collect();
    assert_eq!(house.record(&mints).await, vec![Minted::Recorded; 80]);
    let keys: Vec<_> = (70..90).rev().map(|n| format!("k{n}")).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).chain(["k3", "k3"]).collect();
    let found = house.store.replays("nea", "lms", &keys).await.unwrap();
    let ids: Vec<_> = found.iter().map(|it| it.as_ref().map(|it| &*it.credential.id)).collect();
    assert_eq!(ids[..10], [None; 10]);
    assert_eq!((ids[10], ids[19]), (Some("c79"), Some("c70")));
    assert_eq!(ids[20..], [Some("c3"), Some("c3")]);
    let others = house.store.replays("nea", "portal", &keys).await.unwrap();
    assert_eq!(others, vec![None; 22]);
}
