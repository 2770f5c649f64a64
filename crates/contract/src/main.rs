//! Compares an environment of PingOne with the OpenAPI document and with the sandbox.
//!
//! The same requests go to both. Only names, statuses and codes are kept of the answers, so that a report has no value
//! that belongs to a person or opens anything.

mod check;
mod document;
mod plan;
mod report;
mod service;
mod shape;

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use pingone::Region;
use pingone_models::operation::Effect;
use pingone_models::{EnvironmentId, UserId, operations};
use pingone_sandbox::{DeviceKind, NewDevice, NewUser, Sandbox};

use crate::plan::{Plan, Planned};
use crate::report::Report;
use crate::service::Service;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Asks an environment of PingOne and the sandbox the same, and says where they differ from the document and from
/// each other.
///
/// Without `--effects` only operations that read are asked. Ids are found by listing: no name is guessed.
#[derive(Parser)]
#[command(name = "cargo xtask contract", bin_name = "cargo xtask contract")]
struct Arguments {
    /// The environment.
    #[arg(
        long,
        env = "PINGONE_ENVIRONMENT_ID",
        required_unless_present = "dry_run"
    )]
    environment: Option<EnvironmentId>,
    /// The client id of the worker application. Its secret is read from `PINGONE_CLIENT_SECRET`.
    #[arg(long, env = "PINGONE_CLIENT_ID", required_unless_present = "dry_run")]
    client_id: Option<String>,
    /// A code such as `EU`, or a root domain such as `pingone.eu` [default: NA].
    #[arg(long, env = "PINGONE_REGION")]
    region: Option<Region>,
    /// The same as a root domain.
    #[arg(long, env = "PINGONE_ROOT_DOMAIN", conflicts_with = "region")]
    root_domain: Option<Region>,
    /// The platform API, if it is elsewhere.
    #[arg(long, env = "PINGONE_PLATFORM_URL")]
    platform_url: Option<String>,
    /// The auth API, if it is elsewhere.
    #[arg(long, env = "PINGONE_AUTH_URL")]
    auth_url: Option<String>,
    /// Also ask the operations that change this test user, send messages to it or use up its attempts. Each is
    /// confirmed on the terminal before it is sent.
    #[arg(long, value_name = "USER_ID")]
    effects: Option<UserId>,
    /// List the requests and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also write the report as JSON into this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            for cause in report::causes(&*error) {
                eprintln!("  because {cause}");
            }
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: &Arguments) -> Outcome<ExitCode> {
    let plan = Plan::new(arguments.effects.is_some());
    let mut out = std::io::stdout().lock();
    if arguments.dry_run {
        plan.print(&mut out)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (Some(environment), Some(client_id)) = (arguments.environment, &arguments.client_id) else {
        return Err("the environment and the client id are not given".into());
    };
    let secret = std::env::var("PINGONE_CLIENT_SECRET")
        .map_err(|_| "the variable `PINGONE_CLIENT_SECRET` is not set")?;
    let user = arguments.effects;
    let service = Service::connect(
        &addresses(arguments),
        environment,
        (client_id, &secret.into()),
        user,
    )
    .await?;
    let sandbox = sandbox(user).await?;
    let addresses = [
        ("platform", sandbox.platform_url().to_owned()),
        ("auth", sandbox.auth_url().to_owned()),
    ];
    let client = (sandbox.client_id(), sandbox.client_secret());
    let imitation = Service::connect(&addresses, sandbox.environment_id(), client, user).await?;

    let mut report = Report::default();
    let mut input = std::io::stdin().lock();
    for probe in plan.probes() {
        if let Some(reason) = service.unknown(probe) {
            report.skip(probe, reason);
            continue;
        }
        if probe.operation().effect != Effect::Read && !confirmed(probe, &mut input, &mut out)? {
            report.skip(probe, "not confirmed".to_owned());
            continue;
        }
        let there = match service.ask(probe).await {
            Ok(answer) => answer,
            Err(error) => {
                report.unanswered(probe, &*error);
                continue;
            }
        };
        let here = match imitation.unknown(probe) {
            None => Some(imitation.ask(probe).await?),
            Some(_) => None,
        };
        report.compare(probe, &there, here.as_ref());
    }
    sandbox.stop().await;
    report.finish(&plan);
    report.print(&mut out)?;
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(file, text + "\n")
            .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    }
    Ok(ExitCode::from(u8::from(report.differs())))
}

/// The address of each server of the document.
fn addresses(arguments: &Arguments) -> Vec<(&'static str, String)> {
    let given = [
        ("platform", &arguments.platform_url),
        ("auth", &arguments.auth_url),
    ];
    let region = arguments
        .region
        .clone()
        .or_else(|| arguments.root_domain.clone());
    let region = region.unwrap_or_default();
    let address = |server: &'static pingone_models::operation::Server| {
        let given = given.iter().find(|(name, _)| *name == server.name);
        let given = given.and_then(|(_, url)| (*url).clone());
        let own = || server.url.replace("{tld}", region.top_level_domain());
        (server.name, given.unwrap_or_else(own))
    };
    operations::SERVERS.iter().map(address).collect()
}

/// A sandbox with a user who has what can be listed.
async fn sandbox(user: Option<UserId>) -> Outcome<Sandbox> {
    let sandbox = Sandbox::start().await?;
    let mut own = NewUser::new("contract")
        .email("contract@example.com")
        .password("correct-horse-1")
        .device(NewDevice::new(DeviceKind::Email, "contract@example.com"));
    if let Some(id) = user {
        own = own.id(id);
    }
    sandbox.seed_user(own)?;
    Ok(sandbox)
}

/// Whether the person at the terminal wants this request to be sent.
fn confirmed(probe: &Planned, input: &mut dyn BufRead, out: &mut dyn Write) -> Outcome<bool> {
    write!(out, "{probe}: {}. Send it? [y/N] ", probe.effect())?;
    out.flush()?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
