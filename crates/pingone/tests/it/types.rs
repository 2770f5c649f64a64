//! What every public type can do: print itself, move between tasks and threads, and stay there.

use std::collections::BTreeSet;
use std::fmt::Debug;

use pingone::device_authentications::{DeviceAuthenticationHandle, DeviceAuthentications, Poll};
use pingone::flows::FlowHandle;
use pingone::models::{Address, InvalidId, Members, Patch, Secret, Timestamp, User};
use pingone::observe::AttemptReport;
use pingone::passwords::PasswordHandle;
use pingone::retry::{
    LimitAttempts, LimitElapsed, NeverRetry, Outcome, RetryContext, RetryDecision, SafeRetry,
};
use pingone::token::{ClientCredentials, SigningAlgorithm, Token};
use pingone::users::{Matches, UserHandle, UserQuery, UserSearch, UserStream, Users};
use pingone::workflows::{Obstacle, Recovery, Verification};
use pingone::{
    Acknowledged, Client, ClientBuilder, Error, ErrorBuilder, ErrorKind, Reason, Region, Request,
    Response, TokioRuntime,
};

const fn shared<T: Debug + Send + Sync + Unpin + 'static>() {}

const fn sent<T: Debug + Send + Unpin + 'static>() {}

/// Requires something of each type, and gives their names.
macro_rules! each {
    ($required:ident: $($name:ident $(<$argument:tt>)?),* $(,)?) => {{
        const { $($required::<$name $(<$argument>)?>();)* }
        [$(stringify!($name)),*]
    }};
}

#[test]
fn every_type_moves_between_threads() {
    let mut checked = BTreeSet::new();
    checked.extend(each![
        shared: Acknowledged, AttemptReport<'static>, Client, ClientBuilder, ClientCredentials,
        DeviceAuthenticationHandle, DeviceAuthentications, Error, ErrorBuilder, ErrorKind,
        FlowHandle, LimitAttempts<SafeRetry>, LimitElapsed<SafeRetry>, Matches, NeverRetry,
        Obstacle, Outcome, PasswordHandle, Poll, Reason, Recovery, Region, Request<User>, Response<User>, RetryContext,
        RetryDecision, SafeRetry, SigningAlgorithm, Token, TokioRuntime, UserHandle, UserQuery,
        UserSearch, Users, Verification,
    ]);
    // A stream is asked by one task at a time, as futures are.
    checked.extend(each![sent: UserStream]);
    // The generated models are checked by the generated registry, all of them.
    each![shared: Address, InvalidId, Members, Patch<User>, Secret, Timestamp];

    let listing = pingone_tests::root().join("api/pingone.txt");
    let listing = std::fs::read_to_string(listing).unwrap();
    let lines = listing.lines().filter_map(|line| {
        let line = line.trim_start_matches("#[non_exhaustive] ");
        let path = line
            .strip_prefix("pub struct ")
            .or(line.strip_prefix("pub enum "))?;
        path.split(['<', '(']).next()?.rsplit("::").next()
    });
    let listed: BTreeSet<_> = lines.collect();
    println!("{} public types move between threads", checked.len());
    assert_eq!(checked, listed);
}
