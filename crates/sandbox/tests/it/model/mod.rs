//! Random requests, and a small model of what they must do.

mod real;
mod reference;
mod step;

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::Value;

use self::real::Real;
use self::reference::Model;
use self::step::{Step, step};

const CASES: u32 = 100;
const STEPS: usize = 100;
fn run(steps: &[Step], runtime: &tokio::runtime::Runtime) -> Result<(), TestCaseError> {
    let mut real = Real::new(runtime);
    let mut model = Model::new();
    for (number, step) in steps.iter().enumerate() {
        let (status, body) = real.step(step);
        let text = |pointer: &str| {
            body.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (code, detail) = if status < 400 {
            ("", "")
        } else {
            (text("/code"), text("/details/0/code"))
        };
        let expected = model.step(step);
        prop_assert_eq!(
            (status, code, detail),
            expected,
            "step {}: {:?}",
            number,
            step
        );
        let user = real.sandbox.user(real.user).unwrap();
        let status = real.sandbox.password(real.user).unwrap().status;
        let found = (
            status.unwrap().to_string(),
            user.account.unwrap().status.unwrap().to_string(),
            user.lifecycle.unwrap().status.unwrap().to_string(),
        );
        let lifecycle = if model.verification_required {
            "VERIFICATION_REQUIRED"
        } else {
            "ACCOUNT_OK"
        };
        let expected = (
            model.password_status().to_owned(),
            model.account_status().to_owned(),
            lifecycle.to_owned(),
        );
        prop_assert_eq!(found, expected, "after step {}: {:?}", number, step);
    }
    Ok(())
}

#[test]
fn ten_thousand_random_steps_do_what_a_small_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let done = AtomicUsize::new(0);
    let runs = Runs {
        cases: CASES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Runs::default()
    };
    let steps = prop::collection::vec(step(), STEPS..=STEPS + 20);
    let outcome = TestRunner::new(runs).run(&steps, |steps| {
        done.fetch_add(steps.len(), Ordering::Relaxed);
        run(&steps, &runtime)
    });
    outcome.unwrap();
    let done = done.load(Ordering::Relaxed);
    assert!(done >= 10_000, "{done}");
    println!("{done} steps, no divergence");
}
