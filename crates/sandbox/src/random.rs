//! Everything random comes from one seed, so that a run can be repeated.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use uuid::Uuid;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DIGITS: &[u8] = b"0123456789";

/// A seeded source of ids, codes and chances.
#[derive(Clone, Debug)]
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A source that shares the seed, but repeats nothing of the other one.
    pub(crate) fn apart(seed: u64) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(1);
        Self(source)
    }

    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A code of eight alphanumeric characters.
    pub(crate) fn code(&mut self) -> String {
        self.text(LETTERS_AND_DIGITS, 8)
    }

    /// A passcode of six digits.
    pub(crate) fn passcode(&mut self) -> String {
        self.text(DIGITS, 6)
    }

    /// A pairing key of 14 digits.
    pub(crate) fn pairing_code(&mut self) -> String {
        self.text(DIGITS, 14)
    }

    /// A token that cannot be guessed.
    pub(crate) fn token(&mut self) -> String {
        self.text(LETTERS_AND_DIGITS, 40)
    }

    /// A number from 0 up to, but without, 1.
    pub(crate) fn fraction(&mut self) -> f64 {
        // 53 bits are what a double holds.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len())]))
            .collect()
    }

    fn below(&mut self, bound: usize) -> usize {
        // The high half of the product is below `bound`; the bias of 2^-32 does not matter here.
        let product = u64::from(self.0.next_u32()) * bound as u64;
        (product >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_values_for_ever() {
        let mut random = Random::seeded(1);
        let values = [
            random.uuid().to_string(),
            random.code(),
            random.passcode(),
            random.token(),
        ];
        insta::assert_json_snapshot!(values, @r#"
        [
          "b10da48c-ea4c-4967-ab8e-0efcd8069414",
          "HVNH3K6Z",
          "447108",
          "GZAR7U4D9JQQQKB9Z628JECMHRFO7A2BJG5S3JHD"
        ]
        "#);
    }
}
