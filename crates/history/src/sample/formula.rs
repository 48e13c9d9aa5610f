//! Formulas over the lines of one run, such as `train/loss - val/loss`.

use serde::Deserialize;
use serde_json::Value;

use super::Series;

/// A formula as a tree. As JSON a number is itself, a text is the metric of that name, and a list is an operator or a
/// function and what it is applied to: `["-", "train/loss", ["sqrt", "val/loss"]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Value")]
pub struct Formula {
    /// The metrics that it reads, in the order of their first use.
    pub names: Vec<String>,
    node: Node,
}

#[derive(Debug, Clone)]
enum Node {
    Number(f64),
    /// One of the names.
    Metric(usize),
    Apply(Apply, Vec<Node>),
}

type Apply = fn(&[f64]) -> f64;

/// What takes one number.
const ONE: [(&str, Apply); 15] = [
    ("abs", |v| v[0].abs()),
    ("ceil", |v| v[0].ceil()),
    ("cos", |v| v[0].cos()),
    ("exp", |v| v[0].exp()),
    ("floor", |v| v[0].floor()),
    ("ln", |v| v[0].ln()),
    ("log", |v| v[0].ln()),
    ("log10", |v| v[0].log10()),
    ("log2", |v| v[0].log2()),
    // Halves go up, and of 0 the sign is 0, as in the web app.
    ("round", |v| (v[0] + 0.5).floor()),
    ("sign", |v| if v[0] == 0.0 { 0.0 } else { v[0].signum() }),
    ("sin", |v| v[0].sin()),
    ("sqrt", |v| v[0].sqrt()),
    ("tan", |v| v[0].tan()),
    ("tanh", |v| v[0].tanh()),
];
/// What takes two.
const TWO: [(&str, Apply); 7] = [
    ("+", |v| v[0] + v[1]),
    ("-", |v| v[0] - v[1]),
    ("*", |v| v[0] * v[1]),
    ("/", |v| v[0] / v[1]),
    ("%", |v| v[0] % v[1]),
    ("**", |v| v[0].powf(v[1])),
    ("pow", |v| v[0].powf(v[1])),
];
/// What takes one or more. What is not a number makes the whole none.
const MANY: [(&str, Apply); 2] = [
    ("max", |v| {
        v.iter().copied().fold(f64::NEG_INFINITY, |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) })
    }),
    ("min", |v| {
        v.iter().copied().fold(f64::INFINITY, |a, b| if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) })
    }),
];

impl TryFrom<Value> for Formula {
    type Error = String;
    fn try_from(tree: Value) -> Result<Self, String> {
        let mut names = Vec::new();
        let node = Node::read(&tree, &mut names)?;
        if names.is_empty() { Err("a formula that reads no metric".to_owned()) } else { Ok(Self { names, node }) }
    }
}

impl Node {
    fn read(tree: &Value, names: &mut Vec<String>) -> Result<Self, String> {
        match tree {
            Value::Number(number) => Ok(Self::Number(number.as_f64().unwrap_or(f64::NAN))),
            Value::String(name) => {
                let known = names.iter().position(|known| known == name);
                Ok(Self::Metric(known.unwrap_or_else(|| {
                    names.push(name.clone());
                    names.len() - 1
                })))
            }
            Value::Array(list) => {
                let (name, values) = list.split_first().ok_or("a formula is empty")?;
                let name = name.as_str().ok_or("a formula does not begin with a function")?;
                let of = |all: &[(&str, Apply)], fits: bool| {
                    all.iter().find(|(known, _)| fits && *known == name).map(|(_, apply)| *apply)
                };
                let apply = of(&ONE, values.len() == 1).or_else(|| of(&TWO, values.len() == 2));
                let apply = apply.or_else(|| of(&MANY, !values.is_empty()));
                let apply = apply.ok_or_else(|| format!("no function {name} of {} values", values.len()))?;
                Ok(Self::Apply(apply, values.iter().map(|value| Self::read(value, names)).collect::<Result<_, _>>()?))
            }
            _ => Err(format!("{tree} in a formula")),
        }
    }

    fn value(&self, metrics: &[f64]) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Metric(at) => metrics[*at],
            Self::Apply(apply, values) => apply(&values.iter().map(|value| value.value(metrics)).collect::<Vec<f64>>()),
        }
    }
}

