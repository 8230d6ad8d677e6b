import { theFunction } from "../../bundle/support/stage";
import { openTheatre } from "./theatre";
import type { Theatre } from "./theatre";

/**
 * Opens a theatre before each test of the suite it is called in, and closes it after.
 *
 * @param take gets each
 */
export function useTheatre(take: (theatre: Theatre) => void): void {
  let theatre: Theatre | undefined;
  // Serializing the function takes seconds: it is made once, and not within a test's time.
  before(async function () {
    this.timeout(300_000);
    await theFunction();
  });
  beforeEach(async () => {
    theatre = await openTheatre();
    take(theatre);
  });
  afterEach(async () => {
    await theatre?.close();
  });
}
