//! Proves that a person can read the mail of an address, with a one-time passcode.
//!
//! `cargo run -p pingone --example one_time_email --features testing`

use pingone::models::DeviceAuthenticationStatus;
use pingone::testing::{self, Kind, NewUser, Sandbox};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = testing::client(&sandbox)?;
    let user = sandbox.seed_user(NewUser::new("linda").email("linda@example.com"))?;

    // Sends an e-mail; the address need not be the one that PingOne knows.
    let devices = client.device_authentications();
    let started = devices
        .one_time_email(user, "linda@home.example.com")
        .await?;
    println!("{}: {:?}", started.id(), started.status());

    let code = sandbox.outbox().wait_for(user, Kind::Passcode).await?.code;
    match started.check_otp(code).await {
        Ok(state) if state.status == DeviceAuthenticationStatus::Completed => {
            println!("it is Linda's")
        }
        Ok(state) => println!("not yet: {}", state.status),
        Err(error) if error.is_wrong_code() => println!("that is not the code"),
        Err(error) if error.is_attempts_exceeded() => println!("please start again"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
