//! Cases that take turns: what each of them costs, on one core and on all.
//!
//! Invariant: within a round every case runs, so that a machine that is slow for
//! a while is slow for all of them; what is told are medians of the rounds.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use super::fixture::Call;

/// What one sample takes at least, as far as [`MOST_CALLS`] allow: the first call after another
/// case finds nothing of its own in the processor's caches, unlike work that goes on.
const SAMPLE: Duration = Duration::from_millis(2);
/// Calls within one sample.
const MOST_CALLS: u32 = 50;
const WARM_UP: u32 = 10;
/// What a thread has to do at least, beside which its start and its end are nothing.
const SLICE: Duration = Duration::from_millis(40);
/// Calls of one thread.
const MOST_SLICE: u32 = 2_000;

/// What is timed, by its name.
pub struct Case<'c> {
    pub name: String,
    pub call: Call<'c>,
}

/// Hears how far it is: rounds done, and rounds to do.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// What a call of each case takes on this thread.
pub fn on_one_core(cases: &[Case<'_>], rounds: usize, progress: Progress<'_>) -> Vec<Duration> {
    let calls: Vec<u32> = cases.iter().map(|case| case.calls(SAMPLE, MOST_CALLS)).collect();
    let mut samples = vec![Vec::with_capacity(rounds); cases.len()];
    for round in 0..rounds {
        for ((case, calls), samples) in cases.iter().zip(&calls).zip(&mut samples) {
            let start = Instant::now();
            (0..*calls).for_each(|_| case.run());
            samples.push(start.elapsed() / *calls);
        }
        progress(round + 1, rounds);
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
    let rounds = rounds.div_ceil(30);
    let calls: Vec<u32> = cases.iter().map(|case| case.calls(SLICE, MOST_SLICE)).collect();
    let mut samples = vec![(Vec::new(), Vec::new()); cases.len()];
    for round in 0..rounds {
        for ((case, &calls), (all, scaling)) in cases.iter().zip(&calls).zip(&mut samples) {
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
    /// How many calls take so long; warms up on the way.
    fn calls(&self, time: Duration, most: u32) -> u32 {
        let start = Instant::now();
        (0..WARM_UP).for_each(|_| self.run());
        let one = (start.elapsed() / WARM_UP).max(Duration::from_nanos(1));
        let calls = time.as_nanos() / one.as_nanos();
        u32::try_from(calls).unwrap_or(most).clamp(1, most)
    }

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
    fn cases_take_turns_a_sample_at_a_time() {
        let turns = std::sync::Mutex::new(Vec::new());
        let turn = |name| {
            let mut turns = turns.lock().unwrap();
            if turns.last() != Some(&name) {
                turns.push(name);
            }
            true
        };
        let cases = [case("first", || turn("first")), case("second", || turn("second"))];
        assert_eq!(on_one_core(&cases, 3, &|_, _| {}).len(), 2);
        // Warmed up once each, then three rounds.
        assert_eq!(*turns.lock().unwrap(), ["first", "second"].repeat(4));
    }

    #[test]
    fn all_threads_make_their_calls_and_one_makes_them_alone_before() {
        let calls = AtomicU32::new(0);
        let cases = [case("only", || calls.fetch_add(1, Ordering::SeqCst) < u32::MAX)];
        let spread = on_all_cores(&cases, 3, 60, &|_, _| {});
        // Two rounds of a slice alone and three together, after the warming up.
        let calls = calls.load(Ordering::SeqCst) - WARM_UP;
        assert!(calls > 0 && calls.is_multiple_of(2 * (1 + 3)), "{calls}");
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
