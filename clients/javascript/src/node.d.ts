import { Downloaded, DownloadOptions, Hub, Store, Stored, UploadOptions } from './index.js'

export * from './index.js'

export declare class FileStore implements Store {
  constructor(directory: string)
  getItem(name: string): Promise<string | null>
  setItem(name: string, value: string): Promise<void>
  removeItem(name: string): Promise<void>
}

export declare function uploadFile(hub: Hub, file: string, path: string, options?: UploadOptions): Promise<Stored>
export declare function downloadFile(hub: Hub, path: string, file: string, options?: DownloadOptions): Promise<Omit<Downloaded, 'bytes'>>
