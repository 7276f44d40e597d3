//! Files that are out to cost time, memory or stack: everything is read, or refused with a problem.
#![allow(clippy::unwrap_used)] // a test may stop

use mvi_dockerfile::{Dockerfile, ProblemKind, ScriptProblemKind};

/// Reads a file with everything in it, which must print as it was.
fn read(bytes: &[u8]) -> Dockerfile {
    let file = Dockerfile::parse(bytes);
    assert!(file.print() == bytes, "what is printed is what was read");
    for instruction in file.instructions() {
        let _ = file.scripts(instruction);
        let _ = file.scope_at(instruction.index).expand("$a${b:-c}");
    }
    file
}

fn kinds(file: &Dockerfile) -> Vec<ProblemKind> {
    file.problems().iter().map(|problem| problem.kind).collect()
}

/// The kind of problem the script of `RUN` has in a file of one stage.
fn shell(script: &str) -> Option<ScriptProblemKind> {
    let file = read(format!("FROM a\nRUN {script}\n").as_bytes());
    file.scripts(&file.instructions()[1])[0].problem.as_ref().map(|problem| problem.kind)
}

#[test]
fn binary_files_are_no_dockerfiles() {
    for bytes in [&b"FROM a\0\n"[..], b"\x7fELF\0\0", b"\xff\xfeF\0R\0", b"\0"] {
        let file = read(bytes);
        assert_eq!(kinds(&file), [ProblemKind::NotADockerfile]);
        assert!(file.instructions().is_empty());
    }
}

#[test]
fn lines_of_many_megabytes_are_told_and_not_looked_into() {
    for begin in ["RUN ", "COPY ", "ENV a=", "FROM ", "LABEL \"", "RUN [\"", "RUN --mount=", "x"] {
        let file = read(format!("{begin}{}", "a \"$b' ".repeat(3 << 20)).as_bytes());
        assert_eq!(file.instructions().len(), 1, "{begin}");
        assert!(kinds(&file).contains(&ProblemKind::TooLong), "{begin}");
        assert!(file.problems().len() < 10, "{begin}");
    }
}

#[test]
fn more_lines_than_a_dockerfile_has_become_one_piece() {
    let file = read("#\n".repeat(400_000).as_bytes());
    assert_eq!(file.comments().len(), 250_000);
    let file = read("X\n".repeat(400_000).as_bytes());
    assert_eq!(file.instructions().len(), 250_000);
    let file = read(format!("RUN a\\\n{}b", "#\n".repeat(400_000)).as_bytes());
    assert_eq!((file.comments().len(), file.instructions().len()), (250_000, 1));
    let file = read(format!("RUN a\\\n{}b", "\n".repeat(400_000)).as_bytes());
    assert_eq!(kinds(&file), [ProblemKind::Order, ProblemKind::EmptyContinuation]);
}

#[test]
fn ten_thousand_stages_in_a_row_are_walked_once() {
    let mut text = "ARG v=1\nFROM scratch AS s0\nENV a=0\n".to_owned();
    for stage in 1..10_000 {
        text += &format!("FROM s{} AS s{stage}\nENV a=${{a}}\nARG v\nCOPY --from=s0 /a /b\n", stage - 1);
    }
    let file = read(text.as_bytes());
    assert_eq!(kinds(&file), []);
    assert_eq!(file.stages_reached_from(9_999).len(), 10_000);
    assert_eq!(file.scope_at(file.instructions().len() - 1).expand("$a $v").text, "0 1");
}

#[test]
fn ten_thousand_stages_of_one_name_are_told_apart() {
    let text = "FROM a AS x\nCOPY --from=x /a /b\n".repeat(10_000);
    let file = read(text.as_bytes());
    assert_eq!(file.stage_meant("x", 5_000), Some(4_999));
    assert_eq!(file.stages_reached_from(9_999).len(), 10_000);
}

#[test]
fn stages_that_name_each_other_in_a_circle_are_images() {
    let file = read(b"FROM b AS a\nFROM c AS b\nFROM a AS c\nFROM d AS d\n");
    assert_eq!(file.stages_reached_from(2).into_iter().collect::<Vec<_>>(), [0, 2]);
    assert_eq!(file.stages_reached_from(3).into_iter().collect::<Vec<_>>(), [3]);
}

#[test]
fn values_that_double_again_and_again_end_unknown() {
    let text = format!("FROM a\nENV a=xxxxxxxx\n{}", "ENV a=$a$a\n".repeat(64));
    let file = read(text.as_bytes());
    let expanded = file.scope_at(65).expand("$a");
    assert_eq!((expanded.text.as_str(), expanded.unknown.as_slice()), ("$a", &["a".to_owned()][..]));
    let file = read(b"ARG a=$a\nARG b=$c\nARG c=$b\nFROM $a$b\n");
    assert_eq!(file.scope_at(3).expand("$a").unknown, ["a"]);
}

