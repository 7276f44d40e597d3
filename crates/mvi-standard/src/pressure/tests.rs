//! The worked numbers of pressure, and the laws that hold for every point.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

static STANDARD: LazyLock<Standard> = LazyLock::new(|| Standard::builtin().unwrap());

fn measured(values: &[(&str, f64)]) -> Measurements {
    let mut measured = Measurements::default();
    values.iter().for_each(|(id, value)| measured.set(id, *value));
    measured
}

fn five(values: [f64; 5]) -> Measurements {
    let ids: Vec<&str> = STANDARD.dimensions.iter().map(|dimension| dimension.id.as_str()).collect();
    measured(&ids.into_iter().zip(values).collect::<Vec<_>>())
}

/// Pressure with four decimals and its band.
fn check(measured: &Measurements, expected: &str) {
    let told = pressure(&STANDARD, measured).unwrap();
    assert_eq!(format!("{} {}", told.printed(), told.band.as_str()), expected);
}

#[test]
fn the_recorded_cases_come_out() {
    let golden: Value = serde_json::from_str(include_str!("../../tests/fixtures/golden-v13.json")).unwrap();
    let cases = golden["pressure_cases"].as_array().unwrap();
    assert_eq!(cases.len(), 7);
    for case in cases {
        let told = pressure(&STANDARD, &serde_json::from_value(case["m"].clone()).unwrap()).unwrap();
        for (value, name) in [(told.value, "P"), (told.content, "C"), (told.coverage, "coverage")] {
            assert!((value - case[name].as_f64().unwrap()).abs() < 1e-9, "{name} of {case}: {value}");
        }
    }
}

#[test]
fn bases_have_the_pressure_of_their_band() {
    let band = |row: &str| {
        let row = STANDARD.row(row).unwrap();
        let at = |size| pressure(&STANDARD, &Measurements::of_size(size)).unwrap();
        let middle = pressure_of_band(&STANDARD, row).unwrap();
        let (low, high) = (at(row.target_min_mb), at(row.target_max_mb));
        format!("{} {} {} {}", low.printed(), middle.printed(), high.printed(), middle.band.as_str())
    };
    assert_eq!(band("go-static"), "0.0000 0.0964 0.1929 low");
    assert_eq!(band("static-web"), "0.0000 0.0421 0.0842 low");
    assert_eq!(band("dns-resolver"), "0.5388 0.5388 0.5388 low");
    assert_eq!(band("python-service"), "0.5388 0.6275 0.7163 medium");
    assert_eq!(band("node-portal"), "0.6076 0.7806 0.9536 medium");
    assert_eq!(band("python-ml"), "1.0622 1.1931 1.3239 high");
}

#[test]
fn the_labels_survive_all_five_dimensions() {
    check(&five([16.0, 20.0, 10.0, 0.0, 3.0]), "0.0630 low");
    check(&five([50.0, 120.0, 25.0, 2.0, 14.0]), "0.5290 low");
    check(&five([23.6, 60.0, 8.0, 6.0, 9.0]), "0.3852 low");
    check(&five([65.0, 700.0, 55.0, 8.0, 8.0]), "0.8087 medium");
    check(&five([105.0, 900.0, 90.0, 12.0, 8.0]), "0.9505 medium");
    check(&five([300.0, 4000.0, 600.0, 60.0, 9.0]), "1.4455 high");
    check(&five([3660.0, 8000.0, 900.0, 600.0, 60.0]), "2.1051 high");
}

#[test]
fn a_class_takes_its_own_floor_and_contents_add_up() {
    let size = Measurements::of_size(496.0);
    let row = STANDARD.row("node-portal").unwrap();
    let class = pressure_in_class(&STANDARD, &size, row, &Measurements::default()).unwrap();
    let fleet = pressure(&STANDARD, &size).unwrap();
    let floor = pressure(&STANDARD, &Measurements::of_size(row.target_min_mb)).unwrap();
    assert_eq!(
        (fleet.printed(), class.printed(), floor.printed()),
        ("1.4051".into(), "0.7975".into(), "0.6076".into())
    );
    assert!((fleet.content - class.content - floor.content).abs() < 1e-12);
}

#[test]
fn missing_places_leave_an_interval_and_a_question_mark() {
    let told = pressure(&STANDARD, &Measurements::of_size(496.0)).unwrap();
    let [low, high] = told.interval;
    assert_eq!((format!("{low:.4}"), format!("{high:.4}")), ("0.4684".to_owned(), "2.4684".to_owned()));
    assert_eq!((told.band_text(), told.missing.len()), ("high?".to_owned(), 4));
    assert_eq!(pressure(&STANDARD, &five([3660.0, 8000.0, 900.0, 600.0, 60.0])).unwrap().band_text(), "high");
}

#[test]
fn what_cannot_be_compared_with_a_floor_is_missing() {
    assert_eq!(pressure(&STANDARD, &Measurements::default()), None);
    assert_eq!(pressure(&STANDARD, &measured(&[("size_mb", -1.0), ("nonsense", 3.0)])), None);
    assert_eq!(pressure(&STANDARD, &Measurements::of_size(0.0)), None);
    assert_eq!(
        pressure(&STANDARD, &measured(&[("size_mb", f64::NAN), ("cve_count", 0.0)])).unwrap().observed,
        ["cve_count"]
    );
}

