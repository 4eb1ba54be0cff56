// Shapes of JSON: for reading, and as an example to begin with.
import { element, prose } from "./elements.js";

/** What a `$ref` of a document names, or the schema itself. */
export function resolve(root, schema) {
  if (!schema?.$ref) return schema ?? {};
  const path = schema.$ref.slice(2).split("/");
  return path.reduce((value, key) => value?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], root) ?? {};
}

/** The name of a schema that stands elsewhere in the document. */
function nameOf(schema) {
  return schema?.$ref?.split("/").pop();
}

/** A schema's type in a few words. */
function typeOf(root, schema) {
  const name = nameOf(schema);
  if (name) return resolve(root, schema).enum ? typeOf(root, resolve(root, schema)) : name;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => typeOf(root, choice)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  const types = [schema.type ?? "any"].flat();
  return (
    types.map((type) => (type === "array" ? `array of ${typeOf(root, schema.items ?? {})}` : type)).join(" or ") +
    (schema.format ? ` (${schema.format})` : "")
  );
}

/** The objects inside a schema: its own fields, or those of what it holds or may be. */
function objectsIn(root, schema) {
  const found = resolve(root, schema);
  if (found.properties) return [{ name: nameOf(schema), schema: found }];
  const inner = [
    ...(found.anyOf ?? []),
    ...(found.oneOf ?? []),
    ...(found.allOf ?? []),
    ...(found.items ? [found.items] : []),
  ];
  return inner.flatMap((choice) => objectsIn(root, choice));
}

/** The fields of a shape; those of objects inside open on demand, since shapes may hold themselves. */
export function shape(root, schema) {
  const objects = objectsIn(root, schema);
  if (objects.length === 0) return [element("p", { class: "quiet" }, typeOf(root, schema))];
  return objects.map(({ name, schema: object }) => {
    const required = new Set(object.required ?? []);
    const fields = Object.entries(object.properties).map(([key, field]) =>
      fieldOf(root, key, field, required.has(key)),
    );
    const list = element(
      "ul",
      { class: "fields" },
      fields.length ? fields : element("li", { class: "quiet" }, "no fields"),
    );
    return objects.length > 1 && name ? element("div", {}, element("span", { class: "quiet" }, name), list) : list;
  });
}

/** What is made when it is opened first. */
export function more(title, inside) {
  const made = element("details", {}, element("summary", {}, title));
  made.addEventListener("toggle", () => {
    if (made.open && made.childElementCount === 1) made.append(...inside());
  });
  return made;
}

function fieldOf(root, key, field, isRequired) {
  const about = field.description ?? resolve(root, field).description;
  const made = element(
    "li",
    {},
    element("span", { class: "name" }, isRequired ? key : `${key}?`),
    " ",
    element("span", { class: "type" }, typeOf(root, field)),
    about ? [" ", ...prose(about)] : [],
  );
  if (objectsIn(root, field).length > 0) {
    made.append(more("its fields", () => shape(root, field)));
  }
  return made;
}

/** A value to begin with: what must be there, with the examples of the document. */
export function example(root, schema, depth = 0) {
  const found = resolve(root, schema);
  if (found.example !== undefined) return found.example;
  if (found.examples?.length) return found.examples[0];
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum[0];
  const choice = (found.anyOf ?? found.oneOf)?.find((one) => one.type !== "null");
  if (choice) return example(root, choice, depth);
  const type = [found.type].flat()[0];
  if (type === "array") return depth > 3 ? [] : [example(root, found.items ?? {}, depth + 1)];
  if (type === "object" || found.properties) {
    const required = found.required ?? [];
    return Object.fromEntries(required.map((key) => [key, example(root, found.properties?.[key] ?? {}, depth + 1)]));
  }
  if (type === "integer" || type === "number") return found.minimum ?? 0;
  if (type === "boolean") return false;
  if (found.format === "uuid") return crypto.randomUUID?.() ?? "00000000-0000-4000-8000-000000000000";
  return "";
}
