// How the connection is, on a click: for those who wonder why something is slow, and for whoever helps them.
import { useState } from "react";
import { later } from "@/lib/later";
import { texts } from "@/texts/texts";
import styles from "./connection-banner.module.css";
import { Icon } from "./icon";

export interface DetailsProps {
  label?: string | undefined;
}

const ConnectionPopover = later(
  () => import("./connection-popover").then((part) => part.ConnectionPopover),
  ({ label }) => <Plain label={label} />,
);

/** A button that shows the details; in the banner while something is wrong, in the settings always. */
export function ConnectionDetails({ label }: DetailsProps) {
  // Fetched before it is needed: when it is, the network may be what is missing.
  const [atOnce] = useState(ConnectionPopover.isThere);
  const [wanted, setWanted] = useState(false);
  if (atOnce || wanted) return <ConnectionPopover label={label} opened={wanted} />;
  return <Plain label={label} onPress={() => setWanted(true)} />;
}

function Plain({ label, onPress }: DetailsProps & { onPress?: () => void }) {
  return (
    <button
      type="button"
      className={styles.more}
      data-labelled={label ? true : undefined}
      aria-label={label ? undefined : texts.live.details}
      aria-haspopup="dialog"
      aria-expanded={false}
      onPointerEnter={ConnectionPopover.preload}
      onFocus={ConnectionPopover.preload}
      onClick={onPress}
    >
      <DetailsLabel label={label} />
    </button>
  );
}

export function DetailsLabel({ label }: DetailsProps) {
  return label ?? <Icon name="more" size={17} />;
}
