//! `cargo xtask bench`: runs the benches, and draws what they measure.
//!
//! A bench prints a line of JSON for each figure where `BENCH_JSON` is set. The figures are kept in
//! `docs/bench/figures.json`, from which the page and the charts are written, so that one bench can be run again alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use pingone_codegen::Output;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};

use crate::outputs;

/// The benches, and the commands that run them.
const BENCHES: [(&str, &str); 8] = [
    ("call", "cargo bench --quiet -p pingone-tests --bench call"),
    (
        "memory",
        "cargo bench --quiet -p pingone-tests --bench memory",
    ),
    (
        "deadlines",
        "cargo bench --quiet -p pingone-tests --bench deadlines",
    ),
    (
        "consumer",
        "cargo bench --quiet -p pingone-tests --bench consumer",
    ),
    (
        "codegen",
        "cargo bench --quiet -p pingone-codegen --bench scale",
    ),
    (
        "check",
        "cargo bench --quiet --profile dev -p pingone-codegen --bench check",
    ),
    (
        "drift",
        "cargo bench --quiet -p pingone-drift --bench scale",
    ),
    (
        "sandbox",
        "cargo run --quiet --profile bench -p pingone-sandbox --example load",
    ),
];

const FOLDER: &str = "docs/bench";
const KEPT: &str = "docs/bench/figures.json";
/// The page whose table of a call's cost is written from the figures.
const README: &str = "crates/pingone/README.md";
const BEGIN: &str = "<!-- Written by `cargo xtask bench` from here -->\n";
const END: &str = "<!-- to here -->\n";
/// The figures of that table: the bench, the figure, and what the page calls it.
const COSTS: [(&str, &str, &str); 7] = [
    ("call", "call, instructions", "instructions"),
    (
        "call",
        "call, one at a time",
        "processor time, one at a time",
    ),
    ("call", "call, 64 at once", "processor time, 64 at once"),
    ("memory", "call, allocations", "allocations"),
    (
        "memory",
        "10,000 calls at once, memory",
        "memory of 10,000 calls at once",
    ),
    (
        "consumer",
        "cold release build",
        "processor time of a cold release build, ten lines without TLS",
    ),
    (
        "consumer",
        "stripped program",
        "size of that program, stripped",
    ),
];
/// What `pingone` is compared with.
const UNIT: &str = "times reqwest by hand";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The benches to run [default: all].
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(BENCHES.map(|(name, _)| name)))]
    names: Vec<String>,
    /// Measures nothing, and writes the pages and charts from the figures that are kept.
    #[arg(long, conflicts_with = "names")]
    draw: bool,
}

type Runs = BTreeMap<String, Run>;

/// What one bench has measured, on which machine.
#[derive(Deserialize, Serialize)]
struct Run {
    machine: String,
    figures: Vec<Figure>,
}

#[derive(Deserialize, Serialize)]
struct Figure {
    figure: String,
    subject: String,
    unit: String,
    low: f64,
    middle: f64,
    high: f64,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let root = crate::root();
    let mut runs = kept(&root)?;
    let machine = machine();
    let mut failures = Vec::new();
    for (name, command) in BENCHES {
        let is_named = arguments.names.is_empty() || arguments.names.iter().any(|own| own == name);
        if arguments.draw || !is_named {
            continue;
        }
        match measure(&root, command) {
            Ok(figures) => {
                let machine = machine.clone();
                runs.insert(name.to_owned(), Run { machine, figures });
            }
            Err(failure) => failures.push(failure),
        }
    }
    outputs::deliver(&written(&root, &runs)?, &root, false, "cargo xtask bench")?;
    match failures.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "{}; the figures kept of it are older",
            failures.join("; ")
        )),
    }
}

/// The figures that were measured before.
fn kept(root: &Path) -> Result<Runs, String> {
    match std::fs::read(root.join(KEPT)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| format!("{KEPT}: {error}")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Runs::new()),
        Err(error) => Err(format!("{KEPT}: {error}")),
    }
}

