//! Cases that take turns: what each of them costs, on one core and on all.
//!
//! Invariant: within a round every case runs, so that a machine that is slow for
//! a while is slow for all of them; what is told are medians of the rounds.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use super::fixture::Call;

/// Calls within one sample, so that the clock's own cost does not count.
const CALLS: u32 = 5;
/// Calls of one thread, between the start of it and its end.
const MOST_SLICE: u32 = 100;

/// What is timed, by its name.
pub struct Case<'c> {
    pub name: String,
    pub call: Call<'c>,
}

/// Hears how far it is: rounds done, and rounds to do.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// What a call of each case takes on this thread.
pub fn on_one_core(cases: &[Case<'_>], rounds: usize, progress: Progress<'_>) -> Vec<Duration> {
    let warm_up = rounds.div_ceil(10);
    let mut samples = vec![Vec::with_capacity(rounds); cases.len()];
    for round in 0..warm_up + rounds {
        for (case, samples) in cases.iter().zip(&mut samples) {
            let start = Instant::now();
            (0..CALLS).for_each(|_| case.run());
            let taken = start.elapsed() / CALLS;
            if round >= warm_up {
                samples.push(taken);
            }
        }
        progress(round + 1, warm_up + rounds);
    }
    samples.into_iter().map(median).collect()
}

/// How a case does on several threads.
pub struct Spread {
    /// The time in which one call gets done, on the whole.
    pub call: Duration,
    /// How many times as many calls get done as on one thread.
    pub scaling: f64,
}

/// The same on `threads` threads, each time right after one thread had it alone.
pub fn on_all_cores(
    cases: &[Case<'_>],
    threads: usize,
    rounds: usize,
    progress: Progress<'_>,
) -> Vec<Spread> {
    let calls = u32::try_from(rounds).unwrap_or(MOST_SLICE).clamp(1, MOST_SLICE);
    let rounds = rounds.div_ceil(10);
    let mut samples = vec![(Vec::new(), Vec::new()); cases.len()];
    for round in 0..rounds {
        for (case, (all, scaling)) in cases.iter().zip(&mut samples) {
            let alone = slice(case, 1, calls);
            let together = slice(case, threads, calls);
            all.push(together);
            scaling.push(alone.as_secs_f64() / together.as_secs_f64());
        }
        progress(round + 1, rounds);
    }
    let spread = |(all, mut scaling): (Vec<Duration>, Vec<f64>)| {
        scaling.sort_unstable_by(f64::total_cmp);
        Spread { call: median(all), scaling: scaling[scaling.len() / 2] }
    };
    samples.into_iter().map(spread).collect()
}

/// The middle one; none of nothing.
pub fn median(mut samples: Vec<Duration>) -> Duration {
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied().unwrap_or_default()
}

impl Case<'_> {
    fn run(&self) {
        assert!((self.call)(), "{} does what it is timed for", self.name);
    }
}

/// The time per call while each thread makes so many: from when the first begins, with all of
/// them ready, to when the last is done.
fn slice(case: &Case<'_>, threads: usize, calls: u32) -> Duration {
    let ready = Barrier::new(threads);
    let run = || {
        ready.wait();
        let start = Instant::now();
        (0..calls).for_each(|_| case.run());
        (start, Instant::now())
    };
    let spans: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().expect("a case holds")).collect()
    });
    let start = spans.iter().map(|(start, _)| *start).min();
    let end = spans.iter().map(|(_, end)| *end).max();
    let whole = start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start);
    whole / calls.saturating_mul(u32::try_from(threads).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn case<'c>(name: &str, call: impl Fn() -> bool + Send + Sync + 'c) -> Case<'c> {
        Case { name: name.into(), call: Box::new(call) }
    }

    #[test]
    fn cases_take_turns_and_each_is_called_as_often() {
        let (first, second) = (AtomicU32::new(0), AtomicU32::new(0));
        let count = |of: &AtomicU32| of.fetch_add(1, Ordering::SeqCst) + 1;
        let cases = [
            case("first", || count(&first) <= second.load(Ordering::SeqCst) + CALLS),
            case("second", || count(&second) <= first.load(Ordering::SeqCst)),
        ];
        assert_eq!(on_one_core(&cases, 20, &|_, _| {}).len(), 2);
        let calls = 22 * CALLS;
        assert_eq!([&first, &second].map(|of| of.load(Ordering::SeqCst)), [calls, calls]);
    }

    #[test]
    fn all_threads_make_their_calls_and_one_makes_them_alone_before() {
        let calls = AtomicU32::new(0);
        let cases = [case("only", || calls.fetch_add(1, Ordering::SeqCst) < u32::MAX)];
        let spread = on_all_cores(&cases, 3, 20, &|_, _| {});
        assert_eq!(calls.load(Ordering::SeqCst), 2 * (20 + 3 * 20));
        assert!(spread[0].scaling > 0.0 && spread[0].call > Duration::ZERO);
    }

    #[test]
    #[should_panic(expected = "broken does what it is timed for")]
    fn a_case_that_does_not_hold_is_not_timed() {
        on_one_core(&[case("broken", || false)], 1, &|_, _| {});
    }

    #[test]
    fn the_median_is_the_middle_one() {
        let times = [9, 1, 5].map(Duration::from_secs);
        assert_eq!(median(times.to_vec()), Duration::from_secs(5));
        assert_eq!(median(Vec::new()), Duration::ZERO);
    }
}
