//! The only source of randomness. Rules are handed numbers; tests hand in a seeded source.

use rand::Rng;

/// Where ticket codes and the jitter of retries take their numbers from.
pub trait Entropy: Send + Sync {
    /// A number that nobody can guess.
    fn next(&self) -> u64;
}

/// The operating system's randomness, through a cryptographic generator.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn next(&self) -> u64 {
        rand::rng().random()
    }
}
