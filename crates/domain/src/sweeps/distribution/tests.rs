//! Values of every distribution at known places, and what is wrong with a specification.

use serde_json::{Value, json};

use super::*;
use crate::{Error, Problem};

fn read(spec: Value) -> Distribution {
    parse("p", &spec).unwrap()
}

fn at(spec: Value, u: f64) -> Value {
    read(spec).value(u)
}

fn near(spec: Value, u: f64, expected: f64) {
    let found = at(spec.clone(), u).as_f64().unwrap();
    assert!((found - expected).abs() < 1e-6 * expected.abs().max(1.0), "{spec} at {u}: {found}, not {expected}");
}

fn code(spec: Value) -> &'static str {
    match parse("p", &spec) {
        Err(Error::Invalid(problem)) => problem.code(),
        other => panic!("{spec}: {other:?}"),
    }
}

#[test]
fn the_keys_tell_the_kind() {
    assert_eq!(read(json!({ "value": null })), Distribution::Constant(Value::Null));
    assert_eq!(read(json!({ "min": 1, "max": 3 })), Distribution::IntUniform { min: 1, max: 3 });
    assert_eq!(read(json!({ "min": 1, "max": 3.0 })), Distribution::Uniform { min: 1.0, max: 3.0 });
    assert!(matches!(read(json!({ "values": [1, "a"] })), Distribution::Categorical { probabilities: None, .. }));
}

#[test]
fn values_in_equal_parts() {
    let spec = json!({ "values": ["a", "b", "c", "d"] });
    for (u, value) in [(0.0, "a"), (0.25, "a"), (0.26, "b"), (0.75, "c"), (0.999, "d")] {
        assert_eq!(at(spec.clone(), u), value, "{u}");
    }
}

#[test]
fn values_with_probabilities() {
    let spec = json!({ "values": ["a", "b", "a"], "probabilities": [0.2, 0.5, 0.3] });
    for (u, value) in [(0.0, "a"), (0.49, "a"), (0.5, "b"), (0.999_999_999, "b")] {
        assert_eq!(at(spec.clone(), u), value, "{u}");
    }
}

#[test]
fn whole_numbers_reach_both_ends() {
    let spec = json!({ "min": -1, "max": 2 });
    for (u, value) in [(0.0, -1), (0.24, -1), (0.25, 0), (0.76, 2), (0.999_999, 2)] {
        assert_eq!(at(spec.clone(), u), value, "{u}");
    }
    let wide = json!({ "min": i64::MIN, "max": i64::MAX });
    assert_eq!(at(wide, 0.0), i64::MIN);
}

/// Reference values from scipy.stats: `uniform`, `norm`, `beta` and their inverse functions.
#[test]
fn numbers_follow_their_distribution() {
    let spec = |distribution: &str, rest: Value| {
        let mut spec = rest;
        spec["distribution"] = json!(distribution);
        spec
    };
    near(spec("uniform", json!({ "min": 1, "max": 3 })), 0.25, 1.5);
    near(spec("log_uniform", json!({ "min": 0, "max": 2 })), 0.5, 1.0f64.exp());
    near(spec("log_uniform_values", json!({ "min": 0.0001, "max": 0.01 })), 0.5, 0.001);
    near(spec("inv_log_uniform", json!({ "min": 0, "max": 2 })), 0.0, (-2.0f64).exp());
    near(spec("inv_log_uniform", json!({ "min": 0, "max": 2 })), 0.5, (-1.0f64).exp());
    near(spec("inv_log_uniform_values", json!({ "min": 0.01, "max": 1.0 })), 0.5, 0.1);
    near(spec("inv_log_uniform_values", json!({ "min": 0.01, "max": 1.0 })), 0.0, 0.01);
    near(spec("normal", json!({})), 0.975, 1.959_963_985);
    near(spec("normal", json!({ "mu": 10, "sigma": 2 })), 0.5, 10.0);
    near(spec("log_normal", json!({ "mu": 0, "sigma": 1 })), 0.841_344_746, 1.0f64.exp());
    near(spec("beta", json!({ "a": 1, "b": 1 })), 0.3, 0.3);
    near(spec("beta", json!({ "a": 2, "b": 5 })), 0.5, 0.264_449_983);
    for u in [0.0, 0.999_999_999_999_999_9] {
        let normal = at(spec("normal", json!({})), u);
        assert!(normal.as_f64().is_some_and(f64::is_finite), "{normal}");
    }
}

