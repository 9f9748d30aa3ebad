/** Whether somebody who sits at an open browser knows its passphrase. */
import type { Ports } from "../contract.ts";
import { openVault, type VaultRow } from "./vault.ts";

export async function isPassphrase(crypto: Crypto, kdf: NonNullable<Ports["kdf"]>, row: VaultRow, pin: string): Promise<boolean> {
  return (await openVault(crypto, kdf, row, pin)) !== undefined;
}
