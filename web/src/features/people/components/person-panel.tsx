// One person: who they are, and what stands between them and a conversation.
import { Avatar } from "@/components/avatar";
import { EmptyState } from "@/components/empty-state";
import { Icon } from "@/components/icon";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import type { User } from "@/sdk/types";
import { useUser } from "../api/get-user";
import { FollowButton } from "./follow-button";
import styles from "./people.module.css";

export function PersonPanel({ userId, onMessage }: { userId: string; onMessage: (user: User) => void }) {
  const { data: user, error } = useUser(userId);
  if (error && !user) return <EmptyState icon="alert" title={errorText(error)} />;
  if (!user) return <Spinner />;
  return (
    <article className={styles.panel} aria-label={user.display_name}>
      <Avatar user={user} size={104} />
      <h2>{user.display_name}</h2>
      <p className={styles.handle}>@{user.username}</p>
      {user.bio && <p className={styles.bio}>{user.bio}</p>}
      <FollowButton user={user} onMessage={onMessage} />
      <p className={styles.explain}>
        <Icon name={user.relationship?.connected ? "chat" : "lock"} size={16} />
        <span>{explain(user)}</span>
      </p>
    </article>
  );
}

/** Why one can or can't write to this person, and what would change it. */
export function explain({ display_name: name, relationship }: User): string {
  if (relationship?.connected) return `You and ${name} follow each other, so you can write to one another.`;
  if (relationship?.followed_by === "requested") return `${name} asks to follow you. Accept, and you can chat.`;
  if (relationship?.following === "requested")
    return `Your request is on its way. You can chat once ${name} accepts and follows you back.`;
  if (relationship?.following === "accepted") return `You follow ${name}. You can chat once ${name} follows you back.`;
  if (relationship?.followed_by === "accepted") return `${name} follows you. Follow back to chat.`;
  return `You can write to each other once you and ${name} follow one another.`;
}
