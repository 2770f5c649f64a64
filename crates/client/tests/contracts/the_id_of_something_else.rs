use pingone_client::platform::Client;
use pingone_models::{EnvironmentId, FlowId};

async fn read(client: Client, environment: EnvironmentId, flow: FlowId) {
    let _ = client.read_user(&environment, &flow, None).await;
}

fn main() {}
