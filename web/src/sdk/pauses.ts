// Waits that can be ended early, by name.

export class Pauses {
  private readonly wakers = new Map<string, () => void>();

  wait(name: string, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.wakers.delete(name);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.wakers.set(name, wake);
    });
  }

  end(name: string): void {
    this.wakers.get(name)?.();
  }

  endAll(): void {
    for (const wake of [...this.wakers.values()]) wake();
  }
}
