//! The README's table of subsystems, held to the tree.

const COLUMNS: [&str; 5] = ["subsystem", "module", "tests", "runbook", "status"];

/// What is wrong with the table in `readme`, given the files of the checkout and how to read one.
pub(crate) fn lies(readme: &str, files: &[String], read: fn(&str) -> String) -> Vec<String> {
    let mut lines = readme.lines().map(cells).skip_while(|cells| !is_header(cells)).skip(2).peekable();
    if lines.peek().is_none_or(Vec::is_empty) {
        return vec![format!("README.md has no table with the columns {}", COLUMNS.join(" | "))];
    }
    let rows = lines.take_while(|cells| !cells.is_empty());
    rows.flat_map(|row| lies_of_row(&row, files, read)).collect()
}

/// The cells of a table's row; none for any other line.
fn cells(line: &str) -> Vec<&str> {
    let row = line.trim().strip_prefix('|').map(|row| row.strip_suffix('|').unwrap_or(row));
    row.map(|row| row.split('|').map(str::trim).collect()).unwrap_or_default()
}

fn is_header(cells: &[&str]) -> bool {
    cells.iter().map(|cell| cell.to_lowercase()).eq(COLUMNS)
}

fn lies_of_row(row: &[&str], files: &[String], read: fn(&str) -> String) -> Vec<String> {
    let [name, module, tests, runbook, status] = row else {
        return vec![format!("a row has {} cells, not {}: {}", row.len(), COLUMNS.len(), row.join(" | "))];
    };
    let planned = *status == "planned";
    let mut lies = Vec::new();
    if !planned && !["works", "partial"].contains(status) {
        lies.push(format!("{name}: the status is works, partial or planned, not \"{status}\""));
    }
    for (column, cell) in [("module", module), ("tests", tests), ("runbook", runbook)] {
        // A runbook is for what an operator can do something about.
        if is_none(cell) && !planned && column != "runbook" {
            lies.push(format!("{name}: only what is planned has no {column}"));
        }
        let paths = if is_none(cell) { Vec::new() } else { paths(cell) };
        let missing = paths.into_iter().filter(|path| !exists(path, files, read));
        lies.extend(missing.map(|path| format!("{name}: {column} names {path}, which does not exist")));
    }
    lies
}

fn is_none(cell: &str) -> bool {
    ["", "-", "–", "—"].contains(&cell)
}

/// What a cell names: the targets of its links, else what stands in backticks, else all between commas.
fn paths(cell: &str) -> Vec<&str> {
    let links = cell.split("](").skip(1).filter_map(|part| part.split(')').next());
    let quoted = cell.split('`').skip(1).step_by(2);
    if cell.contains("](") {
        links.collect()
    } else if cell.contains('`') {
        quoted.collect()
    } else {
        cell.split(',').map(str::trim).collect()
    }
}

/// Whether `path` is a file or a folder of the checkout; `file.rs::name` needs a function of that name, too,
/// and `file.md#heading` (or `#heading`, for the README) a heading.
fn exists(path: &str, files: &[String], read: fn(&str) -> String) -> bool {
    let (file, function) = path.split_once("::").map_or((path, None), |(file, name)| (file, Some(name)));
    let (file, heading) = file.split_once('#').map_or((file, None), |(file, name)| (file, Some(name)));
    let file = if file.is_empty() { "README.md" } else { file.trim_end_matches('/') };
    let is_file = files.iter().any(|known| known == file);
    let is_folder =
        files.iter().any(|known| known.strip_prefix(file).is_some_and(|rest| rest.starts_with('/')));
    match (function, heading) {
        (Some(name), _) => is_file && read(file).contains(&format!("fn {name}(")),
        (None, Some(name)) => is_file && read(file).lines().any(|line| anchor(line).as_deref() == Some(name)),
        (None, None) => is_file || is_folder,
    }
}

/// The name by which a link reaches this line, if it is a heading.
fn anchor(line: &str) -> Option<String> {
    let title = line.strip_prefix('#')?.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).collect())
}
