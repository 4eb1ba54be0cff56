// What is said beside a field that the server refused.
import type { FieldFault } from "@/sdk/api-error";
import { texts } from "@/texts/texts";

export function fieldText({ field, code }: FieldFault): string {
  const { fields } = texts.errors;
  return fields[`${field}.${code}`] ?? fields[code] ?? fields.invalid ?? texts.errors.other;
}
