//! `cargo xtask features`: every library with no feature, each feature, each pair of them, and all.
//!
//! What two features break together, more of them break too; all combinations would double with each feature.

use std::process::Command;

use cargo_metadata::Package;

pub(crate) fn run() -> Result<(), String> {
    let mut count = 0;
    for package in &crate::metadata()?.packages {
        let names = package.features.keys().map(String::as_str);
        let names: Vec<&str> = names.filter(|name| *name != "default").collect();
        if names.is_empty() {
            continue;
        }
        for features in combinations(&names) {
            count += 1;
            check(package, &features)?;
        }
    }
    println!("{count} combinations of features compile without a warning");
    Ok(())
}

/// No feature, each alone, each pair, and all.
fn combinations<'a>(names: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut sets = vec![Vec::new()];
    for (position, name) in names.iter().enumerate() {
        sets.push(vec![*name]);
        sets.extend(names[..position].iter().map(|other| vec![*other, *name]));
    }
    if names.len() > 2 {
        sets.push(names.to_vec());
    }
    sets
}

fn check(package: &Package, features: &[&str]) -> Result<(), String> {
    let command = format!(
        "cargo check --package {} --lib --no-default-features --features={}",
        package.name,
        features.join(",")
    );
    println!("{command}");
    let mut words = command.split(' ');
    let output = Command::new(words.next().unwrap_or_default())
        .args(words)
        .arg("--quiet")
        .current_dir(crate::root())
        .output()
        .map_err(|error| format!("`cargo` cannot be run: {error}"))?;
    // Quiet as it is, cargo says something only if there is something wrong.
    if output.status.success() && output.stderr.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nthese features do not go together; repeat it with `{command}`",
        String::from_utf8_lossy(&output.stderr)
    ))
}

#[cfg(test)]
mod tests {
    use super::combinations;

    #[test]
    fn every_set_is_there_once() {
        let sets = combinations(&["a", "b", "c"]).into_iter();
        let sets: Vec<String> = sets.map(|set| set.concat()).collect();
        assert_eq!(sets, ["", "a", "b", "ab", "c", "ac", "bc", "abc"]);
        assert_eq!(combinations(&["a", "b"]).len(), 4);
        assert_eq!(combinations(&["a", "b", "c", "d"]).len(), 12);
    }
}
