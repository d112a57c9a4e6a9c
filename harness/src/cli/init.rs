//! `proofhouse init URL`: a commented first suite for somebody's own service.

use super::exit;
use std::io::Write;
use std::path::Path;

/// What the first suite is about.
#[derive(Debug)]
pub struct Init<'a> {
    /// Address of the service.
    pub url: &'a str,
    /// Path of the first request.
    pub path: &'a str,
    /// Name of the service; it becomes the target's name and the file's.
    pub name: &'a str,
    /// Folder of suites.
    pub folder: &'a Path,
}

/// Writes `FOLDER/NAME.yaml`; an existing file is left alone and is an error.
///
/// # Errors
/// The screen cannot be written.
pub fn run(init: &Init<'_>, out: &mut dyn Write) -> std::io::Result<u8> {
    if let Err(problem) = validate(init) {
        writeln!(out, "error: {problem}")?;
        return Ok(exit::USAGE);
    }
    let file = init.folder.join(format!("{}.yaml", init.name));
    if let Err(error) = create(&file, &text(init)) {
        let why = match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                "it exists already; choose another with --name".to_owned()
            }
            _ => error.to_string(),
        };
        writeln!(out, "error: cannot write {}: {why}", file.display())?;
        return Ok(exit::USAGE);
    }
    writeln!(out, "wrote {}", file.display())?;
    writeln!(out, "next  proofhouse check {}", file.display())?;
    writeln!(
        out,
        "      proofhouse run {} --profile quick",
        file.display()
    )?;
    Ok(exit::PASS)
}

fn validate(init: &Init<'_>) -> Result<(), String> {
    let url = url::Url::parse(init.url)
        .map_err(|error| format!("`{}` is not a URL: {error}", init.url))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(format!("`{}` is not an http or https address", init.url));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            "give the address of the service alone, and the first request with --path".to_owned(),
        );
    }
    if !init.path.starts_with('/') {
        return Err(format!("the path `{}` does not start with `/`", init.path));
    }
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if init.name.is_empty() || !init.name.chars().all(good) {
        return Err(format!(
            "`{}` is not a name: letters, digits, `_` and `-`",
            init.name
        ));
    }
    Ok(())
}

/// Creates the file whole: nothing is left where writing fails.
fn create(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut handle = std::fs::File::create_new(file)?;
    handle
        .write_all(text.as_bytes())
        .and_then(|()| handle.sync_all())
        .inspect_err(|_| {
            let _ = std::fs::remove_file(file);
        })
}

fn text(init: &Init<'_>) -> String {
    include_str!("init_suite.yaml")
        .replace("NAME", init.name)
        .replace("URL", init.url.trim_end_matches('/'))
        .replace("PATH", &serde_json::Value::from(init.path).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn init<'a>(url: &'a str, path: &'a str, name: &'a str) -> Init<'a> {
        Init {
            url,
            path,
            name,
            folder: Path::new("suites"),
        }
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        assert!(validate(&init("http://localhost:3000", "/", "shop")).is_ok());
        assert!(validate(&init("localhost:3000", "/", "shop")).is_err());
        assert!(validate(&init("ftp://h", "/", "shop")).is_err());
        assert!(validate(&init("http://h?x=1", "/", "shop")).is_err());
        assert!(validate(&init("http://h", "x", "shop")).is_err());
        assert!(validate(&init("http://h", "/", "a/b")).is_err());
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        let text = text(&init("http://localhost:3000/", "/search?q=a", "shop"));
        assert!(text.contains("base_url: http://localhost:3000\n"));
        assert!(text.contains("path: \"/search?q=a\""));
        assert!(!text.contains("URL") && !text.contains("NAME") && !text.contains("PATH"));
    }
}
