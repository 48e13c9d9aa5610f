//! Tables through their copy, whole and hostile.

use std::io::Read;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;

/// Gives out a few bytes at a time.
struct Slowly<'a>(&'a [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(into.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn sheet(text: &str, step: usize) -> Result<Sheet, LoggedError> {
    let mut file = tempfile::tempfile().unwrap();
    convert(Slowly(text.as_bytes(), step), &mut file)?;
    Sheet::open(file)
}

/// The rows as JSON, row by row.
fn rows(sheet: &Sheet) -> Vec<Vec<Json>> {
    let columns: Vec<Cells> = (0..sheet.columns().len())
        .map(|column| {
            let mut cells = Cells::default();
            sheet.read(column, 0..sheet.groups(), &mut cells).unwrap();
            cells
        })
        .collect();
    let value = |cell: Option<Cell<'_>>| match cell {
        None => Json::Null,
        Some(Cell::Number(number)) => json!(number),
        Some(Cell::Text(text)) => json!(text),
        Some(Cell::Json(text)) => serde_json::from_str(text).unwrap(),
    };
    (0..sheet.rows()).map(|row| columns.iter().map(|cells| value(cells.get(row))).collect()).collect()
}

#[test]
fn what_the_client_writes_is_read_however_it_arrives() {
    let text = r#" {"_type": "table", "columns": ["a", 1, "a", "im\"g"],
        "column_types": {"params": {"type_map": {"1": {"wb_type": "timestamp"}}}, "wb_type": "dictionary"},
        "data": [[1, 2.5, "x,]\\", {"_type": "image-file", "path": "m/[\"}.png"}], [NaN, null, true, [1, [2]]],
                 [9007199254740993], [-Infinity, 1e3, "", "s"]], "ncols": 77, "nrows": -1} "#;
    for step in [1, 2, 3, 7, 100_000] {
        let sheet = sheet(text, step).unwrap();
        let names: Vec<&str> = sheet.columns().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["a", "1", "a (2)", "im\"g"]);
        let found = rows(&sheet);
        assert_eq!(
            found[0],
            [json!(1.0), json!(2.5), json!("x,]\\"), json!({"_type": "image-file", "path": "m/[\"}.png"})]
        );
        assert_eq!(found[1][1..], [Json::Null, json!(true), json!([1, [2]])]);
        assert_eq!(found[2], [json!(9_007_199_254_740_993_i64), Json::Null, Json::Null, Json::Null]);
        assert_eq!(found[3][1..], [json!(1000.0), json!(""), json!("s")]);
        let [first, dates, _, media] = sheet.columns() else { panic!("four columns") };
        assert_eq!((first.numbers, first.objects, first.min, first.max), (3, 1, Some(1.0), Some(1.0)));
        assert!(dates.dates && !first.dates);
        assert_eq!(media.types.iter().collect::<Vec<_>>(), ["image-file"]);
    }
}

