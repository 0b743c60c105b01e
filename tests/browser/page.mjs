// Drives the todo page in a real browser, by keyboard only:
//
//     node page.mjs SCENARIO URL CHROMIUM
//
// URL is the page's own address, with an empty list behind it. Each step is
// printed; the first that does not hold ends the run with status 1.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [scenario, url, executablePath] = process.argv.slice(2);

const scenarios = {
  "a-list-is-kept-by-keyboard": keptByKeyboard,
  "an-error-shows-its-status-and-id": errorShown,
  "no-answer-is-said": noAnswer,
  "the-page-works-under-a-base-path": underBasePath,
  "the-page-suits-both-colour-schemes": colourSchemes,
};

async function keptByKeyboard(page) {
  const asked = [];
  page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.goto(url);
  await step("the list begins empty, and says so aloud", async () => {
    await page.getByRole("status").getByText("Nothing to do.").waitFor();
  });
  await step("the field for a new todo has focus", () => focused(page, "title"));
  await step("Enter adds, and focus stays for the next", async () => {
    for (const title of ["milk", "eggs <b>&amp;</b>", "パン"]) {
      await page.keyboard.type(title);
      await page.keyboard.press("Enter");
      await item(page, title).waitFor();
      await focused(page, "title");
      assert.equal(await page.locator("#title").inputValue(), "");
    }
    await page.getByRole("status").getByText("3 of 3 to do").waitFor();
  });
  await step("an empty title is not sent", async () => {
    const before = asked.length;
    await page.keyboard.press("Enter");
    assert.equal(asked.length, before);
  });
  await step("Space ticks, and focus stays on the box", async () => {
    await page.keyboard.press("Tab"); // Add
    await page.keyboard.press("Tab");
    await focused(page, "checkbox milk");
    await page.keyboard.press("Space");
    await page.getByRole("status").getByText("2 of 3 to do").waitFor();
    await focused(page, "checkbox milk");
    assert.equal(await page.getByRole("checkbox", { name: "milk" }).isChecked(), true);
  });
  await step("what was done is there after a reload", async () => {
    await page.reload();
    await page.getByRole("status").getByText("2 of 3 to do").waitFor();
    assert.equal(await page.getByRole("checkbox", { name: "milk" }).isChecked(), true);
    assert.equal(await page.getByRole("checkbox", { name: "パン" }).isChecked(), false);
  });
  await step("Enter on Delete deletes, and focus goes to the neighbour", async () => {
    await focused(page, "title");
    for (const key of ["Tab", "Tab", "Tab"]) await page.keyboard.press(key);
    await focused(page, "Delete milk");
    await page.keyboard.press("Enter");
    await item(page, "milk").waitFor({ state: "detached" });
    await focused(page, "Delete eggs <b>&amp;</b>");
    await page.keyboard.press("Enter");
    await item(page, "eggs <b>&amp;</b>").waitFor({ state: "detached" });
    await focused(page, "Delete パン");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Nothing to do.").waitFor();
    await focused(page, "title");
  });
  await step("the requests were those of the API", () => {
    const changes = asked.filter((request) => !request.startsWith("GET"));
    assert.deepEqual(changes.map((request) => request.replace(/\d+$/, "N")), [
      "POST /todos", "POST /todos", "POST /todos", "PUT /todos/N",
      "DELETE /todos/N", "DELETE /todos/N", "DELETE /todos/N",
    ]);
  });
}

