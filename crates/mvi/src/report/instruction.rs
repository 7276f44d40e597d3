//! Build instructions as people write them, from what builders leave in the history.

/// The Dockerfile instruction of a history entry's `created_by`.
///
/// The classic builder writes `/bin/sh -c #(nop) COPY …` and `/bin/sh -c apt-get …`, buildah leaves out the `RUN`,
/// BuildKit appends `# buildkit`, and build arguments go in front as `|1 NAME=value`.
#[must_use]
pub(crate) fn instruction(created_by: &str) -> String {
    let text = created_by.trim();
    let text = text.strip_suffix("# buildkit").unwrap_or(text).trim_end();
    let (text, is_run) = match text.strip_prefix("RUN ") {
        Some(rest) => (rest.trim_start(), true),
        None => (text, false),
    };
    let (text, had_arguments) = without_arguments(text);
    let shell = text.strip_prefix("/bin/sh -c").map(str::trim_start);
    let joined = match shell {
        Some(command) => match command.strip_prefix("#(nop)") {
            Some(instruction) => instruction.trim_start().to_owned(),
            None => format!("RUN {command}"),
        },
        None if is_run || had_arguments => format!("RUN {text}"),
        None => text.to_owned(),
    };
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes `|2 A=1 B=2` off the front.
fn without_arguments(text: &str) -> (&str, bool) {
    let Some(rest) = text.strip_prefix('|') else { return (text, false) };
    let Some((count, rest)) = rest.split_once(' ') else { return (text, false) };
    let Ok(count) = count.parse::<usize>() else { return (text, false) };
    match rest.find("/bin/sh -c") {
        Some(at) => (&rest[at..], true),
        None => (rest.splitn(count + 1, ' ').last().unwrap_or(rest), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(created_by: &str, expected: &str) {
        assert_eq!(instruction(created_by), expected);
    }

    #[test]
    fn every_builder_is_read_as_the_dockerfile_says() {
        check("/bin/sh -c #(nop) COPY dir:abc in /app ", "COPY dir:abc in /app");
        check("/bin/sh -c apt-get update", "RUN apt-get update");
        check("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update");
        check("|1 VERSION=3 /bin/sh -c make   all", "RUN make all");
        check("COPY . /app # buildkit", "COPY . /app");
        check("RUN |2 A=1 B=2 /bin/sh -c true # buildkit", "RUN true");
        check("bazel build ...", "bazel build ...");
    }
}
