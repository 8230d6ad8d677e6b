/** Plans an account from this process, as `homing plan` does, with a Vault that has no home yet. */
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

import { makeFilter } from "../../cli/filter";
import { makeListing } from "../../cli/listing";
import { makePlan } from "../../cli/plan";
import { absentHome } from "../../runtime/model/home";
import { moverSettings, region } from "../../tests/support/builders";

const client = new SecretsManagerClient({ region });
const now = (): number => Date.now();
/** `homing plan` looks at so many at once unless told otherwise. */
const atOnce = 16;

/** @returns how many secrets were planned, and how many of them would be moved */
export async function handler(): Promise<{ readonly secrets: number; readonly work: number }> {
  const list = makeListing((input) => client.send(new ListSecretsCommand(input)), {
    region,
    namePrefix: "",
    pace: () => Promise.resolve(),
    describe: () => Promise.reject(new Error("the list tells everything that is needed")),
  });
  const { secrets, work } = await makePlan(
    { list, home: () => Promise.resolve(absentHome), isReadByService: () => Promise.resolve(false), now },
    { settings: moverSettings(), filter: makeFilter({}, now()), atOnce, stopped: () => false },
    () => undefined,
  );
  return { secrets, work };
}
