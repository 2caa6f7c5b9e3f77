//! One file against the table of settings: every mistake with its place, and the document with its defaults filled in.
//!
//! Values are addressed by JSON pointer (`/location/0/tier`); messages show the dotted name (`location.tier`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, absolute};

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::keys::{Absent, Key, Kind, paths};
use super::objectives::Misread;
use super::shapes::Shape;
use super::spans::{Mistake, Source, Span};
use super::suggestions::nearest;

/// A file as it was understood. What was wrong is in `mistakes` and absent from `value`.
pub(crate) struct Document {
    pub(crate) source: Source,
    pub(crate) value: Value,
    pub(crate) mistakes: Vec<Mistake>,
    places: BTreeMap<String, Span>,
}

impl Document {
    pub(crate) fn read(source: Source, kind: Kind) -> Document {
        let mut walk = Walk { source: &source, kind, mistakes: Vec::new(), places: BTreeMap::new() };
        let (root, errors) = DeTable::parse_recoverable(&source.text);
        let mut value = walk.section("", kind.keys(), root.get_ref(), 0..0);
        if !errors.is_empty() {
            // What the parser guessed after a syntax error is not worth a word about its content.
            walk.mistakes = errors.iter().map(|error| syntax_mistake(&source, error)).collect();
        }
        let (mistakes, places) = (walk.mistakes, walk.places);
        complete(kind.keys(), &mut value);
        Document { source, value, mistakes, places }
    }

    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.value.pointer(pointer)?.as_str()
    }

    /// The number of elements of a list, 0 when it is absent.
    pub(crate) fn count(&self, pointer: &str) -> usize {
        self.value.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Whether the value stands in the file, rather than being a default.
    pub(crate) fn is_written(&self, pointer: &str) -> bool {
        self.places.contains_key(pointer)
    }

    /// A mistake at the value `pointer`, or at the section around it when the value is a default.
    pub(crate) fn mistake(
        &self,
        pointer: &str,
        what: String,
        why: impl Into<String>,
        next: impl Into<String>,
    ) -> Mistake {
        let mut at = pointer;
        while !at.is_empty() && !self.places.contains_key(at) {
            at = at.rfind('/').map_or("", |slash| &at[..slash]);
        }
        let span = self.places.get(at).cloned().unwrap_or(0..0);
        self.source.mistake(span, what, why.into(), next.into())
    }

    pub(crate) fn blame(&mut self, pointer: &str, what: String, why: impl Into<String>, next: impl Into<String>) {
        let mistake = self.mistake(pointer, what, why, next);
        self.mistakes.push(mistake);
    }
}

/// Fills in the defaults of what is absent, also in documents that an older release stored.
///
/// Paths under the data directory stay absent here: only `Installation` knows the directory.
pub(crate) fn complete(keys: &[Key], value: &mut Value) {
    let Value::Object(map) = value else { return };
    for key in keys {
        if let Some(default) = default_of(key) {
            map.entry(key.name).or_insert(default);
        }
        match (&key.shape, map.get_mut(key.name)) {
            (Shape::Table(inner), Some(section)) => complete(inner, section),
            (Shape::Tables(inner), Some(Value::Array(sections))) => {
                sections.iter_mut().for_each(|section| complete(inner, section));
            }
            _ => {}
        }
    }
}

fn default_of(key: &Key) -> Option<Value> {
    match (&key.absent, &key.shape) {
        (Absent::Mistake | Absent::UnderDataDir(_), _) => None,
        (Absent::Nothing, _) => Some(Value::Null),
        (Absent::Text(text), _) => Some(Value::from(*text)),
        (Absent::Number(number), _) => Some(Value::from(*number)),
        (Absent::Empty, Shape::List(_) | Shape::Tables(_)) => Some(Value::Array(Vec::new())),
        (Absent::Empty, _) => Some(Value::Object(Map::new())),
    }
}

fn syntax_mistake(source: &Source, error: &toml::de::Error) -> Mistake {
    let span = error.span().unwrap_or(0..0);
    source.mistake(span, "this is not TOML".to_owned(), error.message().to_owned(), "mend the syntax first".to_owned())
}

struct Walk<'a> {
    source: &'a Source,
    kind: Kind,
    mistakes: Vec<Mistake>,
    places: BTreeMap<String, Span>,
}

