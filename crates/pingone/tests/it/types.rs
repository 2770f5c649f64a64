//! What every public type can do: print itself, move between tasks and threads, and stay there.

use std::collections::BTreeSet;
use std::fmt::Debug;

use pingone::applications::Application;
use pingone::device_authentications::{DeviceAuthenticationHandle, DeviceAuthentications};
use pingone::devices::{DeviceHandle, Devices};
use pingone::environment::{
    DeviceAuthenticationPolicies, EnvironmentHandle, Groups, PasswordPolicies, Populations,
};
use pingone::flows::{FlowHandle, Flows};
use pingone::models::{
    Address, DeviceAuthentication, InvalidId, Members, Patch, Secret, Timestamp, User,
};
use pingone::observe::AttemptReport;
use pingone::openid::OpenId;
use pingone::passwords::PasswordHandle;
use pingone::retry::{
    LimitAttempts, LimitElapsed, NeverRetry, Outcome, RetryContext, RetryDecision, SafeRetry,
};
use pingone::sign_on::{SignOn, SignOnBuilder, Step, StoredSignOn};
use pingone::token::{ClientCredentials, SigningAlgorithm, Token};
use pingone::users::{
    AgreementConsents, LinkedAccounts, Matches, PairingKeys, UserGroups, UserHandle, UserQuery,
    UserSearch, UserSessions, UserStream, Users,
};
use pingone::workflows::{Obstacle, Recovery, Registration, StepUp, Verification};
use pingone::{
    Acknowledged, Client, ClientBuilder, Error, ErrorBuilder, ErrorKind, Poll, Reason, Region,
    Request, Response, TokioRuntime,
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
        shared: Acknowledged, AgreementConsents, Application, AttemptReport<'static>, Client, ClientBuilder, ClientCredentials, DeviceAuthenticationHandle, DeviceAuthenticationPolicies, DeviceAuthentications, DeviceHandle, Devices, EnvironmentHandle, Error, ErrorBuilder, ErrorKind, FlowHandle, Flows, Groups, LimitAttempts<SafeRetry>, LimitElapsed<SafeRetry>, LinkedAccounts, Matches, NeverRetry, Obstacle, OpenId, Outcome, PairingKeys, PasswordHandle, PasswordPolicies, Poll<DeviceAuthentication>, Populations, Reason, Recovery, Region, Registration, Request<User>, Response<User>, RetryContext<'static>, RetryDecision, SafeRetry, SignOn, SignOnBuilder, SigningAlgorithm, Step<'static>, StepUp, StoredSignOn, Token, TokioRuntime, UserGroups, UserHandle, UserQuery, UserSearch, UserSessions, Users, Verification,
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
