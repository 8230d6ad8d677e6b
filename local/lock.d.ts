/**
 * Runs `work` while this process alone holds the lock `folder`, and gives back its result.
 *
 * Waits without limit for a living holder; a holder that died, or gave no sign of life for a minute, is replaced.
 * The lock is released when `work` ends or fails; after a kill the next process takes it over.
 *
 * @param folder path of the lock; its parent folder is made when missing
 * @param work what no two processes may do at once
 * @param onWait called with the holder's process id, once for each holder that is waited for
 */
export function withLock<T>(folder: string, work: () => Promise<T>, onWait?: (pid: number) => void): Promise<T>;

/**
 * Takes the lock `folder` for as long as the caller wants it, as {@link withLock} does for a piece of work.
 *
 * @param onWait as of {@link withLock}; an error of it is the caller's, and the lock is not taken: it refuses a living holder
 * @returns what releases the lock; it can be called again
 */
export function holdLock(folder: string, onWait?: (pid: number) => void): Promise<() => void>;
