// A window over the page. What it is made of is fetched before somebody needs it.
import { useRef } from "react";
import { later } from "@/lib/later";
import type { ModalProps } from "./modal-window";

const ModalWindow = later(() => import("./modal-window").then((part) => part.ModalWindow));

export function Modal(props: ModalProps) {
  // It stays when it is closed, so that it can fade.
  const wasOpen = useRef(false);
  wasOpen.current ||= props.open;
  return wasOpen.current && <ModalWindow {...props} />;
}
