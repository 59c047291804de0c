//! What counting holds to, whatever the credentials and whatever came before.

use proptest::prelude::*;

use super::*;

/// Policies of every way of awarding, with and without limits.
fn policies() -> impl Strategy<Value = Policy> {
    let awards = prop::sample::select(vec![
        EACH,
        PAIRS,
        "unit: PDP\naward: {perGroup: {of: 3, amount: 7, relatedBy: [stack, alignment]}}\n",
        "unit: credit\naward: {perHours: {every: 8, amount: 0.5, of: together, rounding: {way: down, to: 0.5}}}\n",
        "unit: CEU\naward: {perHours: {every: 10, amount: 1, of: each, rounding: {way: nearest, to: 0.1}}}\n",
        "unit: lane\naward: {table: {by: credentials, rows: [{from: 2, amount: 1, name: A}, {from: 5, amount: 3, name: B}]}}\n",
        "unit: USD\naward: {table: {by: hours, rows: [{from: 20, amount: 100, name: A}, {from: 45, amount: 300, name: B}]}}\n",
    ]);
    let limits = prop::sample::select(vec![
        "",
        "limits: [{credentials: 4, per: claim}]\n",
        "limits: [{amount: 301, per: calendarYear}, {credentials: 5, per: ever}]\n",
        "limits: [{amount: 12, per: ever}]\nminimumHours: 6\n",
        "again: {schoolYear: '07-01'}\nwindow: {years: 3}\n",
    ]);
    (awards, limits).prop_filter_map("a limit below one award is refused", |(award, limits)| {
        let text = format!(
            "id: p\nversion: '1'\nname: P\nrecognizer: {{name: Office}}\nauthority: [{{title: Rule}}]\n\
             accepts: [{{issuers: ['{ISSUER}']}}]\n{award}{limits}"
        );
        Policy::read(text.as_bytes()).ok()
    })
}

/// Credentials with ids of their own; achievements, tags and dates are shared by some.
fn credentials() -> impl Strategy<Value = Vec<CountedCredential>> {
    let answer = || {
        prop::sample::select(vec![
            Answer::Yes,
            Answer::Yes,
            Answer::Yes,
            Answer::Undecided,
            Answer::No,
        ])
    };
    let one = (
        0usize..6,
        prop::collection::btree_set(0usize..4, 0..3),
        prop::option::weighted(0.9, 1u32..30),
        (answer(), answer(), answer()),
        0i16..6,
    );
    prop::collection::vec(one, 0..9).prop_map(|all| {
        let made =
            all.into_iter().enumerate().map(|(n, (achievement, tags, hours, answers, year))| {
                CountedCredential {
                    achievement: Some(format!("urn:a:{achievement}")),
                    tags: tags.iter().map(|tag| format!("Stack {tag}")).collect(),
                    alignments: tags
                        .iter()
                        .map(|tag| format!("https://a.example/{}", tag / 2))
                        .collect(),
                    hours: hours.map(|hours| hours_of(&hours.to_string())),
                    authentic: answers.0,
                    current: answers.1,
                    belongs: answers.2,
                    awarded: Some(date(2021 + year, 3, 1)),
                    ..credential(n)
                }
            });
        made.collect()
    })
}

/// A claim of a day, of somebody who claimed before.
fn facts() -> impl Strategy<Value = ClaimFacts> {
    let before = (2021i16..2027, 0u32..8, 0u32..4, 0u32..40).prop_map(
        |(year, amount, credentials, hours)| {
            let (amount, hours) = (Amount::from(amount), Amount::from(hours));
            CountedBefore { on: date(year, 2, 1), amount, credentials, hours, license: None }
        },
    );
    prop::collection::vec(before, 0..4).prop_map(|before| ClaimFacts { before, ..today() })
}

