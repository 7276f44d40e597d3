//! Stages, what they need, and the variables that hold in them.
#![allow(clippy::unwrap_used, clippy::panic)] // a test may stop

use mvi_dockerfile::{Base, Dockerfile, ProblemKind, Variable};

fn parse(text: &str) -> Dockerfile {
    Dockerfile::parse(text.as_bytes())
}

fn bases(text: &str) -> Vec<String> {
    let file = parse(text);
    let show = |base: &Base| match base {
        Base::Stage(index) => format!("stage {index}"),
        Base::Image(image) => format!("{} = {}", image.text, image.resolved.as_deref().unwrap_or("?")),
        Base::Scratch => "scratch".to_owned(),
    };
    file.stages().iter().map(|stage| show(&stage.base)).collect()
}

fn reached(text: &str, target: usize) -> Vec<usize> {
    parse(text).stages_reached_from(target).into_iter().collect()
}

/// What a text becomes at the last instruction of a file.
fn expanded(file: &str, text: &str) -> (String, Vec<String>) {
    let file = parse(file);
    let expanded = file.scope_at(file.instructions().len() - 1).expand(text);
    assert_eq!(expanded.malformed, None);
    (expanded.text, expanded.unknown)
}

fn check(file: &str, text: &str, expected: &str) {
    assert_eq!(expanded(file, text), (expected.to_owned(), Vec::new()), "{file}");
}

#[test]
fn a_base_is_an_earlier_stage_an_image_or_nothing() {
    assert_eq!(
        bases("FROM a AS b\nFROM B\nFROM scratch\nFROM 0\nFROM c AS c"),
        ["a = a", "stage 0", "scratch", "0 = 0", "c = c"]
    );
    assert_eq!(
        bases("ARG v=3.20\nARG i=alpine:$v\nFROM $i AS x\nFROM ${n:-x}\nFROM \"b:${v%.*}\"\nFROM d:$w"),
        ["$i = alpine:3.20", "stage 0", "b:${v%.*} = b:3", "d:$w = ?"]
    );
}

#[test]
fn a_stage_goes_from_its_from_to_the_next() {
    let file = parse("ARG a\nFROM b\nRUN c\nFROM d AS e\nRUN f\nRUN g\n");
    let ranges: Vec<_> = file.stages().iter().map(|stage| stage.instructions.clone()).collect();
    assert_eq!(ranges, [1..3, 3..6]);
    assert_eq!(file.instructions().iter().map(|one| one.stage).collect::<Vec<_>>()[..3], [None, Some(0), Some(0)]);
    assert_eq!((file.runtime_target(), file.stage_named("E"), file.stage_named("0")), (Some(1), Some(1), Some(0)));
    assert_eq!((file.stage_named("2"), parse("").runtime_target()), (None, None));
}

#[test]
fn a_stage_needs_what_it_is_built_on_and_copies_from() {
    let text = "FROM a AS b\nFROM a AS c\nFROM a AS d\nFROM b AS e\nCOPY --from=C /x /x\nRUN --mount=from=2,target=/y z\nFROM a\nCOPY --from=nginx /x /x\n";
    assert_eq!(reached(text, 3), [0, 1, 2, 3]);
    assert_eq!(reached(text, 4), [4]);
    assert_eq!(reached(text, 9), [0_usize; 0]);
    assert_eq!(reached("FROM a\nCOPY --from=0 b c\nCOPY --from=1 b c\nFROM a", 0), [0]);
}

#[test]
fn a_stage_copies_from_earlier_ones_only() {
    let problems = |text: &str| {
        let file = parse(text);
        file.problems().iter().map(|one| (one.kind, one.span.of(file.text()).to_owned())).collect::<Vec<_>>()
    };
    let stage = |name: &str| vec![(ProblemKind::Stage, name.to_owned())];
    assert_eq!(problems("FROM a AS b\nFROM c AS d\nCOPY --from=b x y\nCOPY --from=0 x y\nCOPY --from=e x y"), []);
    assert_eq!(problems("FROM a AS b\nCOPY --from=B x y"), stage("B"));
    assert_eq!(problems("FROM a\nCOPY --from=0 x y\nFROM b"), stage("0"));
    assert_eq!(problems("FROM a\nCOPY --from=1 x y\nFROM b"), stage("1"));
    assert_eq!(problems("FROM a AS b\nFROM c AS b\nCOPY --from=b x y"), []);
    assert_eq!(problems("FROM a\nCOPY --from=$b x y"), [(ProblemKind::Flag, "$b".to_owned())]);
}

#[test]
fn variables_hold_from_their_line_on_in_their_stage() {
    assert_eq!(expanded("ARG a=1\nFROM x\nRUN", "$a").1, ["a"]);
    check("ARG a=1\nFROM x\nARG a\nRUN", "$a", "1");
    check("ARG a=1\nFROM x\nARG a=2\nRUN", "$a", "2");
    assert_eq!(expanded("FROM x\nARG a=1\nFROM x\nRUN", "$a").1, ["a"]);
    let file = parse("FROM x\nRUN\nENV a=1\nRUN");
    assert_eq!(file.scope_at(1).variable("a"), Variable::Undeclared);
    assert_eq!(file.scope_at(2).variable("a"), Variable::Undeclared);
    assert_eq!(file.scope_at(3).variable("a"), Variable::Known("1"));
}

