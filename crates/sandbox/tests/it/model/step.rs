//! What may happen to a user, at random.

use proptest::prelude::*;

use crate::support::PASSWORD;

pub(super) const MINUTE: i64 = 60_000;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;
/// Passwords to choose from: more than the history has, and one that is too short.
pub(super) const PASSWORDS: [&str; 9] = [
    PASSWORD,
    "passw0rd-1",
    "passw0rd-2",
    "passw0rd-3",
    "passw0rd-4",
    "passw0rd-5",
    "passw0rd-6",
    "passw0rd-7",
    "short",
];

#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    Right,
    RightInLowerCase,
    Wrong,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Advance(i64),
    SendVerification,
    Verify(Given),
    SendRecovery,
    Recover(Given, usize),
    Check(usize),
    UnlockPassword,
    Set(usize, bool),
    Unset,
    Reset(usize),
    Lock(i64),
    Unlock,
    StartMfa,
    CheckOtp(Given),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let given = || prop_oneof![3 => Just(Given::Right), 1 => Just(Given::RightInLowerCase), 4 => Just(Given::Wrong)];
    let password = || 0..PASSWORDS.len();
    let times = vec![
        1,
        MINUTE,
        5 * MINUTE - 1,
        5 * MINUTE,
        15 * MINUTE - 1,
        15 * MINUTE,
        2 * MINUTE,
        30 * MINUTE,
        DAY,
    ];
    prop_oneof![
        2 => prop::sample::select(times).prop_map(Step::Advance),
        1 => Just(Step::SendVerification),
        3 => given().prop_map(Step::Verify),
        2 => Just(Step::SendRecovery),
        4 => (given(), password()).prop_map(|(given, password)| Step::Recover(given, password)),
        4 => password().prop_map(Step::Check),
        1 => Just(Step::UnlockPassword),
        1 => (password(), any::<bool>()).prop_map(|(password, force)| Step::Set(password, force)),
        1 => Just(Step::Unset),
        1 => password().prop_map(Step::Reset),
        1 => prop::sample::select(vec![-MINUTE, 0, 1, 10 * MINUTE]).prop_map(Step::Lock),
        1 => Just(Step::Unlock),
        3 => Just(Step::StartMfa),
        4 => given().prop_map(Step::CheckOtp),
    ]
}
