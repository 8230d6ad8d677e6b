import type { LocalStack } from "../../../local/stack";

interface StateResource {
  readonly type: string;
  readonly inputs?: { readonly name?: string; readonly code?: { readonly assets?: Readonly<Record<string, unknown>> } };
}

/** What the functions of a stack are packed of, by the function's name: the names in the archive, sorted. */
export async function archivesOf({ stack }: LocalStack): Promise<Readonly<Record<string, readonly string[]>>> {
  const state = (await stack.exportStack()) as {
    readonly deployment: { readonly resources?: readonly StateResource[] };
  };
  return Object.fromEntries(
    (state.deployment.resources ?? [])
      .filter(({ type }) => type === "aws:lambda/function:Function")
      .map(({ inputs }) => [inputs?.name ?? "", Object.keys(inputs?.code?.assets ?? {}).sort()]),
  );
}
