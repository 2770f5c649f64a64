//! Decides about retries oneself, for a client and for one call.
//!
//! `cargo run -p pingone --example own_retry_policy --features testing`

use pingone::models::operations::{READ_USER, VERIFY_USER};
use std::time::Duration;

use pingone::retry::{NeverRetry, RetryContext, RetryDecision, RetryPolicy, SafeRetry};
use pingone::testing::{self, Fault, NewUser, Sandbox};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let user = sandbox.seed_user(NewUser::new("linda").email("linda@example.com"))?;

    // What is safe, quickly, and lists never: the policy adds to the safe one and cannot send anything twice.
    let safe = SafeRetry::default()
        .with_backoff(Duration::from_millis(10), Duration::from_millis(50))
        .limit_elapsed(Duration::from_secs(2));
    let policy = move |context: &RetryContext| match context.operation {
        "listUsers" => RetryDecision::Stop,
        _ => safe.decide(context),
    };
    let client = testing::client_builder(&sandbox)
        .retry_policy(policy)
        .on_attempt(|report| {
            println!(
                "{} attempt {}: {:?}",
                report.operation.id, report.attempt, report.status
            );
        })
        .build()?;

    sandbox
        .faults()
        .add(Fault::status(503).times(2).on_operation(&READ_USER))?;
    client.user(user).read().await?;

    // For one call: the first failure is final.
    sandbox
        .faults()
        .add(Fault::status(503).times(1).on_operation(&READ_USER))?;
    let error = client.user(user).read().with_retry_policy(NeverRetry).await;
    println!("{:?}", error.map(drop).map_err(|error| error.to_string()));

    // A call with an effect is not made again after an error that may come too late.
    sandbox
        .faults()
        .add(Fault::status(503).times(1).on_operation(&VERIFY_USER))?;
    if let Err(error) = client.user(user).verify("A1B2C3D4").await {
        println!(
            "{error}; may have been sent: {}",
            error.may_have_been_sent()
        );
    }
    Ok(())
}
