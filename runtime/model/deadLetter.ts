/**
 * What marks a message that the function put on the dead-letter queue because nobody could read it. SQS keeps the
 * attributes of a message that is put back, so the function knows it again: without the mark it would put the message
 * aside once more, and a redrive that runs until the dead-letter queue is empty would never end.
 */
const reason = "unreadable";

/** SQS's ids are UUIDs. Any other text was put there by somebody else and does not belong in a log. */
const idForm = /^[\w-]{1,100}$/;

/** The attributes that such a message gets, with the id under which the function's log names it. */
export const deadLetterAttributes = (messageId: string): Readonly<Record<string, string>> => ({ reason, messageId });

/** The id that the message had when it was put on the dead-letter queue; undefined for one without the mark. */
export function deadLetterIdOf(attributes: Readonly<Record<string, string | undefined>>): string | undefined {
  const { messageId = "" } = attributes;
  return attributes["reason"] === reason && idForm.test(messageId) ? messageId : undefined;
}
