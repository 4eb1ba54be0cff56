// A live socket: connect, send a frame, see frames.
import { element, row, token } from "./elements.js";

const LINES_MAX = 500;
const OFFERED = "pulse.v1.json";

/** The console, and a function that puts a frame into it. */
export function makeConsole(templates) {
  const scope = element("input", { value: "all", list: "scopes", autocomplete: "off", spellcheck: "false" });
  const scopes = element(
    "datalist",
    { id: "scopes" },
    ["all", "inbox", "conversation:"].map((value) => element("option", { value })),
  );
  const kind = element(
    "select",
    {},
    templates.map(({ name }) => element("option", { value: name }, name)),
  );
  const frame = element("textarea", { spellcheck: "false" });
  const connect = element("button", { class: "main", type: "button" }, "Connect");
  const send = element("button", { type: "submit", disabled: true }, "Send");
  const clear = element("button", { type: "button", click: () => log.replaceChildren() }, "Clear");
  const state = element("span", { role: "status", class: "quiet" }, "Not connected");
  const log = element("div", { class: "log", role: "log", "aria-live": "off", "aria-label": "Frames", tabindex: "0" });
  let socket;
  let count = 0;

  const note = (sign, text, style) => {
    const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
    const time = new Date().toLocaleTimeString([], { hour12: false });
    log.append(element("p", { class: style }, element("span", { class: "time" }, `${time} ${sign} `), text));
    while (log.childElementCount > LINES_MAX) log.firstElementChild.remove();
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  };
  const show = (isOpen, text) => {
    send.disabled = !isOpen;
    connect.textContent = isOpen ? "Disconnect" : "Connect";
    state.textContent = text;
  };
  const use = (value) => {
    count += 1;
    frame.value = JSON.stringify({ ...value, id: String(count) }, null, 2);
  };
  const open = () => {
    if (!token()) {
      show(false, "Paste an access token at the top first");
      document.getElementById("token").focus();
      return;
    }
    const address = new URL(`/v1/ws?scope=${encodeURIComponent(scope.value)}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address, [OFFERED, `bearer.${token()}`]);
    show(false, "Connecting…");
    socket.addEventListener("open", () => show(true, "Connected"));
    socket.addEventListener("message", (event) => note("←", event.data));
    socket.addEventListener("close", (event) => {
      note("×", `closed ${event.code} ${event.reason}`, "bad");
      show(false, `Closed with ${event.code}`);
    });
  };
  connect.addEventListener("click", () => (socket?.readyState === WebSocket.OPEN ? socket.close(1000) : open()));
  kind.addEventListener("change", () => use(templates.find(({ name }) => name === kind.value).frame));
  const submit = (event) => {
    event.preventDefault();
    let text = frame.value;
    try {
      text = JSON.stringify(JSON.parse(text));
    } catch {
      // What is no JSON may be tried too: it is closed with 4400.
    }
    socket.send(text);
    note("→", text);
  };
  use(templates[0].frame);

  const made = element(
    "form",
    { submit },
    row("console-scope", "scope", scope),
    scopes,
    element("div", { class: "buttons" }, connect, state),
    row("console-kind", "type", kind),
    row("console-frame", "frame", frame),
    element("div", { class: "buttons" }, send, clear),
    log,
  );
  const choose = (value) => {
    kind.value = value.type;
    use(value);
    frame.focus();
    frame.scrollIntoView({ block: "center" });
  };
  return { made, use: choose };
}
