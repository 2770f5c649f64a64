//! Recovers a forgotten password by username.
//!
//! `cargo run -p pingone --example recover --features testing`

use pingone::testing::{self, Kind, NewUser, Sandbox};
use pingone::workflows::Recovery;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = testing::client(&sandbox)?;
    let linda = NewUser::new("linda")
        .email("linda@example.com")
        .password("2FederateM0re!");
    let user = sandbox.seed_user(linda)?;

    // Finds the user and reads the state of the password; sends nothing.
    let recovery = Recovery::of_username(&client, "linda").await?;
    if let Some(obstacle) = recovery.obstacle() {
        println!("no code can be sent: {obstacle:?}");
        return Ok(());
    }

    // Sends an e-mail.
    recovery.send_code().await?;
    let code = sandbox
        .outbox()
        .wait_for(user, Kind::RecoveryCode)
        .await?
        .code;

    // A wrong code spends one of five attempts.
    match recovery.set_password("WRONG123", "a-New-password-1").await {
        Err(error) if error.is_wrong_code() => println!("that is not the code: {error}"),
        other => println!("unexpected: {other:?}"),
    }
    let done = recovery.set_password(code, "a-New-password-1").await?;
    println!("the password is set: status {}", done.status);
    Ok(())
}
