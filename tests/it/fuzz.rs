//! Every fuzz target on its seeds and on mutations of them, the same ones each time.

use std::fs;
use std::path::PathBuf;

use pingone_tests::fuzz::TARGETS;
use pingone_tests::root;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// How many mutations of each seed are tried.
const MUTATIONS: usize = 24;

fn folders(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).expect(folder);
    let mut paths: Vec<_> = entries.map(|entry| entry.expect(folder).path()).collect();
    paths.sort();
    paths
}

#[test]
fn nothing_that_others_write_makes_a_reader_panic() {
    for (name, target) in TARGETS {
        let seeds = folders(&format!("fuzz/seeds/{name}"));
        assert!(!seeds.is_empty(), "fuzz/seeds/{name} has no seeds");
        let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        for seed in seeds {
            let bytes = fs::read(&seed).expect("a seed");
            target(&bytes);
            for number in 0..MUTATIONS {
                let mutated = mutate(&bytes, &mut random);
                let outcome = std::panic::catch_unwind(|| target(&mutated));
                let text = String::from_utf8_lossy(&mutated);
                assert!(
                    outcome.is_ok(),
                    "{name}, mutation {number} of {seed:?}: {text:?}"
                );
            }
        }
    }
}

#[test]
fn every_target_has_its_file() {
    let files = folders("fuzz/fuzz_targets");
    let stems = files.iter().filter_map(|path| path.file_stem()?.to_str());
    let names = TARGETS.map(|(name, _)| name);
    assert_eq!(stems.collect::<Vec<_>>(), names);
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
    for name in names {
        let path = format!("path = \"fuzz_targets/{name}.rs\"");
        assert!(manifest.contains(&path), "fuzz/Cargo.toml has no {name}");
    }
}

/// Up to four small changes.
fn mutate(bytes: &[u8], random: &mut TestRng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.next_u32() % 4 {
        let at = below(random, bytes.len() + 1);
        let end = (at + below(random, 9)).min(bytes.len());
        let byte = random.next_u32().to_le_bytes()[0];
        match random.next_u32() % 5 {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, byte),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.extend_from_within(at..end),
            _ => bytes[at..end].fill(byte),
        }
    }
    bytes
}

fn below(random: &mut TestRng, limit: usize) -> usize {
    usize::try_from(random.next_u32()).unwrap_or_default() % limit
}
