use pingone_client::platform::Client;
use pingone_models::{EnvironmentId, UserId, UserVerification};

async fn recover(client: Client, environment: EnvironmentId, user: UserId) {
    let body = UserVerification::new("A1B2C3D4");
    let _ = client.recover_password(&environment, &user, &body).await;
}

fn main() {}
