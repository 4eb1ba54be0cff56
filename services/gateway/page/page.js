// The page: asks for both documents and shows what they hold.
import { makeConsole } from "./console.js";
import { element, prose } from "./elements.js";
import * as frames from "./frames.js";
import * as operations from "./operations.js";

const content = document.getElementById("content");
const contents = document.getElementById("contents");
const filter = document.getElementById("filter");
const state = document.getElementById("state");

async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response.json();
}

function put(section) {
  const made = element(
    "section",
    { id: section.id, "aria-labelledby": `${section.id}-title` },
    element("h2", { id: `${section.id}-title` }, section.title),
    section.about ? element("p", {}, prose(section.about)) : [],
    section.entries.map(({ made: entry }) => entry),
  );
  const link = element("li", {}, element("a", { href: `#${section.id}` }, section.title));
  content.append(made);
  contents.append(link);
  return { ...section, made, link };
}

/** Shows what holds all words that were typed. */
function find(sections) {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const section of sections) {
    let shown = 0;
    for (const { text, made } of section.entries) {
      made.hidden = !words.every((word) => `${section.title} ${text}`.toLowerCase().includes(word));
      shown += made.hidden ? 0 : 1;
    }
    section.made.hidden = shown === 0;
    section.link.hidden = shown === 0;
    count += shown;
  }
  state.textContent = words.length ? `${count} found` : "";
}

/** Opens the entry that the address names. */
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

try {
  const [rest, live] = await Promise.all([load("/v1/openapi.json"), load("/v1/asyncapi.json")]);
  const { made, use } = makeConsole(frames.templates(live));
  const about = "A socket of your own: `hello` comes first. Choose a type, fill in the data, send.";
  const trial = { id: "console", title: "console", about, entries: [{ text: "console socket connect live", made }] };
  const all = [...operations.sections(rest), trial, ...frames.sections(live, use)].map(put);
  // What was typed while the documents were on their way counts as well.
  find(all);
  filter.addEventListener("input", () => find(all));
  addEventListener("hashchange", openNamed);
  openNamed();
} catch (error) {
  state.className = "bad";
  state.textContent = `The documents could not be read: ${error.message}`;
}
