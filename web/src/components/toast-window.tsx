// The lines that come and go, at the foot of the page. Read out politely; what went wrong at once.
import { Toast } from "@base-ui/react/toast";
import { useEffect, useState } from "react";
import { texts } from "@/texts/texts";
import { Icon } from "./icon";
import { hearTold, type Told } from "./toast";
import styles from "./toast-window.module.css";

export function ToastWindow() {
  const [manager] = useState(Toast.createToastManager);
  useEffect(() => hearTold((told) => show(manager, told)), [manager]);
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label={texts.common.happened}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function show(manager: ReturnType<typeof Toast.createToastManager>, { title, fault, undo }: Told): void {
  if (fault) {
    manager.add({ title, type: "fault", priority: "high", timeout: 8_000 });
    return;
  }
  const id = manager.add({
    title,
    timeout: undo ? 8_000 : 4_000,
    ...(undo && {
      actionProps: {
        children: undo.label,
        onClick: () => {
          undo.run();
          manager.close(id);
        },
      },
    }),
  });
}

function Shown() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection={["down", "left", "right"]}>
      <Toast.Content className={styles.content}>
        {toast.type === "fault" && <Icon name="alert" size={18} />}
        <Toast.Title className={styles.title} render={<p />} />
        <Toast.Action className={styles.action} />
        <Toast.Close className={styles.close} aria-label={texts.common.close}>
          <Icon name="close" size={17} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
