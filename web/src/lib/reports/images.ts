/** Pictures of a report's own: they are part of its document, so that a share link or a copy has them, too. */

/** Pixels of the longer side. */
const LARGEST = 1600;
/** Characters of a picture in the document. */
const MOST = 1_500_000;

const dataUrl = (file: Blob): Promise<string> =>
  new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });

/** A picture as the text that stands in the document, made smaller where it is large; null where it is none. */
export async function embedded(file: Blob): Promise<string | null> {
  if (!/^image\/(png|jpe?g|gif|webp)$/.test(file.type)) return null;
  const whole = await dataUrl(file);
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return null;
  const scale = LARGEST / Math.max(picture.width, picture.height);
  if (scale >= 1 && whole.length <= MOST) return whole;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(picture.width * Math.min(1, scale));
  canvas.height = Math.round(picture.height * Math.min(1, scale));
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const smaller = canvas.toDataURL('image/webp', 0.85);
  return smaller.length <= MOST ? smaller : null;
}
