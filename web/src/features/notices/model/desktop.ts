// Notifications of the desktop: asked for, shown, and taken away when they are read elsewhere.

export type Permission = NotificationPermission | "unsupported" | "insecure";

export function permission(): Permission {
  if (!window.isSecureContext) return "insecure";
  return "Notification" in window ? Notification.permission : "unsupported";
}

/** Call it from a click: browsers ignore it otherwise. */
export async function askPermission(): Promise<Permission> {
  if (permission() === "default") await Notification.requestPermission().catch(() => undefined);
  return permission();
}

interface Shown {
  title: string;
  body: string;
  /** A later one with the same tag takes its place. */
  tag: string;
  path: string;
  icon?: string | undefined;
  onOpen: () => void;
}

const open = new Map<string, Notification>();

/** Shows it by the service worker where there is one, so that a click works when this page is gone. */
export async function showDesktop({ title, body, tag, path, icon, onOpen }: Shown): Promise<void> {
  if (permission() !== "granted") return;
  const options: NotificationOptions = { body, tag, silent: true, data: { url: path }, ...(icon ? { icon } : {}) };
  const registration = await worker();
  if (registration) {
    await registration.showNotification(title, options).catch(() => undefined);
    return;
  }
  try {
    const notification = new Notification(title, options);
    notification.onclick = () => {
      window.focus();
      onOpen();
      notification.close();
    };
    open.set(tag, notification);
  } catch {
    // Some phones show them by a service worker alone.
  }
}

export async function closeDesktop(tag: string): Promise<void> {
  open.get(tag)?.close();
  open.delete(tag);
  const registration = await worker();
  for (const notification of (await registration?.getNotifications({ tag })) ?? []) notification.close();
}

async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  return navigator.serviceWorker?.getRegistration().catch(() => undefined);
}
