// A photograph for the pictures of the documentation, drawn on the spot: a harbour in the fog of the morning.
import type { Page } from "@playwright/test";
import type { Upload } from "./files";

/** JPEG of 4 to 3; each `hour` has its own light. */
export async function landscape(page: Page, name: string, hour: "dawn" | "day" | "dusk"): Promise<Upload> {
  const data = await page.evaluate(draw, hour);
  return { name, mimeType: "image/jpeg", buffer: Buffer.from(data, "base64") };
}

/** Runs in the page, so it refers to nothing outside. */
function draw(hour: "dawn" | "day" | "dusk"): string {
  const lights = {
    dawn: { sky: ["#3d4f86", "#b98aa6", "#ffd3a1"], sun: "#fff1d0", hill: [62, 62, 98], fog: [255, 222, 196] },
    day: { sky: ["#4d94cf", "#9cc9e8", "#e4f1f4"], sun: "#ffffff", hill: [38, 84, 92], fog: [226, 240, 244] },
    dusk: { sky: ["#1d1b3f", "#76356f", "#ff8a5c"], sun: "#ffd08a", hill: [34, 22, 54], fog: [240, 132, 104] },
  };
  const { sky, sun, hill, fog } = lights[hour];
  const rgb = (shade: number[], part = 1) => `rgba(${shade.map(Math.round).join(", ")}, ${part})`;
  const [width, height, shore] = [1600, 1200, 760];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const to = canvas.getContext("2d");
  if (!to) throw new Error("nothing can be drawn");
  const fill = (from: number, until: number, stops: string[]) => {
    const shades = to.createLinearGradient(0, from, 0, until);
    stops.forEach((stop, at) => {
      shades.addColorStop(at / (stops.length - 1), stop);
    });
    to.fillStyle = shades;
    to.fillRect(0, from, width, until - from);
  };
  const shape = (corners: [x: number, y: number][]) => {
    to.beginPath();
    for (const [x, y] of corners) to.lineTo(x, y);
    to.fill();
  };
  fill(0, shore, sky);
  const glow = to.createRadialGradient(1040, 560, 0, 1040, 560, 620);
  for (const [at, strength] of [
    [0, 1],
    [0.075, 0.95],
    [0.09, 0.45],
    [0.4, 0.15],
    [1, 0],
  ] as const)
    glow.addColorStop(
      at,
      `${sun}${Math.round(255 * strength)
        .toString(16)
        .padStart(2, "0")}`,
    );
  to.fillStyle = glow;
  to.fillRect(0, 0, width, shore);
  // Hills, the nearer the darker, with fog at the foot of each.
  for (let row = 0; row < 4; row++) {
    to.fillStyle = rgb(hill.map((part, at) => part + ((fog[at] ?? 0) - part) * (0.6 - row * 0.17)));
    to.beginPath();
    to.moveTo(0, shore);
    for (let x = 0; x <= width; x += 8) {
      const rise = Math.sin(x / (260 - row * 38) + row * 2.1) + 0.5 * Math.sin(x / (97 - row * 9) + row * 5);
      to.lineTo(x, 560 + row * 52 - rise * (62 - row * 11));
    }
    to.lineTo(width, shore);
    to.fill();
    fill(640 + row * 22, shore, [rgb(fog, 0), rgb(fog, 0.5 - row * 0.1)]);
  }
  // The lighthouse on its pier.
  const dark = rgb(hill.map((part) => part * 0.55));
  to.fillStyle = dark;
  to.fillRect(0, 738, 560, 22);
  shape([
    [352, 738],
    [366, 520],
    [406, 520],
    [420, 738],
  ]);
  to.fillRect(358, 508, 56, 12);
  to.fillRect(368, 470, 36, 40);
  shape([
    [360, 472],
    [386, 444],
    [412, 472],
  ]);
  to.fillStyle = sun;
  to.fillRect(374, 478, 24, 24);
  // The water is what stands above it, upside down, darker, in waves.
  const above = to.getImageData(0, 0, width, shore);
  const mirror = Object.assign(document.createElement("canvas"), { width, height: shore });
  mirror.getContext("2d")?.putImageData(above, 0, 0);
  for (let y = shore; y < height; y++) {
    const depth = (y - shore) / (height - shore);
    const shift = Math.sin(y / (2.5 + depth * 7)) * (2 + depth * 16) + Math.sin(y / 31) * 5;
    const source = Math.max(0, shore - 1 - (y - shore) * 1.55);
    to.drawImage(mirror, 0, source, width, 1, shift - 20, y, width + 40, 1);
  }
  fill(shore, height, [rgb(fog, 0.22), rgb(hill, 0.35), rgb(hill, 0.78)]);
  // A boat on its way out.
  to.fillStyle = dark;
  shape([
    [1010, 858],
    [1190, 858],
    [1160, 892],
    [1036, 892],
  ]);
  to.fillRect(1094, 690, 5, 168);
  shape([
    [1090, 700],
    [1090, 846],
    [1012, 846],
  ]);
  to.globalAlpha = 0.72;
  shape([
    [1104, 716],
    [1104, 846],
    [1172, 846],
  ]);
  return canvas.toDataURL("image/jpeg", 0.86).split(",")[1] ?? "";
}
