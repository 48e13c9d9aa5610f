//! What comes back from a copy is the table that it was made of, with what changed since.

use std::collections::BTreeMap;
use std::sync::RwLock;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;

use super::super::table::RunTable;
use super::super::tests::{numbered, project, small, stored, table};
use super::super::tree::Tree;
use super::*;
use crate::policy::Delete;
use crate::runs::document::RunDocument;
use crate::testing::{Lab, summary};

/// All that a table says of each run.
fn said(table: &RunTable) -> BTreeMap<i64, String> {
    let of = |row: u32| {
        let own: Vec<Option<Value>> =
            table.own_columns().iter().map(|column| column.get(row).map(|cell| cell.to_value())).collect();
        let trees = [&table.config, &table.summary].map(|tree| tree.value(Tree::ROOT, row));
        format!("{:?} {:?} {own:?} {trees:?}", table.states[row as usize], table.tags.get(row))
    };
    table.live.rows().into_iter().map(|row| (table.ids[row as usize], of(row))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn a_copy_and_what_changed_meanwhile_are_the_table(before in numbered(), after in numbered()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.runs");
        let whole = RwLock::new(table(&before).0);
        let head = Head::of(&whole.read().unwrap(), 7, 40);
        let news: Vec<_> = after.iter().step_by(2).chain(&[RunDocument { id: 100, ..after[1].clone() }]).map(stored).collect();
        // As it happens while columns are being written: none of it is in the head.
        let change = |table: &mut RunTable| {
            table.remove(before[3].id);
            table.remove(before[5].id);
            table.put(&news).unwrap();
        };
        change(&mut whole.write().unwrap());
        copy::write(&path, head, &whole).unwrap();
        let (mut copied, head) = copy::read(&path).unwrap().unwrap();
        prop_assert_eq!((head.database, head.horizon), (7, 40));
        change(&mut copied);
        prop_assert_eq!(said(&copied), said(&whole.read().unwrap()));
        let counts = |table: &RunTable| {
            let mut all = Vec::new();
            for tree in [&table.config, &table.summary] {
                tree.each(&mut |name, column| all.extend(column.kind().map(|kind| format!("{name} {kind:?}"))));
            }
            all
        };
        prop_assert_eq!(counts(&copied), counts(&whole.read().unwrap()));
    }
}

#[test]
fn a_copy_with_any_byte_changed_or_cut_off_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1.runs");
    let whole = RwLock::new(RunTable::new());
    copy::write(&path, Head::of(&whole.read().unwrap(), 7, 40), &whole).unwrap();
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        std::fs::write(&path, &bad).unwrap();
        assert!(copy::read(&path).is_err(), "byte {at}");
        std::fs::write(&path, &good[..at]).unwrap();
        assert!(copy::read(&path).is_err(), "{at} bytes");
    }
}

/// Waits until a project's copy is written.
async fn written(path: &Path) {
    while !path.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_process_that_starts_reads_the_copy_and_what_changed_since() {
    for lab in Lab::all().await {
        let mut runs = Vec::new();
        for (name, loss) in [("a", 0.4), ("b", 0.5), ("c", 0.6), ("d", 0.7)] {
            let run = lab.run(name).await;
            run.append(summary(&serde_json::json!({ "loss": loss }).to_string())).await.unwrap();
            runs.push(run);
        }
        let here = project(&lab).await;
        let tables = lab.domain.run_tables();
        let path = tables.copies().path(here.resource().id);
        assert_eq!(small(&here).await, "a b c d");
        written(&path).await;
        let copy = std::fs::read(&path).unwrap();
        lab.allow::<Delete>("a").await.unwrap().delete().await.unwrap();
        runs[1].append(summary(r#"{"loss":0.75}"#)).await.unwrap();
        lab.run("e").await.append(summary(r#"{"loss":0.25}"#)).await.unwrap();
        // A change that nothing tells of: who has read all runs knows it.
        let (db, last) = (lab.domain.db(), runs[3].resource().id);
        sql("UPDATE run SET summary = '{\"loss\":0.1}' WHERE id = $1").bind(last).run(db).await.unwrap();
        sql("DELETE FROM run_change WHERE run_id = $1").bind(last).run(db).await.unwrap();
        tables.forget();
        assert_eq!(small(&here).await, "e c d b", "the copy, and what changed since");

        let fresh = async |copy: &[u8]| {
            std::fs::write(&path, copy).unwrap();
            tables.forget();
            small(&here).await
        };
        // Where all runs were read there is a new copy soon.
        let anew = async |copy: &[u8], why: &str| {
            assert_eq!(fresh(copy).await, "d e c b", "{why}");
            while std::fs::read(&path).unwrap() == copy {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        anew(&copy[..copy.len() / 2], "a damaged one").await;
        assert_eq!(fresh(&copy).await, "e c d b");
        let renumber = async |by: i64| {
            sql("UPDATE counter SET last = last + $1 WHERE name = $2").bind(by).bind(NAME).run(db).await.unwrap()
        };
        renumber(1).await;
        anew(&copy, "one of another database").await;
        renumber(-1).await;
        assert_eq!(fresh(&copy).await, "e c d b");
        if lab.domain.database_kind() == "sqlite" {
            sql("UPDATE counter SET last = 1 WHERE name = 'run_change'").run(db).await.unwrap();
            anew(&copy, "a database that was put back").await;
        }
    }
}

#[test]
fn copies_that_nobody_uses_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let whole = RwLock::new(RunTable::new());
    let [old, new] = ["1.runs", "2.runs"].map(|name| folder.path().join(name));
    copy::write(&old, Head::of(&whole.read().unwrap(), 7, 40), &whole).unwrap();
    let file = std::fs::File::options().append(true).open(&old).unwrap();
    file.set_modified(file.metadata().unwrap().modified().unwrap() - UNUSED * 2).unwrap();
    copy::write(&new, Head::of(&whole.read().unwrap(), 7, 40), &whole).unwrap();
    tidy(&new).unwrap();
    assert!(!old.exists() && new.exists());
}

#[test]
fn copies_ahead_of_a_database_that_was_put_back_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let whole = RwLock::new(RunTable::new());
    let [behind, ahead, other] = ["1.runs", "2.runs", "3.part"].map(|name| folder.path().join(name));
    for (path, horizon) in [(&behind, 40), (&ahead, 41)] {
        copy::write(path, Head::of(&whole.read().unwrap(), 7, horizon), &whole).unwrap();
    }
    std::fs::write(&other, "no copy").unwrap();
    drop_ahead(folder.path(), 40).unwrap();
    assert_eq!([behind, ahead, other].map(|path| path.exists()), [true, false, true]);
    drop_ahead(&folder.path().join("none"), 40).unwrap();
}
