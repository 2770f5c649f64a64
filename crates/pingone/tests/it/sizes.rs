//! How much memory what people await takes while it waits.

use pingone::Client;
use pingone::models::UserId;
use pingone::testing::{self, Sandbox};
use pingone::token::ClientCredentials;
use pingone::workflows::{Recovery, Registration, StepUp, Verification};

use crate::support::ID;

/// The most that a future takes, in bytes.
const MOST: usize = 1024;

#[track_caller]
pub(crate) fn check<F: Future>(what: &str, future: F) {
    let size = size_of_val(&future);
    println!("{what}: {size} bytes while it waits");
    assert!(
        size < MOST,
        "{what} takes {size} bytes while it waits: put what is large into a box"
    );
}

#[tokio::test]
async fn what_is_awaited_is_small() {
    let sandbox = Sandbox::start().await.unwrap();
    let client: Client = testing::client(&sandbox).unwrap();
    let id: UserId = ID.parse().unwrap();
    let user = client.user(id);
    check("a call", user.verify("code").into_future());
    check("a call with its meta", user.verify("code").send_with_meta());
    let find = || client.users().find().username_eq("linda");
    check("a search for one user", find().one());
    check("a search for users", find().matches());
    check("a recovery", Recovery::of_username(&client, "linda"));
    check("a verification", Verification::of_user(&client, id));
    check("a step-up", StepUp::of_user(&client, id));
    let credentials =
        ClientCredentials::client_secret_basic(sandbox.client_id(), sandbox.client_secret());
    let application = client.application(credentials).unwrap();
    check("the begin of a sign-on", application.sign_on().begin());
    check(
        "the begin of a registration",
        Registration::begin(application.sign_on()),
    );
}
