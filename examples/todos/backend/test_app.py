"""The application on its own, without a proxy."""

import logging
import re

import pytest
from app import create_app


@pytest.fixture
def app(tmp_path):
    return create_app(tmp_path / "below" / "todos.sqlite3")


@pytest.fixture
def client(app):
    return app.test_client()


def add(client, title="milk"):
    return client.post("/todos", json={"title": title}).get_json()["id"]


def test_a_todo_is_added_shown_replaced_and_deleted(client):
    added = client.post("/todos", json={"title": " milk "})
    assert (added.status_code, added.headers["Location"]) == (201, "/todos/1")
    assert added.get_json() == {"id": 1, "title": "milk", "done": False}
    assert client.get("/todos/1").get_json() == added.get_json()

    replaced = client.put("/todos/1", json={"title": "oat milk", "done": True})
    assert replaced.get_json() == {"id": 1, "title": "oat milk", "done": True}
    assert client.get("/todos").get_json() == [replaced.get_json()]

    deleted = client.delete("/todos/1")
    assert (deleted.status_code, deleted.data) == (204, b"")
    assert client.get("/todos").get_json() == []


def test_ids_are_not_used_again(client):
    first = add(client)
    client.delete(f"/todos/{first}")
    assert add(client) == first + 1


def test_todos_outlive_the_program(app, tmp_path):
    add(app.test_client(), "kept")
    again = create_app(app.config["DATABASE"]).test_client()
    assert again.get("/todos").get_json()[0]["title"] == "kept"


@pytest.mark.parametrize("method", ["get", "put", "delete"])
@pytest.mark.parametrize("id", ["7", "9223372036854775808", "nonsense", "-1"])
def test_an_absent_todo_is_404(client, method, id):
    body = {"json": {"title": "x"}} if method == "put" else {}
    response = getattr(client, method)(f"/todos/{id}", **body)
    assert response.status_code == 404
    assert response.get_json()["error"] == "Not Found"


@pytest.mark.parametrize(
    "body, message",
    [
        ([], "the body must be a JSON object"),
        ({}, "title must be a text that is not empty"),
        ({"title": "  "}, "title must be a text that is not empty"),
        ({"title": 3}, "title must be a text that is not empty"),
        ({"title": "x" * 201}, "title must have at most 200 characters"),
        ({"title": "x", "done": 1}, "done must be true or false"),
        ({"title": "x", "colour": "red"}, "unknown field: colour"),
    ],
)
def test_a_bad_body_is_400_and_says_why(client, body, message):
    response = client.post("/todos", json=body)
    assert response.status_code == 400
    assert response.get_json()["message"] == message


def test_what_is_not_json_is_refused(client):
    assert client.post("/todos", data="{", content_type="application/json").status_code == 400
    assert client.post("/todos", data="title=x", content_type="text/plain").status_code == 415
    assert client.post("/todos", json={"title": "x" * 20_000}).status_code == 413


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("DELETE", "/", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/todos", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", "/todos/1", {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}),
    ],
)
def test_a_wrong_method_is_405_with_allow(client, method, path, allowed):
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed
    assert response.get_json()["error"] == "Method Not Allowed"


def test_health_reads_the_database(client):
    assert (client.get("/healthz").status_code, client.get("/healthz").data) == (200, b"ok\n")


def test_the_request_id_is_on_every_line_and_in_the_answer(app):
    stream = app.logger.handlers[0]
    lines = []
    stream.emit = lambda record: lines.append(stream.format(record))
    client = app.test_client()
    answer = client.post("/todos", json={"title": "x"}, headers={"X-Request-ID": "abc-123"})
    assert answer.headers["X-Request-ID"] == "abc-123"
    assert len(lines) == 2, "one line for the todo, one for the request"
    assert all("[abc-123]" in line for line in lines)
    refused = client.delete("/", headers={"X-Request-ID": "abc-124"})
    assert refused.get_json()["request_id"] == "abc-124"
    assert lines[-1].endswith("INFO [abc-124] DELETE / -> 405")


@pytest.mark.parametrize("given", [None, "", "with space", "x" * 129])
def test_a_request_id_that_is_none_is_not_repeated(app, given):
    headers = {} if given is None else {"X-Request-ID": given}
    answer = app.test_client().get("/todos", headers=headers)
    assert "X-Request-ID" not in answer.headers


def test_an_encoded_line_break_begins_no_line(app):
    handler = app.logger.handlers[0]
    lines = []
    handler.emit = lambda record: lines.append(handler.format(record))
    app.test_client().get("/todos/%0aforged")
    assert lines[0].endswith("GET /todos/%0aforged -> 404")


def test_a_line_outside_a_request_has_no_id(app):
    record = logging.LogRecord("app", logging.INFO, __file__, 1, "listening", (), None)
    handler = app.logger.handlers[0]
    assert handler.filter(record)
    assert re.search(r" INFO \[-\] listening$", handler.format(record))
