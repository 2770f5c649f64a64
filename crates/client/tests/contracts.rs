//! What must not compile.
//!
//! `TRYBUILD=overwrite cargo test -p pingone-client --test contracts -- --ignored` accepts other words of the compiler.

#[test]
#[ignore = "compares the words of one compiler; `cargo xtask check --long` runs it"]
fn what_is_wrong_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/contracts/*.rs");
}