impl Formula {
    /// The line of the formula, of the lines of its metrics in the order of `names`: a point wherever the first has one and
    /// all others have a value, which lies between their points. Where the result is no finite number is no point.
    #[must_use]
    pub fn line(&self, lines: &[&Series]) -> Series {
        let mut series = Series { exact: true, ..Series::default() };
        let sorted: Vec<Vec<(f64, f64)>> = lines.iter().map(|line| ascending(line)).collect();
        let Some(first) = sorted.first() else { return series };
        let mut places = vec![0; sorted.len()];
        let mut values = vec![0.0; sorted.len()];
        for (x, _) in first {
            let each = sorted.iter().zip(&mut places).zip(&mut values);
            let held = each.map(|((line, place), value)| between(line, *x, place).map(|found| *value = found));
            if held.collect::<Option<()>>().is_some() {
                let value = self.node.value(&values);
                if value.is_finite() {
                    series.push(*x, value, value, value);
                }
            }
        }
        series
    }
}

/// The points of a line in the order of x.
fn ascending(line: &Series) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = line.x.iter().copied().zip(line.mean.iter().copied()).collect();
    if !points.is_sorted_by(|a, b| a.0 <= b.0) {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    points
}

/// What a line is at `x`, which never falls from one call to the next; `place` is where it was the last time.
fn between(line: &[(f64, f64)], x: f64, place: &mut usize) -> Option<f64> {
    while line.get(*place).is_some_and(|(known, _)| *known < x) {
        *place += 1;
    }
    let (after, y) = *line.get(*place)?;
    if after == x {
        return Some(y);
    }
    let (before, from) = line[place.checked_sub(1)?];
    Some(from + (y - from) * (x - before) / (after - before))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn formula(tree: Value) -> Result<Formula, String> {
        serde_json::from_value(tree).map_err(|error| error.to_string())
    }

    fn line(points: &[(f64, f64)]) -> Series {
        let mut series = Series::default();
        points.iter().for_each(|(x, y)| series.push(*x, *y, *y, *y));
        series
    }

    #[test]
    fn a_point_is_where_the_first_metric_has_one_and_all_have_a_value() {
        let (a, b) =
            (line(&[(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (9.0, 1.0)]), line(&[(0.0, 10.0), (2.0, 30.0), (3.0, 0.0)]));
        let difference = formula(json!(["-", "a", ["*", 2, "b"]])).unwrap();
        assert_eq!(difference.names, ["a", "b"]);
        let found = difference.line(&[&a, &b]);
        assert_eq!((found.x, found.mean), (vec![0.0, 1.0, 2.0], vec![-19.0, -38.0, -57.0]));
        let back = line(&[(2.0, 30.0), (3.0, 0.0), (0.0, 10.0)]);
        assert_eq!(difference.line(&[&a, &back]).mean, found.min);
        assert!(difference.line(&[&a, &line(&[])]).x.is_empty());
        let root = formula(json!(["sqrt", ["-", "a", 2]])).unwrap();
        assert_eq!(root.line(&[&a]).x, [1.0, 2.0], "no point where there is no number");
    }

    #[test]
    fn every_function_is_there() {
        let cases = [
            (json!(["+", 7, 4]), 11.0),
            (json!(["%", -7, 4]), -3.0),
            (json!(["/", 7, 4]), 1.75),
            (json!(["**", 2, 10]), 1024.0),
            (json!(["pow", 2, -1]), 0.5),
            (json!(["max", 1, 5, 3]), 5.0),
            (json!(["min", 4]), 4.0),
            (json!(["round", -0.5]), 0.0),
            (json!(["sign", -3]), -1.0),
            (json!(["log", 1]), 0.0),
            (json!(["log2", 8]), 3.0),
        ];
        for (tree, value) in cases {
            assert_eq!(Node::read(&tree, &mut Vec::new()).unwrap().value(&[]), value, "{tree}");
        }
        assert!(Node::read(&json!(["max", 1, ["sqrt", -1]]), &mut Vec::new()).unwrap().value(&[]).is_nan());
        for tree in [
            json!(["+", 1, 2]),
            json!([]),
            json!([1, 2]),
            json!(["sqrt", 1, 2]),
            json!(["-", 1]),
            json!(["eval", "a"]),
            json!({}),
            json!(null),
        ] {
            assert!(formula(tree.clone()).is_err(), "{tree}");
        }
    }
}