impl Walk<'_> {
    fn section(&mut self, at: &str, keys: &[Key], table: &DeTable, header: Span) -> Value {
        let mut map = Map::new();
        for (name, item) in table {
            match keys.iter().find(|key| key.name == name.get_ref()) {
                None => self.unknown(at, keys, name.get_ref(), name.span()),
                Some(key) => {
                    if let Some(value) = self.value(&format!("{at}/{}", key.name), &key.shape, item) {
                        map.insert(key.name.to_owned(), value);
                    }
                }
            }
        }
        for key in keys.iter().filter(|key| matches!(key.absent, Absent::Mistake)) {
            if !table.keys().any(|name| name.get_ref() == key.name) {
                self.missing(at, key, header.clone());
            }
        }
        Value::Object(map)
    }

    fn value(&mut self, at: &str, shape: &Shape, item: &Spanned<DeValue>) -> Option<Value> {
        self.places.insert(at.to_owned(), item.span());
        match (shape, item.get_ref()) {
            (Shape::Table(keys), DeValue::Table(table)) => Some(self.section(at, keys, table, item.span())),
            (Shape::Tables(_) | Shape::List(_), DeValue::Array(list)) => Some(self.list(at, shape, list)),
            (Shape::Map(inner), DeValue::Table(table)) => Some(self.free_section(at, inner, table)),
            (Shape::Secret, value) => self.secret(at, value, item.span()),
            (Shape::Count(least, most), DeValue::Integer(number)) => {
                let number = i64::from_str_radix(number.as_str(), number.radix()).ok();
                let fits = number.filter(|number| (least..=most).contains(&number));
                if fits.is_none() {
                    let why = format!("it takes {}", shape.takes());
                    self.blame(item.span(), format!("`{}` is out of range", dotted(at)), why, suggestion(at, shape));
                }
                fits.map(Value::from)
            }
            (Shape::Count(..) | Shape::Table(_) | Shape::Tables(_) | Shape::List(_) | Shape::Map(_), other) => {
                self.wrong_type(at, shape, other, item.span())
            }
            (_, DeValue::String(text)) => self.text(at, shape, text, item.span()),
            (_, other) => self.wrong_type(at, shape, other, item.span()),
        }
    }

    fn list(&mut self, at: &str, shape: &Shape, list: &DeArray) -> Value {
        let inner = match shape {
            Shape::Tables(keys) => Shape::Table(keys),
            Shape::List(inner) => **inner,
            other => *other,
        };
        // A wrong element leaves a null, so that the others keep their places.
        let mut element = |(index, item)| self.value(&format!("{at}/{index}"), &inner, item).unwrap_or(Value::Null);
        Value::Array(list.iter().enumerate().map(&mut element).collect())
    }

    fn free_section(&mut self, at: &str, inner: &Shape, table: &DeTable) -> Value {
        let mut map = Map::new();
        for (name, item) in table {
            let pointer = format!("{at}/{}", name.get_ref().replace('~', "~0").replace('/', "~1"));
            if let Some(value) = self.value(&pointer, inner, item) {
                map.insert(name.get_ref().to_string(), value);
            }
        }
        Value::Object(map)
    }

    fn text(&mut self, at: &str, shape: &Shape, text: &str, span: Span) -> Option<Value> {
        if let Err(Misread { why, next }) = shape.check(text) {
            self.blame(span, format!("`{}` is {}", dotted(at), quoted(text)), why, next);
            return None;
        }
        match shape {
            Shape::Path | Shape::Pattern => Some(self.absolute(text)),
            _ => Some(Value::from(text)),
        }
    }

    /// A path of the file, absolute. A path that cannot be made so (no current directory) stays as it is.
    fn absolute(&self, path: &str) -> Value {
        let joined = self.source.folder.join(path);
        Value::from(absolute(&joined).unwrap_or(joined).to_string_lossy())
    }

    fn secret(&mut self, at: &str, value: &DeValue, span: Span) -> Option<Value> {
        let name = dotted(at);
        let example = "write { env = \"NAME\" }, { file = \"/run/secrets/name\" } or { command = [\"…\"] }";
        let table = match value {
            DeValue::Table(table) => table,
            // The text itself is never shown: it may be the secret.
            _ => {
                let why = "a secret is a reference to where it is kept, never text in a file";
                return self.blame(span, format!("`{name}` is not a reference"), why, example);
            }
        };
        let forms = ["env", "file", "command"];
        if let Some(key) = table.keys().find(|key| !forms.contains(&key.get_ref().as_ref())) {
            let near = nearest(key.get_ref(), forms).map(|form| format!("did you mean `{form}`?"));
            let what = format!("unknown key `{}` in `{name}`", key.get_ref());
            return self.blame(
                key.span(),
                what,
                "a secret has env, file or command",
                near.unwrap_or(example.to_owned()),
            );
        }
        let mut entries = table.iter();
        let (Some((form, item)), None) = (entries.next(), entries.next()) else {
            let why = "a secret is kept in one place: env, file or command";
            return self.blame(span, format!("`{name}` has {} references", table.len()), why, example);
        };
        let reference = match (form.get_ref().as_ref(), item.get_ref()) {
            ("env", DeValue::String(text)) if is_variable(text) => Some(Value::from(text.as_ref())),
            ("file", DeValue::String(text)) if !text.trim().is_empty() => Some(self.absolute(text)),
            ("command", DeValue::Array(words)) => arguments(words),
            _ => None,
        };
        if reference.is_none() {
            let why = "env takes a variable's name, file a path, command a list of texts whose first is the program";
            return self.blame(item.span(), format!("`{name}.{}` is not understood", form.get_ref()), why, example);
        }
        reference.map(|reference| Value::Object(Map::from_iter([(form.get_ref().to_string(), reference)])))
    }

    fn unknown(&mut self, at: &str, keys: &[Key], name: &str, span: Span) {
        let section = match at {
            "" => "this file".to_owned(),
            at => format!("[{}]", dotted(at)),
        };
        let next = match nearest(name, keys.iter().map(|key| key.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => self.elsewhere(name).unwrap_or_else(|| {
                let names: Vec<_> = keys.iter().map(|key| key.name).collect();
                format!("remove it; what may stand here: {}", names.join(", "))
            }),
        };
        self.blame(span, format!("unknown key `{name}`"), format!("{section} has no such setting"), next);
    }

    /// A right word in a wrong place: "did you mean `database.parallel`?".
    fn elsewhere(&self, name: &str) -> Option<String> {
        let find = |kind: Kind| paths(kind.keys()).into_iter().find(|path| path.rsplit('.').next() == Some(name));
        let other_file = match self.kind.other() {
            Kind::Installation => "holdfast.toml",
            Kind::Store => "the store's file",
        };
        let here = find(self.kind).map(|path| format!("did you mean `{path}`?"));
        here.or_else(|| find(self.kind.other()).map(|path| format!("it stands in {other_file}, as `{path}`")))
    }

    fn missing(&mut self, at: &str, key: &Key, span: Span) {
        let pointer = format!("{at}/{}", key.name);
        let next = match (&key.shape, at) {
            (Shape::Table(_), _) => format!("add a section [{}]", dotted(&pointer)),
            (Shape::Tables(_), _) => format!("add a section [[{}]]", dotted(&pointer)),
            (shape, "") => format!("add {} = {} above the first section", key.name, shape.example()),
            (shape, at) => format!("add {} = {} to [{}]", key.name, shape.example(), dotted(at)),
        };
        self.blame(span, format!("`{}` is missing", dotted(&pointer)), key.says, next);
    }

    fn wrong_type(&mut self, at: &str, shape: &Shape, value: &DeValue, span: Span) -> Option<Value> {
        let what = format!("`{}` is {}", dotted(at), kind(value));
        self.blame(span, what, format!("it takes {}", shape.takes()), suggestion(at, shape))
    }

    /// Notes a mistake; always `None`, so that a reader of a value can end with it.
    fn blame(&mut self, span: Span, what: String, why: impl Into<String>, next: impl Into<String>) -> Option<Value> {
        self.mistakes.push(self.source.mistake(span, what, why.into(), next.into()));
        None
    }
}

