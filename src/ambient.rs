//! Time and randomness: the one home of what would otherwise be ambient.
//!
//! Everything else takes them as arguments, so that a test decides both;
//! `clippy.toml` forbids the system's own outside of this file.

use std::sync::Arc;

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Gives bytes that nobody can guess.
pub trait Random: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Both, as they are handed through the service.
#[derive(Clone)]
pub struct Ambient {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Ambient {
    pub fn new(clock: impl Clock + 'static, random: impl Random + 'static) -> Self {
        Self { clock: Arc::new(clock), random: Arc::new(random) }
    }

    /// The operating system's clock and random numbers.
    pub fn system() -> Self {
        Self::new(System, System)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// 128 random bits in hexadecimal.
    pub fn token(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.random()))
    }

    /// 128 random bits in hexadecimal, behind eight digits of the second that they were drawn in:
    /// rows that are made together lie together in an index, and a commit writes fewer pages.
    pub fn dated_token(&self) -> String {
        format!("{:08x}{}", self.now().as_second() as u32, self.token())
    }

    /// A number below `bound`, each equally likely.
    pub fn random_below(&self, bound: u32) -> u32 {
        // Values past the last whole multiple of `bound` would favour small
        // results; they are drawn again.
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let drawn = u32::from_le_bytes(self.random());
            if drawn < limit {
                return drawn % bound;
            }
        }
    }
}

struct System;

impl Clock for System {
    #[allow(clippy::disallowed_methods)] // this is the one home
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Random for System {
    #[allow(clippy::disallowed_methods)] // this is the one home
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has random numbers");
    }
}
