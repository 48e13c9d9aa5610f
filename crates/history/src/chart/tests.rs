//! A chart's answer depends on the rows alone, and shows every extreme.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::cells::Unusual;
use crate::segment;

/// A row: step, value, and whether it holds the value.
type Row = (i64, f64, bool);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let number = prop_oneof![8 => -1e6..1e6, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(f64::NEG_INFINITY)];
    let steps = prop_oneof![2 => 0..400_i64, 1 => -10_000..1_000_000_000_i64];
    let row = (steps, number, prop::bool::weighted(0.8));
    prop::collection::vec(row, 1..200).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        rows
    })
}

/// `t` never falls, `u` goes back and forth, `s` is only in some rows.
fn batch(rows: &[Row]) -> Batch {
    let bare = |number: f64| format!("{number:?}").replace("inf", "Infinity");
    let line = |(step, number, held): &Row| {
        let y = if *held { format!(",\"y\":{},\"s\":{step}", bare(*number)) } else { String::new() };
        format!("{{\"_step\":{step},\"t\":{}.5,\"u\":{}{y}}}", step / 3, step % 7)
    };
    Batch::from_lines(&rows.iter().map(line).collect::<Vec<_>>(), 0).0
}

fn segment(rows: &[Row]) -> Stored {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    let (bytes, stats) = segment::write(&batch(rows)).unwrap();
    let name = NAMES.fetch_add(1, Ordering::Relaxed).to_string().into();
    let source = Source::Bytes(Bytes::from(bytes));
    Stored { name, open: Box::new(move || Ok(source.clone())), steps: (stats.step_min, stats.step_max) }
}

fn chart_of(segments: Vec<Stored>, rows: Batch, replaces: bool) -> Chart {
    Chart::new(segments, Tail { rows, replaces }, &["y", "t", "u", "s"], &Arc::new(Cache::new(1 << 20)))
}

/// A chart of rows of which those before the cuts lie in segments.
fn chart(rows: &[Row], cuts: &[usize]) -> Chart {
    let (segments, rest) = stored(rows, cuts);
    chart_of(segments, rest, false)
}

fn stored(rows: &[Row], cuts: &[usize]) -> (Vec<Stored>, Batch) {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.min(&rows.len()).to_owned()).collect();
    cuts.sort_unstable();
    let mut segments = Vec::new();
    let mut start = 0;
    for mut cut in cuts {
        // Segments share no step.
        while cut < rows.len() && cut > start && rows[cut].0 == rows[cut - 1].0 {
            cut += 1;
        }
        if cut > start {
            segments.push(segment(&rows[start..cut]));
            start = cut;
        }
    }
    (segments, batch(&rows[start..]))
}

fn same(a: &Series, b: &Series) -> bool {
    let close = |(a, b): (&f64, &f64)| a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
    let bare = |series: &Series| Series { mean: Vec::new(), ..series.clone() };
    bare(a) == bare(b) && a.mean.len() == b.mean.len() && a.mean.iter().zip(&b.mean).all(close)
}

fn tame(rows: &[Row]) -> Vec<Row> {
    rows.iter().map(|(step, number, held)| (*step, if number.abs() > 1e9 { 1e9 } else { *number }, *held)).collect()
}

