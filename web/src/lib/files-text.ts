// What a message without words is called: by its files.
import type { Attachment } from "@/sdk/types";
import { texts } from "@/texts/texts";

export interface FilesText {
  text: string;
  icon?: "camera" | "file";
}

export function filesText(files: readonly Pick<Attachment, "media_type" | "name">[]): FilesText {
  const words = texts.inbox;
  const [first] = files;
  if (!first) return { text: "" };
  const images = files.every((file) => file.media_type.startsWith("image/"));
  if (images) return { icon: "camera", text: files.length === 1 ? words.photo : words.photos(files.length) };
  if (files.length > 1) return { icon: "file", text: words.files(files.length) };
  if (first.media_type.startsWith("video/")) return { icon: "file", text: words.video };
  if (first.media_type.startsWith("audio/")) return { icon: "file", text: words.voice };
  return { icon: "file", text: first.name };
}
