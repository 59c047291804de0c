//! What earners decide, and what is left where one was forgotten.

use jiff::civil::Date;
use touchmark::store::{Act, Acted, Holder, MOST_SHARE_LINKS, NewShareLink, ShareLink, Whom};

use super::*;

on_both_databases! {
    what_was_decided_already_changes_nothing_and_is_not_noted
    an_act_by_an_ended_or_renewed_link_does_nothing
    a_share_link_is_made_once_however_often_its_form_is_sent
    a_name_of_a_share_link_is_free_again_once_it_is_withdrawn
    a_credential_has_so_many_share_links_and_no_more
    nobody_reaches_another_credentials_evidence_or_share_link
    acts_of_two_tabs_at_once_are_each_done_once
    a_view_is_counted_of_its_own_link
    what_is_forgotten_keeps_its_status_and_nothing_of_its_earner
    what_is_forgotten_is_not_written_back_by_who_read_it_before
    only_the_issuer_of_a_credential_renews_its_link_or_forgets_it
    an_earner_is_known_until_their_last_credential_is_forgotten
}

fn share(token: &str, name: &str) -> NewShareLink {
    NewShareLink {
        token: token.into(),
        form: format!("form-{token}"),
        name: name.into(),
        evidence: vec![0, 1],
        last_day: Some("2026-06-30".parse::<Date>().unwrap()),
    }
}

impl House {
    /// Mints one good credential with two evidence links, the second open.
    async fn with_evidence(&self, id: &str, index: u32) {
        let row = |number: u32, open| EvidenceRow {
            token: format!("{id}-{number}"),
            url: format!("https://drive.example/{id}/{number}"),
            open,
        };
        let mint = Mint { evidence: vec![row(0, false), row(1, true)], ..self.mint(id, index) };
        assert_eq!(self.record(&[mint]).await, [Minted::Recorded]);
    }

    async fn act(&self, credential: &str, act: Act) -> Acted {
        self.act_by(credential, 1, act).await
    }

    async fn act_by(&self, credential: &str, generation: i64, act: Act) -> Acted {
        let mut note = noted(at(5));
        note.entry.actor = "earner".into();
        self.store.act(Holder { credential, generation }, &act, &note).await.unwrap()
    }

    async fn open(&self, credential: &str) -> Vec<bool> {
        let rows = self.store.evidence_of(credential).await.unwrap();
        rows.into_iter().map(|row| row.open).collect()
    }

    async fn shared(&self, token: &str) -> ShareLink {
        self.store.shared(token).await.unwrap().unwrap().0
    }

    async fn verbs(&self) -> Vec<String> {
        let rows = self.store.audit_page(Some("nea"), None, 1000).await.unwrap();
        let of_earners = rows.into_iter().filter(|row| row.entry.actor == "earner");
        of_earners.map(|row| row.entry.action).collect()
    }
}

async fn what_was_decided_already_changes_nothing_and_is_not_noted(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    assert_eq!(house.open("a").await, [false, true]);
    let open = |position, open| Act::Evidence { position, open };
    for (act, outcome) in [
        (open(0, true), Acted::Done),
        (open(0, true), Acted::Already),
        (open(1, false), Acted::Done),
        (open(2, true), Acted::NoSuchThing),
        (open(-1, true), Acted::NoSuchThing),
        (Act::Page { hidden: false }, Acted::Already),
        (Act::Page { hidden: true }, Acted::Done),
        (Act::Robots { allowed: true }, Acted::Done),
        (Act::Robots { allowed: true }, Acted::Already),
        (Act::Page { hidden: false }, Acted::Done),
    ] {
        assert_eq!(house.act("a", act.clone()).await, outcome, "{act:?}");
    }
    assert_eq!(house.open("a").await, [true, false]);
    let (_, control) = house.store.credential_and_control("a").await.unwrap().unwrap();
    assert!(control.robots && !control.hidden && !control.ended);
    assert_eq!(control, house.store.control("a").await.unwrap());
    let verbs = ["evidence.open", "evidence.close", "page.hide", "robots.allow", "page.show"];
    let mut noted = house.verbs().await;
    noted.sort();
    let mut verbs = verbs.map(str::to_owned);
    verbs.sort();
    assert_eq!(noted, verbs);
}

async fn an_act_by_an_ended_or_renewed_link_does_nothing(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    let hide = || Act::Page { hidden: true };
    assert_eq!(house.act_by("a", 2, hide()).await, Acted::LinkEnded);
    assert_eq!(house.act_by("nobody", 1, hide()).await, Acted::LinkEnded);
    assert_eq!(house.act("a", Act::EndManageLink).await, Acted::Done);
    assert_eq!(house.act("a", hide()).await, Acted::LinkEnded);

    let renewed = house.store.renew_manage_link(("nea", "a"), &noted(at(6))).await.unwrap();
    assert_eq!(renewed, Some(2));
    assert_eq!(house.act_by("a", 1, hide()).await, Acted::LinkEnded);
    assert_eq!(house.act_by("a", 2, hide()).await, Acted::Done);
    assert!(house.store.control("a").await.unwrap().hidden);
}

