//! A sandbox on a port, with a user, until it is told to stop.
//!
//! ```text
//! cargo run -p pingone-sandbox --example standalone -- [PORT] [SEED FILE]
//! ```
//!
//! It prints what a client must know as lines for a shell, and stops when its input ends.

use std::error::Error;
use std::io::Read;

use pingone_sandbox::{Config, SeedFile};

const USERS: &str = "
users:
  - id: 8376797d-641c-4e7f-8bb9-8fd3b4bd1bf1
    username: lindajones
    email: linda@example.com
    phone: '+14135550144'
    password: 2FederateM0re!
    verified: false
    devices:
      - { id: 2f0e6f7c-4a43-4c9e-9c3f-0a7c6a2e3a51, type: EMAIL, contact: linda@example.com }
      - { id: 5b0c2b3e-7c1d-4f5a-9d3e-8a7b6c5d4e3f, type: SMS, contact: '+14135550144' }
flows:
  - { id: 6eb8a4cd-3b4a-4b9f-8d2c-1d3c2b1a0f9e, mfa: true, application: Example application }
";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let file = match arguments.next() {
        Some(path) => SeedFile::read(path)?,
        None => SeedFile::parse(USERS)?,
    };
    let sandbox = Config::new()
        .with_port(port)
        .with_seed_file(file)
        .start()
        .await?;
    print!("{}", sandbox.env_text());
    println!("export PINGONE_TOKEN='{}'", sandbox.access_token().expose());
    println!("# {}/_sandbox", sandbox.auth_url());
    // Whoever started it keeps its input open for as long as the sandbox is wanted.
    std::io::stdin().read_to_end(&mut Vec::new())?;
    sandbox.stop().await;
    Ok(())
}
