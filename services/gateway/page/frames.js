// Sockets: what may be sent, what comes, and how a socket ends.
import { element, entry, prose } from "./elements.js";
import { example, resolve, shape } from "./schemas.js";

/** Sections of the AsyncAPI document. `use` takes a frame to send, for the console. */
export function sections(root, use) {
  const operations = Object.entries(root.operations);
  const asked = operations.filter(([, operation]) => operation.action === "receive");
  return [
    {
      id: "frames-sent",
      title: "frames to send",
      about: "Each has an id of yours and is answered by one reply or one error with the same id.",
      entries: asked.map(([name, operation]) => ({
        text: `${name} ${operation.summary}`,
        made: entry(`frame-${name}`, heading(name, operation.summary), () => request(root, operation, use)),
      })),
    },
    {
      id: "frames-events",
      title: "events",
      about: "What the server says unasked; on a socket, and as server-sent events.",
      entries: root.operations.stream.messages.map((pointer) => {
        const message = resolve(root, resolve(root, pointer));
        return {
          text: `${message.name} ${message.summary}`,
          made: entry(`event-${message.name}`, heading(message.name, message.summary), () =>
            shape(root, message.payload),
          ),
        };
      }),
    },
    {
      id: "close-codes",
      title: "close codes",
      about: "How a socket ends, and whether to come back. Event streams tell the same in their last frame, `closing`.",
      entries: [{ text: "close codes reconnect", made: codes(root.channels.socket["x-close-codes"]) }],
    },
  ];
}

/** A frame of each type to begin with. */
export function templates(root) {
  const asked = Object.entries(root.operations).filter(([, operation]) => operation.action === "receive");
  return asked.map(([name, operation]) => ({ name, frame: template(root, operation) }));
}

function template(root, operation) {
  const { payload } = resolve(root, resolve(root, operation.messages[0]));
  return { type: payload.properties.type.const, id: "1", data: example(root, payload.properties.data) };
}

function heading(name, summary = "") {
  return [element("span", { class: "path" }, name), element("span", { class: "about" }, prose(summary))];
}

function request(root, operation, use) {
  const sent = resolve(root, resolve(root, operation.messages[0]));
  const reply = resolve(root, resolve(root, operation.reply.messages[0]));
  const choose = () => use(template(root, operation));
  return [
    element("h3", {}, "Data"),
    ...shape(root, sent.payload.properties.data),
    element("h3", {}, "Reply"),
    ...shape(root, reply.payload.properties.data),
    element("div", { class: "buttons" }, element("button", { type: "button", click: choose }, "Use in the console")),
  ];
}

function codes(all) {
  const rows = all.map(({ code, meaning, reconnect }) =>
    element("tr", {}, element("td", {}, String(code)), element("td", {}, meaning), element("td", {}, reconnect)),
  );
  const head = ["code", "meaning", "reconnect?"].map((text) => element("th", { scope: "col" }, text));
  return element("table", {}, element("thead", {}, element("tr", {}, head)), element("tbody", {}, rows));
}
