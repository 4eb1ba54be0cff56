// The files of one message, uploaded one after the other: each once, whatever comes between, and none any more once the
// message is discarded.
import type { PendingFile } from "./outbox-message";
import type { Attachment } from "./types";

/** Uploads a file and tells how far it is, 0 to 1; `signal` ends it. */
export type Upload = (
  file: PendingFile,
  onProgress: (progress: number) => void,
  signal: AbortSignal,
) => Promise<Attachment>;

export class Uploads {
  private readonly running = new Map<string, AbortController>();

  constructor(private readonly upload: Upload) {}

  /** Tells what becomes of each file. */
  async all(
    clientId: string,
    files: readonly PendingFile[],
    tell: (file: PendingFile, change: Partial<PendingFile>) => void,
  ): Promise<void> {
    const run = new AbortController();
    this.running.set(clientId, run);
    try {
      for (const file of files) {
        if (file.attachmentId !== undefined) continue;
        const { id } = await this.upload(file, (progress) => tell(file, { progress }), run.signal);
        run.signal.throwIfAborted();
        tell(file, { attachmentId: id, progress: 1 });
      }
    } finally {
      this.running.delete(clientId);
    }
  }

  /** What waits behind the message goes on at once. */
  end(clientId: string): void {
    this.running.get(clientId)?.abort();
  }
}
