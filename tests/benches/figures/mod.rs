//! How benches print their figures, and what another process has cost.

#![allow(dead_code, reason = "each bench uses a part of it")]

/// Prints the middle of some values with the lowest and the highest one, as text and for `cargo xtask bench`. Gives the
/// middle.
pub(crate) fn report(figure: &str, subject: &str, unit: &str, mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values[values.len() / 2];
    let (low, high) = (values[0], values[values.len() - 1]);
    println!("{figure}: {subject:<22} {middle:>9.3} ({low:.3} to {high:.3}) {unit}");
    record(figure, subject, unit, [low, middle, high]);
    middle
}

/// Prints the lowest, the middle and the highest value for `cargo xtask bench`, where it asks for them.
pub(crate) fn record(figure: &str, subject: &str, unit: &str, [low, middle, high]: [f64; 3]) {
    if std::env::var_os("BENCH_JSON").is_some() {
        let line = serde_json::json!({
            "figure": figure, "subject": subject, "unit": unit,
            "low": low, "middle": middle, "high": high,
        });
        println!("{line}");
    }
}

/// The seconds of a processor that processes have used that this one started and that have ended.
pub(crate) fn children() -> Option<f64> {
    /// Linux counts in hundredths of a second for every program.
    const TICKS: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may have blanks.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}
