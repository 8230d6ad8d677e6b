/** What can't be meant by the readers that a RotatingSecret names. */
import { isReaderName } from "../../runtime/model/path";

/** Each is a request to Vault at each look while a value ends. */
const mostReaders = 20;
/** As long as that a person can hear of it before the value ends. */
const leastMoreSeconds = 3_600;
const mostSeconds = 2_592_000;

/** What is wrong with the readers and their longest overlap: each fault as a sentence. */
export function readerFaults(
  readers: readonly string[],
  overlapSeconds: number,
  longestOverlapSeconds: number | undefined,
): readonly string[] {
  if (readers.length === 0) {
    return longestOverlapSeconds === undefined ? [] : ["longestOverlapSeconds is only for readers that report"];
  }
  const least = overlapSeconds + leastMoreSeconds;
  const isWithin =
    longestOverlapSeconds !== undefined &&
    Number.isInteger(longestOverlapSeconds) &&
    longestOverlapSeconds >= least &&
    longestOverlapSeconds <= mostSeconds;
  return [
    ...readers
      .filter((reader) => !isReaderName(reader))
      .map((reader) => `reader ${JSON.stringify(reader)} must be lower-case letters, digits and hyphens`),
    ...(new Set(readers).size === readers.length ? [] : ["readers names one twice"]),
    ...(readers.length <= mostReaders ? [] : [`readers names more than ${mostReaders}`]),
    ...(isWithin
      ? []
      : [`longestOverlapSeconds must be an integer from ${least}, an hour more than the overlap, to ${mostSeconds}`]),
  ];
}
