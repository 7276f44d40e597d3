//! Documents, spans, aliases and everything that must not do harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test that cannot go on should stop

use super::*;

fn problems(bytes: &[u8]) -> Vec<(YamlProblemKind, String)> {
    Stream::parse(bytes).problems().iter().map(|problem| (problem.kind, problem.message.clone())).collect()
}

fn check_json(text: &str, wanted: &str) {
    let stream = Stream::parse(text.as_bytes());
    assert_eq!(stream.problems(), &[], "{text}");
    let found: Vec<_> = stream.documents().iter().map(|document| document.root.to_json().to_string()).collect();
    assert_eq!(found.join(" "), wanted, "{text}");
}

#[test]
fn scalars_mean_what_kubernetes_takes_them_for() {
    check_json(
        "a: 1\nb: 1.5\nc: '1'\nd: true\ne: ~\nf:\ng: 1e3\nh: 0x1g\ni: .inf\nj: yes",
        r#"{"a":1,"b":1.5,"c":"1","d":true,"e":null,"f":null,"g":1000.0,"h":"0x1g","i":".inf","j":"yes"}"#,
    );
}

#[test]
fn documents_are_split_where_a_line_begins_with_dashes() {
    check_json("a: 1\n---\n---\n# nothing\n--- {b: 2}\n...\nc: 3\n", r#"{"a":1} {"b":2} {"c":3}"#);
    check_json("a: |\n  ---\n  text\n---\nb: '----'\n", r#"{"a":"---\ntext\n"} {"b":"----"}"#);
    check_json("\u{feff}a: 1\r\n---\r\nb: 2\r\n", r#"{"a":1} {"b":2}"#);
    check_json("", "");
}

#[test]
fn a_document_that_cannot_be_read_spoils_no_other() {
    let stream = Stream::parse(b"a: 1\n---\nb: [1\n---\nc: 3\n");
    assert_eq!(stream.documents().len(), 2);
    let problem = &stream.problems()[0];
    assert_eq!(problem.kind, YamlProblemKind::Syntax);
    assert!((2..=4).contains(&stream.lines().line(problem.span.start)), "{problem:?}");
}

#[test]
fn spans_are_those_of_the_file() {
    let text = "# é\n---\nkind: Pod\nitems:\n  - name: \"a b\"\n";
    let stream = Stream::parse(text.as_bytes());
    let root = &stream.documents()[0].root;
    assert_eq!(root.get("kind").unwrap().span.of(text), "Pod");
    let item = &root.get("items").unwrap().items()[0];
    assert_eq!(item.span.of(text), "name: \"a b\"");
    assert_eq!(item.entry("name").unwrap().key_span.of(text), "name");
    assert_eq!(item.get("name").unwrap().span.of(text), "\"a b\"");
}

#[test]
fn helm_says_what_a_document_was_made_of() {
    let stream = Stream::parse(b"---\n# Source: shop/templates/web.yaml\nkind: Pod\n---\nkind: Job\n");
    let sources: Vec<_> = stream.documents().iter().map(|document| document.source.as_deref()).collect();
    assert_eq!(sources, [Some("shop/templates/web.yaml"), None]);
}

#[test]
fn aliases_stand_for_their_anchor_and_merge_keys_give_what_is_not_there() {
    check_json(
        "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz:\n  <<: [{c: 4, a: 0}, *x]\n",
        r#"{"x":{"a":1,"b":2},"y":{"a":1,"b":3},"z":{"a":0,"b":2,"c":4}}"#,
    );
    let text = "x: &x {image: a}\ny: *x\n";
    let stream = Stream::parse(text.as_bytes());
    let y = stream.documents()[0].root.get("y").unwrap();
    assert_eq!((y.span.of(text), y.get("image").unwrap().span.of(text)), ("*x", "a"));
}

#[test]
fn an_alias_without_an_anchor_or_within_its_own_is_told() {
    use YamlProblemKind::Alias;
    assert_eq!(problems(b"a: *b\n"), [(Alias, "no anchor `&b` comes before this alias".to_owned())]);
    assert_eq!(problems(b"a: &a\n  b: *a\n"), [(Alias, "this alias stands within what it stands for".to_owned())]);
}

#[test]
fn of_two_equal_keys_the_first_counts() {
    let stream = Stream::parse(b"a: 1\na: 2\n");
    assert_eq!(stream.documents()[0].root.to_json().to_string(), r#"{"a":1}"#);
    assert_eq!(stream.problems()[0].message, "the key `a` is here twice; the first counts");
}

#[test]
fn bombs_do_not_go_off() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let before = level - 1;
        let aliases = vec![format!("*a{before}"); 10].join(", ");
        laughs += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let found = problems(laughs.as_bytes());
    assert_eq!(found, [(YamlProblemKind::TooLarge, "aliases make more than 1000000 nodes of this".to_owned())]);

    let mut merges = format!("m: &m {{{}}}\n", (0..1000).map(|key| format!("k{key}: 1, ")).collect::<String>());
    let sources = vec!["*m"; 900].join(", ");
    merges.extend((0..200).map(|key| format!("n{key}: {{<<: [{sources}]}}\n")));
    assert_eq!(problems(merges.as_bytes())[0].0, YamlProblemKind::TooLarge);

    let mut chain = "a0: &a0 {x: 1}\n".to_owned();
    chain.extend((1..100_000).map(|level| format!("a{level}: &a{level} {{x: *a{}}}\n", level - 1)));
    let found = problems(chain.as_bytes());
    assert_eq!(found, [(YamlProblemKind::TooLarge, "more than 128 levels, counted through aliases".to_owned())]);
}

#[test]
fn depth_and_size_have_an_end() {
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(50_000), "a:\n".repeat(200_000)] {
        assert!(!problems(text.as_bytes()).is_empty());
    }
    assert_eq!(problems(&vec![b'a'; LARGEST + 1])[0].0, YamlProblemKind::TooLarge);
    assert_eq!(problems("a\n".repeat(LARGEST / 2).as_bytes()), []);
    let many = format!("[{}]", "1,".repeat(1_100_000));
    assert_eq!(problems(many.as_bytes())[0].0, YamlProblemKind::TooLarge);
}

#[test]
fn what_is_not_utf_8_or_has_tabs_is_told() {
    assert_eq!(
        problems(b"a: \xff\n"),
        [(YamlProblemKind::NotText, "byte 3 is not UTF-8; save the file as UTF-8".to_owned())]
    );
    assert_eq!(problems(b"\xff\xfea\0:\0")[0].0, YamlProblemKind::NotText);
    assert_eq!(problems(b"a:\n\tb: 1\n")[0].0, YamlProblemKind::Syntax);
}

#[test]
fn an_unrendered_template_is_told_once() {
    let check = |text: &str, wanted: usize| {
        let stream = Stream::parse(text.as_bytes());
        let found: Vec<_> = stream.problems().iter().map(|problem| problem.kind).collect();
        assert_eq!(found, vec![YamlProblemKind::Template; wanted], "{text}\n{:?}", stream.problems());
    };
    check("{{- if .Values.on }}\nkind: Pod\nname: {{ .Values.name }}\n{{- end }}\n", 1);
    check("image: {{ .Values.image }}:{{ .Values.tag }}\n", 1);
    check("image: \"{{ .Values.image }}\"\nmetadata:\n  {{- include \"x\" . | nindent 2 }}\n", 1);
    check("kind: A\nname: repo/{{ .x }}\n---\nkind: B\n", 1);
    // Alerts and dashboards speak the same language in texts of their own.
    check("summary: \"{{ $labels.pod }} is down\"\n", 0);
    check("text: |\n  {{ $labels.pod }}\n  {{- with .x }}\n  a\nb: 1\n", 0);
    check("a: 1 # {{ .x }}\nb: {c: {d: 1}}\n", 0);
}
