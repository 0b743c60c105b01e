//! The todo application without Python: the same answers as the Flask backend of `examples/todos`.
//!
//! Pure: a request in, a response out; the store is a map. Like Flask, an unknown path is 404, a known
//! path with another method is 405 with `Allow`: the story depends on both.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The most todos kept; a demo that runs for weeks must not grow for ever.
const TODOS_MAX: usize = 1000;
/// The longest title, in characters.
const TITLE_MAX: usize = 200;

/// One todo.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Todo {
    title: String,
    done: bool,
}

/// All todos.
#[derive(Debug, Default)]
pub(super) struct Todos {
    last_id: u64,
    todos: BTreeMap<u64, Todo>,
}

/// What the application answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Status code.
    pub(super) status: u16,
    /// `Allow`, with a 405 or the answer to OPTIONS.
    pub(super) allow: Option<&'static str>,
    /// JSON body; empty with 204.
    pub(super) body: String,
}

impl Todos {
    /// Two todos to look at.
    pub(super) fn with_examples() -> Self {
        let mut todos = Self::default();
        for title in [
            "Read what Genkan says",
            "Break the Ingress, then explain it",
        ] {
            todos.insert(title.to_owned(), false);
        }
        todos
    }

    /// Answers one request for a path without query.
    pub(super) fn answer(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        match path {
            "/" => only_get(method, || json!({"service": "todos", "see": "/todos"})),
            "/healthz" => only_get(method, || json!({"status": "ok"})),
            "/todos" => self.collection(method, body),
            _ => match path.strip_prefix("/todos/").map(str::parse::<u64>) {
                Some(Ok(id)) => self.item(method, id, body),
                _ => error(404, "there is nothing at this path"),
            },
        }
    }

    fn collection(&mut self, method: &str, body: &[u8]) -> Answer {
        const ALLOW: &str = "GET, HEAD, OPTIONS, POST";
        match method {
            "GET" | "HEAD" => ok(&Value::Array(
                self.todos
                    .iter()
                    .map(|(id, todo)| show(*id, todo))
                    .collect(),
            )),
            "POST" => match Change::read(body) {
                Ok(Change { title: Some(_), .. }) if self.todos.len() >= TODOS_MAX => {
                    error(409, "there are too many todos already: finish some first")
                }
                Ok(Change {
                    title: Some(title),
                    done,
                }) => {
                    let id = self.insert(title, done.unwrap_or(false));
                    Answer {
                        status: 201,
                        ..self.shown(id)
                    }
                }
                Ok(_) => error(400, "title is missing"),
                Err(reason) => error(400, reason),
            },
            "OPTIONS" => options(ALLOW),
            _ => not_allowed(ALLOW),
        }
    }

    fn item(&mut self, method: &str, id: u64, body: &[u8]) -> Answer {
        const ALLOW: &str = "DELETE, GET, HEAD, OPTIONS, PUT";
        match method {
            "OPTIONS" => return options(ALLOW),
            "GET" | "HEAD" | "PUT" | "DELETE" => {}
            _ => return not_allowed(ALLOW),
        }
        let Some(todo) = self.todos.get_mut(&id) else {
            return error(404, "there is no such todo");
        };
        match method {
            "PUT" => match Change::read(body) {
                Ok(change) => {
                    todo.title = change
                        .title
                        .unwrap_or_else(|| std::mem::take(&mut todo.title));
                    todo.done = change.done.unwrap_or(todo.done);
                    self.shown(id)
                }
                Err(reason) => error(400, reason),
            },
            "DELETE" => {
                self.todos.remove(&id);
                Answer {
                    status: 204,
                    allow: None,
                    body: String::new(),
                }
            }
            _ => self.shown(id),
        }
    }

    fn insert(&mut self, title: String, done: bool) -> u64 {
        self.last_id += 1;
        self.todos.insert(self.last_id, Todo { title, done });
        self.last_id
    }

