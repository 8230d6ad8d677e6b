/** The members of what came as JSON; none for anything but an object, so that what came need not be trusted. */
export const membersOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
