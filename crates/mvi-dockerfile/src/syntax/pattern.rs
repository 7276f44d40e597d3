//! Patterns of substitutions: `*`, `?` and plain text.

/// A pattern: plain pieces with `*` between them.
#[derive(Debug)]
pub(crate) struct Pattern {
    /// What stands between stars; `None` is `?`.
    pieces: Vec<Vec<Option<char>>>,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let mut pieces = vec![Vec::new()];
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            let one = match char {
                '*' => {
                    pieces.push(Vec::new());
                    continue;
                }
                '?' => None,
                '\\' => Some(chars.next().unwrap_or('\\')),
                char => Some(char),
            };
            if let Some(last) = pieces.last_mut() {
                last.push(one);
            }
        }
        Self { pieces }
    }

    /// Bytes of the shortest or longest beginning of `value` that matches; 0 when none does.
    pub(crate) fn prefix(&self, value: &str, longest: bool) -> usize {
        let chars: Vec<char> = value.chars().collect();
        let length = self.match_at(&chars, 0, longest).unwrap_or(0);
        chars[..length].iter().map(|char| char.len_utf8()).sum()
    }

    /// Bytes of the shortest or longest end of `value` that matches; 0 when none does.
    pub(crate) fn suffix(&self, value: &str, longest: bool) -> usize {
        let chars: Vec<char> = value.chars().rev().collect();
        let pieces = self.pieces.iter().rev().map(|piece| piece.iter().rev().copied().collect()).collect();
        let length = Self { pieces }.match_at(&chars, 0, longest).unwrap_or(0);
        chars[..length].iter().map(|char| char.len_utf8()).sum()
    }

    /// `value` with the first or every match replaced, each as long as can be.
    pub(crate) fn replace(&self, value: &str, replacement: &str, all: bool) -> String {
        let chars: Vec<char> = value.chars().collect();
        let mut result = String::new();
        let mut at = 0;
        while at < chars.len() {
            match self.find(&chars, at) {
                Some((start, end)) if end > start => {
                    result.extend(&chars[at..start]);
                    result.push_str(replacement);
                    at = end;
                    if !all {
                        break;
                    }
                }
                _ => break,
            }
        }
        result.extend(&chars[at..]);
        result
    }

    /// The first match from a place on.
    fn find(&self, chars: &[char], from: usize) -> Option<(usize, usize)> {
        let first = self.pieces.first()?;
        let mut start = from;
        loop {
            start = locate(first, chars, start)?;
            if let Some(end) = self.match_at(chars, start, true) {
                return Some((start, end));
            }
            // What follows a star is not to be found further on either.
            if self.pieces.len() > 1 {
                return None;
            }
            start += 1;
        }
    }

    /// Where a match that begins at `start` ends.
    fn match_at(&self, chars: &[char], start: usize, longest: bool) -> Option<usize> {
        let (first, rest) = self.pieces.split_first()?;
        if !fits(first, chars, start) {
            return None;
        }
        let mut at = start + first.len();
        let Some((last, middle)) = rest.split_last() else { return Some(at) };
        for piece in middle {
            at = locate(piece, chars, at)? + piece.len();
        }
        if !longest {
            return Some(locate(last, chars, at)? + last.len());
        }
        let latest = chars.len().checked_sub(last.len()).filter(|latest| *latest >= at)?;
        (at..=latest).rev().find(|place| fits(last, chars, *place)).map(|place| place + last.len())
    }
}

/// The first place from `from` on where a plain piece stands.
fn locate(piece: &[Option<char>], chars: &[char], from: usize) -> Option<usize> {
    let latest = chars.len().checked_sub(piece.len())?;
    (from..=latest).find(|place| fits(piece, chars, *place))
}

fn fits(piece: &[Option<char>], chars: &[char], at: usize) -> bool {
    let there = chars.get(at..at + piece.len());
    there.is_some_and(|there| piece.iter().zip(there).all(|(one, char)| one.is_none_or(|one| one == *char)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_and_the_longest_beginning_are_told_apart() {
        let pattern = Pattern::new("*/");
        assert_eq!((pattern.prefix("a/b/c", false), pattern.prefix("a/b/c", true)), (2, 4));
        let pattern = Pattern::new(".*");
        assert_eq!((pattern.suffix("x.tar.gz", false), pattern.suffix("x.tar.gz", true)), (3, 7));
    }

    #[test]
    fn stars_and_question_marks_match_and_escapes_do_not() {
        assert_eq!(Pattern::new("a?c*").prefix("abcd", true), 4);
        assert_eq!(Pattern::new("\\*").prefix("ab", false), 0);
        assert_eq!(Pattern::new("\\*").prefix("*b", false), 1);
        assert_eq!(Pattern::new("é*").prefix("éa", true), 3);
    }

    #[test]
    fn one_match_or_all_are_replaced() {
        assert_eq!(Pattern::new(".").replace("1.2.3", "-", false), "1-2.3");
        assert_eq!(Pattern::new(".").replace("1.2.3", "-", true), "1-2-3");
        assert_eq!(Pattern::new("o*o").replace("foobor", "0", true), "f0r");
        assert_eq!(Pattern::new("").replace("abc", "-", true), "abc");
    }
}
