//! What a segment promises to us and to other readers.

use std::ops::Range;

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use proptest::prelude::*;

use super::numbers::Values;
use super::*;
use crate::NonFinite;
use crate::testing::{batches, golden};

fn written(batch: &Batch) -> Bytes {
    Bytes::from(write(batch).unwrap().0)
}

fn numbered(rows: usize) -> Batch {
    let lines: Vec<String> = (0..rows).map(|row| format!(r#"{{"_step":{},"a":{}.5}}"#, row * 2, row)).collect();
    Batch::from_lines(&lines, 0).0
}

#[test]
fn version_one_is_readable_for_ever() {
    let (bytes, rows) = golden("segment-v1.parquet", |batch| write(batch).unwrap().0);
    assert_eq!(read(Bytes::from(bytes), None, None).unwrap().to_json_rows(None, NonFinite::Bare), rows);
}

#[test]
fn other_files_are_named() {
    assert!(matches!(read(Bytes::from_static(b"no parquet here"), None, None), Err(SegmentError::Parquet(_))));
    assert!(matches!(write(&Batch::default()), Err(SegmentError::Empty)));
    assert!(matches!(write(&numbered(2).select(&["a"])), Err(SegmentError::NoStep)));
}

#[test]
fn steps_and_keys_choose_what_is_read() {
    let batch = numbered(ROW_GROUP_ROWS + 10);
    let (bytes, stats) = write(&batch).unwrap();
    assert_eq!(
        stats,
        SegmentStats { rows: batch.len() as u64, step_min: 0, step_max: 2 * (ROW_GROUP_ROWS as i64 + 9) }
    );
    let file = Bytes::from(bytes);
    let edge = 2 * ROW_GROUP_ROWS as i64;
    for range in [edge - 5..edge + 5, 0..1, -5..0, edge + 3..edge + 4, 0..i64::MAX, 7..7] {
        let part = read(file.clone(), Some(&["a", "nope"]), Some(range.clone())).unwrap();
        assert_eq!(part, batch.filter_step(range.start, range.end), "{range:?}");
    }
    assert_eq!(read(file, Some(&[]), None).unwrap(), batch.select(&["_step"]));
}

#[test]
fn files_are_read_like_bytes() {
    let batch = numbered(10);
    let path = std::env::temp_dir().join(format!("runstead-segment-{}.parquet", std::process::id()));
    std::fs::write(&path, written(&batch)).unwrap();
    assert_eq!(read(std::fs::File::open(&path).unwrap(), None, None).unwrap(), batch);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn rows_are_sorted_by_step() {
    let (batch, _) = Batch::from_lines(&[r#"{"_step":5,"a":1}"#, r#"{"_step":-1,"b":[1]}"#], 0);
    assert_eq!(read(written(&batch), None, None).unwrap(), batch.sort_by_step());
}

#[test]
fn other_readers_see_flat_columns_of_safe_types_and_no_arrow_schema() {
    let lines = [r#"{"a.b":1,"f":0.5,"t":"x","j":[1],"m":1,"n":{"k":true}}"#, r#"{"m":"y"}"#];
    let file = written(&Batch::from_lines(&lines, 0).0);
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.clone()).unwrap();
    let columns: Vec<String> = reader
        .schema()
        .fields()
        .iter()
        .map(|field| format!("{} {} {}", field.name(), field.data_type(), field.is_nullable()))
        .collect();
    let expected = [
        "_step Int64 false",
        "a.b Int64 true",
        "f Float64 true",
        "j Utf8 true",
        "m Utf8 true",
        "n.k Boolean true",
        "t Utf8 true",
    ];
    assert_eq!(columns, expected);
    assert_eq!(reader.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
    let reader = SerializedFileReader::new(file).unwrap();
    let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
    assert_eq!(
        metadata.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(),
        [VERSION_KEY, COLUMNS_KEY, STEPS_KEY]
    );
}

#[test]
fn twenty_thousand_keys_are_no_trouble() {
    let members =
        |row: usize| (0..20_000).map(move |key| format!("\"key/{key}\":{row}.{key}")).collect::<Vec<_>>().join(",");
    let lines: Vec<String> = (0..20).map(|row| format!("{{{}}}", members(row))).collect();
    let batch = Batch::from_lines(&lines, 0).0;
    let file = written(&batch);
    assert_eq!(read(file.clone(), None, None).unwrap(), batch);
    assert_eq!(read(file, Some(&["key/77"]), None).unwrap(), batch.select(&["_step", "key/77"]));
}

proptest! {
    #[test]
    fn every_batch_comes_back(batch in batches()) {
        prop_assume!(!batch.is_empty());
        let batch = batch.sort_by_step();
        prop_assert_eq!(read(written(&batch), None, None).unwrap(), batch);
    }

    #[test]
    fn parts_are_what_filtering_the_whole_gives(batch in batches(), min in any::<i64>(), max in any::<i64>()) {
        prop_assume!(!batch.is_empty());
        let batch = batch.sort_by_step();
        let part = read(written(&batch), Some(&["a", "b"]), Some(min..max)).unwrap();
        prop_assert_eq!(part, batch.filter_step(min, max).select(&["a", "b", "_step"]));
    }
}

#[test]
fn floats_with_gaps_come_back_over_pages_and_groups_also_for_other_readers() {
    // Every row, none in whole pages, some of each eight, and a last page with few.
    for (rows, every) in [(20_000, 1), (20_000, 3), (8 << 10, 7), ((128 << 10) + 700, 40_000), (511, 2), (9_000, 9_001)]
    {
        let lines: Vec<String> = (0..rows)
            .map(|row| match row % every {
                0 => format!(r#"{{"_step":{row},"a":{:?},"b":0.5}}"#, (row as f64).sin() as f32),
                _ => format!(r#"{{"_step":{row},"b":0.5}}"#),
            })
            .collect();
        let batch = Batch::from_lines(&lines, 0).0;
        let file = written(&batch);
        assert_eq!(read(file.clone(), None, None).unwrap(), batch, "{rows} {every}");
        let middle = rows as i64 / 2..rows as i64 / 2 + 10;
        assert_eq!(
            read(file.clone(), None, Some(middle.clone())).unwrap(),
            batch.filter_step(middle.start, middle.end)
        );
        let others = SerializedFileReader::new(file).unwrap();
        let others = others.get_row_iter(None).unwrap().map(|row| row.unwrap());
        let floats = others.map(|row| match row.get_column_iter().find(|(name, _)| *name == "a") {
            Some((_, Field::Double(value))) => Some(*value),
            _ => None,
        });
        let expected = (0..rows).map(|row| batch.value(row, "a").and_then(|value| value.as_f64()));
        assert!(floats.eq(expected), "{rows} {every}");
    }
}

#[test]
fn pages_are_found_once_and_read_one_by_one() {
    let wide = |row: i32| f64::from(row).sin();
    let line = |row: i32| match row % 3 {
        0 => format!(r#"{{"_step":{row},"a":{:?},"b":{:?}}}"#, f64::from(wide(row) as f32), wide(row)),
        _ => format!(r#"{{"_step":{row},"b":{:?}}}"#, wide(row)),
    };
    let lines: Vec<String> = (0..20_000).map(line).collect();
    let file = written(&Batch::from_lines(&lines, 0).0);
    let footer = Footer::open(&file).unwrap();
    let pages = |key: &str| Pages::of_group(&file, &footer, key, 0).unwrap();
    assert!(pages("_step").is_none() && pages("nope").is_none());
    let (a, b) = (pages("a").unwrap(), pages("b").unwrap());
    let rows = |wanted: &Range<usize>| a.of(wanted).iter().map(|page| page.rows.clone()).collect::<Vec<_>>();
    let all = rows(&(0..20_000));
    assert_eq!(all, [0..8192, 8192..16_384, 16_384..20_000]);
    assert_eq!((rows(&(8191..8193)), rows(&(16_384..16_385))), (all[..2].to_vec(), all[2..].to_vec()));
    for page in all {
        let held: Vec<u32> = page.clone().filter(|row| row % 3 == 0).map(|row| (row - page.start) as u32).collect();
        let values = || held.iter().map(|row| wide(page.start as i32 + *row as i32));
        let (known, singles) = floats::read_page(&file, &a, &page).unwrap().unwrap();
        assert_eq!(singles, Values::Single(values().map(|value| value as f32).collect()));
        assert_eq!(known.as_ref(), Some(&held));
        let mut doubles = vec![0.25];
        assert_eq!(floats::read(&file, &a, &page, &mut doubles).unwrap(), known);
        assert!(doubles[1..].iter().copied().eq(values().map(|value| f64::from(value as f32))));
        let doubles = Values::Double(page.clone().map(|row| wide(row as i32)).collect());
        assert_eq!(floats::read_page(&file, &b, &page).unwrap(), Some((None, doubles)));
        assert!(floats::read_page(&file, &a, &(page.start..page.end - 1)).unwrap().is_none(), "a part of a page");
    }
}
