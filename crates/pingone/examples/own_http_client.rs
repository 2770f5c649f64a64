//! Brings an HTTP client of one's own: here with a pool for many calls, and without a proxy.
//!
//! `cargo run -p pingone --example own_http_client --features reqwest,testing`

use std::time::Duration;

use pingone::testing::{self, NewUser, Sandbox};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let user = sandbox.seed_user(NewUser::new("linda").email("linda@example.com"))?;

    // A builder, and not a finished client: this crate still turns off redirects and retries on top of it, which would
    // send a password to wherever an answer says, or send it twice.
    let http = reqwest::Client::builder()
        .no_proxy()
        .pool_max_idle_per_host(64)
        .pool_idle_timeout(Duration::from_secs(30))
        .tcp_keepalive(Duration::from_secs(60));
    let client = testing::client_builder(&sandbox)
        .http_client_builder(http)
        .user_agent("shop/1.4")
        .build()?;

    println!("{:?}", client.user(user).read().await?.username);
    Ok(())
}
