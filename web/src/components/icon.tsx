// The line icons of the client, drawn on a 24 x 24 grid.

const PATHS = {
  search: "M21 21l-4.35-4.35M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6 6 18",
  send: "M5 12h13M12.5 5.5 19 12l-6.5 6.5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 7.5V12l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  alert: "M12 8v4.5M12 16h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z",
  down: "M6 9.5l6 6 6-6",
  userPlus: "M15 19.5c0-2.8-2.7-5-6-5s-6 2.2-6 5M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM18.5 8v6M15.5 11h6",
  people:
    "M15 19.5c0-2.8-2.7-5-6-5s-6 2.2-6 5M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM21 19.5c0-2.3-1.6-4.2-4-4.8M15.5 3.4a4 4 0 0 1 0 7.2",
  chat: "M20.5 11.5c0 4.1-3.8 7.5-8.5 7.5-1.1 0-2.2-.2-3.2-.5L4 20l1.3-3.6a7 7 0 0 1-1.8-4.9C3.5 7.4 7.3 4 12 4s8.5 3.4 8.5 7.5Z",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M6.5 11h11c.8 0 1.5.7 1.5 1.5v6c0 .8-.7 1.5-1.5 1.5h-11c-.8 0-1.5-.7-1.5-1.5v-6c0-.8.7-1.5 1.5-1.5Z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 2.5v2M12 19.5v2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M2.5 12h2M19.5 12h2M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z",
  display: "M4.5 5h15c.6 0 1 .4 1 1v9.5c0 .6-.4 1-1 1h-15c-.6 0-1-.4-1-1V6c0-.6.4-1 1-1ZM9 20h6M12 16.5V20",
  leave: "M10 4H6a1.5 1.5 0 0 0-1.5 1.5v13A1.5 1.5 0 0 0 6 20h4M15.5 16l4-4-4-4M19.5 12H9.5",
  retry: "M20 5.5v5h-5M19.5 10.5A8 8 0 1 0 20 14",
  trash: "M4.5 7h15M10 11v5.5M14 11v5.5M6 7l.8 12c0 .6.5 1 1.1 1h8.2c.6 0 1-.4 1.1-1L18 7M9.5 7V4.5h5V7",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  eyeOff:
    "M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-3 3.7M6.5 7.3A15 15 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-.9M10 10a3 3 0 0 0 4.2 4.2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.9"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
