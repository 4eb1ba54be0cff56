// Above the field: which message is answered or edited, with a way out.
import { IconButton } from "@/components/button";
import { Icon, type IconName } from "@/components/icon";
import styles from "./composer-parts.module.css";

interface Props {
  icon: IconName;
  title: string;
  excerpt: string;
  closeLabel: string;
  onClose: () => void;
}

export function ComposerBar({ icon, title, excerpt, closeLabel, onClose }: Props) {
  return (
    <div className={styles.bar}>
      <Icon name={icon} size={18} />
      <div className={styles.about}>
        <strong dir="auto">{title}</strong>
        <span dir="auto">{excerpt}</span>
      </div>
      <IconButton icon="close" label={closeLabel} onClick={onClose} />
    </div>
  );
}
