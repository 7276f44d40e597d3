//! The little language of template files: `@{value}` in a line, and lines `#:if FLAG`, `#:else`, `#:end`,
//! `#:include PART`.

/// What a template file is filled with.
pub(super) struct Page {
    values: Vec<(&'static str, String)>,
    flags: Vec<(&'static str, bool)>,
    parts: &'static [(&'static str, &'static str)],
}

impl Page {
    pub(super) fn new(parts: &'static [(&'static str, &'static str)]) -> Self {
        Self { values: Vec::new(), flags: Vec::new(), parts }
    }

    /// Gives a value.
    pub(super) fn value(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.values.push((name, text.into()));
        self
    }

    /// Says whether something is so.
    pub(super) fn flag(mut self, name: &'static str, holds: bool) -> Self {
        self.flags.push((name, holds));
        self
    }

    /// The text with everything filled in. What the page does not know stays as it is written, which a test forbids.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() * 2);
        self.fill_into(text, &mut out);
        out
    }

    fn fill_into(&self, text: &str, out: &mut String) {
        let mut open: Vec<bool> = Vec::new();
        for line in text.lines() {
            let order = line.trim_start().strip_prefix("#:").map(|order| order.split_once(' ').unwrap_or((order, "")));
            match order {
                Some(("if", flag)) => open.push(self.holds(flag)),
                Some(("else", _)) => {
                    if let Some(last) = open.last_mut() {
                        *last = !*last;
                    }
                }
                Some(("end", _)) => drop(open.pop()),
                _ if open.contains(&false) => {}
                Some(("include", part)) => {
                    let part = self.parts.iter().find(|(name, _)| *name == part).map_or("", |(_, text)| text);
                    self.fill_into(part, out);
                }
                _ => {
                    self.fill_line(line, out);
                    out.push('\n');
                }
            }
        }
    }

    fn holds(&self, flag: &str) -> bool {
        self.flags.iter().any(|(name, holds)| *name == flag && *holds)
    }

    fn fill_line(&self, line: &str, out: &mut String) {
        let mut rest = line;
        while let Some((before, behind)) = rest.split_once("@{") {
            out.push_str(before);
            let known = behind.split_once('}').and_then(|(name, after)| {
                self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| (value, after))
            });
            match known {
                Some((value, after)) => {
                    out.push_str(value);
                    rest = after;
                }
                None => {
                    out.push_str("@{");
                    rest = behind;
                }
            }
        }
        out.push_str(rest);
    }
}