/// The figures themselves, and the pages and charts that show them.
fn written(root: &Path, runs: &Runs) -> Result<Vec<Output>, String> {
    let kept = serde_json::to_string_pretty(runs).map_err(|error| error.to_string())?;
    let readme = root.join(README);
    let text = std::fs::read_to_string(&readme).map_err(|error| format!("{README}: {error}"))?;
    let mut written = vec![
        Output {
            path: root.join(KEPT),
            content: kept + "\n",
        },
        Output {
            path: root.join(FOLDER).join("README.md"),
            content: page(runs),
        },
        Output {
            path: readme,
            content: with_costs(&text, runs)?,
        },
    ];
    for run in runs.values() {
        for (title, unit) in charts(run) {
            written.push(Output {
                path: root.join(FOLDER).join(file(title, unit)),
                content: chart(run, title, unit)?,
            });
        }
    }
    Ok(written)
}

/// The page with the table of what a call costs.
fn with_costs(page: &str, runs: &Runs) -> Result<String, String> {
    let lines = || format!("{README} needs the lines {BEGIN:?} and {END:?}");
    let (before, rest) = page.split_once(BEGIN).ok_or_else(lines)?;
    let (_, after) = rest.split_once(END).ok_or_else(lines)?;
    let mut table = format!("| a verify call with `pingone` | {UNIT} |\n|---|---|\n");
    for (bench, title, words) in COSTS {
        let Some(run) = runs.get(bench) else { continue };
        // The last subject is `pingone`, with a cached token where tokens are compared.
        if let Some(bar) = bars(run, title, UNIT).last() {
            let _ = writeln!(table, "| {words} | {:.2} |", bar.middle);
        }
    }
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}

/// Runs a bench, and reads the figures that it prints among other lines.
fn measure(root: &Path, command: &str) -> Result<Vec<Figure>, String> {
    println!("{command}");
    let mut words = command.split(' ');
    let output = Command::new(words.next().unwrap_or_default())
        .args(words)
        .env("BENCH_JSON", "1")
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("`{command}` cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut figures = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line) {
            Ok(figure) => figures.push(figure),
            Err(_) => println!("{line}"),
        }
    }
    match (output.status.success(), figures.is_empty()) {
        (true, false) => Ok(figures),
        (true, true) => Err(format!("`{command}` has printed no figure")),
        (false, _) => Err(format!("`{command}` has failed")),
    }
}

/// The charts of a run: each figure in each of its units, in the order in which they were measured.
fn charts(run: &Run) -> Vec<(&str, &str)> {
    let mut charts = Vec::new();
    for figure in &run.figures {
        let chart = (figure.figure.as_str(), figure.unit.as_str());
        if !charts.contains(&chart) {
            charts.push(chart);
        }
    }
    charts
}

fn bars<'a>(run: &'a Run, title: &str, unit: &str) -> Vec<&'a Figure> {
    let figures = run.figures.iter();
    let figures = figures.filter(|own| own.figure == title && own.unit == unit);
    figures.collect()
}

fn file(title: &str, unit: &str) -> String {
    let plain = |letter: char| match letter.is_ascii_alphanumeric() {
        true => letter.to_ascii_lowercase(),
        false => '-',
    };
    let name: String = format!("{title} {unit}").chars().map(plain).collect();
    let words = name.split('-').filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-") + ".svg"
}

fn page(runs: &Runs) -> String {
    let mut text = String::from(
        "<!-- Written by `cargo xtask bench`. Do not edit. -->\n# Figures\n\n\
         A figure that was measured in several rounds is the middle one, with the lowest and the highest.\n",
    );
    for (name, command) in BENCHES {
        let Some(run) = runs.get(name) else { continue };
        let _ = write!(
            text,
            "\n## {name}\n```sh\n{command}\n```\n{}\n",
            run.machine
        );
        for (title, unit) in charts(run) {
            let _ = writeln!(
                text,
                "\n| {title} | {unit} | lowest | highest |\n|---|---|---|---|"
            );
            for bar in bars(run, title, unit) {
                let Figure {
                    subject,
                    low,
                    middle,
                    high,
                    ..
                } = bar;
                let _ = writeln!(text, "| {subject} | {middle:.2} | {low:.2} | {high:.2} |");
            }
            let _ = writeln!(text, "\n![{title}, {unit}]({})", file(title, unit));
        }
    }
    text
}

