// Which part of a picture is shown: a square around a point of it, as large as the zoom allows and never beyond its edge.

export interface Size {
  width: number;
  height: number;
}

/** `x` and `y` are the middle of the part, in pixels of the picture; `zoom` 1 shows its whole shorter side. */
export interface Crop {
  x: number;
  y: number;
  zoom: number;
}

export const MAX_ZOOM = 4;

export function middleOf({ width, height }: Size): Crop {
  return { x: width / 2, y: height / 2, zoom: 1 };
}

export function sideOf({ width, height }: Size, zoom: number): number {
  return Math.min(width, height) / zoom;
}

/** The nearest crop that lies within the picture. */
export function withinPicture(size: Size, crop: Crop): Crop {
  const zoom = between(1, crop.zoom, MAX_ZOOM);
  const half = sideOf(size, zoom) / 2;
  return {
    x: between(half, crop.x, size.width - half),
    y: between(half, crop.y, size.height - half),
    zoom,
  };
}

const between = (least: number, value: number, most: number) => Math.min(Math.max(value, least), most);

/** Draws that part over the whole of a square canvas. */
export function drawCrop(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop): void {
  const side = sideOf(picture, crop.zoom);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.imageSmoothingQuality = "high";
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, crop.x - side / 2, crop.y - side / 2, side, side, 0, 0, canvas.width, canvas.height);
}

/** The part as a file of its own: at most `most` pixels a side, PNG where the picture may be see-through. */
export async function cutOut(picture: ImageBitmap, crop: Crop, most: number, type: string): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.max(1, Math.min(most, Math.round(sideOf(picture, crop.zoom))));
  drawCrop(canvas, picture, crop);
  const kind = type === "image/png" || type === "image/webp" ? "image/png" : "image/jpeg";
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture can't be written"))), kind, 0.9),
  );
}
