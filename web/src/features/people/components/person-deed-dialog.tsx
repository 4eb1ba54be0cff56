// Asks once more before somebody is blocked, unfollowed or removed as a follower.
import { Confirm } from "@/components/confirm";
import type { User } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { useFollow } from "../api/follow";
import { useRemoveFollower } from "../api/remove-follower";
import { useSetBlock } from "../api/set-block";

export type PersonDeed = "block" | "unfollow" | "remove";

interface Props {
  user: User;
  deed: PersonDeed;
  onClose: () => void;
}

export function PersonDeedDialog({ user, deed, onClose }: Props) {
  const words = texts.people;
  const follow = useFollow();
  const remove = useRemoveFollower();
  const block = useSetBlock();
  const name = user.display_name;
  const done = { onSuccess: onClose };
  const { title, explain, confirm, run } = {
    block: {
      title: words.blockTitle(name),
      explain: words.blockText,
      confirm: words.block,
      run: () => block.mutate({ user, block: true }, done),
    },
    unfollow: {
      title: words.unfollowTitle(name),
      explain: words.unfollowText,
      confirm: words.unfollow,
      run: () => follow.mutate({ user, follow: false }, done),
    },
    remove: {
      title: words.removeTitle(name),
      explain: words.removeText,
      confirm: words.remove,
      run: () => remove.mutate(user, done),
    },
  }[deed];
  return (
    <Confirm
      open
      danger
      onClose={onClose}
      title={title}
      explain={explain}
      confirm={confirm}
      busy={follow.isPending || remove.isPending || block.isPending}
      error={follow.error ?? remove.error ?? block.error}
      onConfirm={run}
    />
  );
}
