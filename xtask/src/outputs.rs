//! Files that a task writes, or compares with what is on disk.

use std::path::Path;

use pingone_codegen::Output;

/// Writes files, or says which are stale and that `command` repairs them.
pub(crate) fn deliver(
    outputs: &[Output],
    root: &Path,
    check: bool,
    command: &str,
) -> Result<(), String> {
    let mut stale = Vec::new();
    let mut written = 0;
    for output in outputs {
        let name = output.path.strip_prefix(root).unwrap_or(&output.path);
        let fail = |error| format!("{}: {error}", name.display());
        if check {
            stale.extend(output.check().map_err(fail)?);
        } else if output.write().map_err(fail)? {
            written += 1;
            println!("wrote {}", name.display());
        }
    }
    for stale in &stale {
        print!("{stale}");
    }
    if !stale.is_empty() {
        return Err(format!(
            "{} of {} generated files are stale; run `{command}` and commit the result",
            stale.len(),
            outputs.len()
        ));
    }
    if check {
        println!("{} generated files are fresh", outputs.len());
    } else if written == 0 {
        println!("{} generated files were fresh already", outputs.len());
    }
    Ok(())
}