proptest! {
    #[test]
    fn segments_change_no_answer(
        rows in rows(),
        cuts in prop::collection::vec(0..220_usize, 0..4),
        most in 1..60_usize,
        range in prop::option::of((-10.0..500.0, 0.0..300.0)),
    ) {
        let rows = tame(&rows);
        let range = range.map(|(from, length)| (from, from + length));
        for x in ["_step", "t", "u", "s"] {
            let plain = chart(&rows, &[]).series(x, "y", range, most).unwrap();
            let mut chart = chart(&rows, &cuts);
            let stored = chart.series(x, "y", range, most).unwrap();
            prop_assert!(same(&plain, &stored), "over {}: {:?} and not {:?}", x, stored, plain);
            let kept = chart.series(x, "y", range, most).unwrap();
            prop_assert_eq!(&kept, &stored, "asked again");
            prop_assert!(plain.x.len() <= most, "{} points of {most}", plain.x.len());
            prop_assert!(x == "u" || plain.x.is_sorted(), "{:?}", plain.x);
        }
    }

    #[test]
    fn no_extreme_is_lost(rows in rows(), cuts in prop::collection::vec(0..220_usize, 0..4), most in 1..60_usize) {
        let held = || rows.iter().filter(|row| row.2).map(|row| row.1);
        let finite = || held().filter(|y| y.is_finite());
        for x in ["_step", "t", "u"] {
            let series = chart(&rows, &cuts).series(x, "y", None, most).unwrap();
            prop_assert_eq!(series.min.iter().copied().reduce(f64::min), finite().reduce(f64::min), "over {}", x);
            prop_assert_eq!(series.max.iter().copied().reduce(f64::max), finite().reduce(f64::max), "over {}", x);
            prop_assert_eq!(series.nan, held().filter(|y| y.is_nan()).count() as u64);
            prop_assert_eq!(series.inf, held().filter(|y| y.is_infinite()).count() as u64);
            for kind in Unusual::ALL {
                let marks = series.unusual.iter().filter(|(_, found)| *found == kind).count();
                prop_assert_eq!(marks > 0, held().any(|y| Unusual::of(y) == Some(kind)), "over {}", x);
                prop_assert!(marks <= most.max(2), "{} marks of {}", marks, most);
            }
            prop_assert!((0..series.x.len()).all(|at| series.min[at] <= series.mean[at] && series.mean[at] <= series.max[at]));
        }
    }

    #[test]
    fn rows_that_come_late_are_where_they_belong(rows in rows(), late in prop::collection::vec(any::<bool>(), 200), most in 1..60_usize) {
        let mut rows = tame(&rows);
        rows.dedup_by_key(|row| row.0);
        let (late, early): (Vec<_>, Vec<_>) = rows.iter().zip(&late).partition(|(_, late)| **late);
        let bare = |rows: Vec<(&Row, &bool)>| -> Vec<Row> { rows.into_iter().map(|(row, _)| *row).collect() };
        let (late, early) = (bare(late), bare(early));
        prop_assume!(!early.is_empty());
        let mut mixed = chart_of(vec![segment(&early)], batch(&late), most % 2 == 0);
        let (mixed, plain) = (mixed.series("_step", "y", None, most).unwrap(), chart(&rows, &[]).series("_step", "y", None, most).unwrap());
        prop_assert_eq!((&mixed.min, &mixed.max, &mixed.x, mixed.exact), (&plain.min, &plain.max, &plain.x, plain.exact));
    }
}

proptest! {
    #[test]
    fn a_later_write_of_a_step_takes_the_place_of_the_earlier(
        rows in rows(),
        again in prop::collection::vec((0..200_usize, -1e6..1e6, any::<bool>()), 1..40),
        cuts in prop::collection::vec(0..220_usize, 1..4),
        most in 1..60_usize,
        range in prop::option::of((-10.0..500.0, 0.0..300.0)),
    ) {
        let mut rows = tame(&rows);
        rows.dedup_by_key(|row| row.0);
        let range = range.map(|(from, length)| (from, from + length));
        let again: Vec<Row> = again.iter().map(|(at, number, held)| (rows[at % rows.len()].0, *number, *held)).collect();
        let whole = Batch::concat(vec![batch(&rows), batch(&again)]).merge_by_step();
        let (segments, rest) = stored(&rows, &cuts);
        let tail = Batch::concat(vec![rest, batch(&again)]).merge_by_step();
        let mut written = chart_of(segments, tail, true);
        for x in ["_step", "t", "u", "s"] {
            let plain = chart_of(Vec::new(), whole.clone(), true).series(x, "y", range, most).unwrap();
            let found = written.series(x, "y", range, most).unwrap();
            prop_assert!(same(&plain, &found), "over {}: {:?} and not {:?}", x, found, plain);
        }
    }
}

fn thousand() -> Vec<Row> {
    (0..1000).map(|step| (step, if step == 371 { 1e3 } else { f64::from(step as i32 % 10) }, true)).collect()
}

#[test]
fn a_spike_is_in_every_view() {
    for x in ["_step", "t", "u"] {
        let series = chart(&thousand(), &[300, 700]).series(x, "y", None, 20).unwrap();
        assert_eq!(series.max.iter().filter(|max| **max == 1e3).count(), 1, "over {x}");
    }
}

#[test]
fn a_line_begins_and_ends_with_the_values_logged() {
    let series = chart(&thousand(), &[300, 700]).series("_step", "y", None, 20).unwrap();
    let ends = |values: &[f64]| (values[0], values[values.len() - 1]);
    assert_eq!((ends(&series.x), ends(&series.mean)), ((0.0, 999.0), (0.0, 9.0)));
    assert_eq!((series.exact, series.x.len()), (false, 18));
}

