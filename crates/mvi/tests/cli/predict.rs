//! Forecasts as users meet them: what is said without a history, with one, and about files that cannot be.

use std::fmt::Write as _;

use serde_json::Value;

use crate::desk::{Desk, text};

const SERVICE: &str = "\
name = \"api\"
base = \"python:3.12-slim\"
[service]
runtime = \"python\"
dependencies = 12
native_extensions = 0
[reasons]
wheels = []
interpreters = {}
";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("service.toml", SERVICE.as_bytes());
    desk
}

/// Services of Python, each built on two bases; what they measure follows from their dependencies.
fn history(count: u32, source: &str) -> String {
    let mut text = String::from(
        "at,service,runtime,base,source,outcome,dependencies,native_extensions,size_mb,startup_ms,mem_mb,cve_count,layer_count\n",
    );
    for number in 0..count {
        for (base, mb, cves) in [("python:3.12-alpine", 18.04, 4), ("python:3.12-slim", 43.19, 38)] {
            let dependencies = number * 7 % 40;
            let (mb, startup) = (mb + 12.0 + f64::from(dependencies) * 0.7, 300 + dependencies * 9);
            writeln!(
                text,
                "{number},s{number},python,{base},{source},ok,{dependencies},0,{mb:.2},{startup},{},{},8",
                40 + dependencies,
                cves + dependencies / 10
            )
            .unwrap();
        }
    }
    text
}

fn predict(desk: &Desk, arguments: &[&str]) -> Value {
    let arguments: Vec<&str> = ["predict"].iter().chain(arguments).copied().chain(["--format", "json"]).collect();
    serde_json::from_slice(&desk.run(&arguments).stdout).unwrap()
}

/// Checks the exit code and what stands on standard error.
fn refuses(desk: &Desk, arguments: &[&str], code: i32, expected: &str) {
    let output = desk.run(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.contains(expected), "{arguments:?}: {said}");
}

#[test]
fn without_a_history_the_prior_ranks_and_what_is_in_use_stays() {
    let report = predict(&desk(), &["service.toml"]);
    let decision = &report["decision"];
    assert_eq!((&decision["kind"], &decision["chosen"]), (&"keep".into(), &"python:3.12-slim".into()), "{decision}");
    assert_eq!(decision["trials"][0], "python:3.12-alpine");
    let first = &decision["candidates"][0];
    assert_eq!((&first["base"], &first["forecast"]["by"]), (&"python:3.12-alpine".into(), &"prior".into()));
    // The middle of the row's target, 50 to 80 MB, and half of it to either side.
    let size = &first["forecast"]["dimensions"][0];
    assert_eq!(
        (size["value"].as_f64(), size["low"].as_f64(), size["high"].as_f64()),
        (Some(65.0), Some(32.5), Some(97.5))
    );
    let node = decision["candidates"].as_array().unwrap().iter().find(|one| one["base"] == "node:22-alpine").unwrap();
    assert_eq!(node["excluded"], "`node:22-alpine` does not bring the runtime python");
}

#[test]
fn a_history_opens_the_gate_and_moves_the_service() {
    let desk = desk();
    desk.write("builds.csv", history(200, "built").as_bytes());
    let report = predict(&desk, &["service.toml", "--history", "builds.csv", "--save-model", "model.json"]);
    let decision = &report["decision"];
    assert_eq!(
        (&decision["kind"], &decision["chosen"]),
        (&"propose".into(), &"python:3.12-alpine".into()),
        "{decision}"
    );
    let told = &decision["candidates"][0]["forecast"];
    assert_eq!((&told["by"], &told["calibrated"]), (&"model".into(), &true.into()));
    assert!(decision["gain_interval"][0].as_f64().unwrap() > 0.0);
    let again = predict(&desk, &["service.toml", "--model", "model.json"]);
    assert_eq!(again, report, "a model that was kept says the same");
    let said = desk.says(&["predict", "service.toml", "--model", "model.json"]);
    assert!(said.starts_with("api: propose python:3.12-alpine") && said.contains("dependencies ×"), "{said}");
}

/// RFC 8785 writes 1.0 as 1.
fn numbers_alike(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(items) => items.into_iter().map(numbers_alike).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, numbers_alike(value))).collect(),
        other => other,
    }
}