    fn shown(&self, id: u64) -> Answer {
        match self.todos.get(&id) {
            Some(todo) => ok(&show(id, todo)),
            None => error(404, "there is no such todo"),
        }
    }
}

/// What a POST or PUT asks for.
#[derive(Debug)]
struct Change {
    title: Option<String>,
    done: Option<bool>,
}

impl Change {
    fn read(body: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(body).map_err(|_| "the body is not JSON")?;
        let fields = value.as_object().ok_or("the body is not a JSON object")?;
        let title = match fields.get("title") {
            None => None,
            Some(Value::String(title)) => Some(title.trim().to_owned()),
            Some(_) => return Err("title must be a string"),
        };
        if title.as_ref().is_some_and(String::is_empty) {
            return Err("title must not be empty");
        }
        if title
            .as_ref()
            .is_some_and(|title| title.chars().count() > TITLE_MAX)
        {
            return Err("title is too long");
        }
        let done = match fields.get("done") {
            None => None,
            Some(Value::Bool(done)) => Some(*done),
            Some(_) => return Err("done must be true or false"),
        };
        Ok(Self { title, done })
    }
}

fn show(id: u64, todo: &Todo) -> Value {
    json!({"id": id, "title": todo.title, "done": todo.done})
}

fn only_get(method: &str, body: impl Fn() -> Value) -> Answer {
    const ALLOW: &str = "GET, HEAD, OPTIONS";
    match method {
        "GET" | "HEAD" => ok(&body()),
        "OPTIONS" => options(ALLOW),
        _ => not_allowed(ALLOW),
    }
}

fn ok(value: &Value) -> Answer {
    Answer {
        status: 200,
        allow: None,
        body: value.to_string(),
    }
}

fn options(allow: &'static str) -> Answer {
    Answer {
        status: 200,
        allow: Some(allow),
        body: String::new(),
    }
}

fn not_allowed(allow: &'static str) -> Answer {
    Answer {
        allow: Some(allow),
        ..error(405, "this method is not allowed here")
    }
}

fn error(status: u16, reason: &str) -> Answer {
    Answer {
        status,
        allow: None,
        body: json!({"error": reason}).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(todos: &mut Todos, method: &str, path: &str, body: &str, status: u16, expected: &str) {
        let answer = todos.answer(method, path, body.as_bytes());
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (status, expected),
            "{method} {path} {body}"
        );
    }

    #[test]
    fn a_todo_lives_from_post_to_delete() {
        let mut todos = Todos::default();
        check(&mut todos, "GET", "/todos", "", 200, "[]");
        let tea = r#"{"id":1,"title":"tea","done":false}"#;
        check(
            &mut todos,
            "POST",
            "/todos",
            r#"{"title":" tea "}"#,
            201,
            tea,
        );
        let done = r#"{"id":1,"title":"tea","done":true}"#;
        check(&mut todos, "PUT", "/todos/1", r#"{"done":true}"#, 200, done);
        check(&mut todos, "DELETE", "/todos/1", "", 204, "");
        check(
            &mut todos,
            "GET",
            "/todos/1",
            "",
            404,
            r#"{"error":"there is no such todo"}"#,
        );
    }

    #[test]
    fn the_story_s_405_names_what_the_root_allows() {
        let answer = Todos::default().answer("DELETE", "/", b"");
        assert_eq!(
            (answer.status, answer.allow),
            (405, Some("GET, HEAD, OPTIONS"))
        );
    }

    #[test]
    fn bad_bodies_are_refused_with_a_reason() {
        let mut todos = Todos::default();
        for (body, reason) in [
            ("", "the body is not JSON"),
            ("[]", "the body is not a JSON object"),
            ("{}", "title is missing"),
            (r#"{"title":""}"#, "title must not be empty"),
            (r#"{"title":1}"#, "title must be a string"),
            (r#"{"title":"a","done":1}"#, "done must be true or false"),
        ] {
            let expected = format!(r#"{{"error":"{reason}"}}"#);
            check(&mut todos, "POST", "/todos", body, 400, &expected);
        }
    }
}
