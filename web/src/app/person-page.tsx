import { Link, useParams } from "@tanstack/react-router";
import { Icon } from "@/components/icon";
import { PersonPanel } from "@/features/people/components/person-panel";
import styles from "./shell.module.css";
import { useMessagePerson } from "./use-message-person";

export function PersonPage() {
  const { userId } = useParams({ from: "/signed-in/people/$userId" });
  const message = useMessagePerson();
  return (
    <>
      <Link to="/" className={styles.back} aria-label="Back to your conversations">
        <Icon name="back" size={24} />
      </Link>
      <PersonPanel userId={userId} onMessage={message} />
    </>
  );
}
