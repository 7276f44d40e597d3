//! What a builder says of its steps, read back from its log: which there were, and which it did not have to do again.
//!
//! The words are those of buildah 1.28, podman 4.3, docker 20.10 and BuildKit's `--progress plain`. What a command inside
//! the build writes stands between them; where a builder does not set it apart, a step counts only if its number follows.

use serde::Serialize;

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// `STEP 2/5: COPY a b`, `--> Using cache …`.
    Buildah,
    /// `Step 2/5 : COPY a b`, ` ---> Using cache`.
    Classic,
    /// `#7 [stage-1 2/3] COPY a b`, `#7 CACHED`, `#7 DONE 0.1s`.
    Buildkit,
}

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The instruction, as the builder wrote it.
    pub text: String,
    /// True where the builder had done it before.
    pub cached: bool,
    /// True for steps that are never cached, such as `FROM`.
    pub free: bool,
    /// How long it took, where the builder says so, in seconds.
    pub seconds: Option<f64>,
}

/// Steps that are kept; no Dockerfile has more.
const MOST: usize = 10_000;

/// The steps of a log.
pub fn read_steps<'l>(words: Words, lines: impl Iterator<Item = &'l str>) -> Vec<Step> {
    match words {
        Words::Buildah => numbered(lines, &buildah_step, "--> Using cache"),
        Words::Classic => numbered(lines, &classic_step, " ---> Using cache"),
        Words::Buildkit => buildkit(lines),
    }
}

/// Steps that were cached, of those that can be.
#[must_use]
pub fn cached_share(steps: &[Step]) -> (usize, usize) {
    let counted = steps.iter().filter(|step| !step.free);
    (counted.clone().filter(|step| step.cached).count(), counted.count())
}

/// Stage, number and text.
type Numbered<'l> = (u32, u32, &'l str);

fn numbered<'l>(
    lines: impl Iterator<Item = &'l str>,
    step: &dyn Fn(&'l str) -> Option<Numbered<'l>>,
    cached: &str,
) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut last = (1, 0);
    // The builder says so right behind the step, before anything in it could.
    let mut is_fresh = false;
    for line in lines {
        if let Some((stage, number, text)) = step(line)
            && follows(last, (stage, number))
            && steps.len() < MOST
        {
            last = (stage, number);
            let free = text.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("FROM"));
            steps.push(Step { text: text.to_owned(), cached: false, free, seconds: None });
            is_fresh = true;
        } else if is_fresh && line.starts_with(cached) {
            if let Some(step) = steps.last_mut() {
                step.cached = true;
            }
            is_fresh = false;
        } else {
            is_fresh = false;
        }
    }
    steps
}

fn follows((stage, number): (u32, u32), next: (u32, u32)) -> bool {
    next == (stage, number + 1) || (next.0 > stage && next.1 == 1)
}

/// `[2/2] STEP 3/5: COPY src /app`, without the stage where there is one alone.
fn buildah_step(line: &str) -> Option<Numbered<'_>> {
    let (stage, rest) = match line.strip_prefix('[') {
        Some(rest) => {
            let (stage, rest) = rest.split_once("] ")?;
            (fraction(stage)?, rest)
        }
        None => (1, line),
    };
    let (number, text) = rest.strip_prefix("STEP ")?.split_once(": ")?;
    Some((stage, fraction(number)?, text))
}

/// `Step 3/5 : COPY src /app`.
fn classic_step(line: &str) -> Option<Numbered<'_>> {
    let (number, text) = line.strip_prefix("Step ")?.split_once(" : ")?;
    Some((1, fraction(number)?, text))
}

/// The number over the stroke.
fn fraction(text: &str) -> Option<u32> {
    let (number, all) = text.split_once('/')?;
    all.parse::<u32>().ok()?;
    number.parse().ok()
}

