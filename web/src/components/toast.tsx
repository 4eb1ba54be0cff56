// A line that comes and goes: what was done with a way to take it back, or why it did not work. Read out politely.
import { Toast } from "@base-ui/react/toast";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";
import { Icon } from "./icon";
import styles from "./toast.module.css";

const manager = Toast.createToastManager();

interface Undo {
  label: string;
  run: () => void;
}

/** Says what was done; with `undo` it stays a little longer. */
export function tell(title: string, undo?: Undo): void {
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

/** Says why something did not work that has no place of its own to say it. */
export function tellFault(cause: unknown, text: (cause: unknown) => string = errorText): void {
  manager.add({ title: text(cause), type: "fault", priority: "high", timeout: 8_000 });
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <Shown />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
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
