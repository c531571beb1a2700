//! The rows of a file, each with its line: CSV with a header, or JSON Lines.

use crate::error::NodeError;
use cap_std::fs::File;
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader};
use std::path::Path;

/// One row: its line in the file, from 1, and its columns.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Row {
    /// The line it starts at.
    pub line: u64,
    /// Its columns by name; of CSV all are text.
    pub columns: Map<String, Value>,
}

/// Rows as they are read.
pub(crate) struct Rows {
    file: String,
    source: Source,
}

enum Source {
    Csv { reader: Box<csv::Reader<File>>, header: csv::StringRecord, record: csv::StringRecord },
    Lines { reader: BufReader<File>, line: u64 },
}

/// The longest line of JSON Lines, in bytes.
const LINE_BYTES_MAX: u64 = 8 << 20;

impl Rows {
    /// Opens `path`: JSON Lines where its name ends in `.jsonl` or `.ndjson`, CSV otherwise.
    pub(crate) fn open(path: &Path) -> Result<Rows, NodeError> {
        let name = path.display().to_string();
        let file = verify::files::open(path).map_err(|e| NodeError::io(format!("read {name}"), e))?;
        let lines = matches!(path.extension().and_then(|end| end.to_str()), Some("jsonl" | "ndjson"));
        if lines {
            return Ok(Rows { file: name, source: Source::Lines { reader: BufReader::new(file), line: 0 } });
        }
        let mut reader = csv::ReaderBuilder::new().from_reader(file);
        let header = reader.headers().map_err(|e| bad_row(&name, 1, e))?.clone();
        let source = Source::Csv { reader: Box::new(reader), header, record: csv::StringRecord::new() };
        Ok(Rows { file: name, source })
    }

    /// An error in `row`'s line.
    pub(crate) fn bad(&self, line: u64, because: impl std::fmt::Display) -> NodeError {
        bad_row(&self.file, line, because)
    }

    fn next_row(&mut self) -> Result<Option<Row>, NodeError> {
        match &mut self.source {
            Source::Csv { reader, header, record } => {
                let line = reader.position().line();
                match reader.read_record(record) {
                    Ok(false) => return Ok(None),
                    Ok(true) => {}
                    Err(error) => {
                        let line = error.position().map_or(line, csv::Position::line);
                        return Err(bad_row(&self.file, line, error));
                    }
                }
                let line = record.position().map_or(line, csv::Position::line);
                let cell = |(name, text): (&str, &str)| (name.to_owned(), Value::String(text.to_owned()));
                Ok(Some(Row { line, columns: header.iter().zip(record.iter()).map(cell).collect() }))
            }
            Source::Lines { reader, line } => {
                let mut text = String::new();
                *line += 1;
                let read = std::io::Read::take(&mut *reader, LINE_BYTES_MAX).read_line(&mut text);
                match read.map_err(|e| bad_row(&self.file, *line, e))? {
                    0 => Ok(None),
                    _ => match serde_json::from_str(&text) {
                        Ok(Value::Object(columns)) => Ok(Some(Row { line: *line, columns })),
                        Ok(_) => Err(bad_row(&self.file, *line, "not a JSON object")),
                        Err(error) => Err(bad_row(&self.file, *line, error)),
                    },
                }
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, NodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

fn bad_row(file: &str, line: u64, because: impl std::fmt::Display) -> NodeError {
    NodeError::Row { file: file.into(), line, because: because.to_string() }
}

/// How many lines a file has.
pub(crate) fn count_lines(path: &Path) -> Result<u64, NodeError> {
    let failed = |error| NodeError::io(format!("read {}", path.display()), error);
    let mut reader = BufReader::with_capacity(1 << 16, verify::files::open(path).map_err(failed)?);
    let mut lines = 1;
    loop {
        let chunk = reader.fill_buf().map_err(failed)?;
        if chunk.is_empty() {
            return Ok(lines);
        }
        lines += chunk.iter().filter(|&&byte| byte == b'\n').count() as u64;
        let len = chunk.len();
        reader.consume(len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::receipt::write_file;

    fn rows(name: &str, text: &str) -> Vec<Result<Row, NodeError>> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        write_file(&path, text.as_bytes()).unwrap();
        Rows::open(&path).unwrap().collect()
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let rows = rows("a.csv", "a,b\n1,\"x\ny\"\n2,z\n");
        let lines: Vec<u64> = rows.iter().map(|row| row.as_ref().unwrap().line).collect();
        assert_eq!(lines, [2, 4]);
        assert_eq!(rows[0].as_ref().unwrap().columns["b"], "x\ny");
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        for (name, text) in [("a.csv", "a,b\n1,2\n3\n"), ("a.jsonl", "{}\n{}\n[]\n")] {
            let rows = rows(name, text);
            let error = rows.into_iter().find_map(Result::err).unwrap();
            assert!(matches!(error, NodeError::Row { line: 3, .. }), "{error}");
        }
    }
}
