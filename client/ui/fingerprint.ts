/* fingerprint.ts - The SHA-256 of a file, in hex: the file itself stays where it is. */
export async function fingerprint(file: File): Promise<string> {
    const bytes = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
    return [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, '0')).join('');
}