fn chart(run: &Run, title: &str, unit: &str) -> Result<String, String> {
    let bars = bars(run, title, unit);
    let mut svg = String::new();
    draw(&mut svg, &bars, title, unit).map_err(|error| format!("{title}: {error}"))?;
    Ok(svg + "\n")
}

fn draw(
    svg: &mut String,
    bars: &[&Figure],
    title: &str,
    unit: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    const BAR: u32 = 36;
    const AROUND: u32 = 110;
    let most = bars.iter().map(|bar| bar.high).fold(0.0, f64::max) * 1.15;
    let rows = u32::try_from(bars.len())?;
    let root = SVGBackend::with_string(svg, (720, AROUND + BAR * rows)).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(190)
        .build_cartesian_2d(0.0..most, 0.0..f64::from(rows))?;
    // The first bar is at the top; the names are written beside the bars, for the axis has numbers only.
    let middle = |row: usize| f64::from(rows) - 0.5 - row as f64;
    let name = |y: &f64| {
        let row = bars
            .iter()
            .enumerate()
            .find(|(row, _)| (middle(*row) - y).abs() < 0.1);
        row.map_or_else(String::new, |(_, bar)| bar.subject.clone())
    };
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc(unit)
        .y_labels(2 * bars.len() + 1)
        .y_label_formatter(&name)
        .draw()?;
    chart.draw_series(bars.iter().enumerate().map(|(row, bar)| {
        let y = middle(row);
        Rectangle::new(
            [(0.0, y - 0.3), (bar.middle, y + 0.3)],
            BLUE.mix(0.5).filled(),
        )
    }))?;
    chart.draw_series(bars.iter().enumerate().map(|(row, bar)| {
        let y = middle(row);
        PathElement::new([(bar.low, y), (bar.high, y)], BLACK)
    }))?;
    root.present()?;
    drop(chart);
    Ok(())
}

/// The processors, the system and the compiler.
fn machine() -> String {
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |line| {
            line.trim_start_matches([' ', '\t', ':'])
        });
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map_or_else(
        |_| "unknown compiler".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    let system = std::env::consts::OS;
    format!("Measured with {compiler} on {system}, with {count} processors: {model}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_every_subject_and_its_unit() {
        let figure = |subject: &str, middle: f64| Figure {
            figure: "call".to_owned(),
            subject: subject.to_owned(),
            unit: "µs".to_owned(),
            low: middle - 1.0,
            middle,
            high: middle + 2.0,
        };
        let figures = vec![figure("by hand", 10.0), figure("pingone", 11.0)];
        let machine = "Measured here.".to_owned();
        let run = Run { machine, figures };
        assert_eq!(charts(&run), [("call", "µs")]);
        let svg = chart(&run, "call", "µs").expect("a chart");
        for shown in ["by hand", "pingone", "µs", "call"] {
            assert!(svg.contains(shown), "{svg}");
        }
        let page = page(&Runs::from([("call".to_owned(), run)]));
        assert!(
            page.contains("| pingone | 11.00 | 10.00 | 13.00 |"),
            "{page}"
        );
        assert!(page.contains("](call-s.svg)"), "{page}");
    }

    #[test]
    fn the_pages_show_the_figures_that_are_kept() {
        let root = crate::root();
        let runs = kept(&root).expect("figures");
        let written = written(&root, &runs).expect("pages");
        outputs::deliver(&written, &root, true, "cargo xtask bench --draw").expect("fresh pages");
        // A chart without a figure would show what nobody measured.
        let drawn = std::fs::read_dir(root.join(FOLDER)).expect("charts");
        for chart in drawn {
            let path = chart.expect("an entry").path();
            assert!(
                written.iter().any(|own| own.path == path),
                "{} shows no figure that is kept: delete it",
                path.display()
            );
        }
    }
}