#[test]
fn a_decision_record_is_sealed_and_holds_the_report() {
    let desk = desk();
    desk.says(&["key", "new", "--no-password", "ada.key"]);
    let report = predict(&desk, &["service.toml", "--key", "ada.key", "--record", "decision.json"]);
    let envelope = mvi_seal::Envelope::from_json(&std::fs::read(desk.path("decision.json")).unwrap()).unwrap();
    let key = std::fs::read_to_string(desk.path("ada.key.pub")).unwrap();
    let key = mvi_seal::PublicKey::from_pem(&key).unwrap();
    let (payload, _) = envelope.verify("application/vnd.mvi.decision+json", &[key]).unwrap();
    assert_eq!(numbers_alike(serde_json::from_slice(&payload).unwrap()), numbers_alike(report));
    refuses(&desk, &["predict", "service.toml", "--record", "decision.json"], 2, "--key");
}

#[test]
fn simulated_builds_do_not_open_it() {
    let desk = desk();
    desk.write("builds.csv", history(200, "simulated").as_bytes());
    let report = predict(&desk, &["service.toml", "--history", "builds.csv"]);
    assert_eq!((&report["builds"], &report["simulated"]), (&0.into(), &400.into()));
    assert_eq!(report["decision"]["candidates"][0]["forecast"]["by"], "prior");
}

#[test]
fn the_same_history_gives_the_same_bytes_for_any_number_of_threads() {
    let desk = desk();
    desk.write("builds.csv", history(100, "built").as_bytes());
    for (jobs, model) in [("1", "one.json"), ("2", "two.json")] {
        desk.says(&["predict", "service.toml", "--history", "builds.csv", "--save-model", model, "--jobs", jobs]);
    }
    assert_eq!(std::fs::read(desk.path("one.json")).unwrap(), std::fs::read(desk.path("two.json")).unwrap());
}