async function errorShown(page) {
  // The list came from before the mistake: the todo is added to the page only.
  await page.route("**/todos", (route) =>
    route.fulfill({ json: [{ id: 1, title: "milk", done: false }] }));
  await page.goto(url);
  let answer;
  page.on("response", (response) => {
    if (response.request().method() === "DELETE") answer = response;
  });
  await step("a refused delete raises an alert with status and id", async () => {
    await page.getByRole("button", { name: "Delete milk" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    assert.equal(answer.status(), 405);
    const id = answer.headers()["x-request-id"];
    assert.match(id ?? "", /^[\x21-\x7e]{1,128}$/);
    const text = await page.getByRole("alert").innerText();
    assert.ok(text.includes("405"), text);
    assert.ok(text.includes("DELETE /todos/1"), text);
    assert.ok(text.includes(`genkan explain --id ${id}`), text);
    console.log(`request-id ${id}`);
  });
  await step("the todo is still there, and so is focus", async () => {
    await item(page, "milk").waitFor();
    await focused(page, "Delete milk");
  });
  await step("Dismiss closes the alert", async () => {
    await page.getByRole("button", { name: "Dismiss" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor({ state: "hidden" });
    await focused(page, "title");
  });
}

async function noAnswer(page) {
  await page.goto(url);
  await page.getByRole("status").getByText("Nothing to do.").waitFor();
  await step("a connection that fails is said, and the text is kept", async () => {
    await page.route("**/todos", (route) => route.abort("connectionrefused"));
    await page.keyboard.type("milk");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("No answer").waitFor();
    assert.equal(await page.locator("#title").inputValue(), "milk");
  });
  await step("the next success closes the alert", async () => {
    await page.unroute("**/todos");
    await page.keyboard.press("Enter");
    await item(page, "milk").waitFor();
    await page.getByRole("alert").waitFor({ state: "hidden" });
  });
}

async function underBasePath(page) {
  // What a proxy does that strips the prefix `/a/b`.
  const asked = [];
  await page.route("http://base.test/**", async (route) => {
    const path = new URL(route.request().url()).pathname;
    asked.push(path);
    assert.ok(path.startsWith("/a/b/"), `outside of the base path: ${path}`);
    route.fulfill({ response: await route.fetch({ url: new URL(path.slice(5), url).href }) });
  });
  await page.goto("http://base.test/a/b/");
  await step("page, style, script and API are all below it", async () => {
    await page.getByRole("status").getByText("Nothing to do.").waitFor();
    for (const part of ["", "todos.css", "todos.js", "todos"]) {
      assert.ok(asked.includes(`/a/b/${part}`), `${part} among ${asked}`);
    }
  });
}

async function colourSchemes(page) {
  await page.goto(url);
  for (const colorScheme of ["light", "dark"]) {
    await step(`text stands out in the ${colorScheme} scheme`, async () => {
      await page.emulateMedia({ colorScheme });
      const ratio = await page.evaluate(contrast);
      // WCAG 2.2, 1.4.3: 4.5 to 1 for text.
      assert.ok(ratio >= 4.5, `contrast ${ratio}`);
    });
  }
}

/** Runs in the page: WCAG contrast ratio of text and page. */
function contrast() {
  const luminance = (colour) => {
    const [r, g, b] = colour.match(/\d+/g).map((part) => {
      const s = part / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(document.body);
  const [low, high] = [luminance(style.color), luminance(style.backgroundColor)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function item(page, title) {
  return page.getByRole("listitem").filter({ hasText: title });
}

/** Waits until the element known by that id, role or label has focus. */
async function focused(page, wanted) {
  const element = wanted.startsWith("checkbox ")
    ? page.getByRole("checkbox", { name: wanted.slice(9) })
    : wanted.startsWith("Delete ")
      ? page.getByRole("button", { name: wanted, exact: true })
      : page.locator(`#${wanted}`);
  const handle = await element.elementHandle();
  await page.waitForFunction((expected) => document.activeElement === expected, handle);
}

async function step(name, action) {
  await action();
  console.log(`ok: ${name}`);
}

const browser = await chromium.launch({
  executablePath,
  // The sandbox needs rights that root in a container does not have.
  args: process.getuid?.() === 0 ? ["--no-sandbox", "--disable-gpu"] : ["--disable-gpu"],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => {
    console.error(`error in the page: ${error}`);
    process.exitCode = 1;
  });
  await scenarios[scenario](page);
} finally {
  await browser.close();
}
