// A person in a list: who, what stands between, and what can be done at once.
import type { ReactNode } from "react";
import { Avatar } from "@/components/avatar";
import type { Presence, User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./people.module.css";

interface Props {
  user: User;
  presence?: Presence | undefined;
  /** Under the name instead of username and standing. */
  line?: ReactNode;
  onOpen: (user: User) => void;
  children?: ReactNode;
}

export function PersonRow({ user, presence, line, onOpen, children }: Props) {
  return (
    <div className={styles.row}>
      <button type="button" className={styles.person} data-walk onClick={() => onOpen(user)}>
        <Avatar user={user} size={48} presence={presence} />
        <span className={styles.names}>
          <bdi className={styles.name}>{user.display_name}</bdi>
          <span className={styles.handle}>
            {line ?? (
              <>
                <bdi>@{user.username}</bdi>
                {standing(user)}
              </>
            )}
          </span>
        </span>
      </button>
      {children}
    </div>
  );
}

function standing({ relationship }: User): string {
  const words = texts.people;
  if (!relationship || relationship.connected) return "";
  if (relationship.followed_by === "accepted") return ` · ${words.followsYou}`;
  return relationship.followed_by === "requested" ? ` · ${words.asksToFollowYou}` : "";
}