#[test]
fn parts_of_the_axis_stay_where_they_are_when_rows_come() {
    let all = thousand();
    let (before, after) = (chart(&all[..900], &[]), chart(&all[..950], &[]));
    let inner = |mut chart: Chart| {
        let series = chart.series("_step", "y", None, 20).unwrap();
        series.x[1..10].to_vec()
    };
    assert_eq!(inner(before), inner(after));
}

#[test]
fn a_range_is_exact_when_its_rows_are_few() {
    for cuts in [&[][..], &[500], &[372, 373]] {
        let series = chart(&thousand(), cuts).series("_step", "y", Some((369.5, 373.0)), 20).unwrap();
        assert_eq!(
            (series.exact, series.x, series.mean),
            (true, vec![370.0, 371.0, 372.0, 373.0], vec![0.0, 1e3, 2.0, 3.0])
        );
        let none = chart(&thousand(), cuts).series("_step", "y", Some((2000.0, 3000.0)), 20).unwrap();
        assert!(none.exact && none.x.is_empty());
    }
}

#[test]
fn numbers_that_are_none_are_counted_even_when_there_are_no_others() {
    let rows: Vec<Row> = (0..50).map(|step| (step, f64::NAN, step > 9)).collect();
    let series = chart(&rows, &[30]).series("_step", "y", None, 20).unwrap();
    assert_eq!((series.nan, series.x.len()), (40, 0));
    let steps: Vec<f64> = series.unusual.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, [10.0, 12.0, 16.0, 20.0, 24.0, 28.0, 32.0, 36.0, 40.0, 44.0, 48.0]);
}

#[test]
fn numbers_that_are_none_are_shown_where_they_are() {
    let value = |step: i64| match step {
        35 | 36 | 900 => f64::NAN,
        37 => f64::INFINITY,
        700..750 => f64::NEG_INFINITY,
        step => step as f64,
    };
    let rows: Vec<Row> = (0..1000).map(|step| (step, value(step), true)).collect();
    for cuts in [&[][..], &[36, 700]] {
        let of = |x, range| chart(&rows, cuts).series(x, "y", range, 20).unwrap().unusual;
        let whole = [
            (35.0, Unusual::Nan),
            (37.0, Unusual::Above),
            (700.0, Unusual::Below),
            (704.0, Unusual::Below),
            (900.0, Unusual::Nan),
        ];
        assert_eq!(of("_step", None), whole);
        assert_eq!(of("_step", Some((36.0, 36.5))), [(36.0, Unusual::Nan)]);
        assert_eq!(of("_step", Some((38.0, 600.0))), []);
        // The last x of the cells that hold them.
        let over_time: Vec<f64> = of("t", None).iter().map(|(x, _)| *x).collect();
        assert_eq!(over_time, [21.5, 21.5, 234.5, 255.5, 319.5]);
        let over_rows: Vec<Unusual> = of("u", None).iter().map(|(_, kind)| *kind).collect();
        assert!(Unusual::ALL.iter().all(|kind| over_rows.contains(kind)));
    }
}

#[test]
fn what_is_known_of_a_segment_is_not_looked_up_again() {
    let opened = Arc::new(AtomicU64::new(0));
    let cache = Arc::new(Cache::new(1 << 20));
    let ask = |stored: &Stored, key: &str| {
        let (source, counted) = ((stored.open)().unwrap(), Arc::clone(&opened));
        let open: Open = Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(source.clone())
        });
        let again = Stored { name: Arc::clone(&stored.name), open, steps: stored.steps };
        let mut chart = Chart::new(vec![again], Tail::default(), &[key], &cache);
        let points = chart.series("_step", key, None, 20).unwrap().x.len();
        (points, opened.swap(0, Ordering::Relaxed))
    };
    // With an overview and too short for one.
    for stored in [segment(&thousand()), segment(&thousand()[..12])] {
        let count = ask(&stored, "y").0;
        assert_eq!(ask(&stored, "y"), (count, 0));
        assert_eq!(ask(&stored, "none").0, 0);
        assert_eq!((ask(&stored, "none"), ask(&stored, "nor this one")), ((0, 0), (0, 0)));
    }
}
