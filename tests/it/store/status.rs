//! States of a credential, and which are final.

use super::*;

on_both_databases! {
    revoked_is_final_and_revoking_again_changes_nothing
    a_suspension_needs_an_entry_and_can_be_lifted
    superseding_sets_the_bit_and_names_the_successor
    two_that_would_supersede_each_other_cannot_both_pass
    a_mint_that_supersedes_does_both_or_neither
}

async fn revoked_is_final_and_revoking_again_changes_nothing(database: Database) {
    let house = house(&database).await;
    house.minted("a", 5).await;
    house.minted("b", 6).await;
    assert_eq!(house.change("a", Change::Revoke, 2).await, Ok((CredentialState::Revoked, true)));
    assert_eq!(house.change("a", Change::Revoke, 9).await, Ok((CredentialState::Revoked, false)));
    let terminal = Err(StatusRefusal::Terminal { state: CredentialState::Revoked });
    for change in [Change::Suspend, Change::Reinstate, supersede("b")] {
        assert_eq!(house.change("a", change, 3).await, terminal);
    }
    let row = house.store.credential("a").await.unwrap().unwrap();
    assert_eq!(row.state_reason.as_deref(), Some("because"));
    assert_eq!(row.state_at, Some(at(2)));
    assert_eq!(house.bits(&house.list).await, [5]);
    assert_eq!(house.change("gone", Change::Revoke, 2).await, Err(StatusRefusal::NoSuchCredential));
}

async fn a_suspension_needs_an_entry_and_can_be_lifted(database: Database) {
    let house = house(&database).await;
    house.minted("plain", 1).await;
    assert_eq!(house.change("plain", Change::Suspend, 2).await, Err(StatusRefusal::NotSuspendable));
    assert_eq!(
        house.store.credential("plain").await.unwrap().unwrap().state,
        CredentialState::Good
    );

    let list = house.store.open_list("nea", Purpose::Suspension, "list-s", at(0)).await.unwrap().id;
    let mut mint = house.mint("open", 2);
    mint.entries.push(StatusEntry { list: list.clone(), index: 40 });
    assert_eq!(house.record(&[mint]).await, [Minted::Recorded]);
    let suspended = Ok((CredentialState::Suspended, true));
    assert_eq!(house.change("open", Change::Suspend, 2).await, suspended);
    assert_eq!(house.bits(&list).await, [40]);
    assert_eq!(house.bits(&house.list).await, [0; 0]);
    assert_eq!(
        house.change("open", Change::Suspend, 3).await,
        Ok((CredentialState::Suspended, false))
    );
    assert_eq!(house.change("open", Change::Reinstate, 4).await, Ok((CredentialState::Good, true)));
    assert_eq!(
        house.change("open", Change::Reinstate, 4).await,
        Ok((CredentialState::Good, false))
    );
    assert_eq!(house.bits(&list).await, [0; 0]);
    assert_eq!(house.change("open", Change::Suspend, 5).await, suspended);
    // From suspended to revoked.
    assert_eq!(house.change("open", Change::Revoke, 6).await, Ok((CredentialState::Revoked, true)));
    assert_eq!(house.bits(&house.list).await, [2]);
}

async fn superseding_sets_the_bit_and_names_the_successor(database: Database) {
    let house = house(&database).await;
    house.minted("old", 1).await;
    house.minted("new", 2).await;
    house.minted("third", 3).await;
    let refused =
        [("old", StatusRefusal::SuccessorIsItself), ("gone", StatusRefusal::NoSuchSuccessor)];
    for (successor, refusal) in refused {
        assert_eq!(house.change("old", supersede(successor), 2).await, Err(refusal));
    }
    let done = Ok((CredentialState::Superseded, true));
    assert_eq!(house.change("old", supersede("new"), 2).await, done);
    let row = house.store.credential("old").await.unwrap().unwrap();
    assert_eq!(row.superseded_by.as_deref(), Some("new"));
    assert_eq!(house.bits(&house.list).await, [1]);

    let terminal = StatusRefusal::Terminal { state: CredentialState::Superseded };
    assert_eq!(house.change("old", supersede("third"), 3).await, Err(terminal.clone()));
    assert_eq!(house.change("old", Change::Revoke, 3).await, Err(terminal));
    let ended = StatusRefusal::SuccessorTerminal { state: CredentialState::Superseded };
    assert_eq!(house.change("third", supersede("old"), 3).await, Err(ended));
    // Said again, also when the successor has ended since.
    house.change("new", Change::Revoke, 4).await.unwrap();
    assert_eq!(
        house.change("old", supersede("new"), 5).await,
        Ok((CredentialState::Superseded, false))
    );
}

async fn two_that_would_supersede_each_other_cannot_both_pass(database: Database) {
    let house = Arc::new(house(&database).await);
    for round in 0..8 {
        let (a, b) = (format!("a{round}"), format!("b{round}"));
        house.minted(&a, round * 2).await;
        house.minted(&b, round * 2 + 1).await;
        let (first, second) =
            tokio::join!(house.change(&a, supersede(&b), 2), house.change(&b, supersede(&a), 2));
        assert_eq!(u8::from(first.is_ok()) + u8::from(second.is_ok()), 1, "{first:?} {second:?}");
    }
}

async fn a_mint_that_supersedes_does_both_or_neither(database: Database) {
    let house = house(&database).await;
    house.minted("old", 1).await;
    let superseding = |id: &str, index, old: &str| {
        let supersede = Supersede { credential: old.into(), reason: "a wrong name".into() };
        Mint { supersedes: Some(supersede), ..house.keyed(id, index, id) }
    };
    // Its index is taken: the old one stays good.
    assert_eq!(house.record(&[superseding("new", 1, "old")]).await, [Minted::IndexTaken]);
    assert_eq!(house.store.credential("old").await.unwrap().unwrap().state, CredentialState::Good);
    assert_eq!(house.record(&[superseding("new", 2, "old")]).await, [Minted::Recorded]);
    let old = house.store.credential("old").await.unwrap().unwrap();
    assert_eq!(old.state, CredentialState::Superseded);
    assert_eq!(old.superseded_by.as_deref(), Some("new"));
    assert_eq!(old.state_reason.as_deref(), Some("a wrong name"));
    assert_eq!(house.bits(&house.list).await, [1]);

    let terminal = StatusRefusal::Terminal { state: CredentialState::Superseded };
    let slice = [superseding("x", 3, "old"), superseding("y", 4, "gone"), house.mint("z", 5)];
    let outcomes = house.record(&slice).await;
    assert_eq!(outcomes[0], Minted::SupersedeRefused(terminal));
    assert_eq!(outcomes[1], Minted::SupersedeRefused(StatusRefusal::NoSuchCredential));
    assert_eq!(outcomes[2], Minted::Recorded);
    assert_eq!(house.store.credential("x").await.unwrap(), None);
    assert_eq!(house.store.replays("nea", "lms", &["x"]).await.unwrap(), [None]);
}