proptest! {
    #[test]
    fn the_order_of_the_credentials_changes_nothing(
        policy in policies(), facts in facts(),
        (credentials, shuffled) in credentials().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let decision = count(&policy, &credentials, &facts);
        prop_assert_eq!(&decision, &count(&policy, &shuffled, &facts));
        prop_assert!(decision.exhaustive);
        prop_assert!(decision.possible >= decision.total);
    }

    #[test]
    fn one_more_credential_never_makes_the_total_smaller(
        policy in policies(), facts in facts(), credentials in credentials(), without in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!credentials.is_empty());
        let mut fewer = credentials.clone();
        fewer.remove(without.index(credentials.len()));
        let (more, fewer) = (count(&policy, &credentials, &facts), count(&policy, &fewer, &facts));
        prop_assert!(more.total >= fewer.total, "{} < {}", more.total, fewer.total);
        prop_assert!(more.possible >= fewer.possible);
    }

    #[test]
    fn nothing_counts_twice_and_only_what_passes_counts(
        policy in policies(), facts in facts(), credentials in credentials(), again in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!credentials.is_empty());
        let copy = CountedCredential { input: "copy".into(), ..credentials[again.index(credentials.len())].clone() };
        let total = count(&policy, &credentials, &facts).total;
        let with_copy: Vec<_> = credentials.iter().cloned().chain([copy]).collect();
        let decision = count(&policy, &with_copy, &facts);
        prop_assert_eq!(decision.total, total);
        let counted: Vec<_> = decision.credentials.iter().filter(|l| l.outcome == Outcome::Counted).collect();
        for (n, line) in counted.iter().enumerate() {
            let credential = with_copy.iter().find(|c| c.input == line.input).unwrap();
            let yes = [credential.authentic, credential.current, credential.belongs];
            prop_assert_eq!(yes, [Answer::Yes; 3]);
            for other in &counted[..n] {
                prop_assert_ne!(&line.id, &other.id);
                prop_assert!(line.achievement != other.achievement || line.period != other.period);
            }
        }
        let shares: Amount = counted.iter().map(|line| line.amount).sum();
        let groups: Amount = decision.groups.iter().map(|group| group.amount).sum();
        if shares + groups != Amount::ZERO {
            prop_assert_eq!(shares + groups, decision.total);
        }
    }

    #[test]
    fn a_decision_that_was_recorded_is_replayed(
        policy in policies(), facts in facts(), credentials in credentials(),
    ) {
        let decision = count(&policy, &credentials, &facts);
        let recorded = serde_json::to_string(&(&credentials, &facts, &decision)).unwrap();
        let (credentials, facts, read): (Vec<CountedCredential>, ClaimFacts, Decision) =
            serde_json::from_str(&recorded).unwrap();
        let policy = Policy::read(policy.canonical().as_bytes()).unwrap();
        prop_assert_eq!(&count(&policy, &credentials, &facts), &read);
        prop_assert_eq!(read, decision);
    }

    /// However somebody divides what they have into claims, the limits of the policy hold over all.
    #[test]
    fn in_whatever_portions_it_is_claimed_a_limit_holds_over_all(
        policy in policies(), credentials in credentials(), portions in prop::collection::vec(0usize..4, 9),
    ) {
        let mut facts = today();
        let mut used = std::collections::BTreeSet::new();
        for portion in 0..4 {
            let claimed = credentials.iter().zip(&portions).filter(|it| *it.1 == portion);
            let claimed: Vec<_> = claimed.map(|(credential, _)| credential.clone()).collect();
            let first = count(&policy, &claimed, &facts);
            // As the ledger would: what was used up counts no more.
            let key = |line: &Line| (line.achievement.clone(), line.period.clone());
            let taken = |c: &CountedCredential| first.credentials.iter()
                .any(|line| line.input == c.input && used.contains(&key(line)));
            let marked: Vec<_> = claimed.iter()
                .map(|c| CountedCredential { already_counted: taken(c), ..c.clone() })
                .collect();
            let decision = count(&policy, &marked, &facts);
            let counted: Vec<_> = decision.credentials.iter()
                .filter(|line| line.outcome == Outcome::Counted)
                .collect();
            for line in &counted {
                prop_assert!(used.insert(key(line)), "{} is used twice", line.input);
            }
            let hours = marked.iter().filter(|c| counted.iter().any(|line| line.input == c.input));
            facts.before.push(CountedBefore {
                on: facts.on,
                amount: decision.total,
                credentials: counted.len().try_into().unwrap(),
                hours: hours.filter_map(|c| c.hours.as_ref()).map(Amount::from).sum(),
                license: None,
            });
        }
        let amount: Amount = facts.before.iter().map(|before| before.amount).sum();
        let credentials: u32 = facts.before.iter().map(|before| before.credentials).sum();
        for limit in policy.limits.iter().filter(|limit| limit.per != Span::Claim) {
            prop_assert!(limit.amount.is_none_or(|most| amount <= most), "{amount}");
            prop_assert!(limit.credentials.is_none_or(|most| credentials <= most.into()), "{credentials}");
        }
    }
}
