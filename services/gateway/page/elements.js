// Making elements. Text is always text: nothing that comes from a document or an answer is read as HTML.

/** An element with attributes (functions are listeners, `false` and `undefined` leave out) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return made;
}

/** Text in which `backticks` mark code. */
export function prose(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

/** An entry that opens; its inside is made when it is opened first. */
export function entry(id, summary, inside) {
  const body = element("div", { class: "inside" });
  const made = element("details", { class: "entry", id }, element("summary", {}, summary), body);
  made.addEventListener("toggle", () => {
    if (made.open && !body.hasChildNodes()) body.append(...inside());
  });
  return made;
}

/** A labelled control in a form; `control` gets the id that the label names. */
export function row(id, label, control) {
  control.id = id;
  return element("div", { class: "row" }, element("label", { for: id }, label), control);
}

/** JSON for reading; text that is none stays as it is. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The pasted access token, or nothing. */
export function token() {
  return document.getElementById("token").value.trim();
}
