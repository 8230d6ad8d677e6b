/** Runs tasks side by side, a limited number at once, for one caller that adds them one after another. */
export interface TaskPool {
  /** Starts the task as soon as there is room. @throws what an earlier task threw */
  readonly add: (task: () => Promise<void>) => Promise<void>;
  /** Waits until nothing is under way. */
  readonly idle: () => Promise<void>;
  /** @throws what the first task that failed threw */
  readonly check: () => void;
}

/** @param most tasks under way at once */
export function makeTaskPool(most: number): TaskPool {
  const failures: unknown[] = [];
  let running = 0;
  let wake: () => void = () => undefined;

  /** Waits for the end of some task. */
  const nextEnd = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });

  async function run(task: () => Promise<void>): Promise<void> {
    running += 1;
    try {
      await task();
    } catch (error) {
      failures.push(error);
    } finally {
      running -= 1;
      wake();
    }
  }

  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };

  return {
    async add(task) {
      while (running >= most) await nextEnd();
      check();
      void run(task);
    },
    async idle() {
      while (running > 0) await nextEnd();
    },
    check,
  };
}
