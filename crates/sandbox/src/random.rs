//! Everything random comes from one seed, so that a run can be repeated.

use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::{DecodeSliceError, Engine};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DIGITS: &[u8] = b"0123456789";

/// A seeded source of ids, codes and chances.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Place", into = "Place")]
pub(crate) struct Random(ChaCha8Rng);

/// Where a source has come to.
#[derive(Serialize, Deserialize)]
struct Place {
    /// In Base64.
    seed: String,
    stream: u64,
    word: u128,
}

impl From<Random> for Place {
    fn from(Random(source): Random) -> Self {
        Self {
            seed: STANDARD_NO_PAD.encode(source.get_seed()),
            stream: source.get_stream(),
            word: source.get_word_pos(),
        }
    }
}

impl TryFrom<Place> for Random {
    type Error = DecodeSliceError;

    fn try_from(place: Place) -> Result<Self, Self::Error> {
        let mut seed = [0; 32];
        STANDARD_NO_PAD.decode_slice(place.seed, &mut seed)?;
        let mut source = ChaCha8Rng::from_seed(seed);
        source.set_stream(place.stream);
        source.set_word_pos(place.word);
        Ok(Self(source))
    }
}

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
    fn a_source_that_was_written_goes_on_where_it_was() {
        let mut random = Random::apart(1);
        random.token();
        let text = serde_json::to_string(&random).unwrap();
        let mut read: Random = serde_json::from_str(&text).unwrap();
        assert_eq!(read.token(), random.token());
        assert_eq!(read.uuid(), random.uuid());
    }

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
