// The todo page: lists, adds, ticks and deletes through the API beside it.
// The list is changed item by item, never drawn anew, so that focus stays where
// it is. A failed request shows its status and the id by which
// `genkan explain --id` finds it.
"use strict";

const api = new URL("todos", document.baseURI);
const byId = (id) => document.getElementById(id);
const list = byId("todos");
const titleField = byId("title");

class Refused extends Error {
  constructor(status, message, requestId) {
    super(message);
    this.status = status;
    this.requestId = requestId;
  }
}

async function call(method, id, todo) {
  const url = id === undefined ? api : `${api}/${id}`;
  const request = { method, headers: { Accept: "application/json" }, cache: "no-store" };
  if (todo) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(todo);
  }
  let response;
  try {
    response = await fetch(url, request);
  } catch {
    throw new Refused("No answer", `${method} ${new URL(url).pathname}: is the gateway running?`, "");
  }
  const text = await response.text();
  let body = null;
  if (/^application\/(.+\+)?json\b/.test(response.headers.get("Content-Type") ?? "")) {
    try {
      body = JSON.parse(text);
    } catch {
      // Said below: an answer that is no JSON is as good as none.
    }
  }
  if (!response.ok) {
    const said = body?.message ?? body?.detail ?? body?.title ?? response.statusText;
    const requestId = response.headers.get("X-Request-ID") ?? body?.request_id ?? "";
    const status = `${response.status} ${response.statusText}`.trim();
    throw new Refused(status, `${method} ${new URL(url).pathname}: ${said}`, requestId.split(",")[0]);
  }
  if (response.status !== 204 && body === null) {
    throw new Refused(String(response.status), `${method} ${new URL(url).pathname}: the answer is not JSON`,
      response.headers.get("X-Request-ID") ?? "");
  }
  return body;
}

/** Runs one user action; shows its error, or removes the last one. */
async function attempt(action) {
  try {
    await action();
    byId("error").hidden = true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    byId("error-status").textContent = error.status;
    byId("error-message").textContent = error.message;
    byId("error-id").textContent = error.requestId;
    byId("error-command-id").textContent = error.requestId;
    byId("error-trace").hidden = error.requestId === "";
    byId("error").hidden = false;
  }
}

function show(todo) {
  const item = byId("todo").content.firstElementChild.cloneNode(true);
  const tick = item.querySelector("input");
  item.querySelector(".title").textContent = todo.title;
  item.querySelector(".delete").setAttribute("aria-label", `Delete ${todo.title}`);
  tick.checked = todo.done;
  item.classList.toggle("done", todo.done);

  tick.addEventListener("change", () => attempt(async () => {
    const wanted = tick.checked;
    tick.checked = !wanted; // Until the backend agrees.
    const saved = await call("PUT", todo.id, { title: todo.title, done: wanted });
    tick.checked = saved.done;
    item.classList.toggle("done", saved.done);
    count();
  }));

  item.querySelector(".delete").addEventListener("click", () => attempt(async () => {
    await call("DELETE", todo.id);
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    const hadFocus = item.contains(document.activeElement);
    item.remove();
    if (hadFocus) (neighbour?.querySelector(".delete") ?? titleField).focus();
    count();
  }));

  list.append(item);
}

function count() {
  const all = list.children.length;
  const open = all - list.querySelectorAll(".done").length;
  byId("count").textContent = all === 0 ? "Nothing to do." : `${open} of ${all} to do`;
}

byId("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const title = titleField.value.trim();
  if (!title) return;
  attempt(async () => {
    show(await call("POST", undefined, { title }));
    titleField.value = "";
    count();
  });
});

byId("error-close").addEventListener("click", () => {
  byId("error").hidden = true;
  titleField.focus();
});

attempt(async () => {
  const todos = await call("GET");
  if (!Array.isArray(todos)) throw new Refused("200", "GET: the answer is not a list of todos", "");
  todos.forEach(show);
  count();
});