/// Lines of BuildKit carry the number of their step; what commands write has a time before it.
fn buildkit<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<Step> {
    let mut steps: Vec<(u32, Step)> = Vec::new();
    for line in lines {
        let Some((number, rest)) = line.strip_prefix('#').and_then(|rest| rest.split_once(' ')) else { continue };
        let Ok(number) = number.parse::<u32>() else { continue };
        let known = steps.iter_mut().find(|(known, _)| *known == number);
        match known {
            None => {
                let Some((stage, text)) = rest.strip_prefix('[').and_then(|rest| rest.split_once("] ")) else {
                    continue;
                };
                let is_of_file = stage.split_whitespace().next_back().is_some_and(|place| fraction(place).is_some());
                if is_of_file && steps.len() < MOST {
                    let free = text.starts_with("FROM ");
                    steps.push((number, Step { text: text.to_owned(), cached: false, free, seconds: None }));
                }
            }
            Some((_, step)) if rest == "CACHED" => step.cached = true,
            Some((_, step)) => {
                let seconds = rest.strip_prefix("DONE ").and_then(|rest| rest.strip_suffix('s'));
                step.seconds = seconds.and_then(|seconds| seconds.parse().ok()).or(step.seconds);
            }
        }
    }
    steps.sort_by_key(|(number, _)| *number);
    steps.into_iter().map(|(_, step)| step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line a step: `+` where it was cached, `-` where not, `.` where it never is.
    fn check(words: Words, log: &str, expected: &[&str]) {
        let steps = read_steps(words, log.lines());
        let mark = |step: &Step| {
            if step.free {
                '.'
            } else if step.cached {
                '+'
            } else {
                '-'
            }
        };
        let told: Vec<String> = steps.iter().map(|step| format!("{} {}", mark(step), step.text)).collect();
        assert_eq!(told, expected);
    }

    const FILE: [&str; 8] = [
        "FROM scratch AS tools",
        "COPY busybox /bin/busybox",
        "RUN [\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]",
        "FROM tools",
        "WORKDIR /app",
        "COPY src /app",
        "RUN cat main.txt > built.txt && echo built",
        "ENTRYPOINT [\"/bin/cat\", \"/app/built.txt\"]",
    ];

    /// The steps of the recorded file with these marks; `from` is what the builder makes of `FROM tools`.
    fn marked(marks: &str, from: &str) -> Vec<String> {
        let texts = FILE.iter().map(|text| if *text == "FROM tools" { from } else { text });
        marks.chars().zip(texts).map(|(mark, text)| format!("{mark} {text}")).collect()
    }

    fn recorded(words: Words, log: &str, (marks, from): (&str, &str)) {
        let expected = marked(marks, from);
        check(words, log, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    }

    #[test]
    fn what_the_real_builders_wrote_is_understood() {
        recorded(Words::Classic, include_str!("../../tests/logs/docker-cold.txt"), (".--.----", "FROM tools"));
        recorded(Words::Classic, include_str!("../../tests/logs/docker-cached.txt"), (".++.++++", "FROM tools"));
        let from = "FROM 0415bf08fdbf46a35deed8e5f785bce3191527b2d79d474c0c34a0b3f12b1d61";
        recorded(Words::Buildah, include_str!("../../tests/logs/buildah-touched.txt"), (".++.+---", from));
        recorded(Words::Buildah, include_str!("../../tests/logs/podman-cached.txt"), (".++.++++", from));
        let steps = [FILE[1], FILE[2], FILE[4], FILE[5], FILE[6]];
        let marked = |mark: char| steps.map(|text| format!("{mark} {text}"));
        let (cold, cached) = (marked('-'), marked('+'));
        let logs =
            [include_str!("../../tests/logs/buildkit-cold.txt"), include_str!("../../tests/logs/buildkit-cached.txt")];
        check(Words::Buildkit, logs[0], &cold.each_ref().map(String::as_str));
        check(Words::Buildkit, logs[1], &cached.each_ref().map(String::as_str));
        assert_eq!(read_steps(Words::Buildkit, logs[0].lines())[4].seconds, Some(0.3));
        assert_eq!(
            cached_share(&read_steps(Words::Buildah, include_str!("../../tests/logs/buildah-touched.txt").lines())),
            (3, 6)
        );
    }

    #[test]
    fn what_commands_write_is_not_taken_for_a_step() {
        let log = "STEP 1/3: FROM scratch\nSTEP 2/3: RUN ./talk\nSTEP 7/9: COPY no where\n--> Using cache abc\nx\n\
                   --> 12\nSTEP 3/3: COPY a b\n--> Using cache 12\n";
        check(Words::Buildah, log, &[". FROM scratch", "- RUN ./talk", "+ COPY a b"]);
        let log = "#5 [1/2] RUN ./talk\n#5 0.1 #6 [2/2] COPY no where\n#5 0.2 CACHED\n#5 DONE 1.5s\n#x [y\n#\n";
        check(Words::Buildkit, log, &["- RUN ./talk"]);
    }
}
