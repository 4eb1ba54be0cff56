// A person's picture, or their initials on their own colour, with a dot for their presence.
import { type CSSProperties, useState } from "react";
import { hueOf, initialsOf } from "@/lib/avatar";
import type { Presence, UserLite } from "@/sdk/types";
import { texts } from "@/texts/texts";
import styles from "./avatar.module.css";

interface Props {
  user: Pick<UserLite, "id" | "display_name" | "avatar_url"> | null;
  size?: number;
  presence?: Presence | undefined;
}

export function Avatar({ user, size = 44, presence }: Props) {
  const style = { "--size": `${size}px`, "--hue": user ? hueOf(user.id) : 0 } as CSSProperties;
  const words: Partial<Record<Presence["status"], string>> = texts.app.presence;
  const status = presence && words[presence.status];
  const [broken, setBroken] = useState<string>();
  const picture = user?.avatar_url;
  return (
    <span className={styles.avatar} style={style} data-nobody={user ? undefined : true}>
      {picture && picture !== broken ? (
        <img src={picture} alt="" decoding="async" onError={() => setBroken(picture)} />
      ) : (
        <span aria-hidden="true" data-initials={user ? initialsOf(user.display_name) : "?"} />
      )}
      {status && (
        <span className={styles.dot} data-status={presence.status} role="img" aria-label={status} title={status} />
      )}
    </span>
  );
}