async fn a_share_link_is_made_once_however_often_its_form_is_sent(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    let first = share("t1", "résumé 2026");
    let again = NewShareLink { token: "t2".into(), ..first.clone() };
    assert_eq!(house.act("a", Act::Share(first)).await, Acted::Done);
    assert_eq!(house.act("a", Act::Share(again)).await, Acted::Already);
    let links = house.store.share_links("a").await.unwrap();
    assert_eq!(links.len(), 1);
    let link = &links[0];
    assert_eq!((&*link.token, &*link.name, link.views), ("t1", "résumé 2026", 0));
    assert_eq!(
        (&*link.evidence, link.last_day.unwrap().to_string()),
        (&[0, 1][..], "2026-06-30".into())
    );
    assert_eq!((link.made_at, link.withdrawn_at), (at(5), None));
    assert!(house.store.shared("t2").await.unwrap().is_none());
    let (shared, row, control) = house.store.shared("t1").await.unwrap().unwrap();
    assert_eq!((&shared, &*row.id, control.hidden), (link, "a", false));
}

async fn a_name_of_a_share_link_is_free_again_once_it_is_withdrawn(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    house.with_evidence("b", 2).await;
    let named = |token| Act::Share(share(token, "resume"));
    assert_eq!(house.act("a", named("t1")).await, Acted::Done);
    assert_eq!(house.act("a", named("t2")).await, Acted::NameTaken);
    assert_eq!(house.act("b", named("t3")).await, Acted::Done, "names are each credential's own");
    let withdraw = || Act::Withdraw { token: "t1".into() };
    assert_eq!(house.act("a", withdraw()).await, Acted::Done);
    assert_eq!(house.act("a", withdraw()).await, Acted::Already);
    assert_eq!(house.act("a", named("t4")).await, Acted::Done);
    assert_eq!(house.shared("t1").await.withdrawn_at, Some(at(5)));
    assert!(!house.shared("t1").await.is_live(at(6)));
    assert!(house.shared("t4").await.is_live("2026-06-30T23:00:00Z".parse().unwrap()));
}

async fn a_credential_has_so_many_share_links_and_no_more(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    for number in 0..MOST_SHARE_LINKS {
        let token = format!("t{number}");
        assert_eq!(house.act("a", Act::Share(share(&token, &token))).await, Acted::Done);
    }
    assert_eq!(house.act("a", Act::Share(share("x", "x"))).await, Acted::TooMany);
    assert_eq!(house.act("a", Act::Withdraw { token: "t7".into() }).await, Acted::Done);
    assert_eq!(house.act("a", Act::Share(share("x", "x"))).await, Acted::Done);
}

async fn nobody_reaches_another_credentials_evidence_or_share_link(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    house.minted("b", 2).await;
    house.act("a", Act::Share(share("t1", "mine"))).await;
    let withdraw = Act::Withdraw { token: "t1".into() };
    assert_eq!(house.act("b", withdraw).await, Acted::NoSuchThing);
    let open = Act::Evidence { position: 0, open: true };
    assert_eq!(house.act("b", open).await, Acted::NoSuchThing);
    assert_eq!(house.open("a").await, [false, true]);
    assert_eq!(house.shared("t1").await.withdrawn_at, None);
}

async fn acts_of_two_tabs_at_once_are_each_done_once(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    let open = || house.act("a", Act::Evidence { position: 0, open: true });
    let outcomes = tokio::join!(open(), open(), open(), open());
    let outcomes = [outcomes.0, outcomes.1, outcomes.2, outcomes.3];
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == Acted::Done).count(),
        1,
        "{outcomes:?}"
    );
    let make = |token| {
        let form = "one".to_owned();
        house.act("a", Act::Share(NewShareLink { form, ..share(token, "resume") }))
    };
    let outcomes = tokio::join!(make("t1"), make("t2"), make("t3"));
    let outcomes = [outcomes.0, outcomes.1, outcomes.2];
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == Acted::Done).count(),
        1,
        "{outcomes:?}"
    );
    assert_eq!(house.store.share_links("a").await.unwrap().len(), 1);
    let note = noted(at(6));
    let (ended, renewed) = tokio::join!(
        house.act("a", Act::EndManageLink),
        house.store.renew_manage_link(("nea", "a"), &note)
    );
    assert_eq!(renewed.unwrap(), Some(2));
    let control = house.store.control("a").await.unwrap();
    assert_eq!((control.generation, control.ended), (2, false), "{ended:?}");
}

async fn a_view_is_counted_of_its_own_link(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    for token in ["t1", "t2"] {
        house.act("a", Act::Share(share(token, token))).await;
    }
    let count = || house.store.count_view("t1");
    let counted = tokio::join!(count(), count(), count());
    assert!(counted.0.is_ok() && counted.1.is_ok() && counted.2.is_ok());
    assert_eq!((house.shared("t1").await.views, house.shared("t2").await.views), (3, 0));
}

