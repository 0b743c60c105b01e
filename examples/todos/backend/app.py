"""The todos application: a small JSON API over SQLite.

It serves `/todos` and `/todos/<id>` itself, so a proxy in front of it must not
change the path. `/` answers GET with a list of what is here and nothing else:
a proxy that turns `DELETE /todos/1` into `DELETE /` gets a correct, and
puzzling, 405 from this program.

Run it with `python app.py --port 5000`. See the end of the file for options.
"""

import argparse
import logging
import os
import re
import signal
import sqlite3
import sys
from pathlib import Path

import waitress
from flask import Blueprint, Flask, abort, current_app, g, has_request_context, jsonify, request, url_for
from werkzeug.exceptions import HTTPException

TITLE_CHARACTERS_MAX = 200
BODY_BYTES_MAX = 16 * 1024
TODOS_MAX = 10_000
# SQLite's largest integer: a larger id cannot exist.
ID_MAX = 2**63 - 1
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")

SCHEMA = """
CREATE TABLE IF NOT EXISTS todos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
)
"""

todos = Blueprint("todos", __name__)


def create_app(database):
    """The application over the SQLite file `database`, which is made if absent."""
    app = Flask(__name__)
    app.config["DATABASE"] = str(database)
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.json.sort_keys = False
    app.register_blueprint(todos)
    app.register_error_handler(HTTPException, describe_error)
    app.before_request(take_request_id)
    app.after_request(log_and_tag)
    app.teardown_appcontext(close_database)
    configure_logging(app)
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(database) as connection:
        # Readers do not wait for a writer.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(SCHEMA)
    connection.close()
    return app


@todos.get("/")
def index():
    return jsonify(application="todos", todos=url_for("todos.list_todos"))


@todos.get("/healthz")
def health():
    database().execute("SELECT 1 FROM todos LIMIT 1").fetchone()
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@todos.get("/todos")
def list_todos():
    rows = database().execute("SELECT id, title, done FROM todos ORDER BY id")
    return jsonify([as_json(row) for row in rows])


@todos.post("/todos")
def add_todo():
    title, done = read_todo()
    with database() as connection:
        if connection.execute("SELECT count(*) FROM todos").fetchone()[0] >= TODOS_MAX:
            abort(409, f"there are {TODOS_MAX} todos already: finish some first")
        cursor = connection.execute("INSERT INTO todos (title, done) VALUES (?, ?)", (title, done))
    current_app.logger.info("added todo %d", cursor.lastrowid)
    location = {"Location": url_for("todos.show_todo", id=cursor.lastrowid)}
    return jsonify(find_todo(cursor.lastrowid)), 201, location


@todos.get("/todos/<int:id>")
def show_todo(id):
    return jsonify(find_todo(id))


@todos.put("/todos/<int:id>")
def replace_todo(id):
    find_todo(id)
    title, done = read_todo()
    with database() as connection:
        connection.execute("UPDATE todos SET title = ?, done = ? WHERE id = ?", (title, done, id))
    current_app.logger.info("replaced todo %d", id)
    return jsonify(find_todo(id))


@todos.delete("/todos/<int:id>")
def delete_todo(id):
    find_todo(id)
    with database() as connection:
        connection.execute("DELETE FROM todos WHERE id = ?", (id,))
    current_app.logger.info("deleted todo %d", id)
    return "", 204


def read_todo():
    """Title and state from the request's body, or a 400 that says what is wrong."""
    body = request.get_json()
    if not isinstance(body, dict):
        abort(400, "the body must be a JSON object")
    unknown = sorted(set(body) - {"id", "title", "done"})
    if unknown:
        abort(400, f"unknown field: {unknown[0][:50]}")
    title, done = body.get("title"), body.get("done", False)
    if not isinstance(title, str) or not title.strip():
        abort(400, "title must be a text that is not empty")
    if len(title) > TITLE_CHARACTERS_MAX:
        abort(400, f"title must have at most {TITLE_CHARACTERS_MAX} characters")
    if not isinstance(done, bool):
        abort(400, "done must be true or false")
    return title.strip(), done


def find_todo(id):
    row = None
    if id <= ID_MAX:
        row = database().execute("SELECT id, title, done FROM todos WHERE id = ?", (id,)).fetchone()
    if row is None:
        abort(404, "there is no such todo")
    return as_json(row)


def as_json(row):
    return {"id": row["id"], "title": row["title"], "done": bool(row["done"])}


def database():
    if "database" not in g:
        g.database = sqlite3.connect(current_app.config["DATABASE"])
        g.database.row_factory = sqlite3.Row
    return g.database


def close_database(_fault=None):
    connection = g.pop("database", None)
    if connection is not None:
        connection.close()


def describe_error(error):
    """Errors as JSON, with the headers Flask gives them (`Allow` of a 405)."""
    response = error.get_response()
    if "Allow" in response.headers:
        # Flask keeps the methods in a set, whose order changes from start to start.
        response.headers["Allow"] = ", ".join(sorted(response.headers["Allow"].split(", ")))
    response.data = current_app.json.dumps(
        {"error": error.name, "message": error.description, "request_id": g.get("request_id", "-")}
    )
    response.content_type = "application/json"
    return response


def take_request_id():
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else "-"


def log_and_tag(response):
    # As it came, still percent-encoded: a decoded `%0a` would begin a line of its own.
    target = request.environ.get("REQUEST_URI", "-")
    current_app.logger.info("%s %s -> %d", request.method, target, response.status_code)
    if g.request_id != "-":
        response.headers["X-Request-ID"] = g.request_id
    return response


class RequestIdFilter(logging.Filter):
    """Gives every log record the id of the request it belongs to, or `-`."""

    def filter(self, record):
        record.request_id = g.get("request_id", "-") if has_request_context() else "-"
        return True


def configure_logging(app):
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RequestIdFilter())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(request_id)s] %(message)s"))
    app.logger.handlers[:] = [handler]
    app.logger.propagate = False
    app.logger.setLevel(logging.INFO)


def addresses(server):
    """Where it listens; a name such as `localhost` can stand for two addresses."""
    one = [(getattr(server, "effective_host", ""), getattr(server, "effective_port", 0))]
    for host, port in getattr(server, "effective_listen", one):
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def stop(_signal, _frame):
    # waitress takes this as a request to end: it finishes what runs, then returns.
    raise SystemExit(0)


def main():
    options = argparse.ArgumentParser(description="The todos application.")
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    options.add_argument("--port", type=int, default=5000, help="port, 0 for a free one (%(default)s)")
    options.add_argument(
        "--database",
        default=os.environ.get("TODOS_DATABASE", "todos.sqlite3"),
        help="SQLite file, also $TODOS_DATABASE (%(default)s)",
    )
    chosen = options.parse_args()
    app = create_app(chosen.database)
    try:
        server = waitress.create_server(app, host=chosen.host, port=chosen.port, threads=4, ident="todos")
    except (OSError, ValueError) as fault:
        sys.exit(f"cannot listen on {chosen.host}:{chosen.port}: {fault}")
    signal.signal(signal.SIGTERM, stop)
    app.logger.info("listening on %s", ", ".join(addresses(server)))
    server.run()
    app.logger.info("stopped")


if __name__ == "__main__":
    main()