#[test]
fn steps_are_multiples_and_whole_where_the_step_is() {
    let spec = |distribution: &str, rest: Value| {
        let mut spec = rest;
        spec["distribution"] = json!(distribution);
        spec
    };
    assert_eq!(at(spec("q_uniform", json!({ "min": 0, "max": 10, "q": 4 })), 0.7), 8);
    assert_eq!(at(spec("q_uniform", json!({ "min": 0, "max": 10 })), 0.51), 5);
    near(spec("q_uniform", json!({ "min": 0, "max": 1, "q": 0.25 })), 0.6, 0.5);
    near(spec("q_log_uniform_values", json!({ "min": 1, "max": 100, "q": 5 })), 0.5, 10.0);
    near(spec("q_log_uniform", json!({ "min": 0, "max": 2, "q": 0.5 })), 0.5, 2.5);
    assert_eq!(at(spec("q_normal", json!({ "mu": 10, "sigma": 3, "q": 2 })), 0.975), 16);
    assert_eq!(at(spec("q_log_normal", json!({ "q": 1 })), 0.841_344_746), 3);
    near(spec("q_beta", json!({ "a": 2, "b": 5, "q": 0.1 })), 0.5, 0.3);
}

#[test]
fn what_is_wrong_is_named() {
    assert_eq!(code(json!({})), "SWEEP_PARAMETER_EMPTY");
    assert_eq!(code(json!(0.1)), "SWEEP_PARAMETER_EMPTY");
    assert_eq!(code(json!({ "min": 1 })), "SWEEP_PARAMETER_EMPTY");
    assert_eq!(code(json!({ "values": [] })), "SWEEP_PARAMETER_NEEDS");
    assert_eq!(code(json!({ "values": 3 })), "SWEEP_PARAMETER_NEEDS");
    assert_eq!(code(json!({ "min": 3, "max": 1 })), "SWEEP_BOUNDS");
    assert_eq!(code(json!({ "min": "1", "max": 3 })), "SWEEP_PARAMETER_NEEDS");
    assert_eq!(code(json!({ "distribution": "gamma" })), "SWEEP_DISTRIBUTION");
    assert_eq!(code(json!({ "distribution": "q_gamma" })), "SWEEP_DISTRIBUTION");
    assert_eq!(code(json!({ "distribution": 3 })), "SWEEP_DISTRIBUTION");
    assert_eq!(code(json!({ "distribution": "uniform", "min": 1 })), "SWEEP_PARAMETER_NEEDS");
    assert_eq!(code(json!({ "distribution": "int_uniform", "min": 1, "max": 2.5 })), "SWEEP_PARAMETER_WHOLE");
    assert_eq!(code(json!({ "distribution": "normal", "sigma": 0 })), "SWEEP_PARAMETER_POSITIVE");
    assert_eq!(code(json!({ "distribution": "beta", "a": -1 })), "SWEEP_PARAMETER_POSITIVE");
    assert_eq!(code(json!({ "distribution": "log_uniform_values", "min": 0, "max": 1 })), "SWEEP_PARAMETER_POSITIVE");
    assert_eq!(code(json!({ "distribution": "q_uniform", "min": 0, "max": 1, "q": 0 })), "SWEEP_PARAMETER_POSITIVE");
    for probabilities in [json!([0.5]), json!([0.5, 0.6]), json!([1.5, -0.5]), json!("x")] {
        assert_eq!(code(json!({ "values": [1, 2], "probabilities": probabilities })), "SWEEP_PROBABILITIES");
    }
    assert!(matches!(
        parse("a.b", &json!({})),
        Err(Error::Invalid(Problem::SweepParameterEmpty { parameter })) if parameter == "a.b"
    ));
}
