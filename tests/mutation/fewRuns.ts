/** Properties are tried on fewer values here: every mutant runs them anew. */
import { configureGlobal } from "fast-check";

configureGlobal({ numRuns: 20 });
