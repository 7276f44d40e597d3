//! Exports: what is in the fleet is in them, nothing in a name can leave its place, the same fleet gives the same bytes.

use mvi_fleet::{EXPORT_SCHEMA, ExportFormat, Fact, Provided, RunFacts};
use mvi_standard::Verdict;

use crate::stage::{Stage, at, digest, id, image, judgement, run};

const NASTY: &str = "=cmd|'\"\\\u{1}]]>&<a>\n},";

fn export(stage: &Stage, format: ExportFormat) -> String {
    let mut out = Vec::new();
    stage.store.export(format, &mut out).unwrap();
    let mut again = Vec::new();
    stage.store.export(format, &mut again).unwrap();
    assert_eq!(out, again);
    String::from_utf8(out).unwrap()
}

fn fleet() -> Stage {
    let mut stage = Stage::with(&[("base", &["a +x@1"]), ("app", &["a +x@1", "b -x@1 +y@1"])]);
    let mut nasty = image("nasty", &["c"]);
    nasty.reference = NASTY.into();
    nasty.layers[0].contents.as_mut().unwrap().provides.push(Provided { purl: NASTY.into(), ..Provided::default() });
    stage.ingest(&nasty);
    stage.tell(&run("shop/app", "app", 2, &[]));
    stage.tell(&judgement("app", Verdict::Review, false, true));
    let run = RunFacts {
        service: NASTY.into(),
        cluster: NASTY.into(),
        digest: digest("image nasty"),
        pods: 1,
        nodes: Vec::new(),
        since: at(0),
        until: None,
    };
    stage.tell(&Fact::Run(run));
    stage
}

#[test]
fn the_json_export_follows_its_schema_and_holds_the_graph() {
    let document: serde_json::Value = serde_json::from_str(&export(&fleet(), ExportFormat::Json)).unwrap();
    let schema: serde_json::Value = serde_json::from_str(EXPORT_SCHEMA).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let complaints: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    let edges = document["edges"].as_array().unwrap();
    let find = |relation: &str, from: &str| {
        edges.iter().filter(|edge| edge["relation"] == relation && edge["from"]["key"] == from).collect::<Vec<_>>()
    };
    assert_eq!(find("HAS_LAYER", &id("app")).len(), 2);
    let derives = find("DERIVES_FROM", &id("app"));
    assert_eq!(derives.len(), 1);
    assert_eq!(derives[0]["to"]["key"], id("base"));
    assert_eq!(find("RUNS", NASTY).len(), 1);
    let count = |relation: &str| edges.iter().filter(|edge| edge["relation"] == relation).count();
    assert_eq!((count("PROVIDES"), count("REMOVES"), count("JUDGED_BY")), (3, 1, 0), "judged without a standard");
}

#[test]
fn an_empty_fleet_is_a_whole_document() {
    let document: serde_json::Value = serde_json::from_str(&export(&Stage::empty(), ExportFormat::Json)).unwrap();
    assert_eq!(document, serde_json::json!({ "schema": "mvi-fleet-1", "events": 0, "nodes": [], "edges": [] }));
}

#[test]
fn the_table_has_a_line_an_image_and_no_formula() {
    let table = export(&fleet(), ExportFormat::Csv);
    assert!(table.starts_with("reference,digest,"), "{table}");
    assert_eq!(table.matches("\r\n").count(), 4);
    assert!(table.contains("\"'=cmd|'\"\"\\"), "{table}");
    assert!(table.contains(",REVIEW,REVIEW,TRIM,0,1,"), "{table}");
}

#[test]
fn names_cannot_leave_their_place_in_any_format() {
    let stage = fleet();
    let xml = export(&stage, ExportFormat::Graphml);
    assert!(!xml.contains("<a>") && xml.contains("&lt;a&gt;") && !xml.contains('\u{1}'));
    assert_eq!(xml.matches("<node ").count(), xml.matches("</node>").count());
    for line in export(&stage, ExportFormat::Dot).lines().filter(|line| line.contains("=cmd")) {
        assert!(line.ends_with("];") && line.contains("\\\"\\\\ ]]>"), "{line}");
    }
    let cypher = export(&stage, ExportFormat::Cypher);
    assert!(
        cypher
            .lines()
            .skip(1)
            .all(|line| line.ends_with(';') && (line.starts_with("MERGE ") || line.starts_with("MATCH ")))
    );
    assert!(cypher.contains("\\'\"\\\\\\u0001]]>&<a>\\u000a},"), "{cypher}");
}

#[test]
fn every_property_of_the_graph_is_declared_in_graphml() {
    let xml = export(&fleet(), ExportFormat::Graphml);
    for used in xml.split("<data key=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(xml.contains(&format!("<key id=\"{used}\"")), "{used}");
    }
}