#[test]
fn images_are_compared_on_common_places_only() {
    let (left, right) =
        (measured(&[("size_mb", 24.0), ("cve_count", 0.0)]), measured(&[("size_mb", 12.0), ("mem_mb", 800.0)]));
    let told = compare(&STANDARD, &left, &right).unwrap();
    assert_eq!((told.left.observed.as_slice(), told.right.value), (["size_mb".to_owned()].as_slice(), 0.0));
    assert!((told.difference + told.left.value).abs() < 1e-12 && told.difference < 0.0);
    let empty = measured(&[("size_mb", 0.0), ("cve_count", 4.0)]);
    assert_eq!(compare(&STANDARD, &left, &empty).unwrap().left.observed, ["cve_count"]);
    assert_eq!(compare(&STANDARD, &measured(&[("mem_mb", 1.0)]), &left), None);
}

#[test]
fn a_point_gamma_above_every_floor_has_pressure_one() {
    let gamma = STANDARD.meta.gamma1;
    let places = STANDARD.dimensions.iter().map(|dimension| Place { ratio: gamma, degree: dimension.degree });
    assert!((height(places, gamma).unwrap().pressure - 1.0).abs() < 1e-12);
    assert_eq!(STANDARD.dimensions.iter().map(|dimension| dimension.degree).sum::<u32>(), 12);
}

fn point() -> impl Strategy<Value = [f64; 5]> {
    [1.0..13_000.0_f64, 2.0..8_100.0, 1.0..3_000.0, 0.0..900.0, 1.0..120.0]
}

fn ratios() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((-4.0..4.0_f64).prop_map(f64::exp), 5)
}

fn of(ratios: &[f64]) -> Height {
    let degrees = STANDARD.dimensions.iter().map(|dimension| dimension.degree);
    height(ratios.iter().zip(degrees).map(|(ratio, degree)| Place { ratio: *ratio, degree }), STANDARD.meta.gamma1)
        .unwrap()
}

fn each(left: &[f64], right: &[f64], combine: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    left.iter().zip(right).map(|(left, right)| combine(*left, *right)).collect()
}

proptest! {
    #[test]
    fn pressure_is_never_negative_and_zero_only_at_the_floor(values in point()) {
        let told = pressure(&STANDARD, &five(values)).unwrap();
        let above = STANDARD.dimensions.iter().zip(values).any(|(dimension, value)| value > dimension.floor);
        prop_assert!(told.value >= 0.0 && told.credit >= 0.0);
        prop_assert_eq!(told.value > 0.0, above);
        prop_assert_eq!(told.coverage, 1.0);
    }

    #[test]
    fn more_of_anything_is_never_less_pressure(values in point(), place in 0_usize..5, factor in 1.01..4.0_f64) {
        let before = pressure(&STANDARD, &five(values)).unwrap().value;
        let mut more = values;
        more[place] = more[place] * factor + 1.0;
        let after = pressure(&STANDARD, &five(more)).unwrap().value;
        prop_assert!(after >= before);
        prop_assert_eq!(after > before, more[place] > STANDARD.dimensions[place].floor);
    }

    #[test]
    fn another_unit_leaves_the_pressure(values in point(), place in 0_usize..5, scale in 0.001..1000.0_f64) {
        let mut other = Standard::builtin().unwrap();
        other.dimensions[place].floor *= scale;
        other.dimensions[place].shift *= scale;
        let mut scaled = values;
        scaled[place] *= scale;
        let (here, there) = (pressure(&STANDARD, &five(values)).unwrap(), pressure(&other, &five(scaled)).unwrap());
        prop_assert!((here.value - there.value).abs() < 1e-9);
    }

    #[test]
    fn pressure_of_a_point_less_that_of_its_inverse_is_its_content(x in ratios()) {
        let inverse: Vec<f64> = x.iter().map(|ratio| 1.0 / ratio).collect();
        prop_assert!((of(&x).pressure - of(&inverse).pressure - of(&x).content).abs() < 1e-9);
    }

    #[test]
    fn a_child_has_at_most_its_parents_pressure_and_its_own(x in ratios(), y in ratios()) {
        let product = of(&each(&x, &y, |x, y| x * y));
        prop_assert!(product.pressure <= of(&x).pressure + of(&y).pressure + 1e-9);
        prop_assert!((product.content - of(&x).content - of(&y).content).abs() < 1e-9);
    }

    #[test]
    fn a_power_multiplies_the_pressure(x in ratios(), power in 0.0..3.0_f64) {
        let powered: Vec<f64> = x.iter().map(|ratio| ratio.powf(power)).collect();
        prop_assert!((of(&powered).pressure - power * of(&x).pressure).abs() < 1e-9);
    }

    #[test]
    fn a_place_in_two_halves_is_the_same_place(x in ratios()) {
        let halves = x.iter().zip(&STANDARD.dimensions).flat_map(|(ratio, dimension)| {
            [Place { ratio: *ratio, degree: dimension.degree }; 2]
        });
        prop_assert!((height(halves, STANDARD.meta.gamma1).unwrap().pressure - of(&x).pressure).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_full_value(values in point(), kept in 1_u32..32) {
        let full = pressure(&STANDARD, &five(values)).unwrap();
        let within_cap = |(dimension, value): (&crate::standard::Dimension, f64)| {
            ((value + dimension.shift) / (dimension.floor + dimension.shift)).ln() <= 3.0 * STANDARD.meta.gamma1.ln()
        };
        prop_assume!(STANDARD.dimensions.iter().zip(values).all(within_cap));
        let mut part = Measurements::default();
        five(values).iter().enumerate().filter(|(place, _)| kept & (1 << place) != 0).for_each(|(_, (id, value))| part.set(id, value));
        let [low, high] = pressure(&STANDARD, &part).unwrap().interval;
        prop_assert!(low - 1e-9 <= full.value && full.value <= high + 1e-9, "{low} {} {high}", full.value);
    }
}
