// On a phone, the way from what is open to where one came from.
import { useCanGoBack, useNavigate, useRouter } from "@tanstack/react-router";
import { Icon } from "@/components/icon";
import { texts } from "@/texts/texts";
import styles from "./shell.module.css";

/** `fallback` is for those who came by a link. */
export function BackButton({ fallback }: { fallback: "/" | "/people" | "/rooms" }) {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  const navigate = useNavigate();
  const back = () => (canGoBack ? router.history.back() : void navigate({ to: fallback }));
  return (
    <button type="button" className={styles.back} aria-label={texts.common.back} onClick={back}>
      <Icon name="back" size={24} />
    </button>
  );
}
