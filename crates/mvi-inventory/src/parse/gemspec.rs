//! What RubyGems writes down about a gem that it installs: `specifications/NAME-VERSION.gemspec`. It is Ruby; only the
//! lines that RubyGems itself writes are understood, and nothing is run.

use super::problem::{Problem, ProblemKind, Problems};

/// What a specification says. Attributes: Gem::Specification.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GemRecord {
    /// `name`.
    pub name: String,
    /// `version`.
    pub version: String,
    /// `platform`; none for `ruby`, which is any.
    pub platform: Option<String>,
    /// `licenses`.
    pub licences: Vec<String>,
    /// The first of `authors`.
    pub author: Option<String>,
    /// Gems it needs to run.
    pub depends: Vec<String>,
}

/// The specification; none when neither its first comment (`# stub: NAME VERSION PLATFORM PATHS`) nor its attributes say
/// name and version, which is then a problem.
pub fn parse_gemspec(bytes: &[u8]) -> (Option<GemRecord>, Vec<Problem>) {
    let mut problems = Problems::default();
    let text = String::from_utf8_lossy(bytes);
    let mut gem = GemRecord::default();
    // Behind `else` stands what Rubies of long ago would make of it, development's needs included.
    for line in text.lines().map(str::trim).take_while(|line| *line != "else") {
        if let Some(stub) = line.strip_prefix("# stub: ") {
            if !gem.name.is_empty() {
                continue; // a second such line names what has to be compiled
            }
            let mut words = stub.split(' ');
            let mut next = || words.next().unwrap_or_default().to_owned();
            (gem.name, gem.version) = (next(), next());
            gem.platform = Some(next()).filter(|platform| !matches!(platform.as_str(), "" | "ruby"));
        } else if let Some((attribute, value)) = attribute(line) {
            match attribute {
                "name" if gem.name.is_empty() => gem.name = quoted(value).next().unwrap_or_default().to_owned(),
                "version" if gem.version.is_empty() => {
                    gem.version = quoted(value).next().unwrap_or_default().to_owned();
                }
                "licenses" | "license" => gem.licences = quoted(value).map(str::to_owned).collect(),
                "authors" | "author" => gem.author = quoted(value).next().map(str::to_owned),
                _ => {}
            }
        } else if let Some(need) = line.split_once(".add_runtime_dependency(").or(line.split_once(".add_dependency(")) {
            let name = quoted(need.1).next().map(str::to_owned);
            gem.depends.extend(name.filter(|name| !gem.depends.contains(name)));
        }
    }
    let kind = match (gem.name.is_empty(), gem.version.is_empty()) {
        (false, false) => return (Some(gem), problems.into_vec()),
        (true, _) => ProblemKind::NoName,
        (false, true) => ProblemKind::NoVersion { name: super::problem::quote(gem.name.as_bytes()) },
    };
    problems.push(0, kind);
    (None, problems.into_vec())
}

/// `name` and what follows of `s.name = …`.
fn attribute(line: &str) -> Option<(&str, &str)> {
    let (left, value) = line.split_once(" = ")?;
    let (object, attribute) = left.split_once('.')?;
    (object.len() <= 4 && !object.contains(' ')).then_some((attribute, value))
}

/// The texts in a line: `"…"`, `'…'` and `%q<…>`.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let start = rest.find(['"', '\'', '<'])?;
        let close = match rest.as_bytes()[start] {
            b'<' => '>',
            quote => char::from(quote),
        };
        let inside = &rest[start + 1..];
        let end = inside.find(close)?;
        rest = &inside[end + 1..];
        Some(&inside[..end])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: &str) {
        let (gem, problems) = parse_gemspec(document.as_bytes());
        let mut found: Vec<String> = gem
            .iter()
            .map(|g| {
                format!("{} {} {:?} {:?} {:?} {:?}", g.name, g.version, g.platform, g.licences, g.author, g.depends)
            })
            .collect();
        found.extend(problems.iter().map(ToString::to_string));
        assert_eq!(found.join("; "), expected);
    }

    #[test]
    fn the_lines_that_rubygems_writes_are_read() {
        check(
            "# -*- encoding: utf-8 -*-\n# stub: nokogiri 1.15.4 x86_64-linux lib\n# stub: ext/x/extconf.rb\n\nGem::Specification.new do |s|\n  \
             s.name = \"nokogiri\".freeze\n  s.version = \"1.15.4\"\n  s.authors = [\"Mike D\".freeze, \"A P\".freeze]\n  \
             s.licenses = [\"MIT\".freeze]\n  if s.respond_to? :specification_version then\n    \
             s.add_runtime_dependency(%q<racc>.freeze, [\"~> 1.4\"])\n    \
             s.add_development_dependency(%q<minitest>.freeze, [\">= 0\"])\n  else\n    \
             s.add_dependency(%q<minitest>.freeze, [\">= 0\"])\n  end\nend\n",
            "nokogiri 1.15.4 Some(\"x86_64-linux\") [\"MIT\"] Some(\"Mike D\") [\"racc\"]",
        );
    }

    #[test]
    fn without_the_first_comment_attributes_tell() {
        check(
            "Gem::Specification.new do |gem|\n gem.name = 'a'\n gem.version = '1'\n gem.license = 'ISC'\n",
            "a 1 None [\"ISC\"] None []",
        );
    }

    #[test]
    fn specifications_that_are_programs_are_problems() {
        check("Gem::Specification.new\n", "byte 0: record without a name");
        check("s.name = \"a\"\ns.version = VERSION\n", "byte 0: record of `a` without a version");
    }
}
