//! The figures that benches print.

/// Prints the middle of some values with the lowest and the highest one, as text and for `cargo xtask bench`. Gives the
/// middle.
pub(crate) fn report(figure: &str, subject: &str, unit: &str, mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values[values.len() / 2];
    let (low, high) = (values[0], values[values.len() - 1]);
    println!("{figure}: {subject:<22} {middle:>9.3} ({low:.3} to {high:.3}) {unit}");
    if std::env::var_os("BENCH_JSON").is_some() {
        let line = serde_json::json!({
            "figure": figure, "subject": subject, "unit": unit,
            "low": low, "middle": middle, "high": high,
        });
        println!("{line}");
    }
    middle
}
