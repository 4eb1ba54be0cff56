// The buttons that lead to outside providers. Where none is configured, nothing is shown.
import { Icon } from "@/components/icon";
import { useProviders } from "@/lib/queries/providers";
import type { Provider } from "@/sdk/types";
import { texts } from "@/texts/texts";
import { GoogleMark } from "./google-mark";
import styles from "./outside-providers.module.css";
import { rememberChoice } from "./remembered-choice";

/** Where the provider's visitors come back to; the code in its fragment is exchanged there. */
const RETURN_TO = "/sign-in";

interface Props {
  /** Read when the person leaves. */
  remember: () => boolean;
}

export function OutsideProviders({ remember }: Props) {
  const providers = useProviders();
  if (providers.length === 0) return null;
  return (
    <div className={styles.outside}>
      <p className={styles.or}>{texts.auth.or}</p>
      {providers.map((provider) => (
        <a key={provider.id} href={startOf(provider)} onClick={() => rememberChoice(remember())}>
          {provider.id === "google" ? <GoogleMark /> : <Icon name="key" size={19} />}
          {texts.auth.continueWith(provider.name)}
        </a>
      ))}
    </div>
  );
}

function startOf({ start_url }: Provider): string {
  const url = new URL(start_url, window.location.href);
  url.searchParams.set("return_to", RETURN_TO);
  return url.href;
}
