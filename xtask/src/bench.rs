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

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The benches to run [default: all].
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(BENCHES.map(|(name, _)| name)))]
    names: Vec<String>,
}

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
    let mut runs: BTreeMap<String, Run> = match std::fs::read(root.join(KEPT)) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| format!("{KEPT}: {error}"))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(format!("{KEPT}: {error}")),
    };
    let machine = machine();
    for (name, command) in BENCHES {
        if arguments.names.is_empty() || arguments.names.iter().any(|own| own == name) {
            let figures = measure(&root, command)?;
            let machine = machine.clone();
            runs.insert(name.to_owned(), Run { machine, figures });
        }
    }
    let kept = serde_json::to_string_pretty(&runs).map_err(|error| error.to_string())?;
    let mut written = vec![Output {
        path: root.join(KEPT),
        content: kept + "\n",
    }];
    written.push(Output {
        path: root.join(FOLDER).join("README.md"),
        content: page(&runs),
    });
    for run in runs.values() {
        for (title, unit) in charts(run) {
            written.push(Output {
                path: root.join(FOLDER).join(file(title, unit)),
                content: chart(run, title, unit)?,
            });
        }
    }
    outputs::deliver(&written, &root, false, "cargo xtask bench")
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

fn page(runs: &BTreeMap<String, Run>) -> String {
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
        let page = page(&BTreeMap::from([("call".to_owned(), run)]));
        assert!(
            page.contains("| pingone | 11.00 | 10.00 | 13.00 |"),
            "{page}"
        );
        assert!(page.contains("](call-s.svg)"), "{page}");
    }
}
