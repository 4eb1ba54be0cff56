// Chooses the part of a picture that becomes the avatar: dragged or moved by arrow keys, larger by wheel or slider.
import { Slider } from "@base-ui/react/slider";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { Button } from "@/components/button";
import { Fault } from "@/components/fault";
import { Modal } from "@/components/modal";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import { type Crop, cutOut, drawCrop, MAX_ZOOM, middleOf, sideOf, withinPicture } from "../model/crop";
import styles from "./avatar.module.css";

const SHOWN_PX = 560;
const STORED_PX = 512;
const STEP = 0.05;
const MOVES: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Props {
  picture: ImageBitmap;
  type: string;
  busy: boolean;
  error: unknown;
  onDone: (part: Blob) => void;
  onClose: () => void;
}

export function AvatarCrop({ picture, type, busy, error, onDone, onClose }: Props) {
  const { profile: words } = texts.settings;
  const [crop, setCrop] = useState<Crop>(() => middleOf(picture));
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) drawCrop(canvas.current, picture, crop);
  }, [picture, crop]);
  const change = (next: (before: Crop) => Crop) => setCrop((before) => withinPicture(picture, next(before)));
  const moveBy = (dx: number, dy: number) =>
    change((before) => {
      const side = sideOf(picture, before.zoom);
      return { ...before, x: before.x + dx * side, y: before.y + dy * side };
    });
  const drag = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { width } = event.currentTarget.getBoundingClientRect();
    moveBy(-event.movementX / width, -event.movementY / width);
  };
  const press = (event: KeyboardEvent) => {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    moveBy(move[0] * STEP, move[1] * STEP);
  };
  const done = async () => onDone(await cutOut(picture, crop, STORED_PX, type));
  return (
    <Modal
      open
      onClose={onClose}
      title={words.crop}
      explain={words.cropExplain}
      foot={
        <>
          <Button kind="secondary" onClick={onClose}>
            {texts.common.cancel}
          </Button>
          <Button busy={busy} onClick={() => void done()}>
            {words.usePicture}
          </Button>
        </>
      }
    >
      <div className={styles.crop}>
        <canvas
          ref={(element) => {
            canvas.current = element;
            if (element) drawCrop(element, picture, crop);
          }}
          className={styles.canvas}
          width={SHOWN_PX}
          height={SHOWN_PX}
          tabIndex={0}
          role="img"
          aria-label={words.cropArea}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
          onKeyDown={press}
          onWheel={(event) => change((before) => ({ ...before, zoom: before.zoom * (event.deltaY < 0 ? 1.08 : 0.93) }))}
        />
        <Slider.Root
          className={styles.slider}
          min={1}
          max={MAX_ZOOM}
          step={0.05}
          value={crop.zoom}
          onValueChange={(zoom) => change((before) => ({ ...before, zoom: Number(zoom) }))}
        >
          <Slider.Control className={styles.control}>
            <Slider.Track className={styles.track}>
              <Slider.Indicator className={styles.indicator} />
              <Slider.Thumb className={styles.thumb} aria-label={words.zoom} />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
        {error != null && <Fault>{errorText(error)}</Fault>}
      </div>
    </Modal>
  );
}
