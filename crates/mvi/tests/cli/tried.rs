//! Trials of a spiral that failed before.

use serde_json::Value;

use crate::spiral::{DOCKERFILE, candidate, desk, report, run};

#[test]
fn what_failed_with_the_same_lock_file_is_not_built_again_and_is_learnt_from() {
    const EMPTY: &str = "gcr.io/distroless/static-debian12";
    let Some(desk) = desk(DOCKERFILE) else { return };
    desk.write("api/go.sum", b"example.org/a v1.0.0 h1:one=\n");
    let spin =
        |more: &[&'static str]| report(&run(&desk, &[&["--until", "predicted", "--runs", "1"], more].concat()), 0);
    let first = spin(&[]);
    let failed = candidate(&first, EMPTY);
    assert_eq!(failed["stands"], "failed", "{failed:#}");
    let again = spin(&["--fresh"]);
    let known = candidate(&again, EMPTY);
    assert!(known["stands"] == "infeasible" && known["log"] == Value::Null, "it was not built: {known:#}");
    assert!(known["why"].as_str().unwrap().contains("failed, its log is sha256:"), "{known:#}");
    let kept = &again["decision"];
    assert_eq!((&kept["chosen"], &kept["interval"][0]), (&"team/fat:1".into(), &kept["gain"]), "one run is not sure");
    let decisions: Value = serde_json::from_str(&desk.says(&["fleet", "decisions", "--format", "json"])).unwrap();
    let builds = |number: usize| decisions["decisions"][number]["document"]["forecast"]["builds"].as_u64().unwrap();
    assert_eq!(
        (builds(0), builds(1)),
        (0, 1),
        "the trial that failed; the images that ran are those of this cycle, too"
    );
    desk.write("api/go.sum", b"example.org/a v1.0.1 h1:two=\n");
    assert_eq!(candidate(&spin(&[]), EMPTY)["stands"], "failed", "with another lock file it may be another matter");
}
