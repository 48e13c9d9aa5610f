/** The files of a run, and which can be shown. */

export interface RunFile {
  id: string;
  name: string;
  sizeBytes: number;
  mimetype: string | null;
  updatedAt: string | null;
  directUrl: string;
}

export type Preview = 'image' | 'audio' | 'video' | 'text' | 'none';

/** Whether a file can be shown here, judged by its name. */
export function previewOf(name: string): Preview {
  if (/\.(png|jpe?g|gif|webp|bmp|avif)$/i.test(name)) return 'image';
  if (/\.(wav|mp3|ogg|flac|m4a)$/i.test(name)) return 'audio';
  if (/\.(mp4|webm|mov|ogv)$/i.test(name)) return 'video';
  if (
    /\.(txt|log|json|jsonl|csv|tsv|ya?ml|toml|md|py|sh|patch|diff|ini|cfg|rs|ts|js|html|xml)$/i.test(
      name,
    )
  ) {
    return 'text';
  }
  return /(^|\/)[^./]+$/.test(name) ? 'text' : 'none';
}
