const PLAIN = /^[\x20-\x7e\t\n]*$/;

/** The user-perceived characters of a text, in which Terraform counts and cuts (`length`, `substr`, widths in `format`). */
export function graphemes(text: string): string[] {
  if (PLAIN.test(text)) return Array.from(text);
  return Array.from(
    new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text),
    (part) => part.segment,
  );
}
