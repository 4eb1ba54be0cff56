// How the client looks on this device beyond light and dark: the size of text, how close things stand, and whether they
// move. Kept on the device and put on the root of the page, where the styles read it.

export const TEXT_SIZES = ["small", "normal", "large", "huge"] as const;
export const DENSITIES = ["comfortable", "compact"] as const;

export interface Appearance {
  textSize: (typeof TEXT_SIZES)[number];
  density: (typeof DENSITIES)[number];
  reducedMotion: boolean;
}

const STORAGE_KEY = "pulse.appearance";
const DEFAULTS: Appearance = { textSize: "normal", density: "comfortable", reducedMotion: false };

export function storedAppearance(): Appearance {
  try {
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Appearance>;
    return {
      textSize: TEXT_SIZES.find((size) => size === stored.textSize) ?? DEFAULTS.textSize,
      density: DENSITIES.find((density) => density === stored.density) ?? DEFAULTS.density,
      reducedMotion: stored.reducedMotion === true,
    };
  } catch {
    return DEFAULTS;
  }
}

export function applyAppearance(appearance: Appearance): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(appearance));
  showAppearance(appearance);
}

/** Puts it on the page without keeping it: at the start, and when another tab has changed it. */
export function showAppearance({ textSize, density, reducedMotion }: Appearance): void {
  const { dataset } = document.documentElement;
  dataset.textSize = textSize;
  dataset.density = density;
  dataset.motion = reducedMotion ? "reduced" : "full";
}

/** Follows the choices made in other tabs. */
export function followAppearance(): void {
  window.addEventListener("storage", ({ key }) => {
    if (key === STORAGE_KEY) showAppearance(storedAppearance());
  });
}

/** Whether things should not glide: by choice on this device, or by the system's. */
export function prefersStill(): boolean {
  if (document.documentElement.dataset.motion === "reduced") return true;
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
