/**
 * Where a secret's home is. Secrets Manager allows names such as `a/../b`, `a//b` or `/a`, which URL parsers and Vault
 * clean to *other* paths. `~` can't occur in a secret's name, so it marks the segments that would be cleaned.
 */

/** Characters that Secrets Manager accepts in a name; `!` only occurs in names that AWS services give. */
const nameForm = /^[A-Za-z0-9/_+=.@!-]{1,512}$/;

export const isSecretName = (name: string): boolean => nameForm.test(name);

/** A secret's name as a Vault path: injective, and undone by {@link decodeName}. */
export function encodeName(name: string): string {
  const segments = name.split("/");
  return segments
    .map((segment, index) => {
      const cleaned = /^\.*$/.test(segment);
      const trimmed = index === segments.length - 1 && segment.endsWith(".");
      return cleaned || trimmed ? `${segment}~` : segment;
    })
    .join("/");
}

/** The secret's name behind an encoded path. */
export const decodeName = (path: string): string => path.replaceAll("~", "");

export interface PathSettings {
  readonly account: string;
  readonly region: string;
  readonly homePrefix: string;
  readonly homeTemplate: string;
}

/** The path of a secret's home below the mount, from the template. */
export const homePath = (settings: PathSettings, name: string): string =>
  settings.homeTemplate
    .replaceAll("{account}", () => settings.account)
    .replaceAll("{region}", () => settings.region)
    .replaceAll("{name}", () => encodeName(name));

/**
 * The KV entry that records where the homes of an account and a region are. It lies where no setting moves it, so that
 * another prefix or template finds it, too. No home can have its path: every home's begins with `homePrefix`, which
 * holds no `~`.
 */
export const templateRecordPath = ({ account, region }: Pick<PathSettings, "account" | "region">): string =>
  `~homing/${account}/${region}`;

/**
 * The folder of the rotations of an account and a region. No home can be in it, since every home's path begins with
 * `homePrefix`, which holds no `~`; nor is the mover's record in it, whose second part is an account.
 */
export const rotationFolder = ({ account, region }: Pick<PathSettings, "account" | "region">): string =>
  `~homing/rotation/${account}/${region}`;

/** The path of a secret's rotation. */
export const pendingPath = (settings: Pick<PathSettings, "account" | "region">, name: string): string =>
  `${rotationFolder(settings)}/${encodeName(name)}`;

/** What a reader that reports can be called: it is a segment of a path and of a policy. */
export const isReaderName = (name: string): boolean => /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/.test(name);

/**
 * The path of a reader's report of a secret. It is beside the folder of rotations and not in it: a secret may be called
 * like any path below another one's. No home can have it, nor the mover's record, whose second part is an account.
 */
export const reportPath = (
  { account, region }: Pick<PathSettings, "account" | "region">,
  reader: string,
  name: string,
): string => `~homing/read/${account}/${region}/${reader}/${encodeName(name)}`;

/** A path as it stands in a URL: each segment encoded, the slashes kept. */
export const urlPath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");
