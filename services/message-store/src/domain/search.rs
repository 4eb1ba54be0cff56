//! What a search asked for, and where a text shows it.
//!
//! PostgreSQL says which messages match. Where in their bodies is found out here, by the rules of its text search (chapter 12
//! of its manual): the query as PostgreSQL reads it, the words of a body with their places, and which lexemes each word has.

use std::collections::{BTreeSet, HashMap};

/// Longest query, in Unicode scalar values.
pub const QUERY_MAX: usize = 200;

/// A part of a body, in UTF-16 code units; the end is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
}

/// A text search query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A lexeme.
    Word(String),
    /// What must not be there.
    Not(Box<Query>),
    /// Both.
    And(Box<Query>, Box<Query>),
    /// One of them.
    Or(Box<Query>, Box<Query>),
    /// The second one so many words after the first one.
    Follows(Box<Query>, Box<Query>, u32),
}

impl Query {
    /// Reads a query as PostgreSQL writes it: `'red' <-> 'car' & !'blue'`. None when it is empty or is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text.trim_start() };
        let query = reader.any()?;
        reader.rest.is_empty().then_some(query)
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        self.rest = rest.trim_start();
        true
    }

    /// What is joined by `|`, which binds least.
    fn any(&mut self) -> Option<Query> {
        let mut query = self.all()?;
        while self.eat("|") {
            query = Query::Or(Box::new(query), Box::new(self.all()?));
        }
        Some(query)
    }

    fn all(&mut self) -> Option<Query> {
        let mut query = self.phrase()?;
        while self.eat("&") {
            query = Query::And(Box::new(query), Box::new(self.phrase()?));
        }
        Some(query)
    }

    fn phrase(&mut self) -> Option<Query> {
        let mut query = self.single()?;
        while self.eat("<") {
            let (distance, rest) = self.rest.split_once('>')?;
            let distance = if distance == "-" { 1 } else { distance.parse().ok()? };
            self.rest = rest.trim_start();
            query = Query::Follows(Box::new(query), Box::new(self.single()?), distance);
        }
        Some(query)
    }

    fn single(&mut self) -> Option<Query> {
        if self.eat("!") {
            return Some(Query::Not(Box::new(self.single()?)));
        }
        if self.eat("(") {
            let query = self.any()?;
            return self.eat(")").then_some(query);
        }
        self.word()
    }

    /// A quoted lexeme; quotes and backslashes in it stand twice.
    fn word(&mut self) -> Option<Query> {
        let quoted = self.rest.strip_prefix('\'')?;
        let mut word = String::new();
        let mut chars = quoted.char_indices();
        while let Some((_, char)) = chars.next() {
            match char {
                '\\' => word.push(chars.next()?.1),
                '\'' => match chars.next() {
                    Some((_, '\'')) => word.push('\''),
                    Some((at, _)) => {
                        self.rest = quoted.get(at..)?.trim_start();
                        return Some(Query::Word(word));
                    }
                    None => {
                        self.rest = "";
                        return Some(Query::Word(word));
                    }
                },
                other => word.push(other),
            }
        }
        None
    }
}

/// A piece of a body as PostgreSQL cuts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Number of its type in the default parser.
    pub kind: i32,
    /// As it stands in the body.
    pub text: String,
}

impl Token {
    /// Whether it counts as a word: all but blanks, tags, protocols and entities.
    const fn is_word(&self) -> bool {
        !matches!(self.kind, 12 | 13 | 14 | 23)
    }

    /// Whether its parts follow as tokens of their own: addresses, and words with hyphens.
    const fn has_parts(&self) -> bool {
        matches!(self.kind, 5 | 15 | 16 | 17)
    }
}

/// A lexeme and the places of its words, from 1.
pub type Places = (String, Vec<i32>);

/// Where a body shows what a query asks for, ascending and without overlap.
#[must_use]
pub fn highlights(body: &str, tokens: &[Token], lexemes: &[Places], query: &Query) -> Vec<Span> {
    let mut places: HashMap<&str, BTreeSet<i32>> = HashMap::with_capacity(lexemes.len());
    for (lexeme, of_it) in lexemes {
        places.entry(lexeme).or_default().extend(of_it);
    }
    let shown: BTreeSet<i32> = find(query, &places).into_iter().flat_map(|found| found.places).collect();
    let words = words(body, tokens);
    let bytes = shown.iter().filter_map(|place| {
        let index = usize::try_from(*place).ok()?.checked_sub(1)?;
        words.get(index).copied()
    });
    utf16(body, bytes.collect())
}

/// One way in which a query is met: from where to where, and the words of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    first: i32,
    last: i32,
    places: Vec<i32>,
}

fn find(query: &Query, places: &HashMap<&str, BTreeSet<i32>>) -> Vec<Found> {
    match query {
        Query::Word(word) => {
            let places = places.get(word.as_str()).into_iter().flatten();
            places.map(|place| Found { first: *place, last: *place, places: vec![*place] }).collect()
        }
        Query::Not(_) => Vec::new(),
        Query::And(left, right) | Query::Or(left, right) => {
            let mut found = find(left, places);
            found.extend(find(right, places));
            found
        }
        Query::Follows(left, right, distance) => {
            let distance = i32::try_from(*distance).unwrap_or(i32::MAX);
            let mut starts: HashMap<i32, Vec<Found>> = HashMap::new();
            for found in find(right, places) {
                starts.entry(found.first).or_default().push(found);
            }
            let mut joined = Vec::new();
            for before in find(left, places) {
                // In a phrase within a phrase the distance counts to its last word.
                for after in starts.get(&before.last.saturating_add(distance)).into_iter().flatten() {
                    let places = before.places.iter().chain(&after.places).copied().collect();
                    joined.push(Found { first: before.first, last: after.last, places });
                }
            }
            joined
        }
    }
}