#[test]
fn nothing_that_can_be_had_is_an_answer_with_its_proofs() {
    let desk = desk();
    let impossible =
        SERVICE.replace("dependencies = 12", "without_musl = 2").replace("\"python:3.12-slim\"", "\"debian:12\"");
    let out = "[reasons.failed_trials]\n\"python:3.12-slim\" = \"sha256:ab\"\n";
    desk.write("service.toml", format!("{impossible}{out}").as_bytes());
    let output = desk.run(&["predict", "service.toml"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    for proof in
        ["no base can be had", "2 dependencies can be had for glibc only", "a trial build on `python:3.12-slim` failed"]
    {
        assert!(said.contains(proof), "{said}");
    }
}

#[test]
fn an_image_shows_its_own_features() {
    let report = predict(&desk(), &["app"]);
    let decision = &report["decision"];
    assert!(
        decision["candidates"].as_array().unwrap().iter().any(|one| one["base"] == "python:3.12-alpine"),
        "{report}"
    );
}

#[test]
fn evaluation_is_a_table() {
    let desk = desk();
    desk.write("builds.csv", history(200, "built").as_bytes());
    let said = desk.says(&["predict", "evaluate", "builds.csv"]);
    for words in [
        "services never seen",
        "40 built on several bases",
        "always alpine",
        "the standard's table",
        "mean absolute error",
    ] {
        assert!(said.contains(words), "{words}:\n{said}");
    }
    let report = predict(&desk, &["evaluate", "builds.csv"]);
    let scores = report["evaluation"]["cold"].as_array().unwrap();
    let regret = |name: &str| scores.iter().find(|one| one["method"] == name).unwrap()["regret"].as_f64().unwrap();
    assert!(regret("model") < 1e-9 && regret("any at random") > 0.1, "{scores:?}");
    let sizes = &report["evaluation"]["dimensions"][0];
    assert_eq!((&sizes["dimension"], &sizes["builds"]), (&"size_mb".into(), &80.into()));
    assert!(sizes["model"].as_f64().unwrap() < 0.02 && sizes["prior"].as_f64().unwrap() > 0.1, "{sizes}");
}

/// Holds a report of `mvi predict evaluate` against the schema that is shipped.
fn follows_its_schema(report: &Value) {
    let schema = serde_json::from_str(include_str!("../../schema/mvi-predict-evaluate-1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> =
        validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn evaluations_follow_their_schema_with_a_backtest_and_without() {
    let desk = desk();
    for (count, name) in [(200, "long.csv"), (9, "short.csv"), (0, "none.csv")] {
        desk.write(name, history(count, "built").as_bytes());
        let report = predict(&desk, &["evaluate", name]);
        follows_its_schema(&report);
        let trust = &report["evaluation"]["trust"];
        assert_eq!(trust["backtest"].is_null(), count < 200, "{trust}");
    }
    let mut report = predict(&desk, &["evaluate", "long.csv"]);
    report["evaluation"]["guess"] = 1.into();
    let schema = serde_json::from_str(include_str!("../../schema/mvi-predict-evaluate-1.json")).unwrap();
    assert!(!jsonschema::validator_for(&schema).unwrap().is_valid(&report), "the schema lets anything pass");
}

#[test]
fn an_empty_base_is_never_chosen_for_what_needs_a_runtime() {
    let desk = desk();
    let mut text = history(200, "built");
    for number in 0..200 {
        // It would weigh least of all.
        writeln!(text, "{number},s{number},python,scratch,built,failed,3,0,,,,,").unwrap();
    }
    desk.write("builds.csv", text.as_bytes());
    let report = predict(&desk, &["evaluate", "builds.csv"]);
    let scores = report["evaluation"]["cold"].as_array().unwrap();
    let failed = |name: &str| scores.iter().find(|one| one["method"] == name).unwrap()["infeasible"].as_f64().unwrap();
    assert_eq!((failed("prior"), failed("model")), (0.0, 0.0), "{scores:?}");
    assert!(failed("any at random") > 0.3);
}

#[test]
fn one_build_is_no_experience() {
    let desk = desk();
    let one: Vec<String> = history(1, "built").lines().take(2).map(str::to_owned).collect();
    desk.write("one.csv", one.join("\n").as_bytes());
    let report = predict(&desk, &["service.toml", "--history", "one.csv"]);
    assert_eq!(report["builds"], 1);
    assert!(report["decision"]["candidates"].as_array().unwrap().iter().all(|one| one["forecast"]["by"] == "prior"));
    assert_eq!(predict(&desk, &["evaluate", "one.csv"])["evaluation"]["cold_cases"], 0);
}

/// The builds that were really made, of which the project keeps the measurements.
const GRID: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/grid");

#[test]
fn the_grid_of_real_builds_is_read_and_every_failure_has_its_reason() {
    let read = |name: &str| std::fs::read_to_string(format!("{GRID}/{name}")).unwrap();
    let (builds, reasons) = (read("builds.csv"), read("reasons.csv"));
    let fields = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = builds.lines().skip(1).map(fields).collect();
    assert!(rows.len() >= 240 && rows.iter().all(|row| row[5] == "built"), "{} rows", rows.len());
    for column in [2, 3] {
        let kinds: std::collections::BTreeSet<&str> = rows.iter().map(|row| row[column].as_str()).collect();
        assert!(kinds.len() >= 6, "{kinds:?}");
    }
    for row in rows.iter().filter(|row| row[4] == "failed") {
        let start = format!("{},{},", row[1], row[3]);
        let reason = reasons.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default();
        assert!(reason.len() > 8, "nothing says why {start} failed");
    }
    let report = predict(&desk(), &["evaluate", &format!("{GRID}/builds.csv")]);
    follows_its_schema(&report);
    let told = &report["evaluation"];
    assert!(told["learnt"].as_u64().unwrap() >= 190 && told["cold_cases"].as_u64().unwrap() >= 8, "{told}");
    assert!(told["model_error"].as_f64() < told["prior_error"].as_f64(), "{told}");
}

#[test]
fn files_that_cannot_be_are_named_with_the_reason() {
    let desk = desk();
    let with = |name: &str, text: &str| desk.write(name, text.as_bytes());
    with("nan.toml", &SERVICE.replace("dependencies = 12", "dependencies = nan"));
    refuses(&desk, &["predict", "nan.toml"], 2, "feature `dependencies` is not a finite number");
    with("word.toml", &SERVICE.replace("dependencies = 12", "dependencies = \"many\""));
    refuses(&desk, &["predict", "word.toml"], 2, "feature `dependencies` should be a number");
    with("unknown.toml", &SERVICE.replace("dependencies = 12", "colour = 1"));
    refuses(&desk, &["predict", "unknown.toml"], 2, "there is no feature `colour`");
    with("none.toml", "name = \"x\"\n[service]\n");
    refuses(&desk, &["predict", "none.toml"], 2, "its runtime is not known");
    refuses(&desk, &["predict", "missing.toml"], 3, "cannot read `missing.toml`");
    with("bad.csv", "at,service,runtime,base,size_mb\n1,a,python,python:3.12-alpine,NaN\n");
    refuses(&desk, &["predict", "evaluate", "bad.csv"], 2, "line 2: `size_mb` is not a finite number");
    let inf = "at,service,runtime,base,dependencies\n1,a,python,python:3.12-alpine,inf\n";
    with("inf.csv", inf);
    refuses(&desk, &["predict", "evaluate", "inf.csv"], 2, "line 2: `dependencies` is not a finite number");
    with("short.csv", "at,service,runtime,base\n1,a,python\n");
    refuses(&desk, &["predict", "evaluate", "short.csv"], 2, "line 2 has 3 fields and not 4");
    with("column.csv", "at,service,runtime,base,weight\n");
    refuses(&desk, &["predict", "evaluate", "column.csv"], 2, "column `weight` is neither a feature nor a dimension");
}

#[test]
fn models_that_were_altered_or_are_for_another_standard_are_refused() {
    let desk = desk();
    desk.write("builds.csv", history(20, "built").as_bytes());
    desk.says(&["predict", "service.toml", "--history", "builds.csv", "--save-model", "model.json"]);
    let model = std::fs::read_to_string(desk.path("model.json")).unwrap();
    desk.write("altered.json", model.replacen("\"min_builds_total\":150", "\"min_builds_total\":1", 1).as_bytes());
    refuses(&desk, &["predict", "service.toml", "--model", "altered.json"], 3, "the model was altered");
    refuses(&desk, &["predict", "service.toml", "--model", "builds.csv"], 3, "the model is not readable");
    desk.write("company.toml", b"extends = \"V13\"\n[[rom_base]]\nref = \"wolfi:1\"\nrepository = \"wolfi\"\naccept = [\"1\"]\nsegment = 1\nstatus = \"FLOOR\"\nlibc = \"glibc\"\nrow_ids = []\n");
    let other = desk.run(&["predict", "service.toml", "--model", "model.json", "--standard", "company.toml"]);
    assert_eq!(other.status.code(), Some(3), "{}", text(&other.stdout));
    assert!(text(&other.stderr).contains("schema"), "{}", text(&other.stderr));
    desk.write("half.json", &model.as_bytes()[..model.len() / 2]);
    refuses(&desk, &["predict", "service.toml", "--model", "half.json"], 3, "the model is not readable");
}

#[test]
fn a_source_shows_its_class_its_base_and_what_cannot_be() {
    let desk = Desk::bare();
    std::fs::create_dir(desk.path("ml")).unwrap();
    desk.write("ml/Dockerfile", b"FROM python:3.12-slim\nRUN --mount=type=cache,target=/c pip install .\n");
    let wheel = "https://files.example/torch-2.4.1-cp312-cp312-manylinux1_x86_64.whl";
    let lock = format!("[[package]]\nname = \"torch\"\nversion = \"2.4.1\"\nwheels = [{{ url = \"{wheel}\" }}]\n");
    desk.write("ml/uv.lock", lock.as_bytes());
    let told: Value = serde_json::from_str(&desk.says(&["predict", "ml", "--format", "json"])).unwrap();
    assert_eq!(told["service"], "ml");
    let decision = &told["decision"];
    assert_eq!(decision["incumbent"], "python:3.12-slim", "{decision:#}");
    let musl =
        decision["candidates"].as_array().unwrap().iter().find(|one| one["base"] == "python:3.12-alpine").unwrap();
    assert!(musl.to_string().contains("torch 2.4.1 can be had for manylinux only"), "{musl:#}");
    // Nothing but the files tells the class of this one, and nothing at all that of the last.
    std::fs::create_dir_all(desk.path("go")).unwrap();
    desk.write("go/go.mod", b"module example.org/a\n");
    let told: Value = serde_json::from_str(&desk.says(&["predict", "go", "--format", "json"])).unwrap();
    assert_eq!(told["decision"]["incumbent"], Value::Null, "{told:#}");
    std::fs::create_dir_all(desk.path("other")).unwrap();
    desk.write("other/Dockerfile", b"FROM team/own:1\n");
    let output = desk.run(&["predict", "other"]);
    assert!(output.status.code() == Some(2) && text(&output.stderr).contains("which class is it?"));
    desk.says(&["predict", "other", "--class", "go-static"]);
}
