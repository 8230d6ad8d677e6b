/** A set of texts that keeps 53 bits of a hash of each: ten million take 256 MB, and one collision is expected in 180 such sets. */
export interface HashSet {
  /** Adds a text. @returns whether it was new */
  readonly add: (text: string) => boolean;
  readonly size: () => number;
}

const two32 = 0x1_0000_0000;

/** 53 bits of a text, never 0. Both halves are multiply-and-xor hashes with constants of their own. */
function hash53(text: string): number {
  let high = 0x9e37_79b9;
  let low = 0x85eb_ca6b;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x9e37_79b1);
    low = Math.imul(low ^ code, 0x5f35_6495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85eb_ca6b) ^ (low >>> 13);
  low = Math.imul(low ^ (low >>> 15), 0xc2b2_ae35) ^ (high >>> 16);
  return (high & 0x1f_ffff) * two32 + (low >>> 0) + 1;
}

export function makeHashSet(): HashSet {
  let slots = new Float64Array(1 << 16);
  let count = 0;

  const place = (table: Float64Array, hash: number): boolean => {
    const mask = table.length - 1;
    let slot = (hash % 0x7fff_ffff) & mask;
    for (;;) {
      const held = table[slot];
      if (held === 0) {
        table[slot] = hash;
        return true;
      }
      if (held === hash) return false;
      slot = (slot + 1) & mask;
    }
  };

  return {
    add: (text) => {
      if (count * 2 >= slots.length) {
        const larger = new Float64Array(slots.length * 2);
        for (const hash of slots) if (hash !== 0) place(larger, hash);
        slots = larger;
      }
      const isNew = place(slots, hash53(text));
      if (isNew) count += 1;
      return isNew;
    },
    size: () => count,
  };
}