async fn what_is_forgotten_keeps_its_status_and_nothing_of_its_earner(database: Database) {
    let house = house(&database).await;
    let evidence =
        EvidenceRow { token: "e".into(), url: "https://drive.example/jordan".into(), open: true };
    let jwt = "jwt of jordan".to_owned();
    let mint = Mint {
        embedded: r#"{"name":"jordan"}"#.into(),
        jwt: jwt.clone(),
        vc_jose: Some(jwt),
        evidence: vec![evidence],
        ..house.keyed("a", 1, "review-1")
    };
    house.record(&[mint]).await;
    house.act("a", Act::Share(share("t1", "for jordan's district"))).await;
    house.change("a", Change::Revoke, 2).await.unwrap();
    let forget = || house.store.forget(("nea", "a"), Some("digest"), &FORGOTTEN);
    let found = house.store.credentials_of("nea", Whom::Subject("urn:uuid:a")).await.unwrap();
    assert_eq!(found.len(), 1);
    static FORGOTTEN: std::sync::LazyLock<Note> = std::sync::LazyLock::new(|| noted(at(9)));
    assert!(forget().await.unwrap());
    assert!(!forget().await.unwrap(), "once is enough");

    let (row, control) = house.store.credential_and_control("a").await.unwrap().unwrap();
    assert!(row.is_forgotten());
    assert_eq!((row.state, row.state_reason), (CredentialState::Revoked, None));
    assert_eq!((control.forgotten_at, control.digest.as_deref()), (Some(at(9)), Some("digest")));
    assert_eq!(house.bits("list-r").await, [1]);
    assert!(house.store.evidence("e").await.unwrap().is_none());
    let link = house.shared("t1").await;
    assert_eq!((&*link.name, link.withdrawn_at), ("t1", Some(at(9))));
    let replay = house.store.replays("nea", "lms", &["review-1"]).await.unwrap();
    assert_eq!(replay[0].as_ref().unwrap().request_hash, "");
    assert_eq!(house.act("a", Act::Page { hidden: false }).await, Acted::LinkEnded);
    assert_eq!(house.store.renew_manage_link(("nea", "a"), &noted(at(9))).await.unwrap(), None);
    for whom in [Whom::Subject("urn:uuid:a"), Whom::Lookup("lookup-a"), Whom::Credential("a")] {
        assert!(house.store.credentials_of("nea", whom).await.unwrap().is_empty(), "{whom:?}");
    }
    assert!(house.store.empty_log().await.unwrap());
    house.store.close().await;
    if let Some(folder) = &database._folder {
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(6).any(|window| window == b"jordan");
            assert!(!found, "{} holds a name still", path.display());
        }
    }
}

async fn what_is_forgotten_is_not_written_back_by_who_read_it_before(database: Database) {
    let house = house(&database).await;
    house.record(&[house.mint("a", 1), house.mint("b", 2)]).await;
    let settle = |id: &'static str| house.store.settle_vc_jose(id, "jws of jordan");
    let row = house.store.credential("a").await.unwrap().unwrap();
    assert!(!row.is_forgotten() && row.vc_jose.is_none());
    assert!(house.store.forget(("nea", "a"), None, &noted(at(9))).await.unwrap());
    assert_eq!(settle("a").await.unwrap(), None);
    assert_eq!(house.store.credential("a").await.unwrap().unwrap().vc_jose, None);
    assert_eq!(settle("b").await.unwrap().as_deref(), Some("jws of jordan"));
    assert_eq!(settle("nobody").await.unwrap(), None);
}

async fn only_the_issuer_of_a_credential_renews_its_link_or_forgets_it(database: Database) {
    let house = house(&database).await;
    house.with_evidence("a", 1).await;
    let foreign = ("other", "a");
    assert_eq!(house.store.renew_manage_link(foreign, &noted(at(3))).await.unwrap(), None);
    assert!(!house.store.forget(foreign, None, &noted(at(3))).await.unwrap());
    assert!(house.store.credentials_of("other", Whom::Credential("a")).await.unwrap().is_empty());
    assert_eq!(house.store.control("a").await.unwrap().generation, 1);
    assert!(!house.store.credential("a").await.unwrap().unwrap().is_forgotten());
    assert!(!house.store.forget(("nea", "nobody"), None, &noted(at(3))).await.unwrap());
}

async fn an_earner_is_known_until_their_last_credential_is_forgotten(database: Database) {
    let house = house(&database).await;
    let of_jordan = |id: &str, index| Mint {
        subject_id: "urn:uuid:jordan".into(),
        subject_lookup: "jordan".into(),
        new_subject: true,
        ..house.mint(id, index)
    };
    house.record(&[of_jordan("a", 1), of_jordan("b", 2)]).await;
    let known = async || {
        let known = house.store.known_subjects("nea", &["jordan"]).await.unwrap();
        known[0].is_some()
    };
    for (id, stays) in [("a", true), ("b", false)] {
        assert!(known().await);
        assert!(house.store.forget(("nea", id), None, &noted(at(3))).await.unwrap());
        assert_eq!(known().await, stays, "after {id}");
    }
    let a = house.store.credential("a").await.unwrap().unwrap();
    let b = house.store.credential("b").await.unwrap().unwrap();
    assert_ne!(a.subject_lookup, b.subject_lookup, "nobody is the same earner as nobody");
}