#[test]
fn tables_without_rows_or_with_late_columns_are_tables() {
    let empty = sheet(r#"{"columns": ["a", "b"], "data": []}"#, 9).unwrap();
    assert_eq!((empty.rows(), empty.columns().len()), (0, 2));
    let late = sheet(r#"{"data": [[1, 2], [3, 4]], "columns": ["a", "b"]}"#, 9).unwrap();
    assert_eq!((late.rows(), late.columns()[1].name.as_str()), (2, "b"));
    let many: Vec<String> = (0..GROUP_ROWS + 5).map(|row| format!("[{row}]")).collect();
    let many = sheet(&format!("{{\"columns\": [\"n\"], \"data\": [{}]}}", many.join(",")), 1 << 20).unwrap();
    assert_eq!((many.rows(), many.groups(), many.group_of(GROUP_ROWS)), (GROUP_ROWS + 5, 2, 1));
    assert_eq!(rows(&many)[GROUP_ROWS + 4], [json!((GROUP_ROWS + 4) as f64)]);
}

#[test]
fn what_is_no_table_is_refused_and_nothing_is_believed() {
    let deep = format!("{{\"columns\": [\"a\"], \"data\": [[{}1{}]]}}", "[".repeat(100_000), "]".repeat(100_000));
    let many = format!("{{\"columns\": [{}], \"data\": []}}", vec!["1"; MOST_COLUMNS + 1].join(","));
    let wide = format!("{{\"data\": [[{}]]}}", vec!["1"; MOST_COLUMNS + 1].join(","));
    for text in [
        "",
        "{",
        "[]",
        "{}",
        "{\"columns\": []}",
        "{\"data\": [[1]",
        "{\"data\": [[1]]} x",
        "{\"data\": [[1] [2]]}",
        "{\"data\": [1]}",
        "{\"data\": [[1,]]}",
        "{\"data\": [{\"a\": 1}]}",
        "{\"columns\": 1, \"data\": []}",
        "{\"columns\": [\"a\"], \"data\": [[1, 2]]}",
        "{\"data\": [[\"a]]}",
        "{\"data\": [[tru]]}",
        "{data: []}",
        "{\"data\": [,]}",
        "{\"data\" []}",
        "{\"a\": \"\\",
        "\u{feff}{\"data\": []}",
        &deep,
        &many,
        &wide,
    ] {
        for step in [1, 1 << 20] {
            if step == 1 && text.len() > 1000 {
                continue;
            }
            let short: String = text.chars().take(60).collect();
            assert!(sheet(text, step).is_err(), "{short}");
        }
    }
    assert!(matches!(sheet(&many, 1 << 20), Err(LoggedError::Columns)));
    assert!(matches!(sheet(&wide, 1 << 20), Err(LoggedError::Columns)));
    assert!(matches!(sheet(&deep, 1 << 20), Err(LoggedError::Row { row: 0, .. })));
}

#[test]
fn a_row_without_end_does_not_fill_the_memory() {
    let endless = std::io::repeat(b'x');
    let source = "{\"data\": [[\"".as_bytes().chain(endless);
    assert!(matches!(convert(source, std::io::sink()), Err(LoggedError::Long)));
}

#[test]
fn a_few_bytes_do_not_become_billions_of_cells() {
    let names = vec!["1"; MOST_COLUMNS].join(",");
    let rows = vec!["[]"; MOST_MISSING / MOST_COLUMNS + 1].join(",");
    let bomb = format!("{{\"columns\": [{names}], \"data\": [{rows}]}}");
    assert!(bomb.len() < 25_000);
    assert!(matches!(convert(bomb.as_bytes(), std::io::sink()), Err(LoggedError::NotTable(_))));
}

#[test]
fn thousands_of_columns_of_one_long_name_are_named_in_no_time() {
    let long = "n".repeat(4000);
    let names = vec![format!("\"{long}\""); MOST_COLUMNS].join(",");
    let types =
        format!("{{\"params\": {{\"type_map\": {{\"{long}\": \"{}\\\"timestamp\\\"\"}}}}}}", "t".repeat(4 << 20));
    let table = format!("{{\"columns\": [{names}], \"column_types\": {types}, \"data\": []}}");
    let begun = std::time::Instant::now();
    let sheet = sheet(&table, 1 << 20).unwrap();
    assert_eq!(sheet.columns()[MOST_COLUMNS - 1].name, format!("{long} ({MOST_COLUMNS})"));
    assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn other_files_are_no_copies() {
    use std::io::Write;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"PAR1 not really PAR1").unwrap();
    assert!(Sheet::open(file).is_err());
}

proptest! {
    #[test]
    fn a_table_is_read_as_serde_json_reads_it(
        data in prop::collection::vec(prop::collection::vec(crate::testing::json_tree(), 0..4), 0..6),
        step in 1usize..40,
    ) {
        let text = json!({ "columns": ["a", "b", "c", "d"], "data": data }).to_string();
        let found = rows(&sheet(&text, step).unwrap());
        prop_assert_eq!(found.len(), data.len());
        for (found, row) in found.iter().zip(&data) {
            for (at, cell) in found.iter().enumerate() {
                let expected = row.get(at).cloned().unwrap_or(Json::Null);
                match (cell.as_f64(), expected.as_f64()) {
                    (Some(a), Some(b)) => prop_assert_eq!(a, b),
                    _ => prop_assert_eq!(cell, &expected),
                }
            }
        }
    }
}
