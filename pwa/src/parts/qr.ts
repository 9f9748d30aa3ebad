/** A text as the squares of a QR code, for an SVG path. */
import qrcode from "qrcode-generator";

/** Shape: `size` modules a side, without the quiet zone; letters that are all of the alphanumeric set take less room. */
export function squares(text: string): { size: number; path: string } {
  const qr = qrcode(0, "M");
  qr.addData(text, /^[0-9A-Z $%*+./:-]+$/.test(text) ? "Alphanumeric" : "Byte");
  qr.make();
  const size = qr.getModuleCount();
  const at = Array.from({ length: size }, (_, index) => index);
  return { size, path: at.flatMap((row) => at.filter((column) => qr.isDark(row, column)).map((column) => `M${column} ${row}h1v1h-1z`)).join("") };
}

/** Only this machine reaches such an address: a QR code of it would lead a phone nowhere. */
export const isNear = (address: string): boolean => /^https?:\/\/(127\.|localhost|\[::1\])/.test(address);
