/** One Vault token for a container: shared by concurrent moves, replaced before it ends, dropped when Vault denies it. */

export interface Token {
  readonly value: string;
  /** Milliseconds since the epoch after which it is not used any more. */
  readonly deadline: number;
}

export interface TokenSource {
  readonly get: () => Promise<string>;
  /** Forgets this token; one that was replaced in the meantime stays. */
  readonly drop: (value: string) => void;
}

export function cachedToken(login: () => Promise<Token>, now: () => number): TokenSource {
  let current: Promise<Token> | undefined;
  let settled: Token | undefined;

  async function renew(): Promise<Token> {
    try {
      settled = await login();
      return settled;
    } catch (error) {
      current = undefined;
      throw error;
    }
  }

  return {
    async get() {
      if (settled !== undefined && settled.deadline <= now()) {
        settled = undefined;
        current = undefined;
      }
      current ??= renew();
      return (await current).value;
    },
    drop(value) {
      if (settled?.value !== value) return;
      settled = undefined;
      current = undefined;
    },
  };
}
