// REST: each operation with its parameters, shapes and a form to try it.
import { element, entry, pretty, prose, row, token } from "./elements.js";
import { example, more, resolve, shape } from "./schemas.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Sections of the OpenAPI document, one for each tag, with their entries. */
export function sections(root) {
  const operations = Object.entries(root.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ method, path, ...item[method] })),
  );
  return root.tags.map((tag) => {
    const own = operations.filter((operation) => operation.tags?.includes(tag.name));
    return {
      id: `rest-${tag.name}`,
      title: tag.name,
      about: tag.description,
      entries: own.map((operation) => ({
        text: `${operation.method} ${operation.path} ${operation.summary} ${operation.operationId}`,
        made: entry(operation.operationId, heading(operation), () => inside(root, operation)),
      })),
    };
  });
}

function heading({ method, path, summary }) {
  return [
    element("span", { class: `method ${method}` }, method.toUpperCase()),
    element("span", { class: "path" }, path),
    element("span", { class: "about" }, summary),
  ];
}

function inside(root, operation) {
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(root, parameter));
  const content = Object.entries(operation.requestBody?.content ?? {})[0];
  const made = [element("p", {}, prose(operation.description ?? ""))];
  if (!operation.security) made.push(element("p", { class: "quiet" }, "Needs an access token."));
  if (parameters.length) {
    const about = parameters.map((parameter) =>
      element(
        "li",
        {},
        element("span", { class: "name" }, parameter.required ? parameter.name : `${parameter.name}?`),
        " ",
        element("span", { class: "type" }, `in ${parameter.in}`),
        " ",
        ...prose(parameter.description ?? ""),
      ),
    );
    made.push(element("h3", {}, "Parameters"), element("ul", { class: "fields" }, about));
  }
  if (content) made.push(element("h3", {}, `Body, ${content[0]}`), ...shape(root, content[1].schema));
  made.push(element("h3", {}, "Answers"), answers(root, operation));
  made.push(trial(root, operation, parameters, content));
  return made;
}

function answers(root, operation) {
  const told = Object.entries(operation.responses).map(([status, response]) => {
    const found = resolve(root, response);
    const schema = Object.values(found.content ?? {})[0]?.schema;
    const isProblem = schema?.$ref?.endsWith("/Problem");
    const line = element("li", {}, element("span", { class: "name" }, status), " ", ...prose(found.description ?? ""));
    if (schema && !isProblem) line.append(more("its shape", () => shape(root, schema)));
    return line;
  });
  return element("ul", { class: "fields" }, told);
}

/** The form to try an operation. */
function trial(root, operation, parameters, content) {
  const id = (name) => `try-${operation.operationId}-${name}`;
  const inputs = parameters.map((parameter) => {
    const input = element("input", { autocomplete: "off", spellcheck: "false" });
    if (parameter.required && parameter.example !== undefined) input.value = parameter.example;
    return { parameter, input };
  });
  const isFile = content?.[0] === "multipart/form-data";
  const body = content && (isFile ? element("input", { type: "file" }) : element("textarea", { spellcheck: "false" }));
  if (body && !isFile) body.value = JSON.stringify(example(root, content[1].schema), null, 2);
  const send = element("button", { class: "main", type: "submit" }, "Send");
  const stop = element("button", { type: "button", disabled: true }, "Stop");
  const status = element("p", { role: "status" });
  const output = element("pre", { hidden: true, tabindex: "0", "aria-label": "Answer" });
  let underWay;
  const submit = async (event) => {
    event.preventDefault();
    underWay?.abort();
    underWay = new AbortController();
    stop.disabled = false;
    status.className = "quiet";
    status.textContent = "Waiting…";
    output.hidden = true;
    output.textContent = "";
    try {
      await ask(operation, inputs, isFile ? body.files[0] : body?.value, {
        status,
        output,
        signal: underWay.signal,
        isFile,
      });
    } catch (error) {
      status.className = error.name === "AbortError" ? "quiet" : "bad";
      status.textContent = error.name === "AbortError" ? "Stopped." : `No answer: ${error.message}`;
    }
    stop.disabled = true;
  };
  stop.addEventListener("click", () => underWay?.abort());
  return element(
    "form",
    { class: "try", submit },
    element("h3", {}, "Try it"),
    inputs.map(({ parameter, input }) => row(id(parameter.name), parameter.name, input)),
    body ? row(id("body"), isFile ? "file" : "body", body) : [],
    element("div", { class: "buttons" }, send, stop),
    status,
    output,
  );
}

async function ask(operation, inputs, body, { status, output, signal, isFile }) {
  const headers = token() ? { Authorization: `Bearer ${token()}` } : {};
  const query = new URLSearchParams();
  let path = operation.path;
  for (const { parameter, input } of inputs) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "" && parameter.in === "query") query.append(parameter.name, input.value);
    else if (input.value !== "" && parameter.in === "header") headers[parameter.name] = input.value;
  }
  const options = { method: operation.method.toUpperCase(), headers, signal, cache: "no-store" };
  if (isFile) {
    options.body = new FormData();
    options.body.append("file", body ?? new Blob([]));
  } else if (body?.trim()) {
    headers["Content-Type"] = "application/json";
    options.body = body;
  }
  const response = await fetch(query.size ? `${path}?${query}` : path, options);
  status.className = response.ok ? "good" : "bad";
  status.textContent = `${response.status} ${response.statusText} — ${response.headers.get("X-Request-Id") ?? ""}`;
  const type = response.headers.get("Content-Type") ?? "";
  if (type.startsWith("text/event-stream")) {
    output.hidden = false;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) output.append(part.value);
    return;
  }
  const text = type.includes("json") || type.startsWith("text/") ? pretty(await response.text()) : "";
  output.textContent = text || (type ? `(${type})` : "(nothing)");
  output.hidden = false;
}