#[test]
fn environment_is_inherited_and_the_later_definition_wins() {
    check("FROM x AS y\nENV a=1 b=2\nARG c=3\nFROM y\nENV b=4\nRUN", "$a$b$c", "143");
    check("FROM x\nENV a=1\nARG a=2\nRUN", "$a", "2");
    check("FROM x\nARG a=1\nENV a=2\nRUN", "$a", "2");
    check("FROM x\nENV a=1\nARG a\nRUN", "$a", "1");
    check("FROM x\nENV a=1\nENV a=2 b=$a\nRUN", "$b", "1");
    check("FROM x\nARG a=1 b=$a\nRUN", "$b", "1");
    check("FROM x\nENV a 'b c'\nRUN", "$a", "b c");
}

#[test]
fn what_is_not_known_stays_as_it_is_written() {
    let unknown = |file, text| {
        let (kept, unknown) = expanded(file, text);
        assert_eq!(kept, text);
        unknown
    };
    assert_eq!(unknown("FROM x\nRUN", "$PATH:${HOME}:$PATH"), ["PATH", "HOME"]);
    assert_eq!(unknown("FROM x\nENV PATH=/a:$PATH\nRUN", "$PATH"), ["PATH"]);
    assert_eq!(unknown("FROM x\nARG a\nRUN", "$a"), ["a"]);
    assert_eq!(unknown("FROM x\nARG TARGETARCH\nRUN", "${TARGETARCH}"), ["TARGETARCH"]);
    let file = parse("ARG g\nFROM --platform=$BUILDPLATFORM x\nARG a\nARG TARGETOS\nENV e=$HOME\nRUN");
    let scope = file.scope_at(5);
    let found = ["a", "TARGETOS", "e", "g"].map(|name| scope.variable(name));
    assert_eq!(found, [Variable::Given, Variable::Unknown, Variable::Unknown, Variable::Undeclared]);
    assert_eq!(file.scope_at(1).variable("BUILDPLATFORM"), Variable::Unknown);
}

#[test]
fn every_form_of_substitution_is_made() {
    let file = "FROM x\nENV v=foobarfoo e= p=/a/b.tar.gz\nARG g\nRUN";
    let cases = [
        ("${v}-$v", "foobarfoo-foobarfoo"),
        ("${u:-d}${e:-d}${e-d}${u-d}${g:-d}", "dddd"),
        ("${v:+s}${u:+s}${e:+s}${e+t}${u+t}", "st"),
        ("${v:?no}${e?no}", "foobarfoo"),
        ("${p#*/}|${p##*/}|${p%.*}|${p%%.*}", "a/b.tar.gz|b.tar.gz|/a/b.tar|/a/b"),
        ("${v/foo/x}|${v//foo/x}|${v/b?r/}", "xbarfoo|xbarx|foofoo"),
        ("${u:-${w:-$v}}", "foobarfoo"),
        ("\\$v '$v' \"$v \\\"\"", "$v $v foobarfoo \""),
        ("a\\ b$", "a b$"),
    ];
    for (text, expected) in cases {
        check(file, text, expected);
    }
}

#[test]
fn what_buildkit_refuses_is_told_and_left() {
    let file = parse("FROM x\nENV v=1\nRUN");
    for text in ["${v", "${}", "${:-a}", "${v^^}", "${v:1:2}", "\"$v", "'$v", "${v/a}", "${v:#a}"] {
        let expanded = file.scope_at(2).expand(text);
        assert!(expanded.malformed.is_some(), "{text}");
        assert_eq!(expanded.text, text);
    }
    assert_eq!(file.scope_at(2).expand_heredoc("'$v' \"").text, "'1' \"");
}

#[test]
fn the_escape_of_the_file_is_the_escape_of_words() {
    check("# escape=`\nFROM x\nENV v=1\nRUN", "c:\\$v`$v", "c:\\1$v");
}

#[test]
fn the_shell_is_inherited() {
    let file =
        parse("FROM a AS b\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nFROM b\nRUN c\nFROM a\nRUN d\n");
    assert_eq!(file.shell_at(3).unwrap().index, 1);
    assert!(file.shell_at(5).is_none());
}

#[test]
fn behind_onbuild_holds_what_the_image_takes_along() {
    check("FROM a\nENV V=1\nARG W=2\nONBUILD RUN b", "$V", "1");
    check("FROM a\nONBUILD ENV V=1\nONBUILD RUN b", "$V", "1");
    check("FROM a\nONBUILD ARG V=1\nONBUILD ENV W=$V\nONBUILD RUN b", "$W", "1");
    check("FROM a AS b\nONBUILD ENV V=1\nFROM b AS c\nFROM c\nRUN d", "$V", "1");
    check("FROM a AS b\nONBUILD ENV V=1\nFROM b\nENV V=2\nRUN d", "$V", "2");
    for file in ["FROM a\nARG V=2\nONBUILD RUN b", "FROM a\nONBUILD ENV V=1\nRUN b"] {
        let file = parse(file);
        assert_eq!(file.scope_at(2).variable("V"), Variable::Undeclared);
    }
}
