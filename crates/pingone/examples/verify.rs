//! Verifies an account with the code from the mail, and sends another mail on request.
//!
//! `cargo run -p pingone --example verify --features testing`

use pingone::testing::{self, Kind, NewUser, Sandbox};
use pingone::workflows::Verification;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let client = testing::client(&sandbox)?;
    let user = sandbox.seed_user(
        NewUser::new("linda")
            .email("linda@example.com")
            .unverified(),
    )?;

    // Reads, and sends nothing.
    let verification = Verification::of_user(&client, user).await?;
    println!("needs to be verified: {}", verification.is_needed());

    // Sends an e-mail.
    verification.send_code().await?;
    let lost = sandbox
        .outbox()
        .wait_for(user, Kind::VerificationCode)
        .await?
        .code;

    // The mail is lost, and Linda asks for another one: from now on only that one counts.
    verification.send_code().await?;
    let code = sandbox
        .outbox()
        .wait_for(user, Kind::VerificationCode)
        .await?
        .code;

    for typed in [lost, code] {
        match verification.verify(typed).await {
            Ok(user) => println!(
                "verified: {:?}",
                user.lifecycle.and_then(|lifecycle| lifecycle.status)
            ),
            Err(error) if error.is_wrong_code() => println!("that is not the code: {error}"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
