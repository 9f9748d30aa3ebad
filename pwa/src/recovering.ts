/** The two halves of a forgotten passphrase: the phone that asks and is opened, the office's browser that answers. */
import type { Ports, Recovery, RecoveryRequest } from "./contract.ts";
import { problem } from "./domain/problem.ts";
import { type Home, requireLong } from "./home.ts";
import { answerFor, answerText, asking, askText, digitsOf, fromWire, note, readAnswer, readAsk, recover, type WireBox } from "./store/recovery.ts";

export class Recovering {
  constructor(
    private readonly ports: Ports,
    private readonly home: Home,
  ) {}

  /**
   * What this phone asks for, and whether it is answered; asked of the office where there is a network.
   *
   * Undefined: this phone has no recovery copy of its key, so nobody but its own passphrase opens it.
   * Raises: replica-revoked
   */
  async ask(): Promise<Recovery | undefined> {
    const { cellar } = this.home;
    const made = await asking(this.ports.crypto, cellar);
    if (!made) return undefined;
    const { asked, drop, recovering } = made;
    let { id, answer } = recovering;
    if (drop && !answer && this.ports.online()) {
      const told = await this.tell(drop.drop_token, asked, id).catch(offline);
      id = told?.id ?? id;
      answer = told?.answer ?? answer;
      if (told) await note(cellar, told);
    }
    const digits = await digitsOf(this.ports.crypto, asked.public_key);
    return { digits, text: askText(asked), sent: id !== undefined, answered: answer !== undefined };
  }

  /** Raises: recovery-text-unreadable */
  async take(text: string): Promise<void> {
    await note(this.home.cellar, { answer: readAnswer(text) });
  }

  /** Raises: recovery-unanswered, recovery-refused, pin-too-short */
  async finish(pin: string): Promise<void> {
    requireLong(pin);
    const { row, vault } = await recover(this.ports, this.home.cellar, this.home.kdf, pin);
    await this.home.moveBack(row, vault);
  }

  /** In the office: the text that a phone without a network gave. Raises: recovery-text-unreadable */
  read = (text: string): RecoveryRequest => readAsk(text);
  digits = (public_key: string): Promise<string> => digitsOf(this.ports.crypto, public_key);

  /** Raises: recovery-key-wrong */
  async answer(asked: RecoveryRequest, printed: string): Promise<{ answer: WireBox; text: string }> {
    const answer = await answerFor(this.ports.crypto, asked, printed);
    return { answer, text: answerText(answer) };
  }

  private async tell(token: string, asked: RecoveryRequest, known?: string) {
    const { transport } = this.home;
    const path = "/sync/v1/recoveries";
    const { id } = known ? { id: known } : ((await transport.call({ method: "POST", path, token, body: asked })).body as { id: string });
    const { answer } = (await transport.call({ method: "GET", path: `${path}/${id}`, token })).body as { answer: WireBox | null };
    return answer ? { id, answer: fromWire(answer) } : { id };
  }
}

/** Without an answer from the server the text still goes from hand to hand. */
function offline(thrown: unknown): undefined {
  if ((thrown as { slug?: string }).slug === "replica-revoked") throw problem("replica-revoked", "this phone was revoked");
}
