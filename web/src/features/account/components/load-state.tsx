// What stands where a list will be: that it is coming, or why it did not and how to ask again.
import { Button } from "@/components/button";
import { EmptyState } from "@/components/empty-state";
import { Spinner } from "@/components/spinner";
import { errorText } from "@/lib/error-text";
import { texts } from "@/texts/texts";

interface Props {
  error: unknown;
  onRetry: () => void;
}

export function LoadState({ error, onRetry }: Props) {
  if (!error) return <Spinner label={texts.common.loading} />;
  return (
    <EmptyState icon="alert" title={texts.settings.loadFailed} compact>
      <p>{errorText(error)}</p>
      <Button kind="secondary" size="small" onClick={onRetry}>
        {texts.common.retry}
      </Button>
    </EmptyState>
  );
}