/// Where the words of a body stand, in bytes, in the order of their places.
fn words(body: &str, tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut words = Vec::with_capacity(tokens.len());
    let mut at = 0;
    for token in tokens {
        let found = body.get(at..).and_then(|rest| rest.find(&token.text));
        // A token that is not there would be one of another text.
        let Some(ahead) = found else { continue };
        let (start, end) = (at + ahead, at + ahead + token.text.len());
        if token.is_word() {
            words.push((start, end));
        }
        at = if token.has_parts() { start } else { end };
    }
    words
}

/// Byte ranges as ranges of UTF-16 code units; those that touch or overlap become one.
fn utf16(body: &str, mut ranges: Vec<(usize, usize)>) -> Vec<Span> {
    ranges.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    let (mut bytes, mut units) = (0, 0);
    let mut units_at = |to: usize| {
        let passed = body.get(bytes..to).unwrap_or_default().encode_utf16().count();
        units += u32::try_from(passed).unwrap_or(u32::MAX);
        bytes = to;
        units
    };
    merged.into_iter().map(|(start, end)| Span { start: units_at(start), end: units_at(end) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Query {
        Query::Word(text.to_owned())
    }

    fn tokens(cut: &[(i32, &str)]) -> Vec<Token> {
        cut.iter().map(|(kind, text)| Token { kind: *kind, text: (*text).to_owned() }).collect()
    }

    fn places(lexemes: &[(&str, &[i32])]) -> Vec<Places> {
        lexemes.iter().map(|(lexeme, places)| ((*lexeme).to_owned(), places.to_vec())).collect()
    }

    fn shown(body: &str, tokens: &[Token], lexemes: &[Places], query: &str) -> Vec<String> {
        let units: Vec<u16> = body.encode_utf16().collect();
        let spans = highlights(body, tokens, lexemes, &Query::parse(query).unwrap());
        spans
            .iter()
            .map(|span| String::from_utf16(&units[span.start as usize..span.end as usize]).unwrap())
            .collect()
    }

    #[test]
    fn queries_are_read_by_their_precedence() {
        let phrase = Query::Follows(Box::new(word("red")), Box::new(word("car")), 1);
        let not = Query::Not(Box::new(word("it's")));
        let all = Query::And(Box::new(phrase), Box::new(not));
        let expected = Query::Or(Box::new(all), Box::new(word("a\\b")));
        assert_eq!(Query::parse(r"'red' <-> 'car' & !'it''s' | 'a\\b'"), Some(expected));
        let far = Query::Follows(Box::new(word("a")), Box::new(word("b")), 3);
        assert_eq!(Query::parse("( 'a' <3> 'b' )"), Some(far));
        for text in ["", "'a", "'a' &", "'a' 'b'", "('a'", "'a' <x> 'b'"] {
            assert_eq!(Query::parse(text), None, "{text}");
        }
    }

    #[test]
    fn offsets_count_utf_16_code_units() {
        let body = "😀 Cafe\u{301} red, red car";
        let cut = tokens(&[
            (12, "😀 "),
            (2, "Cafe\u{301}"),
            (12, " "),
            (1, "red"),
            (12, ", "),
            (1, "red"),
            (12, " "),
            (1, "car"),
        ]);
        let lexemes = places(&[("cafe\u{301}", &[1]), ("red", &[2, 3]), ("car", &[4])]);
        let spans = highlights(body, &cut, &lexemes, &Query::parse("'cafe\u{301}'").unwrap());
        assert_eq!(spans, [Span { start: 3, end: 8 }]);
        assert_eq!(shown(body, &cut, &lexemes, "'red' <-> 'car'"), ["red", "car"]);
        assert_eq!(shown(body, &cut, &lexemes, "'red'"), ["red", "red"]);
        assert_eq!(shown(body, &cut, &lexemes, "'red' & !'blue'"), ["red", "red"]);
        assert!(shown(body, &cut, &lexemes, "'car' <-> 'red'").is_empty());
    }

    #[test]
    fn a_word_with_parts_is_shown_once() {
        let body = "a foo-bar b";
        let cut = tokens(&[
            (1, "a"),
            (12, " "),
            (16, "foo-bar"),
            (11, "foo"),
            (12, "-"),
            (11, "bar"),
            (12, " "),
            (1, "b"),
        ]);
        let lexemes = places(&[("a", &[1]), ("foo-bar", &[2]), ("foo", &[3]), ("bar", &[4]), ("b", &[5])]);
        assert_eq!(shown(body, &cut, &lexemes, "'foo-bar' <-> 'foo' <-> 'bar'"), ["foo-bar"]);
        assert_eq!(shown(body, &cut, &lexemes, "'bar'"), ["bar"]);
        assert_eq!(shown(body, &cut, &lexemes, "'b'"), ["b"]);
    }
}
