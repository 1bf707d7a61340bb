//! Imports point down the list of layers, never up, and only one module contains SQL.

use std::{fs, path::Path};

/// From the bottom up. Modules of one layer may use each other.
const LAYERS: &[&[&str]] = &[
    &["model", "error", "text", "metrics", "mutations"],
    &["protocol", "config"],
    &["auth", "store", "live"],
    &["writer", "cluster"],
    &["service", "import", "demo", "backup", "transfer"],
    &["api", "ws", "asyncapi", "assets", "telemetry"],
    &["server"],
    &["cli"],
    &["main", "lib"],
];

fn height(module: &str) -> usize {
    let layer = LAYERS.iter().position(|layer| layer.contains(&module));
    layer.unwrap_or_else(|| panic!("{module} has no layer: give it one"))
}

/// Every source file with the name of its top-level module.
fn sources() -> Vec<(String, String)> {
    fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() { collect(&entry, files) } else { files.push(entry) }
        }
    }
    let (root, mut files) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Vec::new());
    collect(&root, &mut files);
    let source = |path: std::path::PathBuf| {
        let top = path.strip_prefix(&root).expect("below src").components().next().expect("a name");
        let top = Path::new(top.as_os_str()).with_extension("").display().to_string();
        (top, fs::read_to_string(path).expect("a text"))
    };
    files.into_iter().map(source).collect()
}

/// The modules that a file names after `crate::`, including those in braces.
fn imports(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for rest in code.split("crate::").skip(1) {
        if let Some(list) = rest.strip_prefix('{') {
            let (mut depth, mut name) = (0, String::new());
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut name)),
                    _ if depth == 0 => name.push(c),
                    _ => {}
                }
            }
            found.push(name);
        } else {
            found.push(rest.to_owned());
        }
    }
    let module =
        |text: String| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    found.into_iter().map(module).filter(|name| !name.is_empty()).collect()
}

#[test]
fn imports_point_down() {
    for (module, text) in sources() {
        for import in imports(&text) {
            assert!(height(&import) <= height(&module), "{module} imports {import}, which is above it");
        }
    }
}

#[test]
fn only_the_store_contains_sql() {
    for (module, text) in sources().into_iter().filter(|(module, _)| module != "store") {
        assert!(!text.contains("sqlx::query"), "{module} speaks SQL");
    }
}

#[test]
fn the_writer_knows_no_frame_and_no_protocol() {
    for (module, text) in sources().into_iter().filter(|(module, _)| module == "writer") {
        let used = text.split("protocol::").skip(1).all(|rest| rest.starts_with("limits::"));
        assert!(used, "{module} uses more of `protocol` than limits: commands in, events out");
    }
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::{\n    error::{Error, Result},\n    model::UserId,\n};\nuse crate::store;\ncrate::live::Hub";
    assert_eq!(imports(text), ["error", "model", "store", "live"]);
}