#[test]
fn substitutions_in_substitutions_are_bounded() {
    let file = read(b"FROM a\nARG x\n");
    let deep = format!("{}{}", "${x:-".repeat(1000), "}".repeat(1000));
    assert!(file.scope_at(1).expand(&deep).malformed.is_some());
    let deep = format!("{}y{}", "${x:-".repeat(20), "}".repeat(20));
    assert_eq!(file.scope_at(1).expand(&deep).text, "${x:-".repeat(0) + "y");
    read(format!("FROM a\nENV a={}\n", "${x:-".repeat(10_000)).as_bytes());
}

#[test]
fn many_heredocs_without_ends_do_not_search_the_file_each() {
    let text: String = (0..20_000).map(|number| format!("RUN <<E{number} cat\n")).collect();
    let file = read(text.as_bytes());
    assert_eq!(file.instructions().len(), 20_000);
    assert!(file.instructions().iter().all(|instruction| !instruction.heredocs[0].terminated));
}

#[test]
fn nested_commands_are_parsed_up_to_a_depth() {
    let nested = |begin: &str, end: &str, times: usize| format!("{}a{}", begin.repeat(times), end.repeat(times));
    for (begin, end) in [("{ ", "; }"), ("if a; then ", "; fi"), ("while a; do ", "; done")] {
        assert_eq!(shell(&nested(begin, end, 38)), None, "{begin}");
        assert_eq!(shell(&nested(begin, end, 100_000)), Some(ScriptProblemKind::TooMuch), "{begin}");
    }
    for (begin, end) in [("( ", " )"), ("case a in a) ", ";; esac"), ("for a in b; do ", "; done"), ("(( (", ") ))")] {
        assert_eq!(shell(&nested(begin, end, 3)), None, "{begin}");
        assert_eq!(shell(&nested(begin, end, 50_000)), Some(ScriptProblemKind::TooMuch), "{begin}");
    }
    assert_eq!(shell(&nested("$(", ")", 6)), None);
    assert_eq!(shell(&nested("$(", ")", 60)), Some(ScriptProblemKind::TooMuch));
    for (begin, end) in [("$(", ")"), ("${a:-", "}"), ("$((", "))"), ("\"$(", ")\"")] {
        assert_eq!(shell(&nested(begin, end, 100_000)), Some(ScriptProblemKind::TooMuch), "{begin}");
        let _ = shell(&nested(begin, end, 2_000));
    }
}

#[test]
fn what_is_not_closed_does_not_take_every_way_there_is() {
    for (text, times) in [("(", 40), ("( (a;b) ", 11), ("{ ", 39), ("`", 4001), ("case a in (", 30), ("[[ ! ( ", 30)] {
        assert!(shell(&text.repeat(times)).is_some(), "{text}");
    }
}

#[test]
fn words_that_look_like_ends_do_not_hide_how_deep_it_is() {
    for begin in ["if a; then echo fi fi; ", "case a in esac) ", "{ echo } }; ", "if a; then declare x=(b) fi; "] {
        let text = format!("{}a", begin.repeat(5_000));
        assert!(shell(&text).is_some(), "{begin}");
    }
    assert!(shell(&format!("[[ ]] {} ]]", "&& a ".repeat(50_000))).is_some());
}

#[test]
fn numbers_of_files_that_are_no_numbers_are_refused() {
    assert_eq!(shell("a 99999999999>b"), Some(ScriptProblemKind::Syntax));
    assert_eq!(shell("a 2>b"), None);
}

#[test]
fn heredocs_inside_substitutions_do_not_lead_behind_the_end() {
    for text in ["a <<A $(b <<B)\nA\nB\nc $(d|e", "$(a <<A) $(b <<A c)\nA\nA", "${a <<A}\nA", "a <<-'B' >b\n\tB\nc $(d"]
    {
        for end in 0..=text.len() {
            read(format!("RUN <<'MVI END'\n{}\nMVI END\n", &text[..end]).as_bytes());
            read(format!("RUN <<'MVI END'\n{0}{0}\nMVI END\n", &text[..end]).as_bytes());
        }
    }
    assert!(shell(&format!("a {}", "<<'b' ".repeat(300))).is_some());
}

#[test]
fn arrays_and_assignments_are_read_in_one_pass() {
    for begin in ["x=(", "x[", "x=([a[", "x=${a[", "x=(${a:-", "x=\"${a:-", "x=$'a", "x=(a b [c]=d ", "${a#${a%"] {
        let _ = shell(&begin.repeat(40));
        let _ = shell(&format!("{}{}", begin.repeat(12), ")]}\"".repeat(12)));
    }
}

#[test]
fn scripts_of_any_length_are_parsed_or_refused() {
    assert_eq!(shell(&"a && ".repeat(10_000)), Some(ScriptProblemKind::Syntax));
    assert_eq!(shell(&format!("{}b", "a && ".repeat(10_000))), None);
    assert_eq!(shell(&"a ".repeat(1 << 20)), Some(ScriptProblemKind::TooMuch));
}