/// `/location/0/tier` → `location.tier`: which of several it is, the line says.
fn dotted(pointer: &str) -> String {
    let is_index = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let names = pointer.split('/').skip(1).filter(|part| !is_index(part));
    names.map(|part| part.replace("~1", "/").replace("~0", "~")).collect::<Vec<_>>().join(".")
}

fn suggestion(at: &str, shape: &Shape) -> String {
    let name = dotted(at);
    format!("write for example {} = {}", name.rsplit('.').next().unwrap_or(&name), shape.example())
}

fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}

/// A wrong value as a message shows it: short, on one line, and never a URL with credentials.
fn quoted(text: &str) -> String {
    if text.contains("://") && text.contains('@') {
        return "a URL with credentials".to_owned();
    }
    let short: Cow<str> = match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    };
    format!("{short:?}")
}

fn is_variable(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn arguments(words: &DeArray) -> Option<Value> {
    let texts: Option<Vec<&str>> = words.iter().map(|word| word.get_ref().as_str()).collect();
    texts.filter(|texts| texts.first().is_some_and(|program| !program.is_empty())).map(Value::from)
}

/// The folder that relative paths of `file` start from, absolute.
pub(crate) fn folder_of(file: &Path) -> std::io::Result<std::path::PathBuf> {
    let file = absolute(file)?;
    Ok(file.parent().unwrap_or(Path::new("/")).to_owned())
}
