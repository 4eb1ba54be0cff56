// Pictures over the whole page: zoom, move, the next and the one before, download; Escape closes.
import { Dialog } from "@base-ui/react/dialog";
import { type KeyboardEvent, type PointerEvent, useRef, useState, type WheelEvent } from "react";
import { IconButton } from "@/components/button";
import { Icon } from "@/components/icon";
import type { Attachment } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useFreshAttachment } from "../api/fresh-attachment";
import styles from "./image-viewer.module.css";

interface Props {
  pictures: readonly Attachment[];
  startId: string;
  open: boolean;
  onClose: () => void;
}

const START = { zoom: 1, x: 0, y: 0 };
const MOST_ZOOM = 8;

export default function ImageViewer({ pictures, startId, open, onClose }: Props) {
  const [id, setId] = useState(startId);
  const [view, setView] = useState(START);
  const index = Math.max(
    0,
    pictures.findIndex((picture) => picture.id === id),
  );
  const picture = pictures[index];
  const words = texts.chat.viewer;
  const go = (by: number) => {
    const next = pictures[index + by];
    if (!next) return;
    setId(next.id);
    setView(START);
  };
  const zoomTo = (zoom: number) => {
    const within = Math.min(MOST_ZOOM, Math.max(1, zoom));
    setView((before) => (within === 1 ? START : { ...before, zoom: within }));
  };
  const pressed = (event: KeyboardEvent) => {
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const moves: Record<string, () => void> = {
      ArrowRight: () => go(forward),
      ArrowLeft: () => go(-forward),
      "+": () => zoomTo(view.zoom * 1.5),
      "-": () => zoomTo(view.zoom / 1.5),
      "0": () => setView(START),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Popup className={styles.viewer} onKeyDown={pressed}>
          <header className={styles.bar}>
            <Dialog.Title className={styles.name} dir="auto">
              {picture?.name ?? words.title}
            </Dialog.Title>
            <span className={styles.place}>{words.place(index + 1, pictures.length)}</span>
            <IconButton icon="minus" label={words.zoomOut} onClick={() => zoomTo(view.zoom / 1.5)} />
            <IconButton icon="plus" label={words.zoomIn} onClick={() => zoomTo(view.zoom * 1.5)} />
            {picture && <Download attachment={picture} />}
            <Dialog.Close className={styles.close} aria-label={words.close} title={words.close}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          {picture && <Stage key={picture.id} attachment={picture} view={view} onView={setView} onZoom={zoomTo} />}
          {index > 0 && <Arrow side="start" label={words.previous} onPress={() => go(-1)} />}
          {index < pictures.length - 1 && <Arrow side="end" label={words.next} onPress={() => go(1)} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Download({ attachment }: { attachment: Attachment }) {
  const { file } = useFreshAttachment(attachment);
  const label = texts.chat.viewer.download;
  return (
    <a className={styles.close} href={file.url} download={file.name} aria-label={label} title={label}>
      <Icon name="download" />
    </a>
  );
}

function Arrow({ side, label, onPress }: { side: "start" | "end"; label: string; onPress: () => void }) {
  return (
    <span className={styles.arrow} data-side={side}>
      <IconButton icon={side === "start" ? "back" : "forward"} label={label} onClick={onPress} />
    </span>
  );
}

interface StageProps {
  attachment: Attachment;
  view: typeof START;
  onView: (change: (before: typeof START) => typeof START) => void;
  onZoom: (zoom: number) => void;
}

function Stage({ attachment, view, onView, onZoom }: StageProps) {
  const { file, usable, gone, refresh } = useFreshAttachment(attachment);
  const from = useRef<{ x: number; y: number }>(undefined);
  const moved = (event: PointerEvent) => {
    const { current } = from;
    if (!current || view.zoom === 1) return;
    const [x, y] = [event.clientX - current.x, event.clientY - current.y];
    from.current = { x: event.clientX, y: event.clientY };
    onView((before) => ({ ...before, x: before.x + x, y: before.y + y }));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keyboard has + and -, and there are buttons for both
    <div
      className={styles.stage}
      data-zoomed={view.zoom > 1 || undefined}
      onWheel={(event: WheelEvent) => onZoom(view.zoom * (event.deltaY < 0 ? 1.2 : 1 / 1.2))}
      onDoubleClick={() => onZoom(view.zoom > 1 ? 1 : 2.5)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={moved}
      onPointerUp={() => {
        from.current = undefined;
      }}
    >
      {gone && <p>{texts.chat.files.gone}</p>}
      {usable && (
        <img
          src={file.url}
          alt={texts.chat.files.picture(file.name)}
          width={file.width}
          height={file.height}
          draggable={false}
          onError={refresh}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}
        />
      )}
    </div>
  );
}
