//! Which modules a Python file imports, found line by line; what is imported by a name made at run time is only noted.

/// What the import statements of a file name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PythonImports {
    /// Absolute modules, dotted as written, sorted and each once.
    pub modules: Vec<String>,
    /// True when it also imports by names that are made at run time (`importlib`, `__import__`, `pkgutil`, entry points).
    pub dynamic: bool,
}

/// Modules that import others by name.
const IMPORTERS: &[&str] = &["importlib", "pkgutil", "pkg_resources", "runpy", "stevedore", "imp"];

/// The imports of a file; never an error. Statements inside functions and conditions count, those inside strings and
/// comments do not. Limits: a statement behind another one on the same line (`a = 1; import b`) is found only where it
/// starts with `import` or `from`; relative imports are left out, as they stay in their package. Grammar: Python
/// Language Reference 3.13, 7.11 "The import statement".
#[must_use]
pub fn parse_python_imports(bytes: &[u8]) -> PythonImports {
    let text = String::from_utf8_lossy(bytes);
    let mut found = PythonImports { modules: Vec::new(), dynamic: text.contains("__import__(") };
    let mut within: Option<&str> = None;
    let mut continued: Option<String> = None;
    for line in text.lines() {
        let line = match within {
            Some(quotes) => match line.find(quotes) {
                Some(end) => &line[end + quotes.len()..],
                None => continue,
            },
            None => line,
        };
        let (code, opened) = code_of(line);
        within = opened;
        let statement = match continued.take() {
            Some(begun) => format!("{begun} {}", code.trim()),
            None if code.trim_start().starts_with(['i', 'f']) || code.contains(';') => code.trim().to_owned(),
            None => continue,
        };
        let open = statement.contains('(') && !statement.contains(')') && statement.starts_with("from ");
        if let Some(begun) = statement.strip_suffix('\\') {
            continued = Some(begun.to_owned());
        } else if open && statement.len() < 10_000 {
            continued = Some(statement);
        } else {
            statement.split(';').for_each(|one| found.note(one.trim()));
        }
    }
    found.modules.sort_unstable();
    found.modules.dedup();
    found.dynamic |= found.modules.iter().any(|module| IMPORTERS.contains(&first_of(module)));
    found
}

impl PythonImports {
    fn note(&mut self, statement: &str) {
        if let Some(names) = statement.strip_prefix("import ") {
            let names = names.split(',').filter_map(|name| name.split_whitespace().next());
            self.modules.extend(names.filter(|name| is_module(name)).map(str::to_owned));
        } else if let Some(rest) = statement.strip_prefix("from ")
            && let Some((module, names)) = rest.split_once(" import")
        {
            let module = module.trim();
            if !is_module(module) {
                return;
            }
            self.modules.push(module.to_owned());
            let names =
                names.trim_matches([' ', '(', ')']).split(',').filter_map(|name| name.split_whitespace().next());
            self.modules.extend(names.filter(|name| is_module(name)).map(|name| format!("{module}.{name}")));
        }
    }
}

/// The first name of a dotted one.
fn first_of(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

fn is_module(name: &str) -> bool {
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part.chars().all(|character| character.is_alphanumeric() || character == '_')
    };
    name.split('.').all(is_name)
}

/// A line without strings and comment, and the quotes of a string that goes on behind it.
fn code_of(line: &str) -> (String, Option<&'static str>) {
    let mut code = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['#', '"', '\'']) {
        code.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('#') {
            return (code, None);
        }
        for quotes in ["\"\"\"", "'''"] {
            if let Some(body) = rest.strip_prefix(quotes) {
                match body.find(quotes) {
                    Some(end) => rest = &body[end + 3..],
                    None => return (code, Some(quotes)),
                }
                break;
            }
        }
        if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            rest = behind_string(&rest[1..], quote);
        }
    }
    code.push_str(rest);
    (code, None)
}

/// What stands behind the end of a string of one line.
fn behind_string(body: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, character) in body.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return &body[at + 1..],
            _ => {}
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, modules: &str, dynamic: bool) {
        let found = parse_python_imports(text.as_bytes());
        assert_eq!((found.modules.join(" ").as_str(), found.dynamic), (modules, dynamic), "{text}");
    }

    #[test]
    fn statements_name_modules() {
        check("import os, sys as system\nfrom flask import Flask\n", "flask flask.Flask os sys", false);
        check("def f():\n    import numpy.linalg\n", "numpy.linalg", false);
        check("from a.b import (\n    c,  # why\n    d,\n)\n", "a.b a.b.c a.b.d", false);
        check("from x import y, \\\n    z\n", "x x.y x.z", false);
        check("if True: pass; import late\n", "late", false);
        check("from . import near\nfrom .far import z\n", "", false);
    }

    #[test]
    fn strings_and_comments_name_none() {
        check("\"\"\"\nimport os\n\"\"\"\nimport re\n", "re", false);
        check("# import os\ntext = 'import sys'\nx = '''a'''; import b\n", "b", false);
        check("text = \"it's\"\nimport c\n", "c", false);
        check("import_name = 1\nfromage = 2\n", "", false);
    }

    #[test]
    fn imports_by_name_are_noted() {
        check("import importlib\nimportlib.import_module(name)\n", "importlib", true);
        check("plugin = __import__(name)\n", "", true);
    }

    #[test]
    fn noise_gives_no_panic() {
        for text in ["import", "from", "from  import ", "'''", "\"\\", "import ,,,", "from a import (", "é'é'é#"] {
            let _ = parse_python_imports(text.as_bytes());
        }
    }
}
